"""How far two samples are from saying the same, in standard errors that allow for what an ordinary day changes too.

Samples of windows differ by chance and because no two hours are alike. The second part is a variance that is added to the
first, as random effects are (DerSimonian and Laird 1986): without it a boundary with many calls would stand out by nothing.
"""

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist, median

from msgspec import Struct

_DAY_OF_LOG_TIMES = 0.1
"""Own times of two hours of one system differ by a tenth, as they do where load has a daily swing of 12 % (docs/figures.md)."""
_DAY_OF_LOGITS = 0.25
"""The odds of an event differ by a quarter between two hours, as the mix of requests does. A choice of ours."""
_PRIOR_TRACES = 4.0
"""How many traces of a typical boundary the variance of each is mixed with, so that two that agree by chance are no certainty
(Smyth 2004, moderated t)."""
_FALSE = 0.01
"""The chance that anything stands out where nothing changed."""


class Mean(Struct, frozen=True):
    """A weighted mean, how many equal weights it is worth, and the variance of one of them."""

    mean: float
    worth: float
    variance: float


def mean_of(values: Sequence[tuple[float, float]]) -> Mean:
    """The mean of (value, weight); raises ZeroDivisionError where there are none."""
    total = sum(weight for _, weight in values)
    squares = sum(weight * weight for _, weight in values)
    mean = sum(value * weight for value, weight in values) / total
    worth = total * total / squares
    spread = sum(weight * (value - mean) ** 2 for value, weight in values) / total
    return Mean(mean, worth, spread * worth / (worth - 1) if worth > 1 else 0.0)


def typical_variance(means: Iterable[Mean]) -> float:
    """The variance of the boundary in the middle; of none, that of log times a tenth apart."""
    known = [each.variance for each in means if each.worth > 2]
    return median(known) if known else _DAY_OF_LOG_TIMES**2


def between_means(before: Mean, after: Mean, typical: float) -> float:
    """How far two means of log times are apart; positive where the second is larger."""
    error = _DAY_OF_LOG_TIMES**2
    for each in (before, after):
        freedom = max(each.worth - 1, 0.0)
        variance = (_PRIOR_TRACES * typical + freedom * each.variance) / (_PRIOR_TRACES + freedom)
        error += variance / each.worth
    return (after.mean - before.mean) / math.sqrt(error)


def between_shares(before: tuple[float, float], after: tuple[float, float]) -> float:
    """How far two shares (some, total) are apart: the signed root of the likelihood ratio, less what an ordinary day does to it."""
    (some, all_), (others, all_others) = before, after
    if not all_ or not all_others:
        return 0.0
    together = (some + others) / (all_ + all_others)
    if together <= 0 or together >= 1:
        return 0.0
    ratio = 2 * (_surprise(some, all_, together) + _surprise(others, all_others, together))
    known = together * (1 - together) * all_ * all_others / (all_ + all_others)
    size = math.sqrt(max(ratio, 0.0) / (1 + _DAY_OF_LOGITS**2 * known))
    return math.copysign(size, others / all_others - some / all_)


def _surprise(some: float, total: float, share: float) -> float:
    """The gain in log likelihood of a sample's own share over a share that was given."""
    gain = 0.0
    for count, expected in ((some, share * total), (total - some, (1 - share) * total)):
        if count > 0:
            gain += count * math.log(count / expected)
    return gain


def standing_out(tests: int) -> float:
    """From which distance on a change stands out of so many that were tested: the chance of a false one is 1 % in all."""
    return NormalDist().inv_cdf(1 - _FALSE / 2 / max(tests, 1))
