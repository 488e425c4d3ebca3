"""Sends the intent in force along with calls: transports for httpx and an adapter for requests, neither of them imported.

Each wraps the transport or adapter in use: what it sends says how long the caller still waits, which try this is and
under which key; no call waits longer than that, and none is begun once the deadline has passed.
"""

import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from accord.intent import carried
from accord.intent.context import DeadlineExceeded, current, trying

_PARTS = ("connect", "read", "write", "pool")


def send_along(headers: MutableMapping[str, str], limit: float | None = None) -> float | None:
    """Adds the intent in force to the headers of a call, and gives the seconds left, None where nothing ends it.

    `limit` is how many seconds this very call is waited for; what is left is the shorter. What the headers say already of
    key and try stays. Raises DeadlineExceeded where the deadline has passed.
    """
    intent = current()
    left = intent.remaining()
    if left is not None and left <= 0:
        raise DeadlineExceeded("the deadline has passed: the call is not begun")
    if limit is not None and (left is None or limit < left):
        left, intent = limit, replace(intent, deadline=time.monotonic() + limit)
    for name, value in carried.written(intent, trying(), headers.get(carried.BAGGAGE, "")).items():
        if name not in (carried.KEY, carried.ATTEMPT) or name not in headers:
            headers[name] = value
    return left


def shortened(timeouts: Mapping[str, float | None], left: float | None) -> dict[str, float | None]:
    """httpx's four limits, none longer than what is left; an absent one is no limit."""
    if left is None:
        return dict(timeouts)
    return {part: left if (given := timeouts.get(part)) is None else min(given, left) for part in _PARTS}


class HttpxTransport:
    """`httpx.Client(transport=HttpxTransport(httpx.HTTPTransport()))`; a passed deadline is an httpx.TimeoutException too."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def handle_request(self, request: Any) -> Any:
        """Sends one request."""
        _prepare(request)
        return self.inner.handle_request(request)

    def close(self) -> None:
        """Closes the transport inside."""
        self.inner.close()

    def __enter__(self) -> "HttpxTransport":
        self.inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.inner.__exit__(kind, error, traceback)


class AsyncHttpxTransport:
    """The same for `httpx.AsyncClient(transport=AsyncHttpxTransport(httpx.AsyncHTTPTransport()))`."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def handle_async_request(self, request: Any) -> Any:
        """Sends one request."""
        _prepare(request)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Closes the transport inside."""
        await self.inner.aclose()

    async def __aenter__(self) -> "AsyncHttpxTransport":
        await self.inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.inner.__aexit__(kind, error, traceback)


class RequestsAdapter:
    """`session.mount("https://", RequestsAdapter(HTTPAdapter()))`; a passed deadline is a requests Timeout too.

    Tries that `HTTPAdapter(max_retries=...)` makes by itself are made inside it, and not told apart here.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Any:
        """Sends one request."""
        given = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        left = _or_timeout(lambda: send_along(request.headers, given[1]), "requests.exceptions", "Timeout", request)
        if left is not None:
            timeout = tuple(left if part is None else min(part, left) for part in given)
        return self.inner.send(request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=proxies)

    def close(self) -> None:
        """Closes the adapter inside."""
        self.inner.close()


def _prepare(request: Any) -> None:
    limits = request.extensions.get("timeout", {})
    left = _or_timeout(lambda: send_along(request.headers, limits.get("read")), "httpx", "TimeoutException", request)
    request.extensions = {**request.extensions, "timeout": shortened(limits, left)}


def _or_timeout(ask: Callable[[], float | None], module: str, name: str, request: Any) -> float | None:
    """What is left; a passed deadline is raised as an error that is of the client's own kind as well."""
    try:
        return ask()
    except DeadlineExceeded as passed:
        own = getattr(sys.modules.get(module), name, None)
        if own is None:
            raise
        both = type("DeadlineExceeded", (own, DeadlineExceeded), {})
        error: BaseException = both(str(passed), request=request)
        raise error from None
