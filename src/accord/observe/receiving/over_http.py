"""OTLP over HTTP, as an ASGI application: https://opentelemetry.io/docs/specs/otlp/#otlphttp"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from accord.observe.receiving.bodies import encoding_of, format_of
from accord.observe.receiving.intake import Intake, Taken
from accord.observe.receiving.refusal import Refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
PATH, STATE = "/v1/traces", "/state"


class Application:
    """Answers POST /v1/traces, and GET /state with what `state` gives."""

    def __init__(self, intake: Intake, state: Callable[[], dict[str, Any]]) -> None:
        self._intake, self._state = intake, state

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers one request; what is no HTTP is not answered."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        is_json = headers.get("content-type", "").startswith("application/json")
        try:
            if scope["path"] == STATE and scope["method"] == "GET":
                await _answer(send, 200, msgspec.json.encode(self._state()), True)
                return
            taken = await self._taken(scope, headers, receive)
        except Refusal as refusal:
            self._intake.refuse(refusal)
            await _answer(send, refusal.status, _refused(refusal, is_json), is_json, refusal.retry_after_s)
        else:
            await _answer(send, 200, _accepted(taken, is_json), is_json)

    async def _taken(self, scope: Message, headers: dict[str, str], receive: Receive) -> Taken:
        if scope["path"] != PATH:
            raise Refusal(404, "expected /v1/traces")
        if scope["method"] != "POST":
            raise Refusal(405, "expected POST")
        format_, encoding = format_of(headers.get("content-type", "")), encoding_of(headers.get("content-encoding", ""))
        told = headers.get("content-length", "")
        size = int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0
        self._intake.admit(size)
        body = Body(self._intake, size)
        try:
            await body.read(receive)
            return await self._intake.take(bytes(body.data), format_, encoding)
        finally:
            self._intake.release(body.admitted)


class Body:
    """The body of a request while it arrives; it never holds more than it was admitted for."""

    def __init__(self, intake: Intake, admitted: int) -> None:
        self.admitted, self.data = admitted, bytearray()
        self._intake = intake

    async def read(self, receive: Receive) -> None:
        """Reads it to its end; raises Refusal where it is too large, too slow, or ends before its time."""
        while True:
            try:
                message = await asyncio.wait_for(receive(), self._intake.limits.patience_s)
            except TimeoutError:
                raise Refusal(408, "the body did not arrive in time") from None
            if message["type"] == "http.disconnect":
                raise Refusal(400, "the connection ended before the body did")
            self._add(message.get("body", b""))
            if not message.get("more_body"):
                return

    def _add(self, piece: bytes) -> None:
        more = len(self.data) + len(piece) - self.admitted
        if more > 0:
            self._intake.grow(self.admitted, more)
            self.admitted += more
        self.data += piece


def _accepted(taken: Taken, is_json: bool) -> bytes:
    if is_json:
        partial = {"rejectedSpans": str(taken.rejected), "errorMessage": taken.why}
        return json.dumps({"partialSuccess": partial} if taken.rejected else {}).encode()
    return accepted(taken)


def accepted(taken: Taken) -> bytes:
    """An ExportTraceServiceResponse: empty where every span was taken."""
    answer = ExportTraceServiceResponse()
    if taken.rejected:
        answer.partial_success.rejected_spans = taken.rejected
        answer.partial_success.error_message = taken.why
    found: bytes = answer.SerializeToString()
    return found


def _refused(refusal: Refusal, is_json: bool) -> bytes:
    if is_json:
        return json.dumps({"code": refusal.code, "message": refusal.reason}).encode()
    return refusal.encoded()


async def _answer(send: Send, status: int, body: bytes, is_json: bool, retry_after_s: int = 0) -> None:
    headers = [
        (b"content-type", b"application/json" if is_json else b"application/x-protobuf"),
        (b"content-length", str(len(body)).encode()),
    ]
    if retry_after_s:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
