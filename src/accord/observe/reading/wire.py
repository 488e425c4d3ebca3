"""The part of OTLP's trace messages that is read, with each attribute and link left as the bytes it came in.

Most attributes come again and again, byte for byte, so that what one means is worked out once and looked up afterwards. Field
numbers are those of opentelemetry/proto/trace/v1/trace.proto and collector/trace/v1/trace_service.proto.
"""

from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

_PACKAGE = "accord.observe"
_MESSAGES: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Request": (("resource_spans", 1, "*ResourceSpans"),),
    "ResourceSpans": (("resource", 1, "Resource"), ("scope_spans", 2, "*ScopeSpans")),
    "Resource": (("attributes", 1, "*bytes"),),
    "ScopeSpans": (("spans", 2, "*Span"),),
    "Span": (
        ("trace_id", 1, "bytes"), ("span_id", 2, "bytes"), ("trace_state", 3, "string"), ("parent_span_id", 4, "bytes"),
        ("name", 5, "string"), ("kind", 6, "int32"), ("start_time_unix_nano", 7, "fixed64"),
        ("end_time_unix_nano", 8, "fixed64"), ("attributes", 9, "*bytes"), ("links", 13, "*bytes"), ("status", 15, "Status"),
    ),
    "Status": (("code", 3, "int32"),),
}  # fmt: skip
"""The messages and their fields: name, number, and type, after a star where it is repeated."""
_TYPES = {
    "bytes": Field.TYPE_BYTES,
    "string": Field.TYPE_STRING,
    "int32": Field.TYPE_INT32,
    "fixed64": Field.TYPE_FIXED64,
}


def _request() -> Any:
    file = FileDescriptorProto(name="accord/observe/wire.proto", package=_PACKAGE, syntax="proto3")
    for message, fields in _MESSAGES.items():
        made = file.message_type.add(name=message)
        for name, number, told in fields:
            type_ = told.lstrip("*")
            field = made.field.add(name=name, number=number, type=_TYPES.get(type_, Field.TYPE_MESSAGE))
            field.label = Field.LABEL_REPEATED if told != type_ else Field.LABEL_OPTIONAL
            if type_ not in _TYPES:
                field.type_name = f".{_PACKAGE}.{type_}"
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Request"))


Request = _request()
"""An export request; `FromString` raises DecodeError where the bytes are none."""
