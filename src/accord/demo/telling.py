"""The telemetry of one service of the shop: spans as OTLP (protobuf over HTTP), kept until they were taken."""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from h11 import ProtocolError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from accord.demo.calling import post

SERVER, CLIENT = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT
PARENT = "traceparent"
_PROTOBUF = {"content-type": "application/x-protobuf"}
_EVERY_S, _LIMIT_S = 30.0, 20.0
"""How often spans leave where nobody asks for them (the story does, when the work is over), and how long they may take."""
_open: ContextVar[Span | None] = ContextVar("accord_demo_span", default=None)


class Telemetry:
    """The spans of one service, on their way to `url`."""

    def __init__(self, service: str, url: str) -> None:
        self._service, self._url = service, url
        self._ended: list[Span] = []
        self._lock = asyncio.Lock()

    @contextmanager
    def span(self, kind: int, name: str, parent: str = "") -> Iterator[Span]:
        """A span around a block: beneath `parent` (W3C traceparent), else beneath the span in hand, else of a new trace."""
        above, span = _open.get(), Span(span_id=os.urandom(8), kind=kind, name=name)  # type: ignore[arg-type]
        if parent:
            _, trace, above_id, _ = parent.split("-")
            span.trace_id, span.parent_span_id = bytes.fromhex(trace), bytes.fromhex(above_id)
        elif above is not None:
            span.trace_id, span.parent_span_id = above.trace_id, above.span_id
        else:
            span.trace_id = os.urandom(16)
        span.start_time_unix_nano = time.time_ns()
        token = _open.set(span)
        try:
            yield span
        except BaseException as error:
            failed(span, type(error).__name__)
            raise
        finally:
            _open.reset(token)
            span.end_time_unix_nano = time.time_ns()
            self._ended.append(span)

    async def send(self) -> bool:
        """Sends what has ended; whether nothing is left. What was not taken is kept."""
        async with self._lock:
            spans = tuple(self._ended)
            if spans:
                with suppress(OSError, ProtocolError):
                    status, _ = await post(self._url, _PROTOBUF, self._request(spans), _LIMIT_S)
                    if status == 200:
                        del self._ended[: len(spans)]
            return not self._ended

    async def run(self) -> None:
        """Sends again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            await self.send()

    def _request(self, spans: tuple[Span, ...]) -> bytes:
        made = ExportTraceServiceRequest()
        resource = made.resource_spans.add()
        resource.resource.attributes.append(pair("service.name", self._service))
        resource.scope_spans.add().spans.extend(spans)
        return bytes(made.SerializeToString())


def above(span: Span) -> str:
    """The traceparent of what a span calls."""
    return f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"


def told(span: Span, attributes: Mapping[str, Any]) -> None:
    """Says more of a span."""
    span.attributes.extend(pair(name, value) for name, value in attributes.items())


def failed(span: Span, why: str) -> None:
    """Says that a span ended in an error."""
    span.status.code = Status.STATUS_CODE_ERROR
    told(span, {"error.type": why})


def pair(name: str, value: Any) -> KeyValue:
    """One attribute: a whole number, or a text."""
    made = KeyValue(key=name)
    if isinstance(value, int):
        made.value.int_value = value
    else:
        made.value.string_value = str(value)
    return made
