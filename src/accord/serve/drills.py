"""Drills: a marked test of a rota on the real way, measured, that ends by itself when somebody took it or nobody is left to ask."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from accord.cases.case import Case
from accord.cases.drilling import drill, is_over, longest
from accord.cases.events import Acknowledge, Commit, Fire, Fixed, ReadBack, Receipt, Withdraw
from accord.model.message import Fate
from accord.model.problem import Refused
from accord.serve.carrier import Carrier
from accord.serve.doors import Absent, Asked, Conflict, Door, answer
from accord.serve.instants import written
from accord.serve.naming import Naming
from accord.serve.receipts import Receipts
from accord.store.kept import Kept, Role
from accord.store.rows import Row, Sending

OVER = "drill over"
_TAKEN, _SEEN = (Commit, Fixed), (Acknowledge, ReadBack, Commit, Fixed)


class Drill(Kept, frozen=True):
    """A drill: of which rota, as which deviation, since when, and whether it is over; `ends_ns` is when it ends at the latest."""

    KIND = "drill"
    rota: str = ""
    key: str = ""
    begun_ns: int = 0
    over: bool = False


class PostedDrill(Struct, forbid_unknown_fields=True):
    """Which rota, or which party, is to be tried."""

    rota: str


class Drills:
    """Begins drills, ends them, and tells what was measured. What runs is kept: a restart goes on with it."""

    def __init__(self, carrier: Carrier, receipts: Receipts, naming: Naming) -> None:
        self._carrier, self._ledger = carrier, carrier.ledger
        self._receipts, self._naming = receipts, naming
        self._running = {each.id: each for each in self._ledger.kept(Drill) if not each.over}
        cases = [self._ledger.case_of(each.key) for each in self._running.values()]
        receipts.followed.update(case.id for case in cases if case is not None)

    def doors(self) -> Iterable[Door]:
        """Whoever may answer may try whether answers come."""
        yield Door("POST", "/api/v1/drills", Role.RESPONDER, self.post)
        yield Door("GET", "/api/v1/drills/{id}", Role.READER, self.shown)

    async def post(self, asked: Asked) -> Response:
        """Begins a drill: 201 with its id; 409 where one of this rota is under way."""
        told: PostedDrill = asked.read(PostedDrill)
        return answer(self._measured(await self.begin(told.rota)), 201)

    async def shown(self, asked: Asked) -> Response:
        """What a drill has measured so far."""
        found = self._ledger.kept_one(Drill, asked.path("id"))
        if found is None:
            raise Absent(f"no drill {asked.path('id')[:80]}")
        return answer(self._measured(found))

    async def begin(self, rota: str) -> Drill:
        """A drill of the rota; raises Refused where nobody is called so, Conflict where one is under way.

        Where nobody of its ladder is on duty it is over at once, and nobody is told: that is known without waking the last resort.
        """
        carrying, now_ns = self._carrier.carrying, self._carrier.clock()
        if not carrying.is_party(rota):
            raise Refused(f"no party or rota of the contracts is called `{rota[:80]}`")
        if any(each.rota == rota for each in self._running.values()):
            raise Conflict(f"a drill of {rota} is under way")
        deviation = drill(rota, carrying.unknown_owner, written(now_ns))
        policy = carrying.policy(deviation, now_ns)
        if not policy.levels:
            raise Refused(f"nobody is paged for `{rota[:80]}`")
        if not any(level.person(now_ns) for level in policy.levels):
            return await self._kept(Drill(uuid4().hex[:16], now_ns, rota, "", now_ns, over=True))
        begun = Drill(uuid4().hex[:16], now_ns + longest(policy), rota, deviation.key, now_ns)
        self._running[begun.id] = begun
        await self._kept(begun)  # first: a case that nobody ends would never fall silent
        [opened] = await self._carrier.record([(deviation, Fire(f"drill/{begun.id}", now_ns, deviation, "drill"))])
        if opened.case is not None:
            self._receipts.followed.add(opened.case.id)
        return begun

    async def _kept(self, one: Drill) -> Drill:
        await asyncio.wrap_future(self._ledger.keep(one))
        return one

    async def look(self) -> None:
        """Ends those that somebody took, and those whose ladder is used up; both sides are told."""
        for each in list(self._running.values()):
            case, now_ns = self._ledger.case_of(each.key), self._carrier.clock()
            if now_ns >= each.ends_ns or (case is not None and self._is_over(case, now_ns)):
                await self._end(each, case, now_ns)

    def _is_over(self, case: Case, now_ns: int) -> bool:
        return is_over(case, self._carrier.carrying.policy(case.deviation, now_ns), now_ns)

    async def _end(self, each: Drill, case: Case | None, now_ns: int) -> None:
        if case is not None and case.is_open:
            by = self._carrier.carrying.unknown_owner
            await self._carrier.tell(case, Withdraw(f"drill-over/{each.id}", now_ns, by, OVER))
        await self._kept(replace(each, over=True))
        self._running.pop(each.id, None)
        if case is not None:
            self._receipts.followed.discard(case.id)

    def _measured(self, one: Drill) -> dict[str, Any]:
        case = self._ledger.case_of(one.key)
        history = self._ledger.history(case.id) if case is not None else ()
        sendings = self._ledger.sendings(case.id) if case is not None else ()
        taken = next(_said(history, _TAKEN), None)
        return {
            "id": one.id,
            "rota": one.rota,
            "deviation": case.id if case is not None else None,
            "begunAt": written(one.begun_ns),
            "endsBy": written(one.ends_ns),
            "over": one.over,
            "acknowledgedAt": _at(next(_said(history, _SEEN), None)),
            "takenAt": _at(taken),
            "takenBy": self._naming.name(taken.event.by) if taken and isinstance(taken.event, _TAKEN) else "",
            "messages": [self._message(each, history) for each in sendings if _asks(each)],
        }

    def _message(self, sending: Sending, history: Sequence[Row]) -> dict[str, Any]:
        """How long after it was queued a message got how far."""
        message = sending.message
        asked = (message.turn, message.person, sending.channel)
        heard = {
            row.event.fate: written(row.event.at_ns)
            for row in reversed(history)
            if isinstance(row.event, Receipt) and (row.event.turn, row.event.person, row.event.channel) == asked
        }
        return {
            "person": self._naming.name(message.person),
            "channel": sending.channel,
            "about": str(message.about),
            "fate": str(sending.fate),
            "reason": sending.reason,
            "queuedAt": written(sending.queued_ns),
            "handedAt": heard.get(Fate.HANDED) or heard.get(Fate.DELIVERED),
            "openedAt": heard.get(Fate.OPENED),
            "answeredAt": heard.get(Fate.ANSWERED),
        }


def heard(history: Sequence[Row]) -> tuple[int, int]:
    """When a drill was first seen, and when it was taken; 0 where that did not happen."""
    rows = (next(_said(history, kinds), None) for kinds in (_SEEN, _TAKEN))
    seen_ns, taken_ns = (row.event.at_ns if row is not None else 0 for row in rows)
    return seen_ns, taken_ns


def _asks(sending: Sending) -> bool:
    return sending.message.interrupts


def _said(history: Sequence[Row], kinds: tuple[type, ...]) -> Iterator[Row]:
    return (row for row in history if row.changed and isinstance(row.event, kinds))


def _at(row: Row | None) -> str | None:
    return written(row.event.at_ns) if row is not None else None
