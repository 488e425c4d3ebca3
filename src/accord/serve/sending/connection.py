"""One connection of HTTP/1.1 to one address, for one request after another: nothing is sent that was not asked for."""

import asyncio
import ssl
import time
from typing import cast

import httptools
from msgspec import Struct

from accord.model.delivery import Response
from accord.serve.sending.transport import NotSent, Tracked, Unanswered, broken_by

LARGEST_ANSWER = 16_384
"""Bytes of an answer that are read."""

_LARGEST_READ = 4 * LARGEST_ANSWER
"""Bytes of everything that is read for one answer: its head, its beginning, and what frames it."""


class Server(Struct, frozen=True):
    """Where a connection goes: the name that its certificate must be for, and the address that was checked."""

    host: str
    address: str
    port: int
    is_encrypted: bool


class Connection(asyncio.Protocol):
    """A connection that is open; whoever holds it asks one thing at a time.

    `is_open` says that it can be asked again, `idle_since_s` since when nobody has (the loop's time).
    """

    def __init__(self) -> None:
        self.is_open, self.idle_since_s = False, 0.0
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Response] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body, self._read, self._status, self._at_ns = b"", 0, 0, 0

    async def ask(self, sent: bytes, tracked: Tracked) -> Response:
        """Sends these bytes, and gives the answer. Raises Unanswered where there is none; who stops waiting ends the connection."""
        assert self._transport is not None
        self._begin()
        self._waiting = asyncio.get_running_loop().create_future()
        tracked.has_left = True
        try:
            self._transport.write(sent)
            return await self._waiting
        except BaseException:
            self.close()
            raise
        finally:
            self._waiting = None

    def close(self) -> None:
        """Ends it at once."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport, self.is_open = cast(asyncio.Transport, transport), True

    def data_received(self, data: bytes) -> None:
        """A part of an answer; what nobody asked for ends the connection."""
        self._read += len(data)
        if self._waiting is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail("the server changed to another protocol")
        except httptools.HttpParserError as error:
            self._end(f"the answer is none of HTTP: {error}"[:100])
        if self._read > _LARGEST_READ:
            self._end("the answer begins with too many headers")

    def eof_received(self) -> None:
        """The server says no more."""
        self._end("the server closed the connection")

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone."""
        self.is_open = False
        self._end(broken_by(error) if error else "the server closed the connection")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the answer."""
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """From here on it is known what was said."""
        status = self._parser.get_status_code()
        if self._status:
            self.close()  # a second answer to one question
        elif status >= 200:
            self._status, self._at_ns = status, time.time_ns()
        else:
            self._headers = {}

    def on_body(self, data: bytes) -> None:
        """A part of the body; beyond its beginning nothing is read."""
        self._body += data[: LARGEST_ANSWER - len(self._body)]
        if len(self._body) >= LARGEST_ANSWER:
            self._end("")

    def on_message_complete(self) -> None:
        """The whole answer; the connection can be used again where both sides keep it."""
        if self._status:
            self.is_open = self.is_open and self._parser.should_keep_alive()
            self._answer()

    def _answer(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Response(self._status, self._at_ns, self._headers, self._body))

    def _end(self, reason: str) -> None:
        """Nothing more is read: what fails after the status changes nothing of what was said."""
        if self._status:
            self._answer()
            self.close()
        else:
            self._fail(reason)

    def _fail(self, reason: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Unanswered(f"no whole answer: {reason}"))
        self.close()


async def connected(server: Server, trust: ssl.SSLContext) -> Connection:
    """A connection to the address, and no other; raises NotSent where there is none."""
    loop = asyncio.get_running_loop()
    trusted, name = (trust, server.host.rstrip(".")) if server.is_encrypted else (None, None)
    try:
        _, connection = await loop.create_connection(
            Connection, server.address, server.port, ssl=trusted, server_hostname=name
        )
    except (OSError, ValueError) as error:
        raise NotSent(f"no connection: {broken_by(error)}") from None
    return connection
