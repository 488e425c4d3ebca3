"""The facts of an engine as boundaries, all windows of each together, the worst first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from accord.model.observed import Observed, worst_first
from accord.model.problem import Refused
from accord.observe.columns import COUNTS, ONE, UNKNOWN_WEIGHT
from accord.observe.engine import Engine
from accord.observe.prometheus import observed_by, server
from accord.observe.reading.batch import Batch
from accord.observe.reading.files import read_spans
from accord.observe.reading.kinds import with_kinds
from accord.observe.reading.layouts import Layout, mapping
from accord.observe.sums import activity, merged

_BOUNDARY = ("consumer", "provider", "operation", "environment")
Key = tuple[str, str, str, str]
_ACTIVITY = ("last", "windows", "longest_gap_s")
_LARGEST_BATCH = 100_000
_SERVERS = ("http://", "https://")


def observed(engine: Engine, spans: str = "spans") -> list[Observed]:
    """Every boundary that these spans show."""
    return boundaries(engine, engine.facts(spans))


def boundaries(engine: Engine, facts: Mapping[str, Any]) -> list[Observed]:
    """Every boundary of the tables `sums`, `histograms` and `codes`, all their windows together."""
    rows = engine.rows(merged(facts["sums"], _BOUNDARY))
    histograms = facts["histograms"]
    by = [*_BOUNDARY, "side", "bucket"]
    buckets: dict[tuple[Key, str], list[tuple[int, int]]] = defaultdict(list)
    totals = {name: histograms[name].sum().cast("int64") for name in ("count", "weighted")}
    weighted = {_key(row) for row in rows if Observed(*_key(row), row).is_weighted}
    for row in engine.rows(histograms.group_by(by).aggregate(**totals).order_by(by)):
        calls = round(row["weighted"] / ONE) if _key(row) in weighted else row["count"]
        buckets[(_key(row), row["side"])].append((row["bucket"], calls))
    codes = _codes(engine, facts["codes"])
    windows = _windows(engine, facts["sums"])
    active = {_key(row): row for row in engine.rows(activity(facts["sums"], _BOUNDARY))}
    found = [
        Observed(
            *_key(row),
            {column.name: row[column.name] for column in COUNTS},
            tuple(buckets[(_key(row), "caller")]),
            tuple(buckets[(_key(row), "callee")]),
            tuple(codes[_key(row)]),
            began=windows[0],
            ended=windows[1],
            **{name: active.get(_key(row), {}).get(name, 0) for name in _ACTIVITY},
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (worst_first(each), each.consumer, each.provider, each.operation))


def _windows(engine: Engine, sums: Any) -> tuple[int, int]:
    """When the first window of any boundary began, and when the last ended: the time in which all of them were looked at."""
    both = sums.aggregate(began=sums.window.min(), ended=(sums.window + sums.seconds).max())
    row = engine.rows(both)[0]
    return row["began"] or 0, row["ended"] or 0


def _codes(engine: Engine, table: Any) -> dict[Key, list[tuple[int, int, int]]]:
    found: dict[Key, list[tuple[int, int, int]]] = defaultdict(list)
    by = [*_BOUNDARY, "caller_code", "callee_code"]
    together = table.group_by(by).aggregate(count=table["count"].sum().cast("int64"))
    for row in engine.rows(together.order_by(by)):
        found[_key(row)].append((row["caller_code"], row["callee_code"], row["count"]))
    return found


def _key(row: dict[str, Any]) -> Key:
    return row["consumer"], row["provider"], row["operation"], row["environment"]


def observed_in(
    files: Sequence[str], complete: bool = False, window: str = "1h", columns: Sequence[str] = ()
) -> tuple[list[Observed], list[str]]:
    """The boundaries that these files tell of together, then those of servers and stores; and why what was not read was not.

    A name that begins with http:// or https:// is a server, of which the last `window` is asked; a
    store is what `accord observe --listen` wrote.
    """
    told: list[Observed] = []
    others = [name for name in files if name.startswith(_SERVERS) or is_store(name)]
    spans, refused = spans_in([name for name in files if name not in others], complete, columns)
    for name in others:
        try:
            told += observed_by(server(name), window) if name.startswith(_SERVERS) else _stored(name)
        except Refused as refusal:
            refused.append(f"{name}: {refusal}")
    engine = Engine()
    engine.take("spans", spans)
    try:
        return [*observed(engine), *told], refused
    finally:
        engine.close()


def spans_in(files: Sequence[str], complete: bool = False, columns: Sequence[str] = ()) -> tuple[pa.Table, list[str]]:
    """The spans of these files together, and why what was not read was not.

    `complete`: a span that says nothing of its sampling stands for itself; else its weight is unknown. `columns` says what
    those of tables mean (`layouts.mapping`); raises Refused where it says nothing that can be.
    """
    layout = mapping(columns)
    refused = []
    batch = Batch(ONE if complete else UNKNOWN_WEIGHT)
    tables: list[pa.Table] = []
    for name in files:
        try:
            tables.extend(_tables(Path(name), batch, layout))
        except Refused as refusal:
            refused.append(f"{name}: {refusal}")
        except OSError as error:
            refused.append(f"{name}: {(error.strerror or str(error)).lower()}")
    refused += [f"{count} times {reason}" for reason, count in batch.refused.items()]
    tables.append(batch.taken())
    return with_kinds(pa.concat_tables(tables)), refused


def traces_alone(files: Sequence[str]) -> None:
    """Raises Refused for a server or a store: both tell sums, and no single calls."""
    for name in files:
        if name.startswith(_SERVERS) or is_store(name):
            raise Refused(f"expected files of traces to compare, read {name}, which has no single calls")


def is_store(name: str) -> bool:
    """Whether it is a DuckDB file, by the word that stands in one from its ninth byte on."""
    try:
        with Path(name).open("rb") as file:
            return file.read(12)[8:] == b"DUCK"
    except OSError:
        return False


def _stored(name: str) -> list[Observed]:
    """What a file of sums tells."""
    from accord.observe.receiving.store import facts_of, opened

    engine = opened(name)
    try:
        return boundaries(engine, facts_of(engine))
    finally:
        engine.close()


def _tables(path: Path, batch: Batch, layout: Layout | None) -> Iterator[pa.Table]:
    """The batch whenever it is full while a file is read into it."""
    with path.open("rb") as file:
        for _ in read_spans(file, batch, layout):
            if len(batch) >= _LARGEST_BATCH:
                yield batch.taken()
