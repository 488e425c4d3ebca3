"""Every format becomes the same table; what is no telemetry is refused in words, and never a traceback."""

import gzip
import io
import json
import random
import struct
from typing import Any

import pytest
import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from accord.model.problem import Refused
from accord.observe.columns import CLIENT, ERROR, ONE, SERVER, SPANS
from accord.observe.reading.batch import Batch
from accord.observe.reading.files import read_spans
from accord.observe.reading.kinds import with_kinds
from accord.observe.reading.meaning import weight_of
from beside import CORPUS, needs

FILES = CORPUS / "trace-samples-a"
TRACE = bytes(range(1, 17))


def pair(key: str, value: Any) -> KeyValue:
    found = KeyValue(key=key)
    if isinstance(value, int):
        found.value.int_value = value
    else:
        found.value.string_value = value
    return found


def request(count: int = 2) -> ExportTraceServiceRequest:
    """A checkout that calls payments, in the new words on one side and the old on the other."""
    made = ExportTraceServiceRequest()
    for service, kind in (("checkout", CLIENT), ("payments", SERVER))[:count]:
        resource = made.resource_spans.add()
        resource.resource.attributes.append(pair("service.name", service))
        span = resource.scope_spans.add().spans.add(
            trace_id=TRACE,
            span_id=(1 if kind == CLIENT else 2).to_bytes(8, "big"),
            parent_span_id=(9 if kind == CLIENT else 1).to_bytes(8, "big"),
            name="POST",
            kind=kind,  # type: ignore[arg-type]
            start_time_unix_nano=1_000_000_000,
            end_time_unix_nano=3_000_000_000,
            trace_state="ot=th:c;rv:1",
        )
        new = kind == CLIENT
        span.attributes.append(pair("http.request.method" if new else "http.method", "POST"))
        span.attributes.append(pair("http.response.status_code" if new else "http.status_code", 503))
        span.attributes.append(pair("server.address" if new else "http.route", "payments" if new else "/charges"))
        if new:
            span.attributes.append(pair("http.request.resend_count", 1))
    return made


def read(data: bytes, weight: int = 0) -> list[dict[str, Any]]:
    batch = Batch(weight)
    for _ in read_spans(io.BytesIO(data), batch):
        pass
    return list(batch.taken().to_pylist())


def test_the_same_words_old_and_new():
    client, server = read(request().SerializeToString())
    assert (client["service"], client["kind"], client["peer"], client["operation"]) == (
        "checkout",
        CLIENT,
        "payments",
        "POST",
    )
    assert (server["operation"], server["code"], server["status"]) == ("POST /charges", 503, ERROR)
    assert (client["attempt"], server["attempt"], client["weight"]) == (2, 0, 4 * ONE)
    assert (client["span"], server["parent"], client["duration_ns"]) == (1, 1, 2_000_000_000)


@pytest.mark.parametrize("order", ["<I", ">I"])
@pytest.mark.parametrize("squeeze", [bytes, gzip.compress, zstandard.compress])
def test_records_one_after_another_compressed_or_not(order: str, squeeze: Any):
    data = request().SerializeToString()
    whole = b"".join(struct.pack(order, len(data)) + data for _ in range(300))
    assert len(read(squeeze(whole))) == 600
    assert len(read(squeeze(data))) == 2


def test_json_whole_and_by_lines_is_the_same():
    span = {
        "traceId": TRACE.hex(), "spanId": "0000000000000001", "name": "pay", "kind": "SPAN_KIND_SERVER",
        "startTimeUnixNano": "1700000000000000001", "endTimeUnixNano": "1700000000000000009", "status": {"code": 2},
        "attributes": [{"key": "rpc.service", "value": {"stringValue": "shop.Payments"}}, {"key": "rpc.method", "value": {"stringValue": "Charge"}},
                       {"key": "rpc.grpc.status_code", "value": {"intValue": "14"}}],
    }  # fmt: skip
    document = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": [span]}]}]}
    [one] = read(json.dumps(document).encode())
    assert (one["operation"], one["code"], one["status"], one["kind"]) == ("shop.Payments/Charge", 14, ERROR, SERVER)
    assert one["start_ns"] == 1_700_000_000_000_000_001
    lines = "\n".join([json.dumps(document)] * 3) + "\n"
    assert read(lines.encode()) == [one] * 3


@pytest.mark.parametrize(
    ("state", "weight"),
    [("ot=th:0", 1000), ("ot=th:8", 2000), ("x=1,ot=rv:a;th:f3333333333333", 20_000), ("ot=th:zz", None), ("", None)],
)
def test_a_threshold_is_a_weight(state: str, weight: int | None):
    assert weight_of(state) == weight


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 50, b"hello", b"[]", b"{}", b'{"resourceSpans": 3}', b"[1, 2]", b"\xff" * 9, gzip.compress(b"{}", mtime=0)[:-5],
     b"\x28\xb5\x2f\xfd junk", b"[" * 100_000, b'{"resourceSpans": "\xc2"}', b'{"data": 3}', struct.pack(">I", 500) + b"\x0a\x00"],
)  # fmt: skip
def test_what_is_no_telemetry_is_refused_in_words(data: bytes):
    with pytest.raises(Refused):
        read(data)


def test_damaged_requests_are_refused_or_read_and_never_break():
    chance, data = random.Random(5), request().SerializeToString()
    for _ in range(3000):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read(bytes(broken[: chance.randrange(1, len(broken) + 1)]))
        except Refused:
            continue


def test_a_span_that_is_none_is_counted():
    made = request(1)
    made.resource_spans[0].scope_spans[0].spans[0].end_time_unix_nano = 1
    batch = Batch()
    for _ in read_spans(io.BytesIO(made.SerializeToString()), batch):
        pass
    assert len(batch) == 0 and sum(batch.refused.values()) == 1


def test_kinds_follow_from_a_change_of_service():
    batch = Batch()
    common = {"trace_hi": 1, "trace_lo": 2, "start_ns": 5, "duration_ns": 7, "operation": "x"}
    for span, parent, service in ((1, 0, "a"), (2, 1, "a"), (3, 2, "b"), (4, 3, "c"), (5, 3, "d")):
        batch.add(common | {"span": span, "parent": parent, "service": service})
    rows = with_kinds(batch.taken()).to_pylist()
    kinds = {row["span"]: row["kind"] for row in rows if row["span"] in range(1, 6)}
    assert kinds == {1: 0, 2: CLIENT, 3: SERVER, 4: SERVER, 5: SERVER}
    between = [row for row in rows if row["span"] not in range(1, 6)]
    assert {(row["service"], row["kind"], row["inferred"]) for row in between} == {("b", CLIENT, 1)}
    assert {row["parent"] for row in rows if row["span"] in (4, 5)} == {row["span"] for row in between}


@needs(FILES)
def test_samples_of_every_format_are_read():
    counts = {}
    for path in sorted(FILES.rglob("*.json")):
        if path.name.startswith("queries"):
            continue
        counts[path.name] = len(read(path.read_bytes()))
    assert counts and min(counts.values()) > 0


def test_a_shared_span_of_zipkin_is_two_halves():
    spans = [
        {"traceId": "a", "id": "b", "kind": "CLIENT", "name": "get", "timestamp": 5, "duration": 2, "localEndpoint": {"serviceName": "x"}},
        {"traceId": "a", "id": "b", "kind": "SERVER", "name": "get /", "timestamp": 5, "duration": 1, "localEndpoint": {"serviceName": "y"},
         "shared": True, "tags": {"error": "timeout"}},
    ]  # fmt: skip
    client, server = read(json.dumps(spans).encode())
    assert client["span"] == server["parent"] == 11 and server["span"] != 11
    assert (server["service"], server["status"]) == ("y", ERROR)


def test_every_row_has_every_column():
    [row, _] = read(request().SerializeToString())
    assert list(row) == [column.name for column in SPANS] and None not in row.values()
