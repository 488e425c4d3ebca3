"""What one minute told of every boundary, as arrays: the form in which the tests of a whole fleet take it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from accord.model.drifting import Seen
from accord.observe.columns import ONE
from accord.observe.engine import Engine

_KEY = ("consumer", "provider", "operation", "environment")
_TRIES = ("try_1", "try_2", "try_3", "try_4", "try_5")
CALLS, SERVED, FAILED, WHOLE = 0, 1, 2, 3
FIRST_TRY = 4
"""Columns of `counts`; WHOLE is 1 where every call stands for itself, so that counts are shares; then tries 1 to 5."""


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
    facts = engine.facts(spans, 60)
    sums = engine.rows(facts["sums"].order_by(["window", *_KEY]))
    histograms = facts["histograms"]
    callee = histograms.filter(histograms.side == "callee")
    buckets: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in engine.rows(callee):
        buckets.setdefault((row["window"], *_key(row)), []).append(row)
    for window, told in groupby(sums, lambda row: row["window"]):
        yield _minute(window, list(told), buckets)


def _minute(window: int, told: list[dict[str, Any]], buckets: dict[tuple[Any, ...], list[dict[str, Any]]]) -> Minute:
    found = [
        (number, each["bucket"], each["count"])
        for number, row in enumerate(told)
        for each in buckets.get((window, *_key(row)), ())
    ]
    rows, numbers, counts = zip(*found, strict=True) if found else ((), (), ())
    return Minute(
        window // 60,
        [Seen(*_key(row)) for row in told],
        np.array([_counts(row) for row in told], dtype=float),
        np.array(rows, dtype=np.int64),
        np.array(numbers, dtype=np.int64),
        np.array(counts, dtype=float),
    )


def _counts(row: dict[str, Any]) -> list[int]:
    whole = row["unweighted"] == 0 and row["weighted"] == ONE * row["calls"]
    served = row["paired"] + row["callee_only"]
    return [row["calls"], served, row["callee_errors"], int(whole), *(row[name] for name in _TRIES)]


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)
