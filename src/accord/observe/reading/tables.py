"""Tables of spans, CSV and Parquet: a row for each span, its columns by a mapping or by a layout that is known."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from accord.model.problem import Refused
from accord.observe.columns import SPANS, UNKNOWN_WEIGHT
from accord.observe.reading import call_rows
from accord.observe.reading.batch import Batch
from accord.observe.reading.layouts import POD, Layout, Source, layout_of
from accord.observe.reading.meaning import of_resource, of_span, weight_of
from accord.observe.reading.values import (
    code_told,
    id_of,
    kind_of,
    map_told,
    nanoseconds,
    parent_of,
    status_of,
    trace_of,
    workload_of,
)
from accord.observe.schema import arrow_schema

_DELIMITERS = ",;\t|"
_FEWEST_COLUMNS = 3
_LONGEST_FIELD = 1 << 22
_AT_ONCE = 10_000
_MOST_AT_FIRST = 100
"""So many rows that cannot be read, and no other: the columns are not what they are taken for."""
_OWN = [column.name for column in SPANS]
MAGIC = b"PAR1"
"""What a Parquet file begins and ends with."""
_PLAIN = {"environment": "deployment.environment.name", "version": "service.version"}


def begins_csv(head: bytes) -> bool:
    """Whether its first line is text that names several columns."""
    line = head.partition(b"\n")[0]
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return text.strip().isprintable() and text.count(_delimiter(text)) + 1 >= _FEWEST_COLUMNS if text.strip() else False


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def add_csv(stream: IO[bytes], head: bytes, batch: Batch, given: Layout | None) -> Iterator[None]:
    """Adds the rows of a table whose first line names its columns; raises Refused, with line and column, for what is none."""
    csv.field_size_limit(_LONGEST_FIELD)
    text = io.TextIOWrapper(_Joined(head, stream), encoding="utf-8-sig", errors="replace", newline="")  # type: ignore[type-var]
    rows = csv.reader(text, delimiter=_delimiter(head.partition(b"\n")[0].decode("utf-8-sig")))
    try:
        columns = next(rows)
        reader = RowReader(layout_of(columns, given), batch)
        for row in rows:
            if row:
                reader.take(columns, row, f"line {rows.line_num}")
            yield
        reader.finish()
    except csv.Error as error:
        raise Refused(f"line {rows.line_num}: expected a row of CSV: {error}") from None


class _Joined(io.RawIOBase):
    """What was read of a stream already, and then the rest of it."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def add_parquet(file: IO[bytes], batch: Batch, given: Layout | None) -> Iterator[None]:
    """Adds the rows of a Parquet file: spans in our own columns as they are, others by a layout. Raises Refused, with row and column."""
    try:
        parquet = pq.ParquetFile(file)
        if not given and set(_OWN) <= set(parquet.schema_arrow.names):
            for part in parquet.iter_batches(batch_size=_AT_ONCE * 10, columns=_OWN):
                batch.join(_own(part, batch))
                yield
            return
        layout = _of_arrow(layout_of(_names(parquet.schema_arrow), given), parquet.schema_arrow)
        yield from _parquet_rows(parquet, layout, batch)
    except Refused:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError) as error:
        raise Refused(
            f"the Parquet file is damaged: {next(iter(str(error).splitlines()), 'no reason is told')}"
        ) from None


def _parquet_rows(parquet: pq.ParquetFile, layout: Layout, batch: Batch) -> Iterator[None]:
    reader, number = RowReader(layout, batch), 0
    columns = sorted({source.column for source in layout.roles.values()})
    for part in parquet.iter_batches(batch_size=_AT_ONCE, columns=columns):
        values = {name: _values(column) for name, column in _flat(part)}
        for row in zip(*(values[name] for name in columns), strict=True):
            number += 1
            reader.take(columns, row, f"row {number}")
        yield
    reader.finish()


def _names(schema: pa.Schema) -> list[str]:
    """The columns, and the fields of those that are structs, as `Links.SpanId`."""
    return [name for name, _ in _fields(schema)]


def _fields(schema: pa.Schema) -> Iterator[tuple[str, pa.DataType]]:
    for field in schema:
        yield field.name, field.type
        if pa.types.is_struct(field.type):
            yield from ((f"{field.name}.{inner.name}", inner.type) for inner in field.type)


def _of_arrow(layout: Layout, schema: pa.Schema) -> Layout:
    """The layout where Arrow's own types of time say their unit themselves."""
    types = dict(_fields(schema))
    roles = {
        role: Source(source.column, "ns") if _is_time(types[source.column]) else source
        for role, source in layout.roles.items()
    }
    return Layout(layout.name, roles, layout.calls)


def _flat(part: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    for field, column in zip(part.schema, part.columns, strict=True):
        yield field.name, column
        if pa.types.is_struct(field.type):
            yield from ((f"{field.name}.{inner.name}", column.field(inner.name)) for inner in field.type)


def _is_time(type_: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(type_) or pa.types.is_duration(type_))


def _values(column: pa.Array) -> list[Any]:
    """Plain values; times as nanoseconds, which Python's own types cannot hold."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ns")).cast(pa.int64())
    elif pa.types.is_duration(column.type):
        column = column.cast(pa.duration("ns")).cast(pa.int64())
    found: list[Any] = column.to_pylist()
    return found


def _own(part: pa.RecordBatch, batch: Batch) -> pa.Table:
    """Spans in our own columns, checked as others are; a weight that nobody told is that of the batch."""
    table, schema = pa.Table.from_batches([part]), arrow_schema()
    for field in schema:
        nulls = table.column(field.name).null_count
        if nulls:
            raise Refused(f"column {field.name}: expected a value in every row, read {nulls} nulls")
    try:
        table = table.select(schema.names).cast(pa.schema([field.with_nullable(True) for field in schema]))
        table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Refused(f"expected the types of the columns of spans: {error}") from None
    told = {name: table.column(name) for name in schema.names}
    weights = pc.if_else(pc.equal(told["weight"], UNKNOWN_WEIGHT), batch.weight, told["weight"])
    took = pc.if_else(pc.equal(told["duration_ns"], 0), 1, told["duration_ns"])
    spans = table.set_column(schema.names.index("weight"), "weight", weights)
    spans = spans.set_column(schema.names.index("duration_ns"), "duration_ns", took).filter(_are_spans(told))
    batch.refuse("a span without an id, or that ends before it begins", len(table) - len(spans))
    return spans


def _are_spans(told: Mapping[str, Any]) -> Any:
    identified = pc.and_(
        pc.not_equal(told["span"], 0), pc.or_(pc.not_equal(told["trace_hi"], 0), pc.not_equal(told["trace_lo"], 0))
    )
    return pc.and_(identified, pc.and_(pc.greater(told["start_ns"], 0), pc.greater_equal(told["duration_ns"], 0)))


class RowReader:
    """Adds rows to a batch, each by the roles of its columns."""

    def __init__(self, layout: Layout, batch: Batch) -> None:
        self._layout, self._batch = layout, batch
        self._roles = layout.roles
        self._rows = self._unread = 0
        self._first = ""

    def take(self, columns: Sequence[str], row: Sequence[Any], where: str) -> None:
        """Adds one row, or counts it where it cannot be read; raises Refused where the first rows are all so."""
        self._rows += 1
        try:
            if len(row) != len(columns):
                raise Refused(f"{where}: expected {len(columns)} values, one for each column, read {len(row)}")
            self.add(dict(zip(columns, row, strict=True)), where)
        except Refused as refusal:
            self._unread += 1
            self._first = self._first or str(refusal)
            if self._unread == self._rows == _MOST_AT_FIRST:
                self.finish()

    def finish(self) -> None:
        """Raises Refused where rows were not read, with the first of them; the others stay read."""
        if self._unread:
            whole = f"{self._unread} of {self._rows} rows not read, the first: " if self._rows > 1 else ""
            raise Refused(f"{whole}{self._first}")

    def add(self, row: Mapping[str, Any], where: str) -> None:
        """Adds one row; raises Refused with where it stands, the column, what was read and what was expected."""
        told = self._told(row, where)
        if self._layout.calls:
            self._batch.add(call_rows.span_of(told))
            return
        attributes = {**told.get("attributes", {}), **told.get("code", {})}
        resource = {"service.name": told["service"], **{_PLAIN[role]: told[role] for role in _PLAIN if told.get(role)}}
        if told.get("peer"):
            attributes["peer.service"] = told["peer"]
        kind, weight = told.get("kind", 0), weight_of(told.get("state", ""))
        start = told["start"]
        self._batch.add(
            {
                **of_resource({**told.get("resource", {}), **resource}),
                **of_span(kind, told["operation"], told.get("status", 0), attributes),
                **({} if weight is None else {"weight": weight}),
                **_links(told),
                "trace_hi": told["trace"][0],
                "trace_lo": told["trace"][1],
                "span": told["span"],
                "parent": 0 if told.get("parent") == told["span"] else told.get("parent", 0),
                "kind": kind,
                "start_ns": start,
                "duration_ns": told["end"] - start if "end" in told else told["duration"],
            }
        )

    def _told(self, row: Mapping[str, Any], where: str) -> dict[str, Any]:
        read = call_rows.READ if self._layout.calls else _READ
        told = {}
        for role, source in self._roles.items():
            try:
                told[role] = read[role](row[source.column], source.written)
            except Refused as refusal:
                raise Refused(f"{where}, column {source.column}: {refusal}") from None
        return told


def _links(told: dict[str, Any]) -> dict[str, int]:
    trace, span = told.get("link_trace"), told.get("link_span")
    return {"link_hi": trace[0], "link_lo": trace[1], "link_span": span} if trace and span else {}


def _text(value: Any, _written: str = "") -> str:
    return "" if value is None else str(value)


def _service(value: Any, written: str) -> str:
    return workload_of(_text(value)) if written == POD else _text(value)


def _first(value: Any) -> Any:
    """The first of a list, however it is written."""
    if isinstance(value, list):
        return value[0] if value else ""
    text = _text(value).strip()
    return text.strip("[]").split(",")[0].strip("'\" ") if text.startswith("[") else text


_READ: dict[str, Any] = {
    "trace": lambda value, _: trace_of(value),
    "span": lambda value, _: id_of(value),
    "parent": lambda value, _: parent_of(value),
    "service": _service,
    "operation": _text,
    "kind": lambda value, _: kind_of(value),
    "start": nanoseconds,
    "end": nanoseconds,
    "duration": nanoseconds,
    "status": lambda value, _: status_of(value),
    "code": lambda value, _: code_told(value),
    "attributes": lambda value, _: map_told(value),
    "resource": lambda value, _: map_told(value),
    "environment": _text,
    "version": _text,
    "peer": _text,
    "state": _text,
    "link_trace": lambda value, _: trace_of(_first(value)) if _first(value) else None,
    "link_span": lambda value, _: id_of(_first(value)),
}
