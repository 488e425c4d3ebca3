"""What a boundary usually does, learned from its own last days: that it does otherwise now is information, and never an alarm.

The contract may still be kept; nobody promised that nothing changes.
"""

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

_HOUR, _SERVED, _OVER = 0, 3, 4
"""Columns of an hour: its number since 1970, calls answered, and those of them that were slower than is agreed."""
_SPANS_H = (6, 24)
_DAY_H, _DAYS, _LEAST_DAYS = 24, 6, 3
_LEAST_CALLS = 100
_SURE = math.log(1e6)


class Changed(Struct, frozen=True):
    """In the last `hours` so many of so many calls were slow, and at most a share of `usual` in these hours of `days` days before."""

    hours: int
    calls: int
    over: int
    days: int
    usual: float


def changed(hours: NDArray[np.int32], now: int) -> Changed | None:
    """What is surely more than on any of the days before, in the whole hours before `now`; None where nothing is.

    At least three days must be known. Chernoff's bound on the binomial tail (https://en.wikipedia.org/wiki/Chernoff_bound)
    against the share of the worst of them: chance below one in a million.
    """
    return next((found for span in _SPANS_H if (found := _over_span(hours, now, span)) is not None), None)


def _over_span(hours: NDArray[np.int32], now: int, span: int) -> Changed | None:
    calls, over = _summed(hours, now - span, now)
    before = [_summed(hours, now - span - day * _DAY_H, now - day * _DAY_H) for day in range(1, _DAYS + 1)]
    known = [(served, slow) for served, slow in before if served >= _LEAST_CALLS]
    if len(known) < _LEAST_DAYS or calls < _LEAST_CALLS:
        return None
    usual = max((slow + 1) / (served + 1) for served, slow in known)
    return Changed(span, calls, over, len(known), usual) if _surely_more(over, calls, usual) else None


def _summed(hours: NDArray[np.int32], since: int, until: int) -> tuple[int, int]:
    rows = hours[(hours[:, _HOUR] >= since) & (hours[:, _HOUR] < until)]
    return int(rows[:, _SERVED].sum()), int(rows[:, _OVER].sum())


def _surely_more(over: int, calls: int, share: float) -> bool:
    found = over / calls
    if found <= share:
        return False
    apart = found * math.log(found / share)
    if found < 1:
        apart += (1 - found) * math.log((1 - found) / (1 - share))
    return calls * apart > _SURE
