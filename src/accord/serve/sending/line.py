"""What the process that decides and the one that posts say to each other: requests one way, what came of them the other."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

LARGEST = 1 << 28
"""Bytes of one message; what says that it is longer is no message of ours."""


class Post(Struct, frozen=True, array_like=True, tag=1):
    """Post this, to an address that is public or in one of these networks."""

    number: int
    allowed: tuple[str, ...]
    url: str
    headers: dict[str, str]
    body: bytes


class Stop(Struct, frozen=True, array_like=True, tag=2):
    """Post it no longer; what had come of it by then is answered."""

    number: int


class Answered(Struct, frozen=True, array_like=True, tag=3):
    """The provider answered."""

    number: int
    status: int
    at_ns: int
    headers: dict[str, str]
    body: bytes


class Fell(Struct, frozen=True, array_like=True, tag=4):
    """No answer: the name of what was raised (`transport`), its words, and whether anything had left."""

    number: int
    kind: str
    words: str
    has_left: bool


Said = Post | Stop | Answered | Fell
_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(Said).decode


class Line(asyncio.Protocol):
    """One end. `heard` is told each message, `ended` when the other end is gone. What is said at the same moment goes as one piece."""

    def __init__(self, heard: Callable[[Any], None], ended: Callable[[], None]) -> None:
        self._heard, self._ended = heard, ended
        self._loop = asyncio.get_running_loop()
        self._pieces: list[bytes] = []
        self._rest = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end is gone."""
        self._ended()

    def data_received(self, data: bytes) -> None:
        """Tells each message that is whole."""
        data, at = self._rest + data if self._rest else data, 0
        while len(data) - at >= 4:
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            if end - at > LARGEST:
                self._transport.abort()
                return
            if len(data) < end:
                break
            self._heard(_read(data[at + 4 : end]))
            at = end
        self._rest = data[at:]

    def say(self, message: Said) -> None:
        """Tells the other end."""
        if not self._pieces:
            self._loop.call_soon(self._flush)
        body = _write(message)
        self._pieces += (len(body).to_bytes(4, "big"), body)

    def _flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        if not self._transport.is_closing():
            self._transport.write(b"".join(pieces))
