"""When nobody has a turn of a schedule although it lays that time out, and who rests on the schedule."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from accord.boundaries.calls.evidence import concludes
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.duty import first_instant
from accord.boundaries.people.ladder import references, speakers
from accord.boundaries.people.rotas import LOOK_AHEAD, PAGE, SYSTEMS, Roster, roster
from accord.boundaries.people.shifts import gaps, turns
from accord.model.fact import Fact
from accord.model.hours import ALWAYS, Hours, Span, merged, show_instant
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Step, Witness

SHORTEST = timedelta(minutes=1)
"""A gap of no more than this is how a calendar writes the end of a day."""

SMALL_SHARE = 10
"""Single events with gaps of less than one part in so many of their time are meant to have none."""


class Vacancy(Struct, frozen=True):
    """A time in which nobody has a turn of a schedule; `hours` is the statement that it is laid out, `at_fault` the shift whose turn it would be."""

    roster: Roster
    hours: Fact
    gap: Span
    at_fault: Fact

    @property
    def starts(self) -> str:
        """The first instant, in UTC and on the clock of the schedule."""
        return show_instant(self.gap.starts, [self.roster.zone] if self.roster.zone else [])

    def witness(self) -> Witness:
        """Each shift is nobody's turn at that instant."""
        party = self.roster.party
        steps = tuple(
            Step(0, party, "away", f"has nobody on duty ({fact.text})", fact, party) for fact in self.roster.facts
        )
        instant = self.gap.starts.isoformat().replace("+00:00", "Z")
        told = concludes(f"whoever pages {party} at {self.starts} wakes nobody")
        return Witness((*steps, told), "somebody-on-duty", (self.hours, *self.roster.made_of), instant)


def horizon(system: System) -> Span:
    """The time in which somebody must be on duty: from the day of the check on."""
    starts = first_instant(system.as_of)
    return Span(starts, starts + timedelta(days=LOOK_AHEAD))


def vacancies(system: System, found: Roster, view: View) -> Iterator[Vacancy]:
    """The times that the schedule lays out and in which nobody has a turn, in order."""
    hours = system.promised(found.party, PAGE, view).get("hours")
    time = horizon(system)
    covered = found.staffed(time.starts, time.ends)
    if hours is None or covered is None or not isinstance(hours.value, Hours):
        return
    for gap in gaps(hours.value.spans(time.starts, time.ends), covered):
        if gap.ends - gap.starts > SHORTEST:
            yield Vacancy(found, hours, gap, _at_fault(found, gap.starts))


def _at_fault(found: Roster, instant: datetime) -> Fact:
    """The shift without anybody, else the one whose turn ended last before the instant, else the first."""
    empty = next((fact for fact in found.facts if not fact.value.persons), None)
    if empty is not None:
        return empty
    ended: list[tuple[datetime, Fact]] = []
    for fact, (shift, zone) in zip(found.facts, found.shifts, strict=True):
        before = turns(shift, zone, instant - timedelta(days=LOOK_AHEAD), instant) or ()
        ended += [(turn.ends, fact) for turn in before if turn.group]
    return max(ended, key=lambda each: each[0], default=(instant, found.facts[0]))[1]


def unplanned(system: System, found: Roster) -> tuple[Span | None, datetime | None]:
    """Of a schedule of single events: the first gap between them, and from when on nobody is planned.

    None for the gap where the events leave out more than a small share of their time: they were not meant to meet.
    """
    time = horizon(system)
    covered = found.staffed(time.starts, time.ends)
    if not covered:
        return None, time.starts if covered is not None else None
    last = covered[-1].ends
    between = [gap for gap in gaps([Span(time.starts, last)], covered) if gap.ends - gap.starts > SHORTEST]
    missing = sum((gap.ends - gap.starts for gap in between), timedelta())
    small = missing * SMALL_SHARE < last - time.starts
    return between[0] if between and small else None, last if last < time.ends else None


def resting_on(system: System, view: View) -> dict[str, Fact]:
    """For each party that anybody counts on to wake somebody, the statement that names it: a promise before a ladder."""
    found: dict[str, Fact] = {}
    for party in speakers(system, "escalates"):
        stated = system.party(party, view).get("escalates")
        if stated is not None and stated.value is not NONE:
            for rung in stated.value:
                found.setdefault(provider_of(rung.to), stated)
    for fact in system.about("recover.by", "detect.by"):
        if not fact.consumer:
            for name in references(fact):
                found[provider_of(name)] = fact
    return found


def unwatched(system: System, ladder: Fact, view: View) -> Span | None:
    """The first time in which a ladder of a tool wakes nobody because each of its schedules leaves it out; None where that is not sure."""
    if ladder.source not in SYSTEMS or ladder.value is NONE:
        return None
    time = horizon(system)
    covered: list[Span] = []
    for rung in ladder.value:
        found = roster(system, rung.to, view)
        hours = system.promised(rung.to, PAGE, view).value("hours")
        spans = found.staffed(time.starts, time.ends) if found is not None else None
        if spans is None or hours == ALWAYS:
            return None
        covered += spans
    missing = (gap for gap in gaps([time], merged(covered)) if gap.ends - gap.starts > SHORTEST)
    return next(missing, None)
