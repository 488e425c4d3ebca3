"""Which side of a call a span is, where nobody said: it follows from a change of service, and is marked as inferred."""

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from accord.observe.columns import CLIENT, INTERNAL, SERVER
from accord.observe.reading.batch import digest_of
from accord.observe.schema import arrow_schema


def with_kinds(spans: pa.Table) -> pa.Table:
    """The spans, those of unknown kind with one where it follows; the table as it is where all say their kind.

    A span whose parent belongs to another service serves a call, and the parent makes it, where it makes no other. Where a
    span has several such children, each has a call of its own put between, which tells what the child tells.
    """
    return inferred(spans) if pc.any(pc.equal(spans.column("kind"), 0)).as_py() else spans


def inferred(spans: pa.Table) -> pa.Table:
    """The same of a part of a table in which some spans do not say their kind: all spans of some of its traces."""
    columns = {name: spans.column(name).to_pylist() for name in spans.schema.names}
    kinds = list(columns["kind"])
    position = {key: number for number, key in enumerate(_keys(columns, "span"))}
    above = [position.get(key) for key in _keys(columns, "parent")]
    service = columns["service"]
    across = [
        number
        for number, parent in enumerate(above)
        if parent is not None and kinds[number] in (0, SERVER) and service[parent] != service[number]
        and kinds[parent] in (0, INTERNAL, SERVER)
    ]  # fmt: skip
    children = Counter(above[number] for number in across)
    added: list[dict[str, Any]] = []
    for number in across:
        parent = above[number]
        assert parent is not None
        columns["inferred"][number] = 1
        columns["kind"][number] = SERVER
        if kinds[parent] == 0 and children[parent] == 1:
            columns["kind"][parent], columns["inferred"][parent] = CLIENT, 1
        else:
            added.append(_between(columns, number, parent))
            columns["parent"][number] = added[-1]["span"]
    schema = arrow_schema()
    table = pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names}, schema=schema)
    return pa.concat_tables([table, pa.Table.from_pylist(added, schema=schema)]) if added else table


def _keys(columns: dict[str, list[Any]], name: str) -> list[tuple[int, int, int]]:
    return list(zip(columns["trace_hi"], columns["trace_lo"], columns[name], strict=True))


def _between(columns: dict[str, list[Any]], child: int, parent: int) -> dict[str, Any]:
    """A call by the parent's service that nobody told of, with the times of the child."""
    told = {name: values[child] for name, values in columns.items()}
    return told | {
        "span": digest_of(f"{told['span']} called"),
        "parent": columns["span"][parent],
        "kind": CLIENT,
        "inferred": 1,
        "service": columns["service"][parent],
        "environment": columns["environment"][parent],
        "version": columns["version"][parent],
    }
