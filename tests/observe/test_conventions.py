"""The names of OpenTelemetry's conventions, old and new, mean the same in every format."""

import csv
import io
import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from accord.observe.columns import CLIENT, CONSUMER, ERROR, NO_CODE, PRODUCER, SERVER
from accord.observe.reading.batch import Batch
from accord.observe.reading.files import read_spans
from beside import CORPUS, needs

FILES = CORPUS / "trace-samples-a"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
BEGAN, TOOK = 1_700_000_000_000_000_000, 5_000_000
KINDS = {SERVER: "SERVER", CLIENT: "CLIENT", PRODUCER: "PRODUCER", CONSUMER: "CONSUMER"}

SAME: dict[str, tuple[int, dict[str, Any], list[dict[str, Any]]]] = {
    "HTTP server": (
        SERVER,
        {"operation": "GET /a/{b}", "code": 503, "status": ERROR},
        [{"http.request.method": "GET", "http.route": "/a/{b}", "http.response.status_code": 503},
         {"http.method": "GET", "http.route": "/a/{b}", "http.status_code": 503}],
    ),
    "HTTP client": (
        CLIENT,
        {"operation": "call", "code": 404, "status": ERROR, "peer": "pay:8080", "attempt": 3},
        [{"http.request.method": "GET", "server.address": "pay", "server.port": 8080, "http.response.status_code": 404, "http.request.resend_count": 2},
         {"http.method": "GET", "net.peer.name": "pay", "net.peer.port": 8080, "http.status_code": 404, "http.resend_count": 2},
         {"http.method": "GET", "http.url": "http://me:secret@pay:8080/charges?x=1", "http.status_code": 404, "http.retry_count": 2},
         {"http.method": "GET", "http.host": "pay:8080", "http.status_code": 404, "http.retry_count": 2}],
    ),
    "RPC client": (
        CLIENT,
        {"operation": "shop.Pay/Charge", "code": 14, "status": ERROR, "peer": "pay"},
        [{"rpc.system.name": "grpc", "rpc.method": "shop.Pay/Charge", "rpc.response.status_code": "UNAVAILABLE", "server.address": "pay"},
         {"rpc.system": "grpc", "rpc.service": "shop.Pay", "rpc.method": "Charge", "rpc.grpc.status_code": 14, "net.peer.name": "pay"},
         {"rpc.system": "grpc", "rpc.service": "shop.Pay", "rpc.method": "Charge", "rpc.grpc.status_code": 14, "net.peer.ip": "pay"}],
    ),
    "a service by name": (
        CLIENT,
        {"operation": "call", "peer": "ledger", "code": NO_CODE, "status": ERROR},
        [{"service.peer.name": "ledger", "server.address": "10.0.0.7", "error.type": "timeout"},
         {"peer.service": "ledger", "net.peer.ip": "10.0.0.7", "error": True}],
    ),
    "producer": (
        PRODUCER,
        {"operation": "orders"},
        [{"messaging.destination.name": "orders"}, {"messaging.destination": "orders"}],
    ),
    "consumer": (
        CONSUMER,
        {"operation": "orders"},
        [{"messaging.destination.template": "orders", "messaging.destination.name": "orders-7"}, {"messaging.destination": "orders"}],
    ),
}  # fmt: skip


def pair(key: str, value: Any) -> KeyValue:
    found = KeyValue(key=key)
    if isinstance(value, bool):
        found.value.bool_value = value
    elif isinstance(value, int):
        found.value.int_value = value
    else:
        found.value.string_value = value
    return found


def protobuf(kind: int, told: dict[str, Any], resource: dict[str, Any]) -> bytes:
    made = ExportTraceServiceRequest()
    whose = made.resource_spans.add()
    whose.resource.attributes.extend(pair(*each) for each in resource.items())
    span = whose.scope_spans.add().spans.add(
        trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(SPAN), name="call", kind=kind,  # type: ignore[arg-type]
        start_time_unix_nano=BEGAN, end_time_unix_nano=BEGAN + TOOK,
    )  # fmt: skip
    span.attributes.extend(pair(*each) for each in told.items())
    return made.SerializeToString()


def otlp_json(kind: int, told: dict[str, Any], resource: dict[str, Any]) -> bytes:
    def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
        names = {bool: "boolValue", int: "intValue", str: "stringValue"}
        return [
            {"key": key, "value": {names[type(value)]: str(value) if type(value) is int else value}}
            for key, value in attributes.items()
        ]

    span = {
        "traceId": TRACE, "spanId": SPAN, "name": "call", "kind": kind, "startTimeUnixNano": str(BEGAN),
        "endTimeUnixNano": str(BEGAN + TOOK), "attributes": pairs(told),
    }  # fmt: skip
    scope = {"scopeSpans": [{"spans": [span]}], "resource": {"attributes": pairs(resource)}}
    return json.dumps({"resourceSpans": [scope]}).encode()


def jaeger(kind: int, told: dict[str, Any], resource: dict[str, Any]) -> bytes:
    span = {
        "traceID": TRACE, "spanID": SPAN, "operationName": "call", "startTime": BEGAN // 1000, "duration": TOOK // 1000,
        "processID": "p1", "references": [],
        "tags": [{"key": key, "value": value} for key, value in {**told, "span.kind": KINDS[kind].lower()}.items()],
    }  # fmt: skip
    process = {
        "serviceName": resource["service.name"],
        "tags": [{"key": key, "value": value} for key, value in resource.items()],
    }
    return json.dumps({"data": [{"traceID": TRACE, "spans": [span], "processes": {"p1": process}}]}).encode()


def zipkin(kind: int, told: dict[str, Any], resource: dict[str, Any]) -> bytes:
    span = {
        "traceId": TRACE, "id": SPAN, "name": "call", "kind": KINDS[kind], "timestamp": BEGAN // 1000, "duration": TOOK // 1000,
        "localEndpoint": {"serviceName": resource["service.name"]},
        "tags": {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in {**resource, **told}.items()},
    }  # fmt: skip
    return json.dumps([span]).encode()


def table(kind: int, told: dict[str, Any], resource: dict[str, Any]) -> bytes:
    row = {
        "TraceId": TRACE, "SpanId": SPAN, "ParentSpanId": "", "SpanName": "call", "SpanKind": KINDS[kind].title(),
        "ServiceName": resource["service.name"], "Timestamp": "2023-11-14 22:13:20", "Duration": TOOK,
        "SpanAttributes": json.dumps(told), "ResourceAttributes": json.dumps(resource),
    }  # fmt: skip
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue().encode()


def read(data: bytes) -> dict[str, Any]:
    batch = Batch()
    for _ in read_spans(io.BytesIO(data), batch):
        pass
    [row] = batch.taken().to_pylist()
    return dict(row)


@pytest.mark.parametrize("written", [protobuf, otlp_json, jaeger, zipkin, table])
@pytest.mark.parametrize("what", SAME)
def test_old_words_and_new_mean_the_same(what: str, written: Any):
    kind, expected, ways = SAME[what]
    rows = []
    for number, told in enumerate(ways):
        environment = ("deployment.environment", "deployment.environment.name")[number % 2]
        row = read(written(kind, told, {"service.name": "shop", "service.version": "7", environment: "prod"}))
        assert row | expected == row
        assert (row["service"], row["kind"], row["environment"], row["version"]) == ("shop", kind, "prod", "7")
        assert (row["start_ns"], row["duration_ns"]) == (BEGAN, TOOK)
        rows.append(row)
    assert all(row == rows[0] for row in rows)


def spans_in(document: Any) -> int:
    """How many maps of a document are spans, in whatever format: they have an id and say when they began."""
    if isinstance(document, list):
        return sum(map(spans_in, document))
    if not isinstance(document, dict):
        return 0
    own = {"startTimeUnixNano", "startTime", "timestamp"} & document.keys() and {
        "spanId",
        "spanID",
        "id",
    } & document.keys()
    return bool(own) + sum(map(spans_in, document.values()))


@needs(FILES)
def test_every_span_of_every_sample_is_read_with_who_and_whom():
    files = [path for path in sorted(FILES.rglob("*.json")) if not path.name.startswith("queries")]
    peers: dict[str, set[str]] = {}
    for path in files:
        batch = Batch()
        with path.open("rb") as file:
            for _ in read_spans(file, batch):
                pass
        rows = batch.taken().to_pylist()
        assert len(rows) == spans_in(json.loads(path.read_bytes())) > 0 and not batch.refused, path.name
        peers[path.name] = {row["peer"] for row in rows if row["peer"]}
    assert "app_db" in peers["simple-db-p6.json"] and "www.google.com" in peers["envoy.json"]
    assert peers["otlp2jaeger-out.json"] == {"telemetrygen-client"}
