"""What the tests of 10,000 boundaries cost a minute, and how much is kept of each: `uv run python bench/drift_fleet.py`.

Every boundary has all seven tests, and 24 buckets of its callee's histogram each minute. A minute is everything from the
counts to the alarms. Time is the processor's; beside it, how long it took on the wall.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from accord.files.read import read
from accord.model.drifting import Contract, Seen
from accord.observe import state as states
from accord.observe.agreements import Agreements
from accord.observe.columns import bucket_of
from accord.observe.drift import Fleet
from accord.observe.minutes import Minute

FIRST = 29_928_960
CONTRACT = """
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 3}
---
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, latency: {p99: 1.2s}, availability: 99.9%}
"""


class One:
    """The same contract for every boundary: matching is done once for each, and is not what is measured."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def of(self, found: Sequence[Seen]) -> list[tuple[Contract, None]]:
        return [(self.contract, None)] * len(found)


def agreed() -> Contract:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "accord.yaml"
        file.write_text(CONTRACT)
        [(contract, _)] = Agreements(read([str(file)]).facts).of([Seen("checkout", "payments", "POST /charges")])
        return contract


def told(rng: np.random.Generator, seen: list[Seen], minute: int) -> Minute:
    count, width = len(seen), 24
    middle = bucket_of(400_000_000)
    buckets = np.tile(np.arange(middle - width // 2, middle + width // 2), count)
    slow = rng.poisson(60 / width, count * width).astype(float)
    rows = np.repeat(np.arange(count), width)
    calls = np.bincount(rows, weights=slow, minlength=count)
    nothing = np.zeros(count)
    counts = np.stack([calls, calls, nothing, nothing + 1, calls, *[nothing] * 4], axis=1)
    return Minute(minute, seen, counts, rows, buckets.astype(np.int64), slow)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--boundaries", type=int, default=10_000)
    options.add_argument("--minutes", type=int, default=61)
    given = options.parse_args()
    rng = np.random.default_rng(1)
    seen = [Seen(f"caller-{number % 97}", f"service-{number}", "POST /charges") for number in range(given.boundaries)]
    fleet = Fleet(One(agreed()))  # type: ignore[arg-type]
    cost, wall = [], []
    for minute in [*range(1441), *range(1441, 1441 + given.minutes)]:
        if minute % 30 and minute < 1441:
            continue  # a day of history, thinly
        each = told(rng, seen, FIRST + minute)
        began, processor = time.perf_counter(), time.process_time()
        fleet.step(each)
        if minute > 1441:
            cost.append(1000 * (time.process_time() - processor))
            wall.append(1000 * (time.perf_counter() - began))
    arrays = [
        fleet.hours,
        fleet.block,
        fleet.blocks,
        fleet.traffic.evidence,
        *fleet.story.values(),
        *fleet.rise.values(),
    ]
    arrays += [
        part
        for test in fleet.tests.values()
        for part in (test.evidence, test._calls, test._over, test._bad, test._good)
    ]
    live = sum(array.nbytes for array in arrays) / len(seen)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "state"
        began = time.perf_counter()
        states.write(fleet, file, 1)
        written, size = time.perf_counter() - began, file.stat().st_size
    print(f"{len(seen)} boundaries, {fleet.count} tests, {len(cost)} minutes")
    print(
        f"a minute: {statistics.median(cost):.0f} ms of processor, {statistics.median(wall):.0f} ms on the wall, at most {max(wall):.0f}"
    )
    print(
        f"live: {live:.0f} bytes a boundary; in the state: {size / len(seen):.0f} bytes a boundary, written in {written:.1f} s"
    )


if __name__ == "__main__":
    main()
