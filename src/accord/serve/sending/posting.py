"""Requests by HTTP/1.1: to the address that was checked, no redirect followed, no proxy, and only the beginning of an answer read.

The protocol is read and written by h11, over sockets of our own, so that nothing stands between the check of an address and the
connection to it. With a general client a message took several times the processor time (`bench/outbox.py`).
"""

import asyncio
import ssl
import time
from collections.abc import Sequence
from urllib.parse import SplitResult, quote, urlsplit

import h11
from msgspec import Struct

from accord.files.channels import Network
from accord.model.delivery import HttpRequest, Request, Response
from accord.serve.sending.guard import CONNECTS_WITHIN_S, Resolve, is_listed, reachable, resolved
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Unanswered, broken_by

LARGEST_ANSWER = 16_384
"""Bytes of an answer that are read."""

_IDLE_S = 2.0
"""So short that few servers close a connection at the same moment as it is used again."""

_KEPT_SIGNS = "%/:=&?~+!$,;'@()*"


class _Target(Struct, frozen=True):
    """An address of HTTP, taken apart; `authority` is what the header `host` says."""

    host: str
    port: int
    is_encrypted: bool
    authority: str
    path: str

    @property
    def origin(self) -> tuple[str, int, bool]:
        """What a connection may be used again for."""
        return self.host, self.port, self.is_encrypted


class _Connection:
    """One connection, and when it was used last."""

    __slots__ = ("http", "reader", "target", "used_s", "writer")

    def __init__(self, target: _Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.target, self.reader, self.writer, self.used_s = target, reader, writer, time.monotonic()
        self.http = h11.Connection(h11.CLIENT)

    @property
    def is_usable(self) -> bool:
        """Whether it can be used once more."""
        return not self.reader.at_eof() and time.monotonic() - self.used_s < _IDLE_S

    def close(self) -> None:
        self.writer.transport.abort()


class Posting:
    """The connections of one channel. `trust` is by whom servers must be vouched for; by default whom the system trusts."""

    def __init__(
        self, allowed: Sequence[Network] = (), resolve: Resolve = resolved, trust: ssl.SSLContext | None = None
    ) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._trust = trust or ssl.create_default_context()
        self._idle: list[_Connection] = []

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden. It has no deadline of its own: whoever calls it has."""
        assert isinstance(request, HttpRequest)
        target = _taken_apart(request.url)
        connection = self._kept(target) or await self._connected(target)
        try:
            response = await _exchanged(connection, _written(connection, target, request), tracked)
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return response

    async def close(self) -> None:
        """Closes what is open."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self, target: _Target) -> _Connection | None:
        """A connection there that is still open: its address was checked when it was made."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable and connection.target.origin == target.origin:
                return connection
            connection.close()
        return None

    def _keep(self, connection: _Connection) -> None:
        http = connection.http
        if http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
            connection.used_s = time.monotonic()
            self._idle.append(connection)
        else:
            connection.close()

    async def _connected(self, target: _Target) -> _Connection:
        encryption = {"ssl": self._trust, "server_hostname": target.host} if target.is_encrypted else {}
        addresses = await self._addresses(target)
        reason = ""
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECTS_WITHIN_S if address != addresses[-1] else None):
                    opened = await asyncio.open_connection(address, target.port, **encryption)  # type: ignore[arg-type]
                return _Connection(target, *opened)
            except OSError as error:
                reason = f"no connection: {broken_by(error)}"
        raise NotSent(reason)

    async def _addresses(self, target: _Target) -> Sequence[str]:
        """Those that may be connected to; without encryption only those that the settings allow by name."""
        addresses = await reachable(target.host, target.port, self._allowed, self._resolve)
        if target.is_encrypted:
            return addresses
        if listed := [address for address in addresses if is_listed(address, self._allowed)]:
            return listed
        raise Forbidden("http without encryption goes only to networks that `allow_private` names")


def _taken_apart(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        host, port, parts = "", None, SplitResult("", "", "", "", "")
    if not host or parts.scheme not in ("http", "https"):
        raise Forbidden("the address is none of HTTP")
    is_encrypted = parts.scheme == "https"
    shown = f"[{host}]" if ":" in host else host
    authority = f"{shown}:{port}" if port else shown
    path = quote(parts.path or "/", _KEPT_SIGNS) + (f"?{quote(parts.query, _KEPT_SIGNS)}" if parts.query else "")
    return _Target(host, port or (443 if is_encrypted else 80), is_encrypted, authority, path)


def _written(connection: _Connection, target: _Target, request: HttpRequest) -> bytes:
    """The bytes of the request; nothing has left yet. Raises NotSent where no request can be made of it."""
    headers = {
        "host": target.authority,
        "user-agent": "accord",
        "accept-encoding": "identity",
        "content-length": str(len(request.body)),
        **request.headers,
    }
    http = connection.http
    try:
        head = http.send(h11.Request(method="POST", target=target.path, headers=list(headers.items())))
        body = http.send(h11.Data(data=request.body))
        return b"".join(filter(None, (head, body, http.send(h11.EndOfMessage()))))
    except (h11.LocalProtocolError, UnicodeError):
        raise NotSent("the request cannot be written as HTTP: a sign in its address or its headers") from None


async def _exchanged(connection: _Connection, written: bytes, tracked: Tracked) -> Response:
    """The answer; what breaks after its status changes nothing of what was said."""
    answer: h11.Response | None = None
    read = b""
    tracked.has_left = True
    try:
        connection.writer.write(written)
        await connection.writer.drain()
        while len(read) < LARGEST_ANSWER:
            event = await _next_event(connection)
            if isinstance(event, h11.Response):
                answer = event
            elif isinstance(event, h11.Data):
                read += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                break
    except (OSError, h11.RemoteProtocolError) as error:
        if answer is None:
            raise Unanswered(f"no whole answer: {broken_by(error)}") from None
    if answer is None:
        raise Unanswered("no answer: the connection was closed")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    return Response(answer.status_code, time.time_ns(), headers, read[:LARGEST_ANSWER])


async def _next_event(connection: _Connection) -> object:
    """The next event of the protocol that is not merely on the way."""
    while True:
        event = connection.http.next_event()
        if event is h11.NEED_DATA:
            connection.http.receive_data(await connection.reader.read(65_536))
        elif not isinstance(event, h11.InformationalResponse):
            return event
