"""Requests by HTTP: to the address that was checked, no redirect followed, no proxy, and only the beginning of an answer read.

aiohttp asks its resolver for every connection that it makes: ours gives it addresses that were checked and no others, so what
was checked is what is connected to. A connection that is used again leads where it was checked to lead.
"""

import re
import socket
import ssl
import time
from collections.abc import Sequence
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from accord.files.channels import Network
from accord.model.delivery import HttpRequest, Request, Response
from accord.serve.sending.guard import CONNECTS_WITHIN_S, Resolve, is_listed, reachable, resolved
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Unanswered, broken_by

LARGEST_ANSWER = 16_384
"""Bytes of an answer that are read."""

_IDLE_S = 2.0
"""So short that few servers close a connection at the same moment as it is used again."""

_UNSEEN = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_OURS = ("host", "content-length", "accept-encoding", "user-agent", "connection", "transfer-encoding")


class _Checked(AbstractResolver):
    """Gives the addresses of a host that may be connected to; without encryption only those that the settings name."""

    def __init__(self, allowed: tuple[Network, ...], resolve: Resolve, is_encrypted: bool) -> None:
        self._allowed, self._resolve, self._is_encrypted = allowed, resolve, is_encrypted
        self._passed: set[str] = set()

    async def check(self, host: str, port: int) -> None:
        """Raises Forbidden where the host is an address itself and may not be connected to: for such aiohttp asks nobody."""
        if _is_address(host) and host not in self._passed:
            await self.addresses(host, port)
            self._passed.add(host)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses; raises Forbidden or NotSent where there is none."""
        found = await reachable(host, port, self._allowed, self._resolve)
        if not self._is_encrypted:
            found = [address for address in found if is_listed(address, self._allowed)]
        if not found:
            raise Forbidden("http without encryption goes only to networks that `allow_private` names")
        return found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The same, as aiohttp wants them."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self.addresses(host, port)
        ]

    async def close(self) -> None:
        """Nothing is held."""


_asking: ContextVar[Tracked] = ContextVar("asking")


class _Connector(aiohttp.TCPConnector):
    """Says that something leaves from the moment on at which there is a connection."""

    async def connect(self, *about: Any, **more: Any) -> aiohttp.connector.Connection:
        """A connection, new or used before."""
        found = await super().connect(*about, **more)
        _asking.get().has_left = True
        return found


class _Sessions:
    """The connections of one channel to encrypted servers, or to those that are not; made where there is a loop."""

    def __init__(self, resolver: _Checked, trust: ssl.SSLContext) -> None:
        self.resolver = resolver
        self.session = aiohttp.ClientSession(
            connector=_Connector(resolver=resolver, ssl=trust, use_dns_cache=False, limit=0, keepalive_timeout=_IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECTS_WITHIN_S),
            headers={"user-agent": "accord", "accept-encoding": "identity"},
            skip_auto_headers=("accept", "content-type"),
            requote_redirect_url=False,
        )


class Posting:
    """The connections of one channel. `trust` is by whom servers must be vouched for; by default whom the system trusts."""

    def __init__(
        self, allowed: Sequence[Network] = (), resolve: Resolve = resolved, trust: ssl.SSLContext | None = None
    ) -> None:
        self._allowed, self._resolve = tuple(allowed), resolve
        self._trust = trust or ssl.create_default_context()
        self._open: dict[bool, _Sessions] = {}

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden. It has no deadline of its own: whoever calls it has."""
        assert isinstance(request, HttpRequest)
        url = _read(request.url)
        _check(request)
        sessions = self._sessions(url.scheme == "https")
        await sessions.resolver.check(url.host or "", url.port or 0)
        _asking.set(tracked)
        try:
            async with sessions.session.post(
                url, data=request.body, headers=request.headers, allow_redirects=False
            ) as answer:
                at_ns = time.time_ns()
                if answer.status < 200:
                    raise Unanswered("no whole answer: the server changed to another protocol")
                return Response(answer.status, at_ns, _headers(answer), await _beginning(answer))
        except aiohttp.InvalidURL:
            raise Forbidden("the address is none of HTTP") from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise NotSent(f"no connection: {broken_by(error.certificate_error)}") from None
        except aiohttp.ClientConnectorError as error:
            raise NotSent(f"no connection: {broken_by(error)}") from None
        except (aiohttp.ClientError, OSError) as error:
            if tracked.has_left:
                raise Unanswered(f"no whole answer: {broken_by(error)}") from None
            raise NotSent(f"no connection: {broken_by(error)}") from None

    async def close(self) -> None:
        """Closes what is open."""
        for sessions in self._open.values():
            await sessions.session.close()
        self._open.clear()

    def _sessions(self, is_encrypted: bool) -> _Sessions:
        if is_encrypted not in self._open:
            resolver = _Checked(self._allowed, self._resolve, is_encrypted)
            self._open[is_encrypted] = _Sessions(resolver, self._trust)
        return self._open[is_encrypted]


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """By lower-case names; one that is there several times is one with commas (RFC 9110, 5.3)."""
    return {_text(name).lower(): _text(", ".join(answer.headers.getall(name))) for name in answer.headers}


def _text(said: str) -> str:
    """What is no UTF-8 in a header, which aiohttp gives as halves of characters that nothing can write, as signs of that."""
    return said if said.isascii() else said.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """The beginning of the body; what breaks after the status changes nothing of what was said."""
    body = b""
    try:
        while len(body) < LARGEST_ANSWER:
            piece = await answer.content.read(LARGEST_ANSWER - len(body))
            if not piece:
                return body
            body += piece
    except (aiohttp.ClientError, OSError):
        return body
    answer.close()
    return body


@lru_cache(256)
def _read(text: str) -> URL:
    """The address, as it was written but for what cannot stand in one; raises Forbidden where it is none of HTTP."""
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
        ascii_host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Forbidden("the address is none of HTTP") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise Forbidden("the address is none of HTTP")
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    server = shown if port is None else f"{shown}:{port}"
    query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    return URL(f"{parts.scheme}://{server}{quote(parts.path or '/', safe=_KEPT)}{query}", encoded=True)


_KEPT = "/:?#[]@!$&'()*+,;=%~"
"""What stands in a path or a query as it is; a `%` is held to be written already."""


def _is_address(host: str) -> bool:
    """Whether the host is an address itself: aiohttp asks no resolver for it."""
    return ":" in host or host.replace(".", "").isdigit()


def _check(request: HttpRequest) -> None:
    """Raises Forbidden for a header that could be read as more than one."""
    for name, value in request.headers.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS or _UNSEEN.search(value):
            raise Forbidden(f"the header {name[:40]!r} cannot be sent")
