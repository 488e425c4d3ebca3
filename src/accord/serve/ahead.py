"""What lies ahead of everybody who is paged: laid out once a day for each reading of the contracts and each change of who stands in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.people.duty import instant_at, nanoseconds
from accord.boundaries.people.ladder import Level, ladder, ladder_of, operations_that_say
from accord.boundaries.people.rotas import SYSTEMS, Roster, roster
from accord.boundaries.people.shifts import gaps
from accord.boundaries.people.vacancy import SMALL_SHARE
from accord.cases.carrying import Carrying
from accord.cases.coverage import Kind, LaidOut, Spans, Stretch, doubled, stretches, turns_of
from accord.cases.instead import Instead
from accord.cases.policy import Duty
from accord.model.fact import Fact
from accord.model.hours import Hours, Span

DAYS = 90
"""How far ahead is looked, as a check looks."""
_MORE = timedelta(days=DAYS + 2)


class Rota(Struct, frozen=True):
    """One party that is paged: the clock it lives by (empty where nobody says), the hours it states, and what lies ahead.

    `duty` is None where its shifts cannot be worked out; `vacant` are the stretches that somebody has to say something about. `assumes_always` says that nobody states any hours of it, so that it is
    asked at any time; `by_turns` that nothing says when somebody is meant to be there but the turns
    themselves.
    """

    party: str
    zone: str
    hours: Fact | None
    duty: tuple[Duty, ...] | None
    turns: tuple[Duty, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    vacant: tuple[Stretch, ...] = ()
    doubled: Spans = ()
    assumes_always: bool = False
    by_turns: bool = False

    def now(self, now_ns: int) -> Duty | None:
        """Who is on duty now, and until when at a stretch; None where nobody is."""
        return next((each for each in self.turns if each.begins_ns <= now_ns < each.ends_ns), None)

    def coming(self, now_ns: int) -> Iterator[Duty]:
        """The turns that have not begun, in order."""
        return (each for each in self.turns if each.begins_ns > now_ns)

    def ahead(self, now_ns: int) -> tuple[Stretch, ...]:
        """The stretches of the days to come, cut to them."""
        ends_ns = now_ns + _days(DAYS)
        cut = (
            Stretch(max(each.begins_ns, now_ns), min(each.ends_ns, ends_ns), each.kind)
            for each in self.stretches
            if each.ends_ns > now_ns
        )
        return tuple(each for each in cut if each.begins_ns < each.ends_ns)

    def first_gap(self, now_ns: int) -> Stretch | None:
        """The first time ahead in which nobody is there although somebody should be, or nobody says whether."""
        ends_ns = now_ns + _days(DAYS)
        return next((each for each in self.vacant if now_ns < each.ends_ns and each.begins_ns < ends_ns), None)


ASKED_ABOUT = (Kind.GAP, Kind.UNSAID, Kind.UNPLANNED)
"""Stretches without anybody that somebody has to say something about."""


def laid_out(carrying: Carrying, party: str, day: datetime) -> Rota:
    """What lies ahead of a party from a day on."""
    system, found = carrying.system, roster(carrying.system, party, {})
    level = next((each for each in ladder_of(system, party).levels if each.party == party), None)
    hours = level.hours if level is not None else None
    zone = _zone(system, party, found, hours)
    duty = carrying.duty(party, day, _MORE)
    if duty is None:
        return Rota(party, zone, hours, None)
    span = Span(day, day + _MORE)
    begins_ns, ends_ns = nanoseconds(span.starts), nanoseconds(span.ends)
    ahead = stretches(duty, _meant(found, level, hours, span), begins_ns, ends_ns)
    return Rota(
        party,
        zone,
        hours,
        duty,
        tuple(turns_of(duty)),
        ahead,
        tuple(each for each in ahead if each.kind in ASKED_ABOUT),
        doubled(duty, begins_ns, ends_ns),
        found is None and hours is None and level is not None,
        _is_by_turns(found, hours),
    )


def _meant(found: Roster | None, level: Level | None, hours: Fact | None, span: Span) -> LaidOut:
    """When somebody is meant to be there: by stated hours, else by turns that leave out little of their time."""
    if found is not None and _is_by_turns(found, hours):
        return _between_turns(found, span)
    if hours is None:
        is_always = found is None and level is not None
        return LaidOut(((nanoseconds(span.starts), nanoseconds(span.ends)),) if is_always else None)
    spans = hours.value.spans(span.starts, span.ends) if isinstance(hours.value, Hours) else ()
    return LaidOut(tuple((nanoseconds(each.starts), nanoseconds(each.ends)) for each in spans))


def _is_by_turns(found: Roster | None, hours: Fact | None) -> bool:
    """Whether the hours of a schedule are nothing but what its turns cover, so that a hole in them is no word on what is meant."""
    if found is None or (hours is not None and hours.source not in SYSTEMS):
        return False
    return hours is None or found.is_planned or (isinstance(hours.value, Hours) and bool(hours.value.times_off))


def _between_turns(found: Roster, span: Span) -> LaidOut:
    """Turns that leave out a small share of their time are meant to meet; of others a pause is as planned.

    Of single events nothing is planned behind the last.
    """
    covered = found.staffed(span.starts, span.ends)
    if not covered:
        return LaidOut(None, nanoseconds(span.starts))
    last = covered[-1].ends if found.is_planned else span.ends
    missing = sum((gap.ends - gap.starts for gap in gaps([Span(span.starts, last)], covered)), timedelta())
    meant = (Span(span.starts, last),) if missing * SMALL_SHARE < last - span.starts else covered
    until = nanoseconds(last) if last < span.ends else None
    return LaidOut(tuple((nanoseconds(each.starts), nanoseconds(each.ends)) for each in meant), until)


def _zone(system: System, party: str, found: Roster | None, hours: Fact | None) -> str:
    """The clock of the schedule, else of its first shift, else of the hours, else what the party says of itself."""
    own = system.party(party, {}).value("zone")
    of_shifts = (found.zone, *(shift.zone for shift, _ in found.shifts)) if found is not None else ()
    windows = hours.value.windows if hours is not None and isinstance(hours.value, Hours) else ()
    names = (*of_shifts, *(window.zone for window in windows), own if isinstance(own, str) else "")
    return next((name for name in names if name), "")


def _days(days: int) -> int:
    return int(timedelta(days=days).total_seconds()) * 1_000_000_000


class Ahead:
    """What lies ahead of all parties that are paged; what it was worked out from is kept until that changes."""

    def __init__(self) -> None:
        self._from: tuple[Carrying, tuple[Instead, ...], datetime] | None = None
        self._known: dict[str, Rota] = {}

    def of(self, carrying: Carrying, now_ns: int) -> dict[str, Rota]:
        """Each by its name, in order of name."""
        day = instant_at(now_ns).replace(hour=0, minute=0, second=0, microsecond=0)
        known, instead = self._from, carrying.instead
        if known is not None and known[0] is carrying and known[1] is instead and known[2] == day:
            return self._known
        is_same = known is not None and known[0] is carrying and known[2] == day
        changed = {each.rota for each in set(known[1]) ^ set(instead)} if is_same and known is not None else set()
        before = {party: rota for party, rota in self._known.items() if is_same and party not in changed}
        self._known = {party: before.get(party) or laid_out(carrying, party, day) for party in carrying.rotas()}
        self._from = carrying, instead, day
        return self._known


def resting_on(system: System) -> dict[str, list[tuple[str, str]]]:
    """The operations that somebody is paged for, by everybody on their ladders."""
    found: dict[str, list[tuple[str, str]]] = {}
    for about in operations_that_say(system, "recover", "detect"):
        for level in ladder(system, *about).levels:
            found.setdefault(level.party, []).append(about)
    return found
