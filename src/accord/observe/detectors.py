"""Tests that run for ever: whether counts still keep to what was agreed, with false alarms bounded for a whole fleet.

E-detectors (Shin, Ramdas and Rinaldo 2022) in the form of Shiryaev and Roberts: evidence against "the share of slow calls is
at most what was agreed, whatever happened before" is multiplied block by block, from every possible beginning at once. The
mean time to a false alarm is at least the threshold, under any season and any dependence, as long as the agreement holds;
there is nothing to learn and nothing to tune to the data.

What one block can add is capped at an equal part of the threshold, so that a burst shorter than the lane's patience can
never raise an alarm; a capped gain is a smaller one, so the bound stays true.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

MINUTES_A_MONTH = 30 * 24 * 60
MONTHS = 1000
"""A single test raises a false alarm at most once in this many months on average, however few there are."""
_EFFECTS = np.array([1.25, 1.5, 2.0, 4.0, 10.0])
"""By how many times the agreed share may be exceeded: evidence is gathered for each, and averaged."""
_FEWER = np.array([0.5, 0.1, 0.01])
"""To what part of the expected traffic it may have fallen."""


class Lane(Struct, frozen=True):
    """How patient a test is: evidence counts by blocks of `minutes`, and no fewer than `blocks` of them raise an alarm.

    0 blocks is no patience at all: one may be enough.
    """

    name: str
    minutes: int
    blocks: int

    def threshold(self, tests: int, fleet_months: float = 1.0) -> float:
        """The evidence, as its logarithm, at which a fleet of so many tests has one false alarm in `fleet_months` at most.

        The sum over the tests of one over their mean times is the rate of the fleet, whatever ties them to each other.
        """
        months = max(MONTHS, tests * fleet_months)
        return math.log(months * MINUTES_A_MONTH / self.minutes)


DRIFT = Lane("drift", 30, 3)
"""Slow change, for a ticket: bursts below an hour never count."""
FAULT = Lane("fault", 1, 5)
"""Something broke, for a page."""
VANISHED = Lane("vanished", 1, 0)
"""Traffic that was there is gone: one whole minute without a call may be enough, where many were due."""


class Shares:
    """Many tests at once: whether the share of calls that count as bad stays at most what was agreed for each.

    `agreed` are the shares, between 0 and 1: 0.01 for calls slower than a p99, one minus the availability for errors. A
    share of 0 or less, or of 1 or more, is no agreement, and never alarms.
    """

    def __init__(self, agreed: Numbers, lane: Lane = DRIFT, fleet_months: float = 1.0) -> None:
        self.lane = lane
        self.agreed = np.asarray(agreed, dtype=float)
        tested = (self.agreed > 0) & (self.agreed < 1)
        share = np.where(tested, self.agreed, 0.5)[:, None]
        worse = np.minimum(share * _EFFECTS, (1 + share) / 2)
        self._bad = np.where(tested[:, None], np.log(worse / share), 0.0)
        self._good = np.where(tested[:, None], np.log1p(-worse) - np.log1p(-share), 0.0)
        self._limit = lane.threshold(max(1, int(tested.sum())), fleet_months)
        self._tested = tested
        count = len(self.agreed)
        self.evidence = np.full((count, len(_EFFECTS)), -np.inf)
        self._calls, self._over = np.zeros(count), np.zeros(count)
        self._minutes = 0

    def step(self, calls: Numbers, over: Numbers) -> Flags:
        """One minute of each boundary: how many calls there were, and how many of them were bad. Which tests alarm now.

        Where nothing was seen both are 0, which is no evidence either way. After an alarm a test begins anew.
        """
        self._calls += calls
        self._over += over
        self._minutes += 1
        if self._minutes < self.lane.minutes:
            return np.zeros(len(self.agreed), dtype=bool)
        gains = self._over[:, None] * self._bad + (self._calls - self._over)[:, None] * self._good
        empty = self._calls == 0
        self._calls[:], self._over[:], self._minutes = 0, 0, 0
        return _gathered(self.evidence, gains, self._limit, self.lane, self._tested & ~empty)

    @property
    def strength(self) -> Numbers:
        """How far each test is on the way to an alarm, 1 at the alarm itself; 0 where there is no evidence."""
        return np.clip(_mean(self.evidence) / self._limit, 0, None)

    def state(self) -> dict[str, Any]:
        """Everything that must survive a restart, as plain values."""
        return {
            "evidence": self.evidence.tolist(),
            "calls": self._calls.tolist(),
            "over": self._over.tolist(),
            "minutes": self._minutes,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on where a state of as many tests ended; raises ValueError for one of another size."""
        evidence = np.array(state["evidence"], dtype=float)
        if evidence.shape != self.evidence.shape:
            raise ValueError(f"a state of {len(evidence)} tests does not fit {len(self.evidence)}")
        self.evidence, self._minutes = evidence, int(state["minutes"])
        self._calls, self._over = np.array(state["calls"], dtype=float), np.array(state["over"], dtype=float)


class Traffic:
    """Many tests at once: whether as many calls come as are due. What is due is told minute by minute."""

    def __init__(self, count: int, lane: Lane = VANISHED, fleet_months: float = 1.0) -> None:
        self.lane = lane
        self.evidence = np.full((count, len(_FEWER)), -np.inf)
        self._limit = lane.threshold(max(1, count), fleet_months)

    def step(self, calls: Numbers, due: Numbers, seen: Flags) -> Flags:
        """One minute: how many calls came and how many were due at the least (0: none, nothing is tested).

        `seen` is where telemetry arrived at all: a minute of which nobody tells anything is no evidence.
        """
        expected = np.asarray(due, dtype=float)[:, None]
        gains = expected * (1 - _FEWER) + np.asarray(calls, dtype=float)[:, None] * np.log(_FEWER)
        return _gathered(self.evidence, gains, self._limit, self.lane, seen & (due > 0))


def _gathered(evidence: Numbers, gains: Numbers, limit: float, lane: Lane, counts: Flags) -> Flags:
    """Adds a block to the evidence, in place: which tests alarm; they begin anew."""
    cap = limit / lane.blocks if lane.blocks else np.inf
    grown = np.logaddexp(evidence, 0.0) + np.minimum(gains, cap)
    evidence[counts] = grown[counts]
    alarms: Flags = counts & (_mean(evidence) >= limit - 1e-9)
    evidence[alarms] = -np.inf
    return alarms


def _mean(evidence: Numbers) -> Numbers:
    """The logarithm of the mean over the effects."""
    mean: Numbers = np.logaddexp.reduce(evidence, axis=1) - math.log(evidence.shape[1])
    return mean
