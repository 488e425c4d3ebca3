"""When a cut is agreed: the caller handles it, says what it counts on instead, and repeats nothing that is unsafe.

What it counts on is a percentile inside the provider's promise, or a stated fallback that happens instead.
"""

from enum import Enum

from accord.boundaries.limits import attempts, tries_again
from accord.boundaries.percentiles import inside, percentiles
from accord.boundaries.repeats import repeat
from accord.boundaries.system import Boundary
from accord.model.fact import Fact
from accord.model.nothing import NONE


class Agreement(Enum):
    """AGREED: both sides know of the cut. OPEN: it would be, had the provider said one thing more. NONE: it is not."""

    AGREED = "agreed"
    OPEN = "open"
    NONE = "none"


def agreement(boundary: Boundary, limit: Fact) -> Agreement:
    """Whether answers later than `limit` are cut with both sides' knowledge."""
    if tries_again(boundary, attempts(boundary)) and repeat(boundary).safe is not True:
        return Agreement.NONE
    fallback = boundary.assumed.get("fallback")
    if fallback is not None and fallback.value is not NONE:
        return Agreement.AGREED
    handled = boundary.assumed.get("handles")
    if handled is None or handled.value is NONE or "timeout" not in handled.value:
        return Agreement.NONE
    counted = percentiles(boundary.assumed)
    if not counted or any(fact.value > limit.value for fact in counted):
        return Agreement.NONE
    answers = [inside(fact, boundary.promised) for fact in counted]
    if False in answers:
        return Agreement.NONE
    return Agreement.OPEN if None in answers else Agreement.AGREED
