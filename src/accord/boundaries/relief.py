"""What those who repair can change so that a recovery comes in time."""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.course import Course
from accord.boundaries.recovery import Recovery, duration_of
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Change, Move


def shorter(told: Recovery, goes: Course) -> Iterator[Move]:
    """One move for who answers, and one for the procedure, where either alone can save the time that is missing."""
    missing = goes.ends - goes.due
    level = goes.answered_by
    for fact, what in ((level.acknowledge, "answer a page"), (level.hands_on, "be able to act")):
        stated = duration_of(fact)
        if fact is not None and stated is not None and stated > missing:
            text = show_duration(stated - missing)
            yield Move(
                level.party,
                f"{what} within {text}",
                (Change(fact, replace(fact, value=stated - missing, text=text)),),
            )
            break
    if told.steps is not None:
        yield from _quicker(told, told.steps, missing)


def _quicker(told: Recovery, steps: Fact, missing: int) -> Iterator[Move]:
    longest = max(told.work, key=lambda step: step.takes or 0, default=None)
    if longest is None or longest.takes is None or longest.takes <= missing:
        return
    left = longest.takes - missing
    quicker = tuple(replace(step, takes=left) if step is longest else step for step in told.work)
    do = f"have `{longest.do}` done within {show_duration(left)}"
    yield Move(told.procedure, do, (Change(steps, replace(steps, value=quicker)),))
