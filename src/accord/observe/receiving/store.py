"""The DuckDB file that sums are kept in: minutes for two days, then hours, then days; what is added never changes a row."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from accord.model.problem import Refused
from accord.observe.columns import Column
from accord.observe.engine import Engine
from accord.observe.receiving import words
from accord.observe.schema import table_of

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
KEPT = ((_MINUTE, 2 * _DAY, _HOUR), (_HOUR, 60 * _DAY, _DAY))
"""Windows of so many seconds, kept for so long, then rolled into windows of so many."""


class Store:
    """One file, written by one process at a time; raises Refused where it is none, or in use."""

    def __init__(self, path: str, threads: int = 2, memory_mb: int = 1024) -> None:
        self.engine = Engine(threads=threads, memory_mb=memory_mb)
        self.database = self.engine.database
        try:
            self.database.execute(f"ATTACH '{_quoted(path)}' AS store")
            for name, columns in words.TABLES.items():
                self.database.execute(words.made(f"store.{name}", columns))
            for column in _missing(self.engine, "sums"):
                self.database.execute(words.added("store.sums", column))
        except duckdb.Error as error:
            self.engine.close()
            raise Refused(f"{path}: expected a DuckDB file of sums that nobody else has open: {_said(error)}") from None

    def write(self, statements: Sequence[str]) -> None:
        """Runs statements as one transaction: all of them hold afterwards, or none."""
        self.database.execute("BEGIN")
        try:
            for statement in statements:
                self.database.execute(statement)
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def forget(self, before_ns: int, most_keys: int) -> None:
        """Forgets spans that were settled before this, and the oldest of too many keys."""
        self.database.execute(f"DELETE FROM store.settled WHERE settled_ns < {before_ns}")
        [keys] = self.database.execute("SELECT count(*) FROM store.executed").fetchall()[0]
        if keys > most_keys:
            self.database.execute(
                "DELETE FROM store.executed WHERE rowid IN "
                f"(SELECT rowid FROM store.executed ORDER BY settled_ns LIMIT {keys - most_keys})"
            )

    def roll_up(self, now_s: int) -> None:
        """Minutes that are kept long enough become hours, and hours days; rows of one window become one."""
        for seconds, kept, longer in KEPT:
            before = (now_s - kept) // longer * longer
            for table in words.ADDITIVE:
                self._roll(table, seconds, longer, f'seconds = {seconds} AND "window" < {before}')
        for table in words.ADDITIVE:
            self._roll(table, _MINUTE, _MINUTE, f'seconds = {_MINUTE} AND "window" < {now_s - _HOUR}')

    def _roll(self, table: str, seconds: int, longer: int, which: str) -> None:
        run = self.database.execute
        run(f"CREATE OR REPLACE TEMP TABLE old AS SELECT * FROM store.{table} WHERE {which}")
        run(f"CREATE OR REPLACE TEMP TABLE rolled AS {words.rolled(table, longer)}")
        [before] = run("SELECT count(*) FROM old").fetchall()[0]
        [after] = run("SELECT count(*) FROM rolled").fetchall()[0]
        if before != after or seconds != longer:
            self.write(
                [f"DELETE FROM store.{table} WHERE {which}", f"INSERT INTO store.{table} BY NAME SELECT * FROM rolled"]
            )

    def close(self) -> None:
        """Lets the file go."""
        self.engine.close()


def facts_of(engine: Engine) -> Mapping[str, Any]:
    """The tables of facts of an engine to which a store is attached."""
    for name in words.ADDITIVE:
        engine.database.execute(f"CREATE OR REPLACE TEMP VIEW stored_{name} AS SELECT * FROM store.{name}")
    return {name: table_of(f"stored_{name}", words.TABLES[name]) for name in words.ADDITIVE}


def opened(path: str) -> Engine:
    """An engine to which a store is attached to be read; raises Refused where it is none, or in use."""
    engine = Engine()
    try:
        engine.database.execute(f"ATTACH '{_quoted(path)}' AS store (READ_ONLY)")
        engine.database.execute("SELECT 1 FROM store.sums LIMIT 1")
        missing = _missing(engine, "sums")
    except duckdb.Error as error:
        engine.close()
        raise Refused(f"expected a DuckDB file of sums that nobody else has open: {_said(error)}") from None
    if missing:
        engine.close()
        raise Refused(
            f"expected sums of this version, these lack {', '.join(column.name for column in missing)}; "
            f"`accord observe --listen --store {path}`, begun once and ended, brings them up to date"
        )
    return engine


def _missing(engine: Engine, table: str) -> list[Column]:
    """The columns that a table of an earlier version lacks."""
    known = {row[0] for row in engine.database.execute(f"DESCRIBE store.{table}").fetchall()}
    return [column for column in words.TABLES[table] if column.name not in known]


def _quoted(path: str) -> str:
    return path.replace("'", "''")


def _said(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
