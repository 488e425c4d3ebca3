"""OTLP traces, protobuf and JSON: https://opentelemetry.io/docs/specs/otlp/ (ids are hexadecimal in its JSON, not base64)."""

from itertools import count
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from accord.model.problem import Refused
from accord.observe.columns import ERROR, OK, UNSET
from accord.observe.reading.batch import Attributes, Batch, id_of_bytes, id_of_hex, ids_of_hex
from accord.observe.reading.meaning import OWN_WORDS, RESOURCE_WORDS, SPAN_WORDS, of_resource, of_span, weight_of, whole
from accord.observe.reading.shapes import map_of, maps_of, text_of
from accord.observe.reading.wire import Request

_KINDS = {"UNSPECIFIED": 0, "INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
_STATUSES = {"UNSET": UNSET, "OK": OK, "ERROR": ERROR}
_MOST_ATTRIBUTES = 256
_MOST_UNDERSTOOD = 4096
_MOST_SEEN, _LONGEST_SEEN, _MOST_LONG_BYTES = 1 << 16, 512, 1 << 23
_KEY_FIRST, _LONGEST_WORD = b"\x0a", 128
"""The tag of field 1 of a KeyValue; a length below 128 is one byte."""
_PLAIN = ("string_value", "int_value", "bool_value", "double_value")
_FROM = int.from_bytes
_NO_LINK = (0, 0, 0)
_MOST_ITEMS = 16


def read_protobuf(data: bytes, batch: Batch) -> None:
    """Adds the spans of one export request; raises Refused where it is none."""
    try:
        request = Request.FromString(data)
        _SEEN.make_room()
        for resource in request.resource_spans:
            reader = _SpanReader(batch, of_resource(_of_resource(resource.resource.attributes)))
            for scope in resource.scope_spans:
                for span in scope.spans:
                    reader.add(span)
    except DecodeError:
        raise Refused("expected an OTLP export request of traces (protobuf)") from None


class _Seen:
    """What attributes mean, by their bytes: 0 for nothing here, else the number of a pair; below 0 where the pair is
    another with almost every span.
    """

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.pairs: dict[int, tuple[str, Any]] = {}
        self.unread: set[bytes] = set()
        self.long_bytes = 0

    def make_room(self) -> None:
        """Forgets all of it where there is too much, or too much that is long; not while a request is read."""
        count = len(self.numbers) + len(self.pairs) + len(self.unread)
        if count > _MOST_SEEN or self.long_bytes > _MOST_LONG_BYTES:
            self.numbers.clear()
            self.pairs.clear()
            self.unread.clear()
            self.long_bytes = 0

    def learn(self, attribute: bytes) -> int:
        """The number of an attribute that was not seen before; raises DecodeError where it is none.

        An attribute begins with its key: where nothing is read of that, nothing is read of its value.
        """
        word = attribute[2 : 2 + attribute[1]] if attribute[:1] == _KEY_FIRST and len(attribute) > 1 else b""
        if word in self.unread:
            if len(self.numbers) < _MOST_SEEN // 4 and len(attribute) <= _LONGEST_SEEN:
                self.numbers[attribute] = 0
            return 0
        key, value = _pair(attribute)
        if key not in SPAN_WORDS:
            if word == key.encode() and len(word) < _LONGEST_WORD:
                self.unread.add(word)
            return 0
        number = next(_numbers)
        number = -number if key in OWN_WORDS else number
        self.pairs[number] = key, value
        if len(attribute) > _LONGEST_SEEN:
            self.long_bytes += len(attribute)
        elif number > 0:
            self.numbers[attribute] = number
        return number


_SEEN = _Seen()
_numbers = count(1)


class _SpanReader:
    """Adds the spans of one resource; spans that say the same of everything but ids and times are understood once."""

    def __init__(self, batch: Batch, whose: dict[str, Any]) -> None:
        self.batch = batch
        code = batch.code
        self._whose = (code(whose["service"]), code(whose["environment"]), code(whose["version"]))
        self._understood: dict[tuple[Any, ...], tuple[int, ...]] = {}

    def add(self, span: Any) -> None:
        """Adds one span."""
        seen = _SEEN.numbers
        numbers = [found if (found := seen.get(each)) is not None else _SEEN.learn(each) for each in span.attributes]
        key = (span.kind, span.name, span.status.code, *numbers)
        meaning = self._understood.get(key) or self._understand(key)
        told = weight_of(span.trace_state) if span.trace_state else None
        trace, own, parent = span.trace_id, span.span_id, span.parent_span_id
        start = span.start_time_unix_nano
        self.batch.add_row(
            (
                _FROM(trace[:8], "big", signed=True) if len(trace) == 16 else 0,
                _FROM(trace[8:], "big", signed=True) if len(trace) == 16 else 0,
                _FROM(own, "big", signed=True) if len(own) == 8 else 0,
                _FROM(parent, "big", signed=True) if len(parent) == 8 else 0,
                meaning[0],
                0,
                *self._whose,
                meaning[1],
                meaning[2],
                start,
                span.end_time_unix_nano - start,
                meaning[3],
                meaning[4],
                meaning[5],
                self.batch.weight if told is None else told,
                meaning[6],
                meaning[7],
                meaning[8],
                *(_link(span.links[0]) if span.links else _NO_LINK),
            )
        )

    def _understand(self, key: tuple[Any, ...]) -> tuple[int, ...]:
        """What a span means, in the order of the columns; kept, but where it says what no other span does."""
        kind, name, status, *numbers = key
        kind = kind if 0 <= kind <= 5 else 0
        attributes = dict(_SEEN.pairs[number] for number in numbers if number)
        told = of_span(kind, name, status, attributes)
        code = self.batch.code
        found = (
            kind,
            code(told["operation"]),
            code(told["peer"]),
            told["status"],
            told["code"],
            told["attempt"],
            told["remaining_ms"],
            told["key"],
            told["refused"],
        )
        if len(self._understood) < _MOST_UNDERSTOOD and not any(number < 0 for number in numbers):
            self._understood[key] = found
        return found


def _link(data: bytes) -> tuple[int, int, int]:
    link = Span.Link.FromString(data)
    return id_of_bytes(link.trace_id[:8]), id_of_bytes(link.trace_id[8:]), id_of_bytes(link.span_id)


def _of_resource(attributes: Any) -> dict[str, Any]:
    return {key: value for key, value in map(_pair, attributes) if key in RESOURCE_WORDS}


def _pair(attribute: bytes) -> tuple[str, Any]:
    """The key and the value of an attribute; raises DecodeError where it is none."""
    pair = KeyValue.FromString(attribute)
    value = pair.value
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return pair.key, [item.string_value for item in value.array_value.values[:_MOST_ITEMS]]
    return pair.key, getattr(value, kind) if kind in _PLAIN else None


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
    for resource in maps_of(request["resourceSpans"]):
        whose = of_resource(_json_attributes(map_of(resource.get("resource")).get("attributes")))
        scopes = resource.get("scopeSpans") or resource.get("instrumentationLibrarySpans")
        for scope in maps_of(scopes):
            for span in maps_of(scope.get("spans")):
                _add_json(batch, whose, span)


def _add_json(batch: Batch, whose: dict[str, Any], span: dict[str, Any]) -> None:
    attributes = _json_attributes(span.get("attributes"))
    kind = _named(span.get("kind"), _KINDS, "SPAN_KIND_")
    status = _named(map_of(span.get("status")).get("code"), _STATUSES, "STATUS_CODE_")
    trace_hi, trace_lo = ids_of_hex(text_of(span.get("traceId")))
    start, end = whole(span.get("startTimeUnixNano")) or 0, whole(span.get("endTimeUnixNano")) or 0
    told: dict[str, Any] = {
        **whose,
        **of_span(kind, text_of(span.get("name")), status, attributes),
        "trace_hi": trace_hi,
        "trace_lo": trace_lo,
        "span": id_of_hex(text_of(span.get("spanId"))),
        "parent": id_of_hex(text_of(span.get("parentSpanId"))),
        "kind": kind,
        "start_ns": start,
        "duration_ns": end - start,
    }
    weight = weight_of(text_of(span.get("traceState")))
    if weight is not None:
        told["weight"] = weight
    for link in maps_of(span.get("links"))[:1]:
        told["link_hi"], told["link_lo"] = ids_of_hex(text_of(link.get("traceId")))
        told["link_span"] = id_of_hex(text_of(link.get("spanId")))
    batch.add(told)


def _json_attributes(pairs: Any) -> Attributes:
    return {
        text_of(pair.get("key")): _json_value(map_of(pair.get("value"))) for pair in maps_of(pairs)[:_MOST_ATTRIBUTES]
    }


def _json_value(value: dict[str, Any]) -> Any:
    if "stringValue" in value:
        return text_of(value["stringValue"])
    if "intValue" in value:
        return whole(value["intValue"])
    if "arrayValue" in value:
        return [
            text_of(item.get("stringValue"))
            for item in maps_of(map_of(value["arrayValue"]).get("values"))[:_MOST_ITEMS]
        ]
    return value.get("boolValue", value.get("doubleValue"))


def _named(value: Any, names: dict[str, int], prefix: str) -> int:
    if isinstance(value, str):
        return names.get(value.removeprefix(prefix), whole(value) or 0)
    return value if isinstance(value, int) and 0 <= value <= 5 else 0
