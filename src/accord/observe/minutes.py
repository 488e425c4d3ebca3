"""What one minute told of every boundary, as arrays: the form in which the tests of a whole fleet take it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from accord.model.drifting import Seen
from accord.observe.columns import ONE
from accord.observe.engine import Engine
from accord.observe.sums import merged

_KEY = ("consumer", "provider", "operation", "environment")
_TRIES = ("try_1", "try_2", "try_3", "try_4", "try_5")
_SECONDS = 60
CALLS, SERVED, FAILED, HEAVIEST = 0, 1, 2, 3
FIRST_TRY = 4
"""Columns of `counts`; then tries 1 to 5.

HEAVIEST is for how many calls one span of the boundary stands at most, in all that was read; 0 in a minute with spans of which
nobody says it. The served, the failed and the tries are of the calls that the spans stand for, as `slow` is. CALLS are those seen.
"""
_Rows = list[dict[str, Any]]


class Minute(Struct, frozen=True):
    """One minute since 1970; row `i` of `counts` is of `seen[i]`, and `rows`, `buckets`, `slow` are its callee's histogram.

    A boundary of which nothing was told is absent.
    """

    minute: int
    seen: Sequence[Seen]
    counts: NDArray[np.float64]
    rows: NDArray[np.int64]
    buckets: NDArray[np.int64]
    slow: NDArray[np.float64]


def minutes(engine: Engine, spans: str = "spans") -> Iterator[Minute]:
    """Every minute of which a table of spans tells, in order; minutes without any span are absent."""
    yield from minutes_of(engine, engine.facts(spans, _SECONDS))


def minutes_of(engine: Engine, facts: Mapping[str, Any], settling: int = 0) -> Iterator[Minute]:
    """The same of tables of facts that were summed before; windows longer than a minute are passed over.

    The last `settling` minutes are left out: more may still come to be summed into them.
    """
    sums, histograms = (facts[name].filter(facts[name].seconds == _SECONDS) for name in ("sums", "histograms"))
    rows = engine.rows(merged(sums).order_by(["window", *_KEY]))
    heaviest: dict[tuple[Any, ...], int] = {}
    for row in rows:
        heaviest[_key(row)] = max(heaviest.get(_key(row), ONE), row["heaviest"])
    callee = histograms.filter(histograms.side == "callee")
    together = callee.group_by(["window", *_KEY, "bucket"]).aggregate(weighted=callee.weighted.sum().cast("int64"))
    buckets: dict[tuple[Any, ...], _Rows] = {}
    for row in engine.rows(together.order_by(["window", *_KEY, "bucket"])):
        buckets.setdefault((row["window"], *_key(row)), []).append(row)
    until = rows[-1]["window"] - settling * _SECONDS if rows else 0
    for window, told in groupby(rows, lambda row: row["window"]):
        if window <= until:
            yield _minute(window, list(told), buckets, heaviest)


def longer(engine: Engine, facts: Mapping[str, Any]) -> int:
    """How many windows longer than a minute there are: of these no minute can be told any more."""
    sums = facts["sums"]
    found = sums.filter(sums.seconds > _SECONDS).select("window", "seconds").distinct()
    return int(engine.rows(found.aggregate(count=found.count()))[0]["count"])


def _minute(window: int, told: _Rows, buckets: Mapping[tuple[Any, ...], _Rows], heaviest: Mapping[Any, int]) -> Minute:
    found = [
        (number, each["bucket"], each["weighted"] / ONE)
        for number, row in enumerate(told)
        for each in buckets.get((window, *_key(row)), ())
    ]
    rows, numbers, slow = zip(*found, strict=True) if found else ((), (), ())
    served = np.bincount(np.array(rows, dtype=np.int64), weights=np.array(slow, dtype=float), minlength=len(told))
    return Minute(
        window // _SECONDS,
        [Seen(*_key(row)) for row in told],
        np.array(
            [_counts(row, heaviest[_key(row)], float(calls)) for row, calls in zip(told, served, strict=True)],
            dtype=float,
        ),
        np.array(rows, dtype=np.int64),
        np.array(numbers, dtype=np.int64),
        np.array(slow, dtype=float),
    )


def _counts(row: dict[str, Any], heaviest: int, served: float) -> list[float]:
    """The tries have no weights of their own: they are told only where every span of the minute weighs the same."""
    same = row["weighted"] == row["heaviest"] * row["calls"]
    weight = row["heaviest"] / ONE if same else 0.0
    known = heaviest / ONE if row["unweighted"] == 0 else 0.0
    return [row["calls"], served, row["weighted_callee_errors"] / ONE, known, *(weight * row[name] for name in _TRIES)]


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)
