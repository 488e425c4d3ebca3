"""What somebody says to a turn, by link, by API or by command: the same words everywhere."""

import re
from uuid import uuid4

from msgspec import Struct

from accord.cases.case import Case
from accord.cases.deviation import Urgency
from accord.cases.events import (
    Accept,
    Acknowledge,
    AnyEvent,
    Commit,
    Confirm,
    Decline,
    Dispute,
    Fixed,
    Offer,
    Progress,
    ReadBack,
    Refuse,
)
from accord.model.duration import parse_duration
from accord.model.problem import Refused
from accord.serve.instants import clamped, read

_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}T\S+", re.ASCII)
_Alone = type[Acknowledge] | type[Refuse] | type[Fixed] | type[Confirm] | type[Dispute]
_ALONE: dict[str, _Alone] = {
    "acknowledge": Acknowledge,
    "refuse": Refuse,
    "fixed": Fixed,
    "confirm": Confirm,
    "dispute": Dispute,
}
_UNTIL = ("commit", "progress", "accept")
WORDS = (*_ALONE, *_UNTIL, "decline", "offer", "read-back")
"""Everything that can be said."""


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer as it is said. `turn` 0 means the present one. `until` is how long from now (`45m`) or an instant (RFC 3339).

    `boundary` and `difference` are the places of the two picks, from 0; -1 where none was made.
    """

    say: str
    turn: int = 0
    until: str = ""
    to: str = ""
    names: str = ""
    boundary: int = -1
    difference: int = -1
    id: str = ""


def event_of(said: Said, case: Case, by: str, now_ns: int) -> AnyEvent:
    """The event; raises Refused where a word is not known, or what it needs is missing.

    With an `id` of its own, the same answer sent twice counts once.
    """
    event_id = f"answer/{case.id}/{said.id or uuid4()}"
    turn = said.turn or case.turn
    if said.say in _ALONE:
        return _ALONE[said.say](event_id, now_ns, turn, by)
    if said.say == "decline":
        return Decline(event_id, now_ns, turn, by, said.names)
    if said.say == "offer":
        if not said.to:
            raise Refused("an offer needs `to`: who is to take it over")
        return Offer(event_id, now_ns, turn, by, said.to)
    if said.say == "read-back":
        return ReadBack(event_id, now_ns, turn, by, said.boundary, said.difference)
    return _promise(said, event_id, turn, by, now_ns)


def _promise(said: Said, event_id: str, turn: int, by: str, now_ns: int) -> AnyEvent:
    if said.say == "commit":
        return Commit(event_id, now_ns, turn, by, until(said.until, now_ns), said.boundary, said.difference)
    if said.say == "progress":
        return Progress(event_id, now_ns, turn, by, until(said.until, now_ns))
    if said.say == "accept":
        return Accept(event_id, now_ns, turn, by, until(said.until, now_ns), said.boundary, said.difference)
    raise Refused(f"expected one of {', '.join(sorted(WORDS))}; read `{said.say[:40]}`")


def until(text: str, now_ns: int) -> int:
    """The instant that `45m` or `2026-11-27T14:30:00Z` means; raises Refused for anything else, and for what has no zone."""
    if not text:
        raise Refused("until when? expected a time from now such as 45m, or an instant such as 2026-11-27T14:30:00Z")
    return read(text) if _CLOCK.fullmatch(text) else clamped(now_ns + parse_duration(text))


def asks_for_picks(case: Case) -> bool:
    """Whether the two picks of understanding stand on the screen: only where somebody may be woken."""
    return case.deviation.urgency is Urgency.INTERRUPT
