"""Spans that arrive in parts, late, twice and across a restart are counted once; what could not be decided is said."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from msgspec.structs import replace
from telling import BEGIN, Told

from accord.model.observed import Observed
from accord.model.problem import Refused
from accord.observe.columns import BOUNDARY, COUNTS
from accord.observe.reading.batch import Batch
from accord.observe.receiving.folding import Folding
from accord.observe.receiving.intake import Taken
from accord.observe.receiving.journal import Journal
from accord.observe.receiving.limits import Limits
from accord.observe.receiving.settling import Settling
from accord.observe.receiving.store import Store, facts_of, opened
from accord.observe.schema import arrow_schema
from accord.observe.summary import boundaries
from accord.observe.sums import merged

NAMES = [column.name for column in BOUNDARY]
SECOND = 1_000_000_000
LIMITS = Limits(lateness_ns=10 * SECOND)
Rows = dict[tuple[Any, ...], dict[str, int]]


def arrow(spans: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(spans, schema=arrow_schema())


def counted(store: Store) -> Rows:
    rows = store.engine.rows(merged(facts_of(store.engine)["sums"]))
    return {tuple(row[name] for name in NAMES): {column.name: row[column.name] for column in COUNTS} for row in rows}


def at_any_time(found: list[Observed]) -> list[Observed]:
    """The same without when: longer windows begin earlier and end later."""
    timeless = [replace(one, began=0, ended=0, last=0, windows=0, longest_gap_s=0) for one in found]
    return sorted(timeless, key=lambda one: (one.consumer, one.provider, one.operation, one.environment))


def whole(span: dict[str, Any]) -> int:
    return int(span["link_hi"] or span["trace_hi"])


def in_groups(told: Told, count: int) -> list[list[dict[str, Any]]]:
    """The spans by traces, so that every trace is in one group."""
    groups: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for span in told.spans:
        groups[whole(span) % count].append(span)
    return groups


def without_repeated(rows: Rows) -> Rows:
    return {key: {**row, "repeated": 0} for key, row in rows.items()}


def repeated(rows: Rows) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for key, row in rows.items():
        found[key[2:]] += row["repeated"]
    return +found


@pytest.mark.parametrize("seed", range(3))
def test_parts_that_arrive_within_the_allowance_come_to_the_exact_sums(tmp_path: Path, seed: int):
    told, chance = Told(seed), random.Random(seed)
    store = Store(str(tmp_path / "store.duckdb"))
    settling = Settling(store, LIMITS)
    mixed = [*told.spans, *told.spans[:40]]
    chance.shuffle(mixed)
    for number in range(9):
        settling.add(arrow(mixed[number::9]), BEGIN + number * SECOND)
        settling.settle(BEGIN + number * SECOND)
    settling.settle(BEGIN + 30 * SECOND)
    assert counted(store) == told.expected()
    assert settling.waiting == 0 and settling.counts["undecided halves"] == 0
    store.close()


def test_traces_settled_at_other_times_and_a_restart_come_to_the_same(tmp_path: Path):
    told, path = Told(21), str(tmp_path / "store.duckdb")
    now = BEGIN
    for group in in_groups(told, 5):
        store = Store(path)
        settling = Settling(store, LIMITS)
        settling.add(arrow(group[::2]), now)
        settling.add(arrow(group[1::2]), now + SECOND)
        settling.settle(now + 12 * SECOND)
        settling.add(arrow(group), now + 13 * SECOND)  # the journal told all of it again, after a restart
        settling.settle(now + 40 * SECOND)
        assert settling.counts["repeated spans"] == len(group) and settling.counts["undecided halves"] == 0
        now += 50 * SECOND
        store.close()
    store = Store(path)
    assert without_repeated(counted(store)) == without_repeated(told.expected())
    assert repeated(counted(store)) == repeated(told.expected())
    store.close()


def call(trace: int = 1) -> list[dict[str, Any]]:
    told = Told(1, calls=0)
    common = {"trace_hi": trace, "trace_lo": 2, "environment": "prod", "operation": "GET /x", "duration_ns": 5}
    told._span(**common, span=3, parent=9, kind=3, service="a", peer="b", start_ns=BEGIN)
    told._span(**common, span=4, parent=3, kind=2, service="b", start_ns=BEGIN)
    return told.spans


@pytest.mark.parametrize("late", [0, 1])
def test_a_half_whose_other_half_was_settled_is_undecided_and_no_call(tmp_path: Path, late: int):
    store = Store(str(tmp_path / "store.duckdb"))
    settling = Settling(store, LIMITS)
    spans = call()
    settling.add(arrow([spans[1 - late]]), BEGIN)
    settling.settle(BEGIN + 20 * SECOND)
    settling.add(arrow([spans[late]] * 2), BEGIN + 21 * SECOND)
    settling.settle(BEGIN + 40 * SECOND)
    totals = Counter[str]()
    for row in counted(store).values():
        totals.update(row)
    assert (totals["calls"], totals["undecided"]) == (1, 1)
    store.close()


def test_where_more_wait_than_may_the_oldest_go_and_lone_halves_are_undecided(tmp_path: Path):
    store = Store(str(tmp_path / "store.duckdb"))
    settling = Settling(store, Limits(lateness_ns=10 * SECOND, pending_spans=6))
    for trace in range(1, 6):
        spans = call(trace)
        settling.add(arrow(spans if trace % 2 else spans[:1]), BEGIN + trace)
    settling.settle(BEGIN + SECOND)
    totals = Counter[str]()
    for row in counted(store).values():
        totals.update(row)
    assert settling.waiting <= 6
    assert (totals["calls"], totals["paired"], totals["caller_only"]) == (1, 1, 0)
    store.close()


def test_a_trace_that_never_rests_is_settled_call_by_call(tmp_path: Path):
    store = Store(str(tmp_path / "store.duckdb"))
    settling = Settling(store, LIMITS)
    spans = call()
    settling.add(arrow(spans), BEGIN)
    for number in range(1, 30):
        settling.add(arrow([spans[0] | {"span": 100 + number}]), BEGIN + 5 * number * SECOND)
        settling.settle(BEGIN + 5 * number * SECOND)
    assert sum(row["paired"] for row in counted(store).values()) == 1
    assert settling.waiting < 25
    store.close()


def test_numbers_that_add_to_no_number_are_counted_and_end_nothing(tmp_path: Path):
    store = Store(str(tmp_path / "store.duckdb"))
    settling = Settling(store, LIMITS)
    settling.add(arrow([span | {"duration_ns": (1 << 63) - 1} for trace in (1, 2) for span in call(trace)]), BEGIN)
    settling.settle(BEGIN + 20 * SECOND)
    assert settling.counts["spans whose numbers add to no number"] == 4 and settling.waiting == 0
    settling.add(arrow(call(7)), BEGIN)
    settling.settle(BEGIN + 20 * SECOND)
    assert sum(row["paired"] for row in counted(store).values()) == 1
    store.close()


def test_sums_of_an_earlier_version_are_brought_up_to_date_by_who_writes_them(tmp_path: Path):
    told, path = Told(34), str(tmp_path / "store.duckdb")
    Store(path).close()
    with duckdb.connect(path) as database:
        database.execute("ALTER TABLE sums DROP COLUMN told_again")
    with pytest.raises(Refused, match="lack told_again"):
        opened(path)
    store = Store(path)
    settling = Settling(store, LIMITS)
    settling.add(arrow(told.spans), BEGIN)
    settling.settle(BEGIN + 20 * SECOND)
    assert sum(row["told_again"] for row in counted(store).values()) == sum(
        row["told_again"] for row in told.expected().values()
    )
    store.close()
    opened(path).close()


def test_minutes_become_hours_and_days_and_add_to_the_same(tmp_path: Path):
    told, path = Told(33), str(tmp_path / "store.duckdb")
    store = Store(path)
    settling = Settling(store, LIMITS)
    settling.add(arrow(told.spans), BEGIN)
    settling.settle(BEGIN + 20 * SECOND)
    before = at_any_time(boundaries(store.engine, facts_of(store.engine)))
    for days, seconds in ((1, 60), (4, 3600), (90, 86_400)):
        store.roll_up(BEGIN // SECOND + days * 86_400)
        assert {key[1] for key in counted(store)} == {seconds}
        assert at_any_time(boundaries(store.engine, facts_of(store.engine))) == before
    with pytest.raises(Refused):
        opened(str(tmp_path / "none.duckdb"))
    store.close()
    engine = opened(path)
    assert at_any_time(boundaries(engine, facts_of(engine))) == before
    engine.close()


class Slow(Settling):
    """Adding takes so long that more arrives meanwhile; `settled_ns` are the instants as of which it was told to settle."""

    def __init__(self, store: Store, meanwhile: Callable[[], None]) -> None:
        super().__init__(store, LIMITS)
        self._meanwhile, self.arrived_ns, self.settled_ns = meanwhile, 0, list[int]()

    def add(self, spans: pa.Table, arrived_ns: int) -> None:
        super().add(spans, arrived_ns)
        if not self.arrived_ns:
            self.arrived_ns = time.time_ns()
            self._meanwhile()

    def settle(self, now_ns: int) -> None:
        self.settled_ns.append(now_ns)
        super().settle(now_ns)


def test_nothing_is_settled_as_of_an_instant_later_than_what_was_gathered(tmp_path: Path) -> None:
    """What arrives while an earlier part is being added may be its other half, however long the adding takes."""
    store, second = Store(str(tmp_path / "store")), threading.Event()
    settling = Slow(store, lambda: (folding.take(Taken(time.time_ns(), Batch())), second.set())[1])
    folding = Folding(store, settling, Journal(tmp_path / "journal", "none"))
    folding.take(Taken(time.time_ns(), Batch()))
    folding.start()
    assert second.wait(30)
    folding.stop()
    assert settling.settled_ns[0] <= settling.arrived_ns
    store.close()
