"""How long before it bites a creeping slowdown is reported, and how often nothing was there: `uv run --with river python bench/drift.py`.

One boundary, 60 calls a minute with day and week in it, single latencies drawn from three workloads; the caller's limit is
T, the agreed p99 0.6 T, the p99 where nothing is wrong about 0.4 T. A creep takes the p99 from there to T in 72 hours. In all
months there are benign bursts of 10 minutes, deploys that shift the level a little, and gaps without telemetry. A breach is
the first 5 minutes whose p99 is over T, with at least half of the hour from there as bad.

Beside it in the same run: multi-window burn-rate alerts on the caller's own limit, and ADWIN and Page-Hinkley of river on
the p99 of each minute (where river is installed).
"""

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from accord.observe.detectors import DRIFT, Shares

T, AGREED, USUAL = 1.0, 0.6, 0.4
DAY = 1440
Z99 = 2.3263478740408408


def wobble(rng: np.random.Generator, minutes: int) -> np.ndarray:
    """The level of latency, as a logarithm: day, week, slow noise, bursts and deploys, all of it benign."""
    t = np.arange(minutes)
    level = 0.12 * np.sin(2 * np.pi * t / DAY - 1.2) - 0.08 * ((t // DAY) % 7 >= 5)
    noise, decay = rng.normal(0, 0.05 * math.sqrt(1 - math.exp(-1 / 15)), minutes), math.exp(-1 / 30)
    for minute in range(1, minutes):
        noise[minute] += decay * noise[minute - 1]
    for burst in rng.integers(0, minutes - 10, rng.poisson(minutes / DAY / 3)):
        level[burst : burst + 10] += rng.uniform(0.2, 0.5)
    for deploy in rng.integers(0, minutes, rng.poisson(minutes / DAY * 2 / 7)):
        level[deploy:] += rng.normal(0, 0.04)
    return level + noise


def lognormal(rng: np.random.Generator, of: np.ndarray, level: np.ndarray, busy: np.ndarray) -> np.ndarray:
    """One mode with a long tail: sigma 0.6."""
    return USUAL * np.exp(level[of] + 0.6 * (rng.normal(size=len(of)) - Z99))


def bimodal(rng: np.random.Generator, of: np.ndarray, level: np.ndarray, busy: np.ndarray) -> np.ndarray:
    """A cache that misses 4 % of the time: a miss takes ten times as long, and its upper quarter is the p99."""
    miss = rng.random(len(of)) < 0.04
    hit = 0.03 * np.exp(0.4 * rng.normal(size=len(of)))
    slow = USUAL * np.exp(0.25 * (rng.normal(size=len(of)) - 0.6745))
    return np.where(miss, slow, hit) * np.exp(level[of])


def queue(rng: np.random.Generator, of: np.ndarray, level: np.ndarray, busy: np.ndarray) -> np.ndarray:
    """One server with a queue: the mean grows as 1 / (1 - load), and the load with the traffic of the day."""
    usual = USUAL / math.log(100) * (1 - 0.55)
    load = np.clip(0.5 + 0.1 * (busy[of] - 1), 0.05, 0.9)
    return rng.exponential(usual * np.exp(level[of]) / (1 - load))


SHAPES: dict[str, Callable[..., np.ndarray]] = {"lognormal": lognormal, "bimodal": bimodal, "queue": queue}


class Month:
    """What telemetry tells of one boundary, minute by minute."""

    def __init__(self, rng: np.random.Generator, shape: str, days: int, creep_h: float = 0, begins: int = 0) -> None:
        minutes = days * DAY
        t = np.arange(minutes)
        busy = 1 + 0.5 * np.sin(2 * np.pi * t / DAY - 1.2)
        level = wobble(rng, minutes)
        if creep_h:
            level = level + math.log(T / USUAL) * np.clip((t - begins) / (creep_h * 60), 0, 1.3)
        counts = rng.poisson(60 * busy)
        of = np.repeat(t, counts)
        taken = SHAPES[shape](rng, of, level, busy)
        for gap in rng.integers(0, minutes, rng.poisson(days / 10)):
            counts[gap : gap + rng.integers(5, 120)] = 0
        taken, of = taken[counts[of] > 0], of[counts[of] > 0]
        self.calls = counts.astype(float)
        self.over_agreed = np.bincount(of[taken > AGREED * T], minlength=minutes).astype(float)
        self.over_limit = np.bincount(of[taken > T], minlength=minutes).astype(float)
        order = np.lexsort((taken, of))
        last = np.cumsum(counts) - 1
        rank = np.clip(last - np.maximum(np.ceil(0.01 * counts) - 1, 0).astype(int), 0, max(len(taken) - 1, 0))
        self.p99 = np.where(counts > 0, taken[order][rank], np.nan)

    def breach(self) -> int | None:
        """The minute of the first sustained breach."""
        bad = _sums(self.over_limit, 5) > 0.01 * _sums(self.calls, 5)
        held = _sums(bad.astype(float), 60)
        found = np.flatnonzero(bad[: len(held)] & (held >= 30))
        return int(found[0]) + 4 if len(found) else None


def _sums(values: np.ndarray, width: int) -> np.ndarray:
    summed = np.concatenate([[0], np.cumsum(values)])
    return summed[width:] - summed[:-width]


def ours(month: Month) -> list[int]:
    """The minutes at which the drift lane alarms, for a test that is one of a thousand."""
    test = Shares(np.array([0.01]), DRIFT)
    return [
        minute
        for minute, (calls, over) in enumerate(zip(month.calls, month.over_agreed, strict=True))
        if test.step(np.array([calls]), np.array([over]))[0]
    ]


def burn_rate(month: Month, objective: float) -> list[int]:
    """Multi-window burn-rate alerts: 14.4 over 1 h and 5 min, 6 over 6 h and 30 min, 1 over 3 days and 6 h."""
    firing = np.zeros(len(month.calls), dtype=bool)
    for long, short, factor in ((60, 5, 14.4), (360, 30, 6.0), (4320, 360, 1.0)):
        both = np.ones(len(month.calls), dtype=bool)
        for width in (long, short):
            rate = np.zeros(len(month.calls))
            share = _sums(month.over_limit, width) / np.maximum(_sums(month.calls, width), 1)
            rate[width - 1 :] = share / (1 - objective)
            both &= rate > factor
        firing |= both
    return [int(minute) for minute in np.flatnonzero(firing)]


def of_river(name: str) -> Callable[[Month], list[int]]:
    """ADWIN or Page-Hinkley as they come, on the logarithm of each minute's p99."""
    from river import drift

    def alarms(month: Month) -> list[int]:
        test: Any = drift.ADWIN() if name == "ADWIN" else drift.PageHinkley()
        found = []
        for minute, value in enumerate(month.p99):
            if not math.isnan(value):
                test.update(math.log(value))
                if test.drift_detected:
                    found.append(minute)
        return found

    return alarms


def peers() -> dict[str, Callable[[Month], list[int]]]:
    """Every way of telling, ours first."""
    found: dict[str, Callable[[Month], list[int]]] = {
        "Accord, drift lane": ours,
        "burn rate, 99.9 % within T": lambda month: burn_rate(month, 0.999),
        "burn rate, 99 % within T": lambda month: burn_rate(month, 0.99),
    }
    try:
        found |= {name: of_river(name) for name in ("ADWIN", "Page-Hinkley")}
    except ImportError:
        print("river is not installed: without ADWIN and Page-Hinkley (uv run --with river ...)")
    return found


def apart(alarms: list[int]) -> int:
    """Alarms, those within a day of the last counted as one."""
    count, last = 0, -10 * DAY
    for minute in alarms:
        count += minute - last > DAY
        last = minute if minute - last > DAY else last
    return count


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--months", type=int, default=102, help="clean boundary-months for each workload")
    options.add_argument("--creeps", type=int, default=40, help="creeps for each workload")
    options.add_argument("--seed", type=int, default=20_261_127)
    given = options.parse_args()
    ways, began = peers(), time.monotonic()
    print(f"{given.months} clean months and {given.creeps} creeps of 72 h for each workload, seed {given.seed}")
    total = dict.fromkeys(ways, 0)
    for shape in SHAPES:
        rng = np.random.default_rng([given.seed, *shape.encode()])
        false = dict.fromkeys(ways, 0)
        for _ in range(given.months):
            month = Month(rng, shape, 30)
            for name, way in ways.items():
                false[name] += apart(way(month))
        leads: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(given.creeps):
            begins = int(rng.integers(9 * DAY, 16 * DAY))
            month = Month(rng, shape, 21, creep_h=72, begins=begins)
            breach = month.breach()
            if breach is None or breach < begins:
                continue
            for name, way in ways.items():
                after = [minute for minute in way(month) if minute >= begins]
                leads[name].append((breach - after[0]) / 60 if after else -math.inf)
        for name in ways:
            total[name] += false[name]
            low, middle = np.percentile(leads[name], [10, 50]) if leads[name] else (math.nan, math.nan)
            print(
                f"{shape:10} {name:28} false alarms {false[name] / given.months:7.3f} a month"
                f" | notice p10 {low:6.1f} h, median {middle:6.1f} h, {len(leads[name])} creeps"
            )
    for name, count in total.items():
        print(f"all        {name:28} {count} false alarms in {given.months * len(SHAPES)} clean boundary-months")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
