"""What lies ahead of a rota: who is on duty, when nobody is and why, and when several are. Instants are nanoseconds since 1970 (UTC).

Exact, by the instants at which something changes: a day on which clocks change is as long as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from accord.cases.policy import Duty

Spans = tuple[tuple[int, int], ...]
"""Stretches of time, each from its first instant up to its second."""


class Kind(StrEnum):
    """What a stretch of a rota is: somebody is on duty; nobody is although its hours name that time, or because they do not;
    nobody is, and no hours say whether anybody should be; it lies behind the last event that was planned."""

    DUTY = "duty"
    GAP = "gap"
    OUTSIDE = "outside"
    UNSAID = "unsaid"
    UNPLANNED = "unplanned"


class Stretch(Struct, frozen=True):
    """A time of one kind, as long as possible."""

    begins_ns: int
    ends_ns: int
    kind: Kind


class LaidOut(Struct, frozen=True):
    """When somebody is meant to be there: `hours` None where nobody says; from `planned_until_ns` on nothing was planned yet."""

    hours: Spans | None
    planned_until_ns: int | None = None


def stretches(duty: Sequence[Duty], laid_out: LaidOut, begins_ns: int, ends_ns: int) -> tuple[Stretch, ...]:
    """All of the time between two instants, in order, each stretch of another kind than the one before it."""
    if begins_ns >= ends_ns:
        return ()
    on_duty = joined((each.begins_ns, each.ends_ns) for each in duty)
    hours = None if laid_out.hours is None else joined(laid_out.hours)
    planned = ends_ns if laid_out.planned_until_ns is None else laid_out.planned_until_ns
    edges = {edge for spans in (on_duty, hours or ()) for span in spans for edge in span} | {planned}
    inside = sorted({begins_ns, ends_ns, *(edge for edge in edges if begins_ns < edge < ends_ns)})
    there, meant = _Inside(on_duty), _Inside(hours or ())
    found: list[Stretch] = []
    for begins, ends in pairwise(inside):
        kind = Kind.DUTY if there.holds(begins) else _vacant(begins, planned, None if hours is None else meant)
        if found and found[-1].kind is kind:
            found[-1] = Stretch(found[-1].begins_ns, ends, kind)
        else:
            found.append(Stretch(begins, ends, kind))
    return tuple(found)


def _vacant(at_ns: int, planned: int, meant: "_Inside | None") -> Kind:
    if at_ns >= planned:
        return Kind.UNPLANNED
    if meant is None:
        return Kind.UNSAID
    return Kind.GAP if meant.holds(at_ns) else Kind.OUTSIDE


class _Inside:
    """Whether an instant lies in spans that are in order; instants are asked in order, too."""

    def __init__(self, spans: Spans) -> None:
        self._spans, self._place = spans, 0

    def holds(self, at_ns: int) -> bool:
        while self._place < len(self._spans) and self._spans[self._place][1] <= at_ns:
            self._place += 1
        return self._place < len(self._spans) and self._spans[self._place][0] <= at_ns


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same time in order, without overlap; what meets is one."""
    found: list[tuple[int, int]] = []
    for begins, ends in sorted(span for span in spans if span[0] < span[1]):
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((begins, ends))
    return tuple(found)


def turns_of(duty: Sequence[Duty]) -> Iterator[Duty]:
    """Who is asked when: of several on duty at once the first of the list, as a policy asks; what is one person's at a stretch is one."""
    edges = sorted({edge for each in duty for edge in (each.begins_ns, each.ends_ns)})
    waiting = sorted(enumerate(duty), key=lambda each: each[1].begins_ns)
    active: list[tuple[int, Duty]] = []
    reached, known = 0, None
    for begins, ends in pairwise(edges):
        while reached < len(waiting) and waiting[reached][1].begins_ns <= begins:
            active.append(waiting[reached])
            reached += 1
        active = [each for each in active if each[1].ends_ns > begins]
        if not active:
            continue
        person = min(active, key=lambda each: each[0])[1].person
        if known is not None and known.ends_ns == begins and known.person == person:
            known = Duty(known.begins_ns, ends, person)
            continue
        if known is not None:
            yield known
        known = Duty(begins, ends, person)
    if known is not None:
        yield known


def doubled(duty: Sequence[Duty], begins_ns: int, ends_ns: int) -> Spans:
    """When two people are on duty at once between two instants: only the first of them is asked."""
    found: list[tuple[int, int]] = []
    ordered = sorted(duty, key=lambda each: each.begins_ns)
    latest: dict[str, int] = {}
    for each in ordered:
        others = max((ends for person, ends in latest.items() if person != each.person), default=0)
        begins, ends = max(each.begins_ns, begins_ns), min(each.ends_ns, others, ends_ns)
        if begins < ends:
            found.append((begins, ends))
        latest[each.person] = max(latest.get(each.person, 0), each.ends_ns)
    return joined(found)
