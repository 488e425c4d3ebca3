"""When a creeping quantity will reach its limit, with an interval, from values that season moves up and down.

Only like hours are compared: blocks of a few hours against the same block of other days, so that day and night cancel. The
slope is Theil and Sen's, the median over all such pairs, which a few odd blocks do not move.
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

BLOCKS_A_DAY = 4
"""Blocks of 6 hours."""
_FEWEST_DAYS = 2
_SURE = 0.9


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
    last = float(np.nanmean(values[-BLOCKS_A_DAY:])) + float(np.median(slopes)) * (BLOCKS_A_DAY - 1) / 2
    left = max(0.0, math.log(limit) - last)
    each_h = 24 / BLOCKS_A_DAY
    return Forecast(left / high * each_h, left / float(np.median(slopes)) * each_h, left / low * each_h)


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
