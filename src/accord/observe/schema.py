"""The tables of columns in the types of Arrow and of ibis."""

from collections.abc import Iterable
from typing import Any

import ibis
import pyarrow as pa

from accord.observe.columns import SPANS, Column

_ARROW = {"int64": pa.int64(), "int32": pa.int32(), "int8": pa.int8(), "text": pa.string()}
_IBIS = {"int64": "int64", "int32": "int32", "int8": "int8", "text": "string"}


def arrow_schema(columns: Iterable[Column] = SPANS) -> pa.Schema:
    """The columns as Arrow knows them; none is nullable."""
    return pa.schema([pa.field(column.name, _ARROW[column.type], nullable=False) for column in columns])


def table_of(name: str, columns: Iterable[Column] = SPANS) -> Any:
    """A table of these columns that an expression can speak of before it exists."""
    return ibis.table({column.name: _IBIS[column.type] for column in columns}, name=name)
