"""Requests by HTTP: to the address that was checked, no redirect followed, no proxy, and only the beginning of an answer read."""

import ssl
import time
from collections.abc import Sequence

import httpx

from accord.files.channels import Network
from accord.model.delivery import HttpRequest, Request, Response
from accord.serve.sending.guard import Resolve, is_listed, reachable, resolved
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Unanswered, broken_by, hush

LARGEST_ANSWER = 16_384
"""Bytes of an answer that are read."""

hush("httpx", "httpcore")
_IDLE_S = 2.0
"""So short that few servers close a connection at the same moment as it is used again."""


class Posting:
    """The connections of one channel. `trust` is by whom servers must be vouched for; by default whom the system trusts."""

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        connections: int = 8,
        resolve: Resolve = resolved,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed, self._resolve = allowed, resolve
        limits = httpx.Limits(max_connections=connections, keepalive_expiry=_IDLE_S)
        self._client = httpx.AsyncClient(
            verify=trust or ssl.create_default_context(), timeout=None, limits=limits, trust_env=False
        )

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden. It has no deadline of its own: whoever calls it has."""
        assert isinstance(request, HttpRequest)
        url = _read(request.url)
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await reachable(url.host, port, self._allowed, self._resolve)
        if url.scheme != "https":
            addresses = [address for address in addresses if is_listed(address, self._allowed)]
            if not addresses:
                raise Forbidden("http without encryption goes only to networks that `allow_private` names")
        for address in addresses[:-1]:
            try:
                return await self._post(request, url, address, tracked)
            except NotSent:
                continue
        return await self._post(request, url, addresses[-1], tracked)

    async def close(self) -> None:
        """Closes what is open."""
        await self._client.aclose()

    async def _post(self, request: HttpRequest, url: httpx.URL, address: str, tracked: Tracked) -> Response:
        async def trace(event: str, _told: object) -> None:
            if event.endswith("send_request_headers.started"):
                tracked.has_left = True

        headers = {
            **request.headers,
            "host": url.netloc.decode(),
            "accept-encoding": "identity",
            "user-agent": "accord",
        }
        extensions = {"sni_hostname": url.host, "trace": trace}
        try:
            async with self._client.stream(
                "POST", url.copy_with(host=address), content=request.body, headers=headers, extensions=extensions
            ) as answer:
                told = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status_code, time.time_ns(), told, await _beginning(answer))
        except (httpx.HTTPError, OSError) as error:
            if tracked.has_left:
                raise Unanswered(f"no whole answer: {broken_by(error)}") from None
            raise NotSent(f"no connection: {broken_by(error)}") from None


def _read(text: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        raise Forbidden("the address is none of HTTP") from None


async def _beginning(answer: httpx.Response) -> bytes:
    """The first bytes of it; what fails after the status changes nothing of what was said."""
    read = b""
    try:
        async for piece in answer.aiter_raw():
            read += piece
            if len(read) >= LARGEST_ANSWER:
                break
    except httpx.HTTPError:
        pass
    return read[:LARGEST_ANSWER]
