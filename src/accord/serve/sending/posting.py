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
from accord.serve.sending.guard import Resolve, is_listed, reachable, resolved
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


class Posting:
    """The connections of one channel. `trust` is by whom servers must be vouched for; by default whom the system trusts."""

    def __init__(
        self, allowed: Sequence[Network] = (), resolve: Resolve = resolved, trust: ssl.SSLContext | None = None
    ) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._trust = trust or ssl.create_default_context()
        self._idle: dict[Server, list[Connection]] = {}

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden. It has no deadline of its own: whoever calls it has."""
        assert isinstance(request, HttpRequest)
        target = _read(request.url)
        addresses = await reachable(target.host, target.port, self._allowed, self._resolve)
        if not target.is_encrypted:
            addresses = [address for address in addresses if is_listed(address, self._allowed)]
            if not addresses:
                raise Forbidden("http without encryption goes only to networks that `allow_private` names")
        sent = _written(target, request)
        for address in addresses[:-1]:
            try:
                return await self._post(target, address, sent, tracked)
            except NotSent:
                continue
        return await self._post(target, addresses[-1], sent, tracked)

    async def close(self) -> None:
        """Closes what is open."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _post(self, target: _Target, address: str, sent: bytes, tracked: Tracked) -> Response:
        server = Server(target.host, address, target.port, target.is_encrypted)
        connection = self._kept(server) or await connected(server, self._trust)
        answer = await connection.ask(sent, tracked)
        self._keep(server, connection)
        return answer

    def _kept(self, server: Server) -> Connection | None:
        """One that was used a moment ago; those that were not are closed."""
        now_s = asyncio.get_running_loop().time()
        idle = self._idle.get(server, [])
        while idle:
            connection = idle.pop()
            if connection.is_open and now_s - connection.idle_since_s < _IDLE_S:
                return connection
            connection.close()
        return None

    def _keep(self, server: Server, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        idle = self._idle.setdefault(server, [])
        if not connection.is_open or len(idle) >= _MOST_IDLE:
            connection.close()
            return
        if not idle:
            loop.call_later(_IDLE_S, self._let_go, server)
        connection.idle_since_s = loop.time()
        idle.append(connection)

    def _let_go(self, server: Server) -> None:
        """Closes those that nobody used for a while."""
        loop = asyncio.get_running_loop()
        used_s = loop.time() - _IDLE_S
        idle = self._idle.pop(server, [])
        for connection in [each for each in idle if each.idle_since_s <= used_s]:
            connection.close()
        if left := [each for each in idle if each.idle_since_s > used_s]:
            self._idle[server] = left
            loop.call_later(_IDLE_S, self._let_go, server)


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
