"""What those who repair can change so that a recovery comes in time; each change is tried on the course before it is offered."""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from accord.boundaries.people.course import Course, course
from accord.boundaries.people.ladder import Ladder
from accord.boundaries.people.recovery import Due, Recovery, duration_of
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Change, Move


def shorter(told: Recovery, goes: Course, owed: Due, as_of: date) -> Iterator[Move]:
    """One move for who answers, and one for the procedure, where either alone saves the time that is missing."""
    for move in (*_sooner(told, goes), *_quicker(told, goes)):
        tried = course(_changed(told, move.changes[0]), owed, as_of)
        if tried is not None and tried.ends <= tried.due:
            yield move


def _sooner(told: Recovery, goes: Course) -> Iterator[Move]:
    missing, level = goes.ends - goes.due, goes.answered_by
    for fact, what in ((level.acknowledge, "answer a page"), (level.hands_on, "be able to act")):
        stated = duration_of(fact)
        if fact is not None and stated is not None and stated > missing:
            text = show_duration(stated - missing)
            yield Move(
                level.party, f"{what} within {text}", (Change(fact, replace(fact, value=stated - missing, text=text)),)
            )
            return


def _quicker(told: Recovery, goes: Course) -> Iterator[Move]:
    missing = goes.ends - goes.due
    longest = max(told.work, key=lambda step: step.takes or 0, default=None)
    if told.steps is None or longest is None or longest.takes is None or longest.takes <= missing:
        return
    left = longest.takes - missing
    quicker = tuple(replace(step, takes=left) if step is longest else step for step in told.work)
    do = f"have `{longest.do}` done within {show_duration(left)}"
    yield Move(told.procedure, do, (Change(told.steps, replace(told.steps, value=quicker)),))


def _changed(told: Recovery, change: Change) -> Recovery:
    """What would be said about the repair after a change."""

    def now(fact: Fact | None) -> Fact | None:
        return change.after if fact is not None and fact is change.before else fact

    levels = [
        replace(level, acknowledge=now(level.acknowledge), hands_on=now(level.hands_on)) for level in told.ladder.levels
    ]
    return replace(told, ladder=Ladder(tuple(levels)), steps=now(told.steps))
