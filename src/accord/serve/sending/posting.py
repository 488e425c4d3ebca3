"""Requests by HTTP: to the address that was checked, no redirect followed, no proxy, and only the beginning of an answer read."""

import asyncio
import re
import ssl
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

from msgspec import Struct

from accord.files.channels import Network
from accord.model.delivery import HttpRequest, Request, Response
from accord.serve.sending.connection import Connection, Server, connected
from accord.serve.sending.guard import CONNECTS_WITHIN_S, Resolve, is_listed, reachable, resolved
from accord.serve.sending.transport import Forbidden, NotSent, Tracked

_IDLE_S = 2.0
"""So short that few servers close a connection at the same moment as it is used again."""

_MOST_IDLE = 8
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OURS = ("host", "content-length", "accept-encoding", "user-agent", "connection", "transfer-encoding")


class _Target(Struct, frozen=True):
    """What an address of HTTP says: which server, and what is asked of it (path and query)."""

    host: str
    port: int
    is_encrypted: bool
    authority: str
    asked: str

    @property
    def origin(self) -> str:
        """The server by its name: one connection is as good as another to it."""
        return f"{self.is_encrypted:d} {self.host} {self.port}"


class Posting:
    """The connections of one channel. `trust` is by whom servers must be vouched for; by default whom the system trusts."""

    def __init__(
        self, allowed: Sequence[Network] = (), resolve: Resolve = resolved, trust: ssl.SSLContext | None = None
    ) -> None:
        self._allowed, self._resolve = tuple(allowed), resolve
        self._trust = trust or ssl.create_default_context()
        self._idle: dict[str, list[Connection]] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden. It has no deadline of its own: whoever calls it has."""
        assert isinstance(request, HttpRequest)
        target = _read(request.url)
        sent = _written(target, request)
        kept = self._kept(target)
        if kept is not None:
            return await self._asked(kept, target, sent, tracked)
        addresses = await reachable(target.host, target.port, self._allowed, self._resolve)
        if not target.is_encrypted:
            addresses = [address for address in addresses if is_listed(address, self._allowed)]
            if not addresses:
                raise Forbidden("http without encryption goes only to networks that `allow_private` names")
        return await self._asked(await self._connected(target, addresses), target, sent, tracked)

    async def close(self) -> None:
        """Closes what is open."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
        if self._sweeping is not None:
            self._sweeping.cancel()

    async def _connected(self, target: _Target, addresses: Sequence[str]) -> Connection:
        """A connection to the first of the addresses that takes one."""
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(CONNECTS_WITHIN_S):
                    return await connected(self._server(target, address), self._trust)
            except (NotSent, TimeoutError):
                continue
        return await connected(self._server(target, addresses[-1]), self._trust)

    def _server(self, target: _Target, address: str) -> Server:
        return Server(target.host, address, target.port, target.is_encrypted)

    async def _asked(self, connection: Connection, target: _Target, sent: bytes, tracked: Tracked) -> Response:
        answer = await connection.ask(sent, tracked)
        self._keep(target, connection)
        return answer

    def _kept(self, target: _Target) -> Connection | None:
        """One that was used a moment ago: it leads where it was checked to lead. Those that were not used are closed."""
        idle = self._idle.get(target.origin)
        if not idle:
            return None
        used_s = asyncio.get_running_loop().time() - _IDLE_S
        while idle:
            connection = idle.pop()
            if connection.is_open and connection.idle_since_s > used_s:
                return connection
            connection.close()
        return None

    def _keep(self, target: _Target, connection: Connection) -> None:
        loop, idle = asyncio.get_running_loop(), self._idle.setdefault(target.origin, [])
        if not connection.is_open or len(idle) >= _MOST_IDLE:
            connection.close()
            return
        connection.idle_since_s = loop.time()
        idle.append(connection)
        if self._sweeping is None or self._sweeping.cancelled():
            self._sweeping = loop.call_later(_IDLE_S, self._let_go)

    def _let_go(self) -> None:
        """Closes those that nobody used for a while."""
        loop, self._sweeping = asyncio.get_running_loop(), None
        used_s = loop.time() - _IDLE_S
        for origin, idle in list(self._idle.items()):
            for connection in [each for each in idle if each.idle_since_s <= used_s]:
                connection.close()
            self._idle[origin] = [each for each in idle if each.idle_since_s > used_s]
            if not self._idle[origin]:
                del self._idle[origin]
        if self._idle:
            self._sweeping = loop.call_later(_IDLE_S, self._let_go)


@lru_cache(256)
def _read(text: str) -> _Target:
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
        ascii_host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Forbidden("the address is none of HTTP") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise Forbidden("the address is none of HTTP")
    is_encrypted = parts.scheme == "https"
    usual = 443 if is_encrypted else 80
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    asked = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    authority = shown if port in (None, usual) else f"{shown}:{port}"
    return _Target(ascii_host, port or usual, is_encrypted, authority, asked)


_KEPT = "/:?#[]@!$&'()*+,;=%~"
"""What stands in a path or a query as it is; a `%` is held to be written already."""


def _written(target: _Target, request: HttpRequest) -> bytes:
    """The whole request; raises Forbidden for a header that could be read as more than one."""
    lines = [f"POST {target.asked} HTTP/1.1", f"host: {target.authority}", f"content-length: {len(request.body)}"]
    for name, value in request.headers.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS or _UNSEEN.search(value):
            raise Forbidden(f"the header {name[:40]!r} cannot be sent")
        lines.append(f"{name}: {value}")
    lines += ["accept-encoding: identity", "user-agent: accord", "", ""]
    try:
        return "\r\n".join(lines).encode("latin-1") + request.body
    except UnicodeEncodeError:
        raise Forbidden("a header cannot be sent: it has letters that HTTP has not") from None
