"""The short way of what is told all the time: from uvicorn's parser to its door and back, with nothing of ASGI between.

Who may ask what, and how much, is decided where it always is (`app.Application.enter`). Only a request that has come whole and has
no header but the usual ones goes this way; everything else goes the ordinary way, which answers the same. So does everything where
uvicorn has another step between a head and its task than the one that is stepped in for here.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from accord.serve.doors import Door

Headers = tuple[tuple[bytes, bytes], ...]
USUAL = frozenset(
    b"host user-agent accept accept-encoding content-type content-length authorization origin connection".split()
)
"""Headers that change nothing of how a request is read or of who is held to ask it, but for what `access` reads there."""

Find = Callable[[Any], Door | None]
Enter = Callable[[Door, Request, bytes], Awaitable[Response]]


def straight(protocol: Any, find: Find, enter: Enter) -> Any:
    """The protocol of uvicorn, by which a request whose door `find` knows goes the short way where it may."""

    class Straight(protocol):  # type: ignore[misc]
        """Decides which way, once the head of a request is read."""

        def _start_asgi_task(self, cycle: Any, app: Any) -> None:
            door = find(cycle.scope) if is_usual(cycle) else None
            super()._start_asgi_task(cycle, app if door is None else partial(_answered, enter, door, cycle, app))

    return Straight


def is_usual(cycle: Any) -> bool:
    """Whether a request can be answered without any ceremony, as far as its head says; a header that is there twice is none of ours."""
    scope = cycle.scope
    names = {name for name, _ in scope["headers"]}
    is_plain = names <= USUAL and len(names) == len(scope["headers"])
    return is_plain and cycle.keep_alive and scope["http_version"] == "1.1" and not scope["query_string"]


async def _answered(enter: Enter, door: Door, cycle: Any, app: Any, scope: Any, receive: Any, send: Any) -> None:
    """The short way, where the whole body is there and is not too large."""
    if cycle.more_body or len(cycle.body) > door.largest_body:
        await app(scope, receive, send)
        return
    response = await enter(door, Request(scope, receive), bytes(cycle.body))
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if not cycle.disconnected:
        cycle.response_started = cycle.response_complete = True
        head = _head(response.status_code, (*cycle.default_headers, *response.raw_headers))
        cycle.transport.write(head + response.body)
        cycle.on_response()


@lru_cache(256)
def _head(status: int, headers: Headers) -> bytes:
    """The beginning of an answer: most are the same for a whole second."""
    said = b"".join(b"%b: %b\r\n" % header for header in headers)
    return b"HTTP/1.1 %d %b\r\n%b\r\n" % (status, HTTPStatus(status).phrase.encode(), said)
