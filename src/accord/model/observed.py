"""What telemetry tells of one boundary over a time: counts that add, and how long calls took on either side."""

import math
from collections.abc import Mapping

from msgspec import Struct

from accord.model.duration import show_duration

_SCALE = 32
_ONE = 1000
"""The weight of a call that stands for itself alone (accord.observe.columns.ONE)."""
Buckets = tuple[tuple[int, int], ...]
"""(bucket, calls) in order; a bucket is 1/32 of a factor of two wide: from 2 ** (bucket / 32) nanoseconds on."""


Ranges = tuple[tuple[int, int, int], ...]
"""(low, high, calls) in order: durations above `low` nanoseconds and up to `high`, as a histogram of others tells them."""


class Range(Struct, frozen=True):
    """Where a value lies: from `low` to below `high`, in nanoseconds."""

    low: int
    high: int

    @property
    def middle(self) -> int:
        """The geometric middle: off by at most 1.1 % of the truth."""
        return round(math.sqrt(self.low * self.high))


class Observed(Struct, frozen=True):
    """One boundary; `counts` by the names of accord.observe.columns.COUNTS.

    `consumer` is empty where the caller was not seen, `provider` begins with `peer:` where the callee was not.
    Where calls stand for others, `caller` and `callee` are by weight, scaled to the number of calls that were seen.
    `codes` are (what the caller saw, what the callee said, how many paired calls); -1 is no code. The window that was
    looked at is from `began` until before `ended`, in seconds since 1970; both are 0 where that is not told.
    """

    consumer: str
    provider: str
    operation: str
    environment: str
    counts: Mapping[str, int]
    caller: Buckets = ()
    callee: Buckets = ()
    codes: tuple[tuple[int, int, int], ...] = ()
    caller_ranges: Ranges = ()
    callee_ranges: Ranges = ()
    began: int = 0
    ended: int = 0

    def count(self, name: str) -> int:
        """One of the counts; 0 where it is not told."""
        return self.counts.get(name, 0)

    @property
    def caller_times(self) -> Ranges:
        """How long calls took as the caller saw it, however it was told."""
        return self.caller_ranges or as_ranges(self.caller)

    @property
    def callee_times(self) -> Ranges:
        """The same as the callee saw it."""
        return self.callee_ranges or as_ranges(self.callee)

    @property
    def shares_are_known(self) -> bool:
        """Whether every call has a known weight, so that a share or a percentile of them means something."""
        return self.count("unweighted") == 0

    @property
    def stand_for_others(self) -> bool:
        """Whether the calls are a sample with known weights: shares are then estimates, by weight."""
        return self.shares_are_known and self.count("weighted") not in (0, _ONE * self.count("calls"))

    @property
    def failed(self) -> float:
        """The share of calls of which the caller saw an error, where it was seen, else the callee; by weight where there is one."""
        seen = self.count("paired") + self.count("caller_only")
        if self.stand_for_others:
            weights = self.count("weighted")
            side, of = ("caller", weights - self.count("weighted_callee_only")) if seen else ("callee", weights)
            return self.count(f"weighted_{side}_errors") / (of or 1)
        errors = self.count("caller_errors") if seen else self.count("callee_errors")
        return errors / (seen or self.count("calls") or 1)


def as_ranges(buckets: Buckets) -> Ranges:
    """Buckets with their bounds."""
    return tuple([(bounds(bucket).low, bounds(bucket).high, calls) for bucket, calls in buckets])


def percentile(times: Ranges, share: float) -> Range | None:
    """Where the value lies that at least this share of calls does not exceed; None where there were no calls."""
    total = sum(calls for _, _, calls in times)
    if not total:
        return None
    reached = 0
    for low, high, calls in times:
        reached += calls
        if reached >= share * total:
            return Range(low, high)
    return Range(*times[-1][:2])


def bounds(bucket: int) -> Range:
    """The bounds of a bucket in whole nanoseconds."""
    return Range(round(math.pow(2, bucket / _SCALE)), round(math.pow(2, (bucket + 1) / _SCALE)))


def bucket_of(duration_ns: int) -> int:
    """The bucket that a duration lies in."""
    return math.floor(math.log2(max(duration_ns, 1)) * _SCALE)


def rounded(nanoseconds: int) -> str:
    """A duration in three digits, as a bucket's width allows."""
    digits = max(0, len(str(nanoseconds)) - 3)
    return show_duration(round(nanoseconds / 10**digits) * 10**digits)


def over(times: Ranges, limit_ns: int) -> tuple[int, int]:
    """How many calls took longer than a limit: at least, and at most (those of the range that it lies in)."""
    sure = sum(calls for low, _, calls in times if low >= limit_ns)
    perhaps = sum(calls for _, high, calls in times if high > limit_ns)
    return sure, perhaps


def worst_first(found: Observed) -> tuple[float, ...]:
    """Where a boundary stands in a list: work for nobody and work done twice, then errors, then how long answers take."""
    slow = percentile(found.callee_times or found.caller_times, 0.99)
    calls = found.count("calls") or 1
    wasted = (found.count("late") + found.count("repeated")) / calls
    return (-wasted, -found.failed, -(slow.high if slow else 0))
