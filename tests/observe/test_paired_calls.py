"""Every count exact: in any order, halves apart, spans told twice, clocks 400 ms apart."""

import random
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from telling import Told

from accord.observe.calls import calls
from accord.observe.columns import BOUNDARY, COUNTS
from accord.observe.engine import Engine
from accord.observe.schema import arrow_schema, table_of
from accord.observe.sums import activity, merged, rolled_up, sums

NAMES = [column.name for column in BOUNDARY]


def told_to(engine: Engine, spans: list[dict[str, Any]], name: str = "spans") -> Mapping[str, Any]:
    engine.take(name, pa.Table.from_pylist(spans, schema=arrow_schema()))
    return engine.facts(name)


def counted(engine: Engine, table: Any) -> dict[tuple[Any, ...], dict[str, int]]:
    return {
        tuple(row[name] for name in NAMES): {column.name: row[column.name] for column in COUNTS}
        for row in engine.rows(table)
    }


@pytest.mark.parametrize("seed", range(6))
def test_every_count_is_exact(seed: int):
    told, engine = Told(seed), Engine()
    assert counted(engine, told_to(engine, told.spans)["sums"]) == told.expected()


@pytest.mark.parametrize("seed", range(3))
def test_order_and_repetition_of_spans_change_nothing(seed: int):
    told, engine = Told(seed), Engine()
    chance = random.Random(seed)
    mixed = [*told.spans, *chance.sample(told.spans, len(told.spans) // 3), *told.spans[:50]]
    chance.shuffle(mixed)
    assert counted(engine, told_to(engine, mixed)["sums"]) == told.expected()


def when_called(rows: Mapping[tuple[Any, ...], dict[str, int]]) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """By boundary when the last window with calls ended, how many there were, and the longest time between two."""
    by_boundary: dict[tuple[Any, ...], list[int]] = {}
    for (window, _, *boundary), counts in sorted(rows.items()):
        if counts["calls"]:
            by_boundary.setdefault(tuple(boundary), []).append(window)
    return {
        boundary: (
            windows[-1] + 60,
            len(windows),
            max((after - before - 60 for before, after in pairwise(windows)), default=0),
        )
        for boundary, windows in by_boundary.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_when_calls_came_is_exact_however_often_a_window_was_summed(seed: int):
    told, engine = Told(seed, calls=60), Engine()
    rows = told_to(engine, told.spans)["sums"]
    expected = when_called(told.expected())
    assert any(gap for _, _, gap in expected.values())
    for each in (rows, rows.union(rows)):
        assert {
            tuple(row[name] for name in NAMES[2:]): (row["last"], row["windows"], row["longest_gap_s"])
            for row in engine.rows(activity(each, NAMES[2:]))
        } == expected


def test_histograms_and_codes_are_exact():
    told, engine = Told(11), Engine()
    facts = told_to(engine, told.spans)
    buckets = {
        (*(row[name] for name in NAMES), row["side"], row["bucket"]): row["count"]
        for row in engine.rows(facts["histograms"])
    }
    assert buckets == dict(told.buckets)
    answers = {
        (*(row[name] for name in NAMES), row["caller_code"], row["callee_code"]): row["count"]
        for row in engine.rows(facts["codes"])
    }
    assert answers == dict(told.codes)


def test_minutes_rolled_up_are_the_hours_counted_at_once():
    told, engine = Told(12), Engine()
    minutes = told_to(engine, told.spans)["sums"]
    rolled = counted(engine, engine.make("rolled", rolled_up(minutes, 3600)))
    assert rolled == counted(engine, engine.facts(seconds=3600)["sums"])


def test_parts_add_up_to_the_whole():
    told, engine = Told(13), Engine()
    first = {span["link_hi"] or span["trace_hi"] for span in told.spans[: len(told.spans) // 2]}
    parts = []
    for number, inside in enumerate((True, False)):
        half = [span for span in told.spans if ((span["link_hi"] or span["trace_hi"]) in first) is inside]
        told_to(engine, half)
        parts.append(engine.make(f"part_{number}", sums(_calls(engine))))
    assert counted(engine, merged(parts[0].union(parts[1]))) == told.expected()


def _calls(engine: Engine) -> Any:
    return engine.make("calls", calls(table_of("spans")))
