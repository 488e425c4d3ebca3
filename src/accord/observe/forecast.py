"""When a creeping quantity will reach its limit, with an interval, from values that season moves up and down.

Only like hours are compared: blocks of a few hours against the same block of other days, so that day and night cancel. The
slope is Theil and Sen's, the median over all such pairs, which a few odd blocks do not move. A creep that began inside the
blocks is steeper than that median: where the last day grew by surely more than the days before, its own pace counts. One younger than about two days may still be told late.
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

BLOCKS_A_DAY = 4
"""Blocks of 6 hours."""
_FEWEST_DAYS = 2
_FEWEST_COMPARED = 3
_STUDENT = 2.353
"""The 95th percentile of Student's distribution with 3 degrees of freedom: a day's four blocks."""


class Forecast(Struct, frozen=True):
    """Hours from the end of the last block until the limit is met: in the middle, and between which two in 9 of 10 cases.

    Infinity is never, at this pace.
    """

    earliest_h: float
    hours: float
    latest_h: float


def forecast(blocks: Sequence[float], limit: float, days: int = 5) -> Forecast | None:
    """When values, one for each block of a quarter of a day, the last last, reach `limit`; NaN is a block nobody saw.

    None where there is too little to say, or where nothing shows that the values rise: the interval of the slope (Sen 1968,
    from Kendall's variance) must lie above 0. Values and the limit are of one unit, above 0; growth is taken as a factor.
    """
    values = np.log(np.asarray(blocks[-days * BLOCKS_A_DAY :], dtype=float))
    pairs = [
        (values[later] - values[earlier]) / (later - earlier)
        for earlier in range(len(values))
        for later in range(earlier + BLOCKS_A_DAY, len(values), BLOCKS_A_DAY)
    ]
    slopes = np.sort([slope for slope in pairs if not math.isnan(slope)])
    if len(values) < _FEWEST_DAYS * BLOCKS_A_DAY + 1 or not len(slopes):
        return None
    low, high = _interval(slopes, len(values) / BLOCKS_A_DAY)
    if low <= 0:
        return None
    middle = float(np.median(slopes))
    slowest, usual, fastest = _of_last_day(values)
    if slowest > middle:
        low, middle = middle, usual
    steep = max(high, fastest)
    last = float(np.nanmean(values[-BLOCKS_A_DAY:])) + max(middle, usual) * (BLOCKS_A_DAY - 1) / 2
    left = max(0.0, math.log(limit) - last)
    each_h = 24 / BLOCKS_A_DAY
    return Forecast(left / steep * each_h, left / middle * each_h, left / low * each_h)


def _of_last_day(values: np.ndarray) -> tuple[float, float, float]:
    """How much a block of the last day grew by, from block to block: surely, on average, and at most in 9 of 10 cases.

    Nothing sure, and no pace of its own, where fewer than three of its blocks can be compared.
    """
    grown = (values[-BLOCKS_A_DAY:] - values[-2 * BLOCKS_A_DAY : -BLOCKS_A_DAY]) / BLOCKS_A_DAY
    grown = grown[~np.isnan(grown)]
    if len(grown) < _FEWEST_COMPARED:
        return -math.inf, 0.0, 0.0
    mean = float(grown.mean())
    reach = _STUDENT * float(grown.std(ddof=1)) / math.sqrt(len(grown))
    return mean - reach, mean, max(mean + reach, float(grown.max()))


def _interval(slopes: np.ndarray, days: float) -> tuple[float, float]:
    """The slopes between which the true one lies in 9 of 10 cases: ranks from Kendall's variance, one series for each hour."""
    variance = BLOCKS_A_DAY * days * (days - 1) * (2 * days + 5) / 18
    reach = 1.6449 * math.sqrt(variance)
    count = len(slopes)
    low = math.floor((count - reach) / 2)
    high = math.ceil((count + reach) / 2)
    if low < 0 or high >= count:
        return -math.inf, math.inf
    return float(slopes[low]), float(slopes[high])
