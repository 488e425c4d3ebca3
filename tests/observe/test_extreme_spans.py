"""Times at their extremes, and more spans than memory holds: refused with a reason, or counted; never a traceback."""

import json
import struct
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from telling import BEGIN, Told

from accord.cli import run
from accord.observe.reading.batch import LATEST_NS, LONGEST_NS
from accord.observe.schema import arrow_schema
from accord.observe.summary import observed_in

EXTREMES = (
    0, 1, -1, BEGIN, LATEST_NS, LATEST_NS + 1, LATEST_NS - LONGEST_NS, LONGEST_NS, (1 << 62) - 1, (1 << 63) - 1, 1 << 63,
    (1 << 64) - 1, 1 << 64, -(1 << 63), -(1 << 64), 10**30,
)  # fmt: skip
Times = list[tuple[int, int]]
"""Of the client's and the server's span of each call: begin, and duration or end."""
TIMES = st.lists(st.tuples(st.sampled_from(EXTREMES), st.sampled_from(EXTREMES)), min_size=2, max_size=6)


def ids(number: int) -> tuple[int, int, int, int]:
    """The trace, the span, the span above, and the kind of every second span the server of the one before."""
    trace = number // 2 + 1
    return trace, number + 1, (number if number % 2 else 0), (2 if number % 2 else 3)


def as_otlp_json(times: Times) -> bytes:
    spans = []
    for number, (start, end) in enumerate(times):
        trace, span, parent, kind = ids(number)
        spans.append({
            "traceId": f"{trace:032x}", "spanId": f"{span:016x}", "parentSpanId": f"{parent:016x}", "kind": kind, "name": "GET",
            "startTimeUnixNano": str(start), "endTimeUnixNano": str(end),
        })  # fmt: skip
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def as_protobuf(times: Times) -> bytes:
    made = ExportTraceServiceRequest()
    spans = made.resource_spans.add().scope_spans.add().spans
    for number, (start, end) in enumerate(times):
        trace, span, parent, kind = ids(number)
        spans.add(
            trace_id=trace.to_bytes(16, "big"), span_id=span.to_bytes(8, "big"), parent_span_id=parent.to_bytes(8, "big"),
            name="GET", kind=kind, start_time_unix_nano=start % (1 << 64), end_time_unix_nano=end % (1 << 64),  # type: ignore[arg-type]
        )  # fmt: skip
    body = made.SerializeToString()
    return struct.pack(">I", len(body)) + body


def as_zipkin(times: Times) -> bytes:
    spans: list[dict[str, Any]] = []
    for number, (start, took) in enumerate(times):
        trace, span, parent, kind = ids(number)
        spans.append({
            "traceId": f"{trace:032x}", "id": f"{span:016x}", "parentId": f"{parent:016x}", "name": "GET", "timestamp": start,
            "kind": "SERVER" if kind == 2 else "CLIENT", "duration": took, "localEndpoint": {"serviceName": "shop"},
        })  # fmt: skip
    return json.dumps(spans).encode()


def as_jaeger(times: Times) -> bytes:
    spans: list[dict[str, Any]] = []
    for number, (start, took) in enumerate(times):
        trace, span, parent, kind = ids(number)
        above = [{"refType": "CHILD_OF", "traceID": f"{trace:032x}", "spanID": f"{parent:016x}"}] if parent else []
        tag = {"key": "span.kind", "type": "string", "value": "server" if kind == 2 else "client"}
        spans.append({
            "traceID": f"{trace:032x}", "spanID": f"{span:016x}", "references": above, "operationName": "GET", "tags": [tag],
            "startTime": start, "duration": took, "processID": "p1",
        })  # fmt: skip
    return json.dumps({"data": [{"spans": spans, "processes": {"p1": {"serviceName": "shop"}}}]}).encode()


def as_csv(times: Times) -> bytes:
    rows = ["trace_id,span_id,parent_span_id,service,operation,kind,start_ns,duration_ns"]
    for number, (start, took) in enumerate(times):
        trace, span, parent, kind = ids(number)
        told = f"{trace:032x},{span:016x},{parent:016x},shop,GET,{'server' if kind == 2 else 'client'}"
        rows.append(f"{told},{start},{took}")
    return "\n".join(rows).encode()


COLUMNS = (
    "trace=trace_id,span=span_id,parent=parent_span_id,service=service,operation=operation,kind=kind,"
    "start=start_ns:ns,duration=duration_ns:ns"
)
WRITERS = {
    "OTLP JSON": as_otlp_json, "OTLP protobuf": as_protobuf, "Zipkin": as_zipkin, "Jaeger": as_jaeger, "CSV": as_csv,
}  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=12, deadline=None)
@given(times=TIMES)
@example(times=[(BEGIN, (1 << 63) - 1)] * 6)
@example(times=[(LATEST_NS, LONGEST_NS), (1, LONGEST_NS)] * 3)
@example(times=[(1, LONGEST_NS)] * 6)
def test_times_at_their_extremes_are_counted_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, times: Times
):
    path = tmp_path_factory.mktemp("extreme") / "spans"
    path.write_bytes(WRITERS[name](times))
    found, refused = observed_in([str(path)], columns=COLUMNS.split(",") if name == "CSV" else ())
    halves = sum(2 * one.count("paired") + one.count("caller_only") + one.count("callee_only") for one in found)
    said = sum(int(words[0]) for reason in refused if (words := reason.split())[0].isdecimal())
    unread = sum(
        int(reason.split(": ")[1].split()[0]) if "rows not read" in reason else 1 for reason in refused if "/" in reason
    )
    assert halves + said + unread == len(times)


@pytest.mark.parametrize(("number", "took"), [(2, LONGEST_NS), (600, LONGEST_NS)])
def test_times_that_add_to_no_number_are_told_of(
    tmp_path: Path, number: int, took: int, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "spans.csv"
    path.write_bytes(as_csv([(BEGIN, took)] * number))
    code = run(["observe", str(path), "--columns", COLUMNS, "--complete"])
    out, err = capsys.readouterr()
    assert (
        (code == 0 and "shop" in out) if number == 2 else (code and f"{number} spans, of which none is counted" in err)
    )
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("column", "value"),
    [("start_ns", (1 << 63) - 1), ("start_ns", 0), ("start_ns", -5), ("duration_ns", (1 << 63) - 1), ("duration_ns", -(1 << 63)),
     ("weight", (1 << 63) - 1), ("weight", -1)],
)  # fmt: skip
def test_extremes_in_our_own_columns_are_refused(tmp_path: Path, column: str, value: int):
    spans = [dict(each) for each in Told(5, calls=20).spans]
    spans[0][column] = value
    pq.write_table(pa.Table.from_pylist(spans, schema=arrow_schema()), tmp_path / "spans.parquet")
    found, refused = observed_in([str(tmp_path / "spans.parquet")])
    assert found and refused == ["1 times a span without an id, or of a time or weight that cannot be"]


WRITTEN = """COPY (SELECT trace AS trace_hi, trace AS trace_lo, trace * 2 + side AS span,
    CASE WHEN side = 0 THEN 1 ELSE trace * 2 END AS parent, CAST(CASE WHEN {told} THEN 3 - side ELSE 0 END AS TINYINT) AS kind,
    CAST(0 AS TINYINT) AS inferred, CASE WHEN side = 0 THEN 'shop' ELSE 'pay' || trace % 5 END AS service, 'prod' AS environment,
    '1' AS version, 'POST /charges' AS operation, '' AS peer, 1795750000000000000 + trace * 60000 AS start_ns,
    1000000 + trace % 1000 AS duration_ns, CAST(0 AS TINYINT) AS status, CAST(200 AS INTEGER) AS code, CAST(0 AS TINYINT) AS attempt,
    CAST(1000 AS BIGINT) AS weight, CAST(-1 AS BIGINT) AS remaining_ms, CAST(0 AS BIGINT) AS key, CAST(0 AS TINYINT) AS refused,
    CAST(0 AS BIGINT) AS link_hi, CAST(0 AS BIGINT) AS link_lo, CAST(0 AS BIGINT) AS link_span
    FROM (SELECT range + 1 AS trace FROM range({calls})), (SELECT unnest([0, 1]) AS side)) TO '{path}' (FORMAT parquet)"""


@pytest.mark.parametrize("told", [True, False])
def test_more_spans_than_memory_holds_are_counted_all_the_same(tmp_path: Path, told: bool):
    path = tmp_path / "spans.parquet"
    calls = 250_000 if told else 120_000
    duckdb.connect().execute(WRITTEN.format(calls=calls, path=path, told=told))
    found, refused = observed_in([str(path)], memory_mb=120)
    assert not refused and len(found) == 5
    assert {one.count("paired") for one in found} == {calls // 5} == {one.count("calls") for one in found}
    none, refused = observed_in([str(path)], memory_mb=8)
    assert not none and "spans, of which none is counted: expected no more than 8 MB" in refused[0]
