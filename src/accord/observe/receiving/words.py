"""The statements of settling: those that are not of the one definition, and it, compiled once."""

from functools import cache
from typing import Any

import ibis
from ibis import ifelse

from accord.observe import calls as calls_of
from accord.observe import sums as sums_of
from accord.observe.calls import PEER
from accord.observe.columns import BOUNDARY, CODES, COUNTS, HISTOGRAM, SPANS, Column
from accord.observe.schema import table_of

_TYPES = {"int64": "BIGINT", "int32": "INTEGER", "int8": "TINYINT", "text": "VARCHAR"}
TABLES: dict[str, tuple[Column, ...]] = {
    "sums": (*BOUNDARY, *COUNTS),
    "histograms": (*BOUNDARY, *HISTOGRAM),
    "codes": (*BOUNDARY, *CODES),
    "settled": tuple(
        Column(name, "int64", "") for name in ("trace_hi", "trace_lo", "span", "call", "kind", "settled_ns")
    ),
    "executed": (
        Column("provider", "text", ""), Column("operation", "text", ""), Column("key", "int64", ""), Column("settled_ns", "int64", "")
    ),
}  # fmt: skip
"""The tables of the store: sums that add, the spans that are in them, and the keys that were executed."""
ADDITIVE = ("sums", "histograms", "codes")


def made(name: str, columns: tuple[Column, ...]) -> str:
    """The statement that makes a table where it is not there."""
    told = ", ".join(f'"{column.name}" {_TYPES[column.type]} NOT NULL' for column in columns)
    return f"CREATE TABLE IF NOT EXISTS {name} ({told})"


def added(name: str, column: Column) -> str:
    """The statement that adds a count to a table in which it was not counted so far."""
    return f'ALTER TABLE {name} ADD COLUMN "{column.name}" {_TYPES[column.type]} DEFAULT 0'


_TAKES = "kind = 5 AND link_span <> 0"
WAITING = made(
    "waiting",
    (
        *SPANS,
        Column("whole_hi", "int64", "the trace in which its halves meet"),
        Column("whole_lo", "int64", ""),
        Column("call", "int64", "the id that both halves carry"),
        Column("arrived", "int64", ""),
    ),
)
ADD = f"""INSERT INTO waiting SELECT {{columns}},
    CASE WHEN {_TAKES} THEN link_hi ELSE trace_hi END, CASE WHEN {_TAKES} THEN link_lo ELSE trace_lo END,
    CASE WHEN kind IN (3, 4) OR parent = 0 AND NOT ({_TAKES}) THEN span WHEN {_TAKES} THEN link_span ELSE parent END,
    {{arrived}} FROM arriving"""
DUE = """CREATE OR REPLACE TEMP TABLE due AS
    WITH traces AS (SELECT whole_hi, whole_lo, max(arrived) AS latest FROM waiting GROUP BY ALL
        HAVING latest <= {quiet} OR min(arrived) <= {oldest}),
    calls AS (SELECT whole_hi, whole_lo, call FROM waiting GROUP BY ALL HAVING max(arrived) <= {quiet})
    SELECT w.*, w.rowid AS number FROM waiting w SEMI JOIN calls USING (whole_hi, whole_lo, call)
        SEMI JOIN traces USING (whole_hi, whole_lo)"""
OLDEST = """CREATE OR REPLACE TEMP TABLE due AS
    WITH traces AS (SELECT whole_hi, whole_lo FROM waiting GROUP BY ALL
        HAVING min(arrived) <= (SELECT arrived FROM waiting ORDER BY arrived LIMIT 1 OFFSET {excess}))
    SELECT w.*, w.rowid AS number FROM waiting w SEMI JOIN traces USING (whole_hi, whole_lo)"""
LET_GO = "DELETE FROM waiting WHERE rowid IN (SELECT number FROM due)"

_SAME = "s.trace_hi = d.whole_hi AND s.trace_lo = d.whole_lo"
SORTED_OUT = (
    f"""CREATE OR REPLACE TEMP TABLE fresh AS SELECT DISTINCT d.* EXCLUDE (number, arrived) FROM due d
        WHERE NOT EXISTS (SELECT 1 FROM store.settled s WHERE {_SAME} AND s.span = d.span)""",
    f"""CREATE OR REPLACE TEMP TABLE halves AS SELECT d.* FROM fresh d
        WHERE d.kind IN (3, 4)
            AND EXISTS (SELECT 1 FROM store.settled s WHERE {_SAME} AND s.call = d.span AND s.span <> d.span)
        OR d.kind IN (2, 5)
            AND EXISTS (SELECT 1 FROM store.settled s WHERE {_SAME} AND s.span = d.call AND s.kind IN (3, 4))""",
    f"""CREATE OR REPLACE TEMP TABLE spans AS SELECT {", ".join(column.name for column in SPANS)} FROM fresh d
        ANTI JOIN halves USING (whole_hi, whole_lo, span)""",
)
REMEMBER = """INSERT INTO store.settled
    SELECT DISTINCT whole_hi, whole_lo, span, call, kind, {at} FROM due d WHERE NOT EXISTS (SELECT 1 FROM store.settled s
        WHERE s.trace_hi = d.whole_hi AND s.trace_lo = d.whole_lo AND s.span = d.span)"""
_EXECUTED = "key <> 0 AND refused = 0 AND has_callee = 1"
REMEMBER_KEYS = f"""INSERT INTO store.executed SELECT DISTINCT provider, operation, key, {{at}} FROM calls c
    WHERE {_EXECUTED} AND NOT EXISTS (SELECT 1 FROM store.executed e
        WHERE e.provider = c.provider AND e.operation = c.operation AND e.key = c.key)"""
_MINUTE = "began_ns // 1000000000 - (began_ns // 1000000000) % 60"
_NAMES = ", ".join(column.name for column in BOUNDARY)


def _row(counted: dict[str, str]) -> str:
    return ", ".join(f"CAST({counted.get(column.name, '0')} AS BIGINT)" for column in COUNTS)


STORED = (
    "INSERT INTO store.sums BY NAME SELECT * FROM sums",
    "INSERT INTO store.histograms BY NAME SELECT * FROM histograms",
    "INSERT INTO store.codes BY NAME SELECT * FROM codes",
    f"""INSERT INTO store.sums SELECT {_MINUTE}, 60, consumer, provider, operation, environment, {_row({"repeated": "1"})}
        FROM (SELECT * FROM calls WHERE {_EXECUTED} QUALIFY row_number() OVER (
            PARTITION BY provider, operation, key ORDER BY began_ns, callee_start, call) = 1) c
        SEMI JOIN store.executed USING (provider, operation, key)""",
    f"""INSERT INTO store.sums SELECT {_MINUTE.replace("began_ns", "start_ns")}, 60,
        CASE WHEN kind IN (3, 4) THEN service ELSE '' END,
        CASE WHEN kind IN (2, 5) THEN service WHEN peer = '' THEN '' ELSE '{PEER}' || peer END,
        operation, environment, {_row({"undecided": "count(*)"})} FROM halves GROUP BY ALL""",
    f"""INSERT INTO store.sums SELECT {_MINUTE}, 60, consumer, provider, operation, environment,
        {_row({"undecided": "count(*)"})} FROM undecided GROUP BY ALL""",
)
UNDECIDED_COUNT = "SELECT (SELECT count(*) FROM halves) + (SELECT count(*) FROM undecided)"


@cache
def compiled(early: bool) -> tuple[str, ...]:
    """The one definition, as statements that make `calls`, `undecided`, `sums`, `histograms` and `codes` of `spans`.

    Where traces are let go early, calls of which one half came may lack only time: they are undecided, and not counted.
    """
    found = calls_of.calls(table_of("spans"))
    every = ibis.table(found.schema(), name="every_call")
    alone = (every.has_caller + every.has_callee == 1) & (ifelse(early, 1, 0) == 1)
    calls = ibis.table(found.schema(), name="calls")
    return (
        _make("every_call", found),
        _make("undecided", every.filter(alone)),
        _make("calls", every.filter(~alone)),
        _make("sums", sums_of.sums(calls)),
        _make("histograms", sums_of.histograms(calls)),
        _make("codes", sums_of.codes(calls)),
    )


def _make(name: str, expression: Any) -> str:
    return f'CREATE OR REPLACE TEMP TABLE "{name}" AS {ibis.to_sql(expression, dialect="duckdb")}'


@cache
def rolled(table: str, seconds: int) -> str:
    """A query of the rows of `old` as rows of longer windows."""
    rows = table_of("old", TABLES[table])
    if table == "sums":
        return str(ibis.to_sql(sums_of.rolled_up(rows, seconds), dialect="duckdb"))
    longer = rows.mutate(window=rows.window - rows.window % seconds, seconds=ibis.literal(seconds).cast("int64"))
    totals = [name for name in ("count", "weighted") if name in rows.columns]
    by = [name for name in rows.columns if name not in totals]
    summed = longer.group_by(by).aggregate(**{name: longer[name].sum().cast("int64") for name in totals})
    return str(ibis.to_sql(summed, dialect="duckdb"))
