"""Which recoveries are surely done in time: of those that say the same, one is looked at for all."""

from collections.abc import Iterator

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.course import surely_in_time
from accord.boundaries.people.ladder import operations_that_say
from accord.boundaries.people.recovery import Due, Recovery, due, recovery
from accord.model.fact import Fact

Unsure = tuple[Recovery, Due, str, object]
"""A recovery, the time it is held against, and the caller who counts on that, empty where it is promised.

Last what all recoveries have in common that take the same course, names apart; None where more may matter.
"""


_OF_RECOVERY = ("recover.by", "recover.how", "recover.within", "recover.from", "detect.within", "hours")
"""What an operation says of its recovery: where one promises it surely in time, so do all that say the same."""


def unsure(system: System, view: View) -> Iterator[Unsure]:
    """Every recovery that is not surely done in the time that is promised, else in that which each caller counts on."""
    sure: set[object] = set()
    promised: set[object] = set()
    for provider, operation in operations_that_say(system, "recover.within"):
        says = system.plainly(provider, operation, _OF_RECOVERY)
        if says in promised:
            continue
        side = system.promised(provider, operation, view)
        for caller, owed in _owed(system, provider, operation, side, view):
            alike = _decides(side, owed)
            if alike in sure:
                continue
            told = recovery(system, provider, operation, view)
            if told is None:
                break
            if caller or told.shown_after <= owed.within:
                if not surely_in_time(told, owed):
                    yield told, owed, caller, (alike, bool(caller)) if alike and _is_by_others(told) else None
                elif alike is not None:
                    sure.add(alike)
                    if says is not None and not caller:
                        promised.add(says)


def _owed(system: System, provider: str, operation: str, side: Side, view: View) -> Iterator[tuple[str, Due]]:
    promised = due(side, side.get("hours"))
    if promised is not None:
        yield "", promised
        return
    for caller in system.callers(provider, operation):
        counted = due(system.assumed((caller, provider, operation), view), side.get("hours"))
        if counted is not None:
            yield caller, counted


def _is_by_others(told: Recovery) -> bool:
    """Whether the course rests on no statement of the party itself, and the party is not among those who are paged."""
    return told.shown_within is None and all(level.party != told.provider for level in told.ladder.levels)


def _decides(side: Side, owed: Due) -> object:
    """All that an end rests on within one view: who is paged, by which procedure, and the times; None where more may matter."""
    repaired_by = side.get("recover.by")
    if repaired_by is None or owed.hours is not None:
        return None
    return (_said(repaired_by), *map(_said, map(side.get, ("recover.how", "detect.within"))), owed.within, owed.counts)


def _said(fact: Fact | None) -> object:
    return None if fact is None else fact.value
