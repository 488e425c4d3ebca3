"""A request that is not taken, in the words of HTTP, of gRPC, and of the sender's own log."""

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration

INVALID_ARGUMENT, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE = 3, 4, 8, 12, 14
"""Codes of gRPC: https://grpc.io/docs/guides/status-codes/"""
RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_RPC = {400: INVALID_ARGUMENT, 408: DEADLINE_EXCEEDED, 413: INVALID_ARGUMENT, 429: RESOURCE_EXHAUSTED, 503: UNAVAILABLE}


class Refusal(Exception):
    """Why a request is not taken: an HTTP status, words, and after how many seconds it may come again (0: never)."""

    def __init__(self, status: int, reason: str, retry_after_s: int = 0) -> None:
        super().__init__(reason)
        self.status, self.reason, self.retry_after_s = status, reason, retry_after_s

    @property
    def code(self) -> int:
        """The same as a code of gRPC."""
        return _RPC.get(self.status, UNIMPLEMENTED)

    def encoded(self) -> bytes:
        """The same as a google.rpc.Status, which is what OTLP answers with; with a RetryInfo where it may come again.

        https://opentelemetry.io/docs/specs/otlp/#failures; Status is code = 1, message = 2, details = 3, and
        RetryInfo is retry_delay = 1.
        """
        found = b"\x08" + _varint(self.code) + _field(2, self.reason.encode(errors="replace"))
        if self.retry_after_s:
            delay = _field(1, Duration(seconds=self.retry_after_s).SerializeToString())
            found += _field(3, Any(type_url=RETRY_INFO, value=delay).SerializeToString())
        return found


def _field(number: int, data: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes((*found, number))
