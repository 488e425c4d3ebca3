"""OTLP over gRPC: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc; the bytes of a request are read by our own reader."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from accord.observe.receiving.intake import Intake, Taken
from accord.observe.receiving.over_http import accepted
from accord.observe.receiving.refusal import Refusal

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
_DETAILS = "grpc-status-details-bin"


async def serving(intake: Intake, address: str) -> tuple[Any, int]:
    """A server that listens there, and the port it has; raises RuntimeError where it cannot."""
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", intake.limits.sent),
            ("grpc.max_send_message_length", 1 << 16),
            ("grpc.so_reuseport", 0),
        ]
    )
    method = grpc.stream_unary_rpc_method_handler(_exporting(intake))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"Export": method}),))
    port = server.add_insecure_port(address)
    await server.start()
    return server, port


def _exporting(intake: Intake) -> Callable[[AsyncIterator[bytes], Any], Awaitable[bytes]]:
    """A stream, of which one message is read: what gRPC itself refuses to read then ends here, and is counted."""

    async def export(messages: AsyncIterator[bytes], context: Any) -> bytes:
        try:
            return accepted(await _taken(intake, messages))
        except Refusal as refused:
            refusal = intake.refuse(refused)
        if refusal.retry_after_s:
            context.set_trailing_metadata(((_DETAILS, refusal.encoded()),))
        context.set_code(next(code for code in grpc.StatusCode if code.value[0] == refusal.code))
        context.set_details(refusal.reason)
        return b""

    return export


async def _message(messages: AsyncIterator[bytes], patience_s: float) -> bytes:
    try:
        return await asyncio.wait_for(anext(messages), patience_s)
    except TimeoutError:
        raise Refusal(408, "the message did not arrive in time") from None
    except (StopAsyncIteration, asyncio.CancelledError, grpc.RpcError):
        raise Refusal(400, "no whole message came: too large, damaged, or given up") from None


async def _taken(intake: Intake, messages: AsyncIterator[bytes]) -> Taken:
    admitted = 0
    intake.admit(admitted)
    try:
        body = await _message(messages, intake.limits.patience_s)
        intake.grow(admitted, len(body))
        admitted = len(body)
        return await intake.take(body, "protobuf", "identity")
    finally:
        intake.release(admitted)
