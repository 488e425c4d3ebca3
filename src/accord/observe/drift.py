"""The tests of a whole fleet, minute by minute: each boundary against its contract. Minutes are given; there is no clock here."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.boundaries.seen.tested import holds_at
from accord.model.drifting import Alarm, Asks, Breach, Contract, Expectation, Hour, OnItsWay, Seen
from accord.observe.agreements import Agreements
from accord.observe.columns import bound_of, bucket_of
from accord.observe.detectors import DRIFT, FAULT, VANISHED, Lane, Numbers, Shares, Traffic
from accord.observe.envelope import changed
from accord.observe.forecast import forecast
from accord.observe.minutes import CALLS, FAILED, FIRST_TRY, HEAVIEST, SERVED, Minute

LANES: dict[Asks, Lane] = {
    Asks.SLOW: DRIFT,
    Asks.SLOW_AT_ONCE: FAULT,
    Asks.OVER_LIMIT: FAULT,
    Asks.ERRORS: DRIFT,
    Asks.ERRORS_AT_ONCE: FAULT,
    Asks.TRIES: DRIFT,
    Asks.VANISHED: VANISHED,
}
HOURS = 168
_DAY_H, _HOUR, _BLOCK = 24, 60, 360
_BLOCKS = 20
_COARSE = 4
"""Buckets of the histogram kept for the forecast: 8 to a factor of two."""
_BUCKETS = 45 * 8
_LONGEST_GAP = 120
_NONE = -1
_HALF_MORE = 1
"""Which of the effects of a test dates the change: 1.5 times what was agreed."""
Story = NDArray[np.int64]
Small = NDArray[np.int32]


class Fleet:
    """The boundaries seen so far, their contracts, their tests, and a week of hours of each."""

    def __init__(self, agreements: Agreements) -> None:
        self.agreements = agreements
        self.seen: list[Seen] = []
        self.index: dict[Seen, int] = {}
        self.agreed: list[Contract] = []
        self._hours: list[Any] = []
        self.minute = _NONE
        self.since = _NONE
        self.tests: dict[Asks, Shares] = {}
        self.traffic = Traffic(0)
        self.story: dict[Asks, Story] = {asks: np.zeros((0, 3), dtype=np.int64) for asks in Asks}
        self.rise: dict[Asks, Numbers] = {asks: np.zeros(0) for asks in Asks if asks is not Asks.VANISHED}
        self.passed: Story = np.zeros((0, 3), dtype=np.int64)
        self.hours: Small = np.zeros((0, HOURS, 6), dtype=np.int32)
        self.block: Small = np.zeros((0, _BUCKETS), dtype=np.int32)
        self.blocks: Small = np.zeros((0, _BLOCKS, 2), dtype=np.int32)
        self.open_block = _NONE

    @property
    def count(self) -> int:
        """How many tests there are."""
        return sum(len(contract.expectations) for contract in self.agreed)

    # ------------------------------------------------------------------ growing

    def admit(self, found: Iterable[Seen]) -> None:
        """Takes boundaries in that were not seen before, in this order; their tests begin now."""
        new = [each for each in dict.fromkeys(found) if each not in self.index]
        for each, (contract, hours) in zip(new, self.agreements.of(new), strict=True):
            self.index[each] = len(self.seen)
            self.seen.append(each)
            self.agreed.append(contract)
            self._hours.append(hours)
        if new:
            self._fit(len(new))

    def _fit(self, more: int) -> None:
        self.hours, self.passed = _grown(self.hours, more), _grown(self.passed, more)
        self.block, self.blocks = _grown(self.block, more), _grown(self.blocks, more)
        self.story = {asks: _grown(told, more) for asks, told in self.story.items()}
        self.rise = {asks: _grown(told, more) for asks, told in self.rise.items()}
        for asks in Asks:
            if asks is not Asks.VANISHED:
                self.tests[asks] = _fitted(self.tests.get(asks), self._shares(asks), LANES[asks], self.count)
        old = self.traffic.evidence
        self.traffic = Traffic(len(self.seen))
        self.traffic.evidence[: len(old)] = old
        self.traffic._limit = VANISHED.threshold(max(1, self.count))
        self._bounds = {asks: self._first_bad(asks) for asks in (Asks.SLOW, Asks.OVER_LIMIT)}
        self._tries = np.array([_bound(contract.expects(Asks.TRIES)) for contract in self.agreed], dtype=np.int64)
        self._calling = np.array([contract.expects(Asks.VANISHED) is not None for contract in self.agreed])

    def _shares(self, asks: Asks) -> Numbers:
        found = (contract.expects(asks) for contract in self.agreed)
        return np.array([each.share if each else 0.0 for each in found])

    def _first_bad(self, asks: Asks) -> NDArray[np.int64]:
        """The first bucket whose every call is certainly over the bound."""
        found = (contract.expects(asks) for contract in self.agreed)
        return np.array([bucket_of(each.bound) + 1 if each else 1 << 40 for each in found], dtype=np.int64)

    # ------------------------------------------------------------------ one minute

    def step(self, told: Minute) -> list[Alarm]:
        """Takes a minute in, and those before it of which nobody told anything; one that was taken before changes nothing."""
        if told.minute <= self.minute:
            return []
        self.admit(sorted(told.seen))
        if self.since == _NONE:
            self.since = told.minute
        empty = np.zeros(len(self.seen))
        for minute in self._silent(told.minute):
            self.minute = minute
            for asks, test in self.tests.items():
                self._weigh(asks, test, empty, empty, empty)
        self.minute = told.minute
        return [*self._take(told)]

    def _silent(self, until: int) -> range:
        """The minutes without telemetry that have to be counted; a long gap is cut to its last hours, in whole blocks."""
        if self.minute == _NONE:
            return range(0)
        gap = until - self.minute - 1
        left_out = max(0, gap - _LONGEST_GAP) // DRIFT.minutes * DRIFT.minutes
        return range(self.minute + 1 + left_out, until)

    def _take(self, told: Minute) -> Iterator[Alarm]:
        where = np.array([self.index[each] for each in told.seen], dtype=np.int64)
        counts = np.zeros((len(self.seen), told.counts.shape[1]))
        counts[where] = told.counts
        known = counts[:, HEAVIEST] > 0
        holds = np.array([holds_at(each, told.minute) for each in self._hours]) & known
        each = np.divide(1.0, counts[:, HEAVIEST], out=np.zeros(len(self.seen)), where=known)
        at = where[told.rows]
        over = {asks: self._over(asks, at, told) * holds for asks in self._bounds}
        served, tries = counts[:, SERVED] * holds, counts[:, FIRST_TRY:] * holds[:, None]
        beyond = (tries * (np.arange(1, 6)[None, :] > self._tries[:, None])).sum(axis=1) * (self._tries > 0)
        failed = np.minimum(counts[:, FAILED] * holds, served)
        bad = {
            Asks.SLOW: (served, over[Asks.SLOW]),
            Asks.SLOW_AT_ONCE: (served, over[Asks.SLOW]),
            Asks.OVER_LIMIT: (served, over[Asks.OVER_LIMIT]),
            Asks.ERRORS: (served, failed),
            Asks.ERRORS_AT_ONCE: (served, failed),
            Asks.TRIES: (tries.sum(axis=1), beyond),
        }
        self._count_untested(counts, known)
        due, telling = self._due(), self._telling(told)
        self._remember(told, counts, at, telling, served, over)
        for asks, (calls, worse) in bad.items():
            for found in np.flatnonzero(self._weigh(asks, self.tests[asks], calls, worse, each)):
                yield self._alarm(asks, int(found))
        for found in np.flatnonzero(self._listen(counts[:, CALLS], due, telling & self._calling)):
            yield self._alarm(Asks.VANISHED, int(found), due[found])

    def _count_untested(self, counts: Numbers, known: NDArray[np.bool_]) -> None:
        """Minutes of each boundary: all, those of unknown weights, and those whose weights differ, so that tries have none."""
        seen = counts[:, CALLS] > 0
        untried = seen & known & (counts[:, FIRST_TRY:].sum(axis=1) == 0)
        self.passed += np.stack([seen, seen & ~known, untried], axis=1)

    def _over(self, asks: Asks, at: NDArray[np.int64], told: Minute) -> Numbers:
        certain = told.slow * (told.buckets >= self._bounds[asks][at])
        return np.bincount(at, weights=certain, minlength=len(self.seen)).astype(float)

    def _weigh(self, asks: Asks, test: Shares, calls: Numbers, over: Numbers, each: Numbers) -> NDArray[np.bool_]:
        """Steps a test of all boundaries, and keeps since when its evidence rises, of how many calls, and how many were bad.

        It rises since the last minute at which everything before spoke for the agreement (Page's sum for half as much again).
        A call says as much as `each` has of it: 1 over the largest weight of its boundary. A span that is kept with a chance
        p has the weight w = 1 / p, and its likelihood ratio L counts as L ** (w / heaviest); the mean of what is kept is then
        at most 1 + (E L - 1) / heaviest, so that the bound on false alarms holds for any way of drawing them.
        """
        story, rise = self.story[asks], self.rise[asks]
        story[:, 0] = np.where(story[:, 0] == 0, self.minute, story[:, 0])
        story[:, 1] += np.rint(calls).astype(np.int64)
        story[:, 2] += np.rint(over).astype(np.int64)
        calls, over = calls * each, over * each
        rise += over * test._bad[:, _HALF_MORE] + (calls - over) * test._good[:, _HALF_MORE]
        np.maximum(rise, 0, out=rise)
        alarms = test.step(calls, over)
        story[(rise == 0) & ~alarms] = 0
        return alarms

    def _listen(self, calls: Numbers, due: Numbers, counts: NDArray[np.bool_]) -> NDArray[np.bool_]:
        story = self.story[Asks.VANISHED]
        story[:, 0] = np.where(story[:, 0] == 0, self.minute, story[:, 0])
        story[:, 1] += calls.astype(np.int64)
        alarms = self.traffic.step(calls, due, counts)
        quiet = np.logaddexp.reduce(self.traffic.evidence, axis=1) <= np.log(3)
        story[quiet & ~alarms] = 0
        return alarms

    # ------------------------------------------------------------------ what was before

    def _telling(self, told: Minute) -> NDArray[np.bool_]:
        """Where silence would mean something: the caller tells of itself, and not of calls whose callee is hidden."""
        hidden = {each.consumer for each in told.seen if each.provider.startswith("peer:")}
        speaking = {each.consumer for each in told.seen} | {each.provider for each in told.seen}
        return np.array(
            [
                each.consumer in speaking and (each.provider in speaking or each.consumer not in hidden)
                for each in self.seen
            ]
        )

    def _due(self) -> Numbers:
        """Half of the least that came a minute in this hour of earlier days, and no more than in the hours just before."""
        if self.minute - self.since < _DAY_H * _HOUR:
            return np.zeros(len(self.seen))
        hour = self.minute // _HOUR
        mean = self.hours[:, :, 2] / np.maximum(self.hours[:, :, 1], 1)
        known = (self.hours[:, :, 1] >= _HOUR // 2) & (self.hours[:, :, 0] > hour - HOURS)
        before = known & (self.hours[:, :, 0] % _DAY_H == hour % _DAY_H) & (self.hours[:, :, 0] < hour)
        just = known & (self.hours[:, :, 0] >= hour - 2) & (self.hours[:, :, 0] < hour)
        least = np.where(before, mean, np.inf).min(axis=1, initial=np.inf)
        recent = np.where(just, mean, 0.0).max(axis=1, initial=0.0)
        due: Numbers = np.where(np.isfinite(least), np.minimum(least, recent) / 2, 0.0)
        return due

    def _remember(
        self,
        told: Minute,
        counts: Numbers,
        at: NDArray[np.int64],
        telling: NDArray[np.bool_],
        served: Numbers,
        over: Mapping[Asks, Numbers],
    ) -> None:
        hour = told.minute // _HOUR
        slot = self.hours[:, hour % HOURS]
        slot[slot[:, 0] != hour] = 0
        slot[:, 0] = hour
        slot[:, 1] += telling | (counts[:, CALLS] > 0)
        slot[:, 2] += counts[:, CALLS].astype(np.int32)
        for column, values in ((3, served), (4, over[Asks.SLOW]), (5, over[Asks.OVER_LIMIT])):
            slot[:, column] += np.rint(values).astype(np.int32)
        self._close_block(told.minute // _BLOCK)
        np.add.at(
            self.block, (at, np.clip(told.buckets // _COARSE, 0, _BUCKETS - 1)), np.rint(told.slow).astype(np.int32)
        )

    def _close_block(self, block: int) -> None:
        if block == self.open_block:
            return
        if self.open_block != _NONE:
            total = self.block.sum(axis=1)
            share = np.array([contract.percentile for contract in self.agreed])
            reached = np.cumsum(self.block, axis=1) >= np.ceil(share * total)[:, None]
            found = np.where(total > 0, reached.argmax(axis=1), _NONE)
            self.blocks[:, self.open_block % _BLOCKS] = np.stack([np.full(len(found), self.open_block), found], axis=1)
        self.block[:] = 0
        self.open_block = block

    # ------------------------------------------------------------------ what is told

    def _alarm(self, asks: Asks, number: int, due: float = 0.0) -> Alarm:
        contract, story = self.agreed[number], self.story[asks][number].copy()
        self.story[asks][number] = 0
        if asks in self.rise:
            self.rise[asks][number] = 0
        expected = contract.expects(asks)
        assert expected is not None  # a test that nothing was agreed for never alarms
        blocks = self._percentiles(number)
        return Alarm(
            self.seen[number],
            contract,
            expected,
            LANES[asks].name,
            self.minute,
            int(story[0]) or self.minute,
            int(story[1]),
            int(story[2]),
            due * (self.minute - int(story[0]) + 1),
            self._breach(contract, blocks) if asks in (Asks.SLOW, Asks.SLOW_AT_ONCE) else None,
            tuple(Hour(int(h) * _HOUR, int(n), int(c), int(o), int(b)) for h, n, _, c, o, b in self._week(number)),
            tuple((block * _BLOCK, value) for block, value in blocks if value),
        )

    def _week(self, number: int) -> Small:
        rows = self.hours[number]
        rows = rows[(rows[:, 0] > self.minute // _HOUR - HOURS) & (rows[:, 1] > 0)]
        ordered: Small = rows[np.argsort(rows[:, 0])]
        return ordered

    def _percentiles(self, number: int) -> list[tuple[int, int]]:
        """The agreed percentile of each of the last blocks of 6 hours, the last last; 0 where nothing was seen."""
        known = {int(block): int(bucket) for block, bucket in self.blocks[number] if bucket >= 0 and block > 0}
        span = range(self.open_block - _BLOCKS, self.open_block)
        return [(block, bound_of(known[block] * _COARSE + _COARSE // 2) if block in known else 0) for block in span]

    def _breach(self, contract: Contract, blocks: list[tuple[int, int]]) -> Breach | None:
        if not contract.limit_ns:
            return None
        first = next((number for number, (_, value) in enumerate(blocks) if value), len(blocks))
        found = forecast([value or np.nan for _, value in blocks[first:]], contract.limit_ns)
        if found is None:
            return None
        end = self.open_block * _BLOCK

        def at(hours: float) -> int:
            return end + round(hours * _HOUR) if np.isfinite(hours) else _NONE

        return Breach(at(found.earliest_h), at(found.hours), at(found.latest_h))

    def coming(self) -> Iterator[OnItsWay]:
        """The tests without an alarm whose evidence grows, the strongest first."""
        found = [
            OnItsWay(
                self.seen[number],
                expected,
                LANES[asks].name,
                float(test.strength[number]),
                int(self.story[asks][number, 0]),
            )
            for asks, test in self.tests.items()
            for number in np.flatnonzero(test.strength > 0.25)
            if (expected := self.agreed[number].expects(asks)) is not None
        ]
        yield from sorted(found, key=lambda each: (-each.strength, each.seen, each.expectation.asks))

    def untested(self) -> list[str]:
        """Where something is agreed and minutes of this run say nothing of it, and why."""
        found = []
        for seen, contract, (minutes, unknown, untried) in zip(self.seen, self.agreed, self.passed, strict=True):
            if unknown and contract.expectations:
                found.append(
                    f"{seen.name}: {unknown} of {minutes} minutes, of spans of which nothing says how they were drawn"
                )
            if untried and contract.expects(Asks.TRIES):
                found.append(f"{seen.name}: the tries of {untried} of {minutes} minutes, of spans of different weight")
        return sorted(found)

    def information(self) -> list[str]:
        """What is no alarm: what changed inside the contract, then boundaries without anything agreed, and why."""
        pairs = zip(self.seen, self.agreed, strict=True)
        without = sorted(
            f"{seen.name}: {contract.because or 'nothing is agreed that could be tested'}"
            for seen, contract in pairs
            if not contract.expectations
        )
        return [*sorted(self._changes()), *without]

    def _changes(self) -> Iterator[str]:
        for number, (seen, contract) in enumerate(zip(self.seen, self.agreed, strict=True)):
            expected = contract.expects(Asks.SLOW)
            found = changed(self.hours[number], self.minute // _HOUR) if expected else None
            if expected and found and found.over <= expected.share * found.calls:
                yield (
                    f"{seen.name}: changed, still inside what is agreed: {100 * found.over / found.calls:.2g} % of {found.calls} "
                    f"answers took longer than {expected.text} in the last {found.hours}h, at most {100 * found.usual:.2g} % in the "
                    f"same hours of {found.days} days before ({100 * expected.share:.3g} % is agreed: {expected.at})"
                )


def _grown(rows: NDArray[Any], more: int) -> NDArray[Any]:
    return np.concatenate([rows, np.zeros((more, *rows.shape[1:]), dtype=rows.dtype)])


def _bound(expected: Expectation | None) -> int:
    return expected.bound if expected else 0


def _fitted(old: Shares | None, agreed: Numbers, lane: Lane, tests: int) -> Shares:
    """A test of more boundaries that goes on where the old one stood; the threshold is that of all tests together."""
    new = Shares(agreed, lane)
    new._limit = lane.threshold(max(1, tests))
    if old is not None:
        count = len(old.agreed)
        new.evidence[:count] = old.evidence
        new._calls[:count], new._over[:count], new._minutes = old._calls, old._over, old._minutes
    return new
