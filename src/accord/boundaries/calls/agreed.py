"""When a cut is agreed: the caller handles it, says what it counts on instead, and repeats nothing that is unsafe.

What it counts on is a percentile inside the provider's promise, or a stated fallback that happens instead.
"""

from enum import Enum

from msgspec.structs import replace

from accord.boundaries.calls.drawn_out import drawn_out
from accord.boundaries.calls.limits import TIMED_OUT, plan
from accord.boundaries.calls.percentiles import inside, percentiles
from accord.boundaries.calls.repeats import is_forgotten, repeat
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact
from accord.model.finding import Question
from accord.model.nothing import NONE
from accord.model.subject import provider_of


class Agreement(Enum):
    """AGREED: both sides know of the cut. OPEN: it would be, had the provider said one thing more. NONE: it is not."""

    AGREED = "agreed"
    OPEN = "open"
    NONE = "none"


def agreement(boundary: Boundary, limit: Fact) -> Agreement:
    """Whether answers later than `limit` are cut with both sides' knowledge."""
    safe = _repeats_safely(boundary)
    if safe is False:
        return Agreement.NONE
    fallback = boundary.assumed.get("fallback")
    if fallback is not None and fallback.value is not NONE:
        return Agreement.AGREED if safe and not _names_nobody(boundary, fallback) else Agreement.OPEN
    handled = boundary.assumed.get("handles")
    if handled is None or handled.value is NONE or TIMED_OUT.isdisjoint(handled.value):
        return Agreement.NONE
    answers = [_covered(_within(fact, limit), boundary.promised) for fact in _counted_on(boundary)]
    if not answers or False in answers:
        return Agreement.NONE
    return Agreement.OPEN if None in answers or safe is None else Agreement.AGREED


def _names_nobody(boundary: Boundary, fallback: Fact) -> bool:
    """Whether a fallback is one word, and so a name, of which nothing is known."""
    name = fallback.value
    return isinstance(name, str) and " " not in name and provider_of(name) not in boundary.system.parties


def _counted_on(boundary: Boundary) -> list[Fact]:
    longest = boundary.assumed.get("latency.max")
    return percentiles(boundary.assumed) + ([longest] if longest is not None and longest.value is not NONE else [])


def _covered(counted: Fact, promised: Side) -> bool | None:
    """Whether what the caller counts on is promised; None where that is not decided."""
    if counted.term != "latency.max":
        return inside(counted, promised)
    longest = promised.get("latency.max")
    if longest is None:
        return None
    return longest.value is not NONE and longest.value <= counted.value


def _within(counted: Fact, limit: Fact) -> Fact:
    """What the caller can count on at most: nothing that comes later than it waits."""
    return counted if counted.value <= limit.value else replace(counted, value=limit.value, text=limit.text)


def _repeats_safely(boundary: Boundary) -> bool | None:
    """Whether the tries that follow a cut do nothing twice; None where nobody says what a repeat does."""
    planned = plan(boundary)
    if planned is None or len(planned.tries) < 2:
        return True
    does, drawn = repeat(boundary), drawn_out(boundary)
    last = planned.tries[-1].start if drawn is None else max(planned.tries[-1].start, drawn.latest)
    return False if is_forgotten(does, last) else does.safe


def still_open(boundary: Boundary, limit: Fact) -> Question:
    """What must be said for an open cut to be agreed."""
    if _repeats_safely(boundary) is None:
        return Question(
            boundary.provider, f"what a repeat of {boundary.subject} does (idempotent)", "always, or by key"
        )
    fallback = boundary.assumed.get("fallback")
    if fallback is not None and fallback.value is not NONE:
        return Question(
            boundary.consumer,
            f"what {fallback.text} is, its fallback for {boundary.subject}",
            "a known operation, or a sentence",
        )
    asks = f"a percentile of {boundary.subject} that covers what {boundary.consumer} counts on"
    return Question(boundary.provider, asks, f"at most {limit.text}")
