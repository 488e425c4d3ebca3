"""Whom the levels of a ladder wake, and where a later level wakes nobody who was not woken before."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from accord.boundaries.calls.evidence import breaks, concludes
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.rotas import SYSTEMS, Roster, roster
from accord.boundaries.people.shifts import turns
from accord.boundaries.people.vacancy import horizon
from accord.model.contract_values import Rung
from accord.model.fact import Fact
from accord.model.hours import show_instant
from accord.model.rotas import NOT_KNOWN
from accord.model.witness import Step, Witness

MOST_INSTANTS = 400
"""Turns of a level whose beginnings are tried."""


class Again(Struct, frozen=True):
    """A level whose people were all woken by the levels before it, for a first page at `instant`; `always` where that
    holds whenever it comes, `is_repeat` where it names just whom a level before it names."""

    party: str
    ladder: Fact
    before: tuple[Rung, ...]
    level: tuple[Rung, ...]
    people: frozenset[str]
    instant: datetime
    always: bool
    is_repeat: bool
    facts: tuple[Fact, ...]

    @property
    def names(self) -> str:
        """Whom the level wakes."""
        return ", ".join(sorted(self.people))

    @property
    def shown(self) -> str:
        """The instant of the first page."""
        return show_instant(self.instant)

    def witness(self) -> Witness:
        """The pages of the ladder up to the level that wakes nobody new."""
        steps = [breaks(self.party, "has something to pass on")]
        steps += (
            Step(rung.after or 0, self.party, "pages", f"pages {rung.to}", self.ladder, rung.to)
            for rung in (*self.before, *self.level)
        )
        told = concludes(f"{self.names} paged again, and nobody else", at=self.level[0].after or 0)
        starts = self.instant.isoformat().replace("+00:00", "Z")
        return Witness((*steps, told), "next-page-wakes-another", (self.ladder, *self.facts), starts)


def woken_again(system: System, party: str, ladder: Fact, view: View) -> Again | None:
    """The first level of a ladder that wakes nobody new; None where there is none, or that is not sure.

    Of a ladder in a contract only where each party on it is a schedule whose turns are known.
    """
    in_words = ladder.source not in SYSTEMS
    if in_words and any(roster(system, rung.to, view) is None for rung in ladder.value):
        return None
    if any(rung.after is None for rung in ladder.value):
        return None
    levels = _levels(ladder.value)
    for number in range(1, len(levels)):
        before = tuple(rung for level in levels[:number] for rung in level)
        found = _again(system, party, ladder, before, levels[number], view)
        if found is not None:
            return found
    return None


def _levels(rungs: tuple[Rung, ...]) -> list[tuple[Rung, ...]]:
    """The rungs that page at one time, in order of time."""
    times = sorted({rung.after or 0 for rung in rungs})
    return [tuple(rung for rung in rungs if (rung.after or 0) == time) for time in times]


def _again(
    system: System, party: str, ladder: Fact, before: tuple[Rung, ...], level: tuple[Rung, ...], view: View
) -> Again | None:
    found = {rung.to: roster(system, rung.to, view) for rung in (*before, *level)}
    named, starts = frozenset(rung.to for rung in level), horizon(system).starts
    is_repeat = named <= {rung.to for rung in before}
    if is_repeat and not all(_is_one(name, found[name]) for name in named):
        return Again(party, ladder, before, level, named, starts, True, True, ())
    if _whoever(found, level).isdisjoint(_whoever(found, before)):
        return None
    tried = list(_instants([each for each in found.values() if each is not None], starts))
    woken = ((instant, _only_known(found, before, level, instant)) for instant in tried)
    held = [(instant, people) for instant, people in woken if people]
    if not held:
        return None
    stated = (fact for each in found.values() if each is not None for fact in (*each.facts, *each.made_of))
    always = len(held) == len(tried)
    return Again(party, ladder, before, level, held[0][1], held[0][0], always, False, tuple(dict.fromkeys(stated)))


def _whoever(found: dict[str, Roster | None], rungs: tuple[Rung, ...]) -> set[str]:
    """Everybody whom these rungs may wake at some time."""
    people: set[str] = set()
    for rung in rungs:
        each = found[rung.to]
        people |= {rung.to} if each is None else {person for fact in each.facts for person in fact.value.persons}
    return people


def _is_one(name: str, found: Roster | None) -> bool:
    """Whether a name is that of one person, or of a schedule that has but one."""
    if found is None:
        return name.rpartition("/")[2].rpartition(":")[2].removeprefix("data.").startswith("user.")
    people = {person for fact in found.facts for person in fact.value.persons}
    return len(people) == 1 and NOT_KNOWN not in people and all(fact.value.followed for fact in found.facts)


def _instants(found: list[Roster], starts: datetime) -> Iterator[datetime]:
    """The day of the check, and each beginning of a turn after it."""
    yield starts
    begins: set[datetime] = set()
    for each in found:
        for shift, zone in each.shifts:
            begins.update(turn.starts for turn in turns(shift, zone, starts, starts + timedelta(days=90)) or ())
    yield from (begin for begin in sorted(begins)[:MOST_INSTANTS] if begin > starts)


def _only_known(
    found: dict[str, Roster | None], before: tuple[Rung, ...], level: tuple[Rung, ...], instant: datetime
) -> frozenset[str]:
    """Whom the level wakes, where each of them was woken before; the hand-over of a turn in between does not count."""
    woken: set[str] = set()
    for rung in before:
        then, later = (_on_duty(found[rung.to], rung.to, _after(instant, each)) for each in (rung, level[0]))
        if len(then) == 1 and then == later:
            woken |= then[0]
    again: set[str] = set()
    for rung in level:
        there = _on_duty(found[rung.to], rung.to, _after(instant, rung))
        own = {person for group in there for person in group}
        if not own or not own <= woken:
            return frozenset()
        again |= own
    return frozenset(again)


def _after(instant: datetime, rung: Rung) -> datetime:
    return instant + timedelta(microseconds=(rung.after or 0) // 1000)


def _on_duty(found: Roster | None, party: str, instant: datetime) -> list[frozenset[str]]:
    """The groups that have a turn at an instant, one of which may go before the others; none where that is not sure."""
    if found is None:
        return [frozenset((party,))]
    groups: list[frozenset[str]] = []
    for shift, zone in found.shifts:
        there = turns(shift, zone, instant, instant + timedelta(seconds=1))
        if there is None or any(NOT_KNOWN in turn.group for turn in there):
            return []
        groups += (frozenset(turn.group) for turn in there if turn.group)
    return list(dict.fromkeys(groups))
