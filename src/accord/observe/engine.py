"""Runs the one definition on DuckDB, in this process: spans in as Arrow or Parquet, sums out.

The definition itself knows no engine: it is compiled to the engine's own SQL, and each step becomes a table, so that what
several questions share is worked out once.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from accord.model.problem import Refused
from accord.observe import sums as sums_of
from accord.observe.calls import Table
from accord.observe.columns import SPANS
from accord.observe.schema import table_of

TOO_LARGE = "expected times and weights that add to numbers of 64 bits"


class Engine:
    """One DuckDB database, in memory or in a file; `memory_mb` and `threads` bound what it takes.

    What does not fit goes to the disk, into a folder for temporary files that is made when it is needed, and let go at the end.
    """

    def __init__(self, path: str = ":memory:", threads: int = 2, memory_mb: int = 1024) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": f"{memory_mb}MB",
            "preserve_insertion_order": False,
            "temp_directory": str(Path(gettempdir()) / f"accord-{token_hex(8)}"),
        }
        self._memory_mb = memory_mb
        self.database = duckdb.connect(path, config=settings)

    def close(self) -> None:
        """Lets the database go."""
        self.database.close()

    def take(self, name: str, spans: pa.Table) -> None:
        """Makes Arrow columns a table; raises ValueError where they are not those of `SPANS`."""
        self._arrive(spans, f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM arriving')

    def add(self, name: str, spans: pa.Table) -> None:
        """Adds Arrow columns to a table; raises ValueError where they are not those of `SPANS`."""
        self._arrive(spans, f'INSERT INTO "{name}" SELECT * FROM arriving')

    def _arrive(self, spans: pa.Table, statement: str) -> None:
        if spans.schema.names != [column.name for column in SPANS]:
            raise ValueError(f"expected the columns of spans, read {', '.join(spans.schema.names)}")
        self.database.register("arriving", spans)
        try:
            self._execute(statement)
        finally:
            self.database.unregister("arriving")

    def view_parquet(self, name: str, path: str) -> None:
        """Makes a Parquet file with the columns of spans readable under a name, without copying it."""
        quoted = path.replace("'", "''")
        self.database.execute(f"CREATE OR REPLACE VIEW \"{name}\" AS SELECT * FROM read_parquet('{quoted}')")

    def make(self, name: str, expression: Table) -> Table:
        """Works an expression out into a table, and gives the table to build the next one on."""
        steps = Steps()
        table = steps.keep(name, expression)
        self.run(steps.statements)
        return table

    def run(self, statements: Sequence[str]) -> None:
        """Runs statements one after another; raises Refused as `rows` does."""
        for statement in statements:
            self._execute(statement)

    def facts(self, spans: str = "spans", seconds: int = 60) -> Mapping[str, Table]:
        """The tables `sums`, `histograms` and `codes` of a table of spans, by windows of so many seconds."""
        statements, tables = _facts(spans, seconds)
        self.run(statements)
        return tables

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """The rows of an expression, as plain values; raises Refused where numbers or spans are more than it holds."""
        found = self._execute(ibis.to_sql(expression, dialect="duckdb"))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        try:
            return self.database.execute(statement)
        except (duckdb.ConversionException, duckdb.OutOfRangeException):
            raise Refused(TOO_LARGE) from None
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            why = str(error).splitlines()[0]
            raise Refused(
                f"expected no more than {self._memory_mb} MB of memory and the disk of temporary files hold: {why}"
            ) from None


class Steps:
    """The steps of a definition as statements of DuckDB, each of which makes a table."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def keep(self, name: str, step: Table) -> Table:
        """Adds a step, and gives the table to build the next one on."""
        self.statements.append(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {ibis.to_sql(step, dialect="duckdb")}')
        return ibis.table(step.schema(), name=name)


@cache
def _facts(spans: str, seconds: int) -> tuple[Sequence[str], Mapping[str, Table]]:
    """Compiled once in a process: it takes longer than small files do."""
    steps = Steps()
    tables = sums_of.facts(table_of(spans), steps.keep, seconds)
    return steps.statements, tables
