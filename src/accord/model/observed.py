"""What telemetry tells of one boundary over a time: counts that add, and how long calls took on either side."""

import math
from collections.abc import Mapping

from msgspec import Struct

from accord.model.duration import show_duration

_SCALE = 32
_ONE = 1000
"""The weight of a call that stands for itself, in the counts."""
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
    `codes` are (what the caller saw, what the callee said, how many paired calls); -1 is no code. The window that was
    looked at is from `began` until before `ended`, in seconds since 1970; both are 0 where that is not told. Calls came
    in so many `windows` of it, the last of which ended at `last`, the two furthest apart being `longest_gap_s` apart. Where spans
    stand for different numbers of calls (`is_weighted`), the times are of the calls that they stand for.
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
    last: int = 0
    windows: int = 0
    longest_gap_s: int = 0

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
    def is_weighted(self) -> bool:
        """Whether spans were drawn with different chances, each of which is known.

        Shares are then those of their weights, and the times are of the calls that the spans stand for.
        """
        heaviest = self.count("heaviest")
        return self.shares_are_known and heaviest > 0 and self.count("weighted") != heaviest * self.count("calls")

    @property
    def stands_for(self) -> float:
        """For how many calls one span stands at most, where they are weighted; else 1: every count is of calls themselves.

        Counts by weight say as much as this part of them: an outcome whose spans are kept with a chance of p counts 1 / p
        for each, and dividing by the largest such weight keeps every bound on chance that holds for single calls.
        """
        return self.count("heaviest") / _ONE if self.is_weighted else 1.0

    def errors(self, side: str) -> tuple[int, int]:
        """How many calls failed as a side (caller, callee) saw it, of how many it saw; by weight where spans are weighted."""
        if self.is_weighted:
            times = self.caller_times if side == "caller" else self.callee_times
            return round(self.count(f"weighted_{side}_errors") / _ONE), sum(calls for _, _, calls in times)
        return self.count(f"{side}_errors"), self.count("paired") + self.count(f"{side}_only")

    @property
    def failed(self) -> float:
        """The share of calls of which the caller saw an error, where it was seen, else the callee."""
        by_caller = self.count("paired") + self.count("caller_only") > 0
        errors, seen = self.errors("caller" if by_caller else "callee")
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
