"""Signals that were seen: how often, which boundary they watch or none, and what they led to. What leads to nothing is noise.

A key that fired three times without any human action is a finding on the signal, never on who read it.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from accord.cases.case import Case
from accord.cases.drilling import is_drill
from accord.cases.events import Answer
from accord.cases.signals import UNHEEDED
from accord.model.duration import NANOSECONDS
from accord.model.problem import Refused
from accord.serve.carrier import Carrier
from accord.serve.doors import Asked, Door, answer
from accord.serve.instants import written
from accord.store.kept import Role

USUAL_DAYS, MOST_DAYS = 90, 3660
MOST_UNHEEDED = 100
_PAGE = 1000


class _Tally(Struct):
    """What one signal came to, and its keys with how often each has fired since somebody last acted on it."""

    signal: str
    boundary: str = ""
    fired: int = 0
    repeats: int = 0
    acted: int = 0
    misread: int = 0
    is_open: bool = False
    last_ns: int = 0
    unheeded: dict[str, int] = {}

    def add(self, case: Case, has_acted: bool) -> None:
        """One more case; cases come in the order in which they were opened."""
        fired = 1 + case.reopened
        self.boundary = f"{case.deviation.subject} {case.deviation.term}".strip() if case.deviation.provider else ""
        self.fired += fired
        self.repeats += case.repeats
        self.acted += fired if has_acted else 0
        self.misread += case.misread
        self.is_open |= case.is_open
        self.last_ns = max(self.last_ns, case.opened_ns)
        self.unheeded[case.key] = 0 if has_acted else self.unheeded.get(case.key, 0) + fired


class Signals:
    """The door for signals. On which cases somebody acted is read from the ledger once, and from then on only what is new."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier, self._ledger = carrier, carrier.ledger
        self._acted: set[str] = set()
        self._read_up_to = 0
        self._reading = asyncio.Lock()

    def doors(self) -> Iterable[Door]:
        """For whoever may read."""
        yield Door("GET", "/api/v1/signals", Role.READER, self.shown)

    async def shown(self, asked: Asked) -> Response:
        """All signals of the last `days` (90), those that led to the least first."""
        text = asked.query("days", str(USUAL_DAYS))
        if not (text.isascii() and text.isdigit() and len(text) < 5 and 0 < int(text) <= MOST_DAYS):
            raise Refused(f"expected a number of days from 1 to {MOST_DAYS}, read `{text[:40]}`")
        since_ns = self._carrier.clock() - int(text) * NANOSECONDS["d"]
        async with self._reading:
            tallies = await asyncio.to_thread(self._tallied, since_ns)
        told = sorted(tallies.values(), key=lambda each: (each.acted / each.fired, -each.fired, each.signal))
        return answer({"days": int(text), "signals": [_written(each) for each in told]})

    def _tallied(self, since_ns: int) -> dict[str, _Tally]:
        self._read_answers()
        found: dict[str, _Tally] = {}
        for case in sorted(self._cases(since_ns), key=lambda each: each.opened_ns):
            signal = case.deviation.signal
            found.setdefault(signal, _Tally(signal, unheeded={})).add(case, case.id in self._acted)
        return found

    def _read_answers(self) -> None:
        while rows := self._ledger.rows(self._read_up_to, _PAGE):
            self._acted.update(row.case for row in rows if row.changed and isinstance(row.event, Answer))
            self._read_up_to = rows[-1].sequence

    def _cases(self, since_ns: int) -> list[Case]:
        found: list[Case] = []
        after = ""
        while page := self._ledger.cases(after=after, limit=_PAGE):
            found += (case for case in page if case.opened_ns >= since_ns and not is_drill(case.deviation))
            after = page[-1].id
        return found


def _written(tally: _Tally) -> dict[str, Any]:
    keys = {key: times for key, times in sorted(tally.unheeded.items()) if times >= UNHEEDED}
    return {
        "signal": tally.signal,
        "boundary": tally.boundary or None,
        "hasContract": bool(tally.boundary),
        "fired": tally.fired,
        "repeats": tally.repeats,
        "ledToAction": round(tally.acted / tally.fired, 3),
        "misread": tally.misread,
        "isOpen": tally.is_open,
        "lastAt": written(tally.last_ns),
        "unheeded": [{"key": key, "fired": keys[key]} for key in list(keys)[:MOST_UNHEEDED]],
    }
