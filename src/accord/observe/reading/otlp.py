"""OTLP traces, protobuf and JSON: https://opentelemetry.io/docs/specs/otlp/ (ids are hexadecimal in its JSON, not base64)."""

from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from accord.model.problem import Refused
from accord.observe.columns import ERROR, OK, UNSET
from accord.observe.reading.batch import Attributes, Batch, id_of_bytes, id_of_hex, ids_of_hex
from accord.observe.reading.meaning import (
    OWN_WORDS,
    RESOURCE_WORDS,
    SPAN_WORDS,
    key_of,
    of_resource,
    of_span,
    remaining_of,
    weight_of,
    whole,
)

_KINDS = {"UNSPECIFIED": 0, "INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
_STATUSES = {"UNSET": UNSET, "OK": OK, "ERROR": ERROR}
_MOST_ATTRIBUTES = 256
_MOST_UNDERSTOOD = 4096
_FROM = int.from_bytes
_NO_LINK = (0, 0, 0)
_MOST_ITEMS = 16


def read_protobuf(data: bytes, batch: Batch) -> None:
    """Adds the spans of one export request; raises Refused where it is none."""
    try:
        request = ExportTraceServiceRequest.FromString(data)
    except DecodeError:
        raise Refused("expected an OTLP export request of traces (protobuf)") from None
    for resource in request.resource_spans:
        whose = of_resource(_attributes(resource.resource.attributes, RESOURCE_WORDS))
        reader = _SpanReader(batch, whose)
        for scope in resource.scope_spans:
            for span in scope.spans:
                reader.add(span)


class _SpanReader:
    """Adds the spans of one resource; spans that say the same of everything but ids and times are understood once."""

    def __init__(self, batch: Batch, whose: dict[str, Any]) -> None:
        self.batch = batch
        code = batch.code
        self._whose = (code(whose["service"]), code(whose["environment"]), code(whose["version"]))
        self._understood: dict[Any, tuple[int, ...]] = {}

    def add(self, span: Any) -> None:
        """Adds one span."""
        attributes = _attributes(span.attributes, SPAN_WORDS)
        kind = span.kind if 0 <= span.kind <= 5 else 0
        operation, peer, status, code, attempt, refused = self._meaning(kind, span, attributes)
        told = weight_of(span.trace_state) if span.trace_state else None
        trace, own, parent = span.trace_id, span.span_id, span.parent_span_id
        start = span.start_time_unix_nano
        self.batch.add_row(
            (
                _FROM(trace[:8], "big", signed=True) if len(trace) == 16 else 0,
                _FROM(trace[8:], "big", signed=True) if len(trace) == 16 else 0,
                _FROM(own, "big", signed=True) if len(own) == 8 else 0,
                _FROM(parent, "big", signed=True) if len(parent) == 8 else 0,
                kind,
                0,
                *self._whose,
                operation,
                peer,
                start,
                span.end_time_unix_nano - start,
                status,
                code,
                attempt,
                self.batch.weight if told is None else told,
                remaining_of(attributes),
                key_of(attributes),
                refused,
                *(_link(span.links[0]) if span.links else _NO_LINK),
            )
        )

    def _meaning(self, kind: int, span: Any, attributes: dict[str, Any]) -> tuple[int, ...]:
        own = (
            {name: value for name, value in attributes.items() if name not in OWN_WORDS}
            if attributes.keys() & OWN_WORDS
            else attributes
        )
        key = (kind, span.name, span.status.code, *own.items())
        try:
            known = self._understood.get(key)
        except TypeError:  # a list among the values
            return self._understand(kind, span, attributes)
        if known is None:
            known = self._understand(kind, span, attributes)
            if len(self._understood) < _MOST_UNDERSTOOD:
                self._understood[key] = known
        return known

    def _understand(self, kind: int, span: Any, attributes: Attributes) -> tuple[int, ...]:
        told = of_span(kind, span.name, span.status.code, attributes)
        code = self.batch.code
        return (
            code(told["operation"]),
            code(told["peer"]),
            told["status"],
            told["code"],
            told["attempt"],
            told["refused"],
        )


def _link(link: Any) -> tuple[int, int, int]:
    return id_of_bytes(link.trace_id[:8]), id_of_bytes(link.trace_id[8:]), id_of_bytes(link.span_id)


def _attributes(pairs: Any, words: frozenset[str]) -> dict[str, Any]:
    """Those attributes that mean something here."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key = pair.key
        if key not in words:
            continue
        value = pair.value
        kind = value.WhichOneof("value")
        if kind == "string_value":
            found[key] = value.string_value
        elif kind == "array_value":
            found[key] = [item.string_value for item in value.array_value.values[:_MOST_ITEMS]]
        elif kind in ("int_value", "bool_value", "double_value"):
            found[key] = getattr(value, kind)
    return found


# ---------------------------------------------------------------------- JSON


def read_json(data: bytes, batch: Batch) -> None:
    """Adds the spans of one export request in JSON; raises Refused where it is none."""
    try:
        request = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refused(f"expected JSON: {error}") from None
    add_json(request, batch)


def add_json(request: Any, batch: Batch) -> None:
    """Adds the spans of a decoded export request; raises Refused where it has not the shape of one."""
    if not isinstance(request, dict) or not isinstance(request.get("resourceSpans"), list):
        raise Refused("expected an OTLP export request of traces: it has no resourceSpans")
    for resource in _maps(request["resourceSpans"]):
        whose = of_resource(_json_attributes(_map(resource.get("resource")).get("attributes")))
        scopes = resource.get("scopeSpans") or resource.get("instrumentationLibrarySpans")
        for scope in _maps(scopes):
            for span in _maps(scope.get("spans")):
                _add_json(batch, whose, span)


def _add_json(batch: Batch, whose: dict[str, Any], span: dict[str, Any]) -> None:
    attributes = _json_attributes(span.get("attributes"))
    kind = _named(span.get("kind"), _KINDS, "SPAN_KIND_")
    status = _named(_map(span.get("status")).get("code"), _STATUSES, "STATUS_CODE_")
    trace_hi, trace_lo = ids_of_hex(_text(span.get("traceId")))
    start, end = whole(span.get("startTimeUnixNano")) or 0, whole(span.get("endTimeUnixNano")) or 0
    told: dict[str, Any] = {
        **whose,
        **of_span(kind, _text(span.get("name")), status, attributes),
        "trace_hi": trace_hi,
        "trace_lo": trace_lo,
        "span": id_of_hex(_text(span.get("spanId"))),
        "parent": id_of_hex(_text(span.get("parentSpanId"))),
        "kind": kind,
        "start_ns": start,
        "duration_ns": end - start,
    }
    weight = weight_of(_text(span.get("traceState")))
    if weight is not None:
        told["weight"] = weight
    for link in _maps(span.get("links"))[:1]:
        told["link_hi"], told["link_lo"] = ids_of_hex(_text(link.get("traceId")))
        told["link_span"] = id_of_hex(_text(link.get("spanId")))
    batch.add(told)


def _json_attributes(pairs: Any) -> Attributes:
    return {_text(pair.get("key")): _json_value(_map(pair.get("value"))) for pair in _maps(pairs)[:_MOST_ATTRIBUTES]}


def _json_value(value: dict[str, Any]) -> Any:
    if "stringValue" in value:
        return _text(value["stringValue"])
    if "intValue" in value:
        return whole(value["intValue"])
    if "arrayValue" in value:
        return [_text(item.get("stringValue")) for item in _maps(_map(value["arrayValue"]).get("values"))[:_MOST_ITEMS]]
    return value.get("boolValue", value.get("doubleValue"))


def _named(value: Any, names: dict[str, int], prefix: str) -> int:
    if isinstance(value, str):
        return names.get(value.removeprefix(prefix), whole(value) or 0)
    return value if isinstance(value, int) and 0 <= value <= 5 else 0


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
