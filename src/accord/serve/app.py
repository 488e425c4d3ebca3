"""The application: lets in who may, bounds what is read, and turns what goes wrong into one clear answer."""

import logging
from collections.abc import Callable, Iterable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from accord.model.problem import Refused
from accord.serve.access import OPEN, Access
from accord.serve.doors import Absent, Asked, Conflict, Door, answer
from accord.serve.pages._frame import frame
from accord.serve.rates import Rates
from accord.store.errors import Unavailable

Clock = Callable[[], int]
_log = logging.getLogger("accord.serve")
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
"""Every answer has these, unless its door says otherwise. Referrers stay here: a form of ours whose origin is kept back cannot be told from another site's."""


class TooLarge(Exception):
    """The body is larger than the door takes."""


class Application:
    """All doors as one ASGI application; a path with another method answers 405.

    Whatever is asked for by a path without parts that vary is looked up; the rest is found by Starlette.
    """

    def __init__(self, doors: Iterable[Door], access: Access, rates: Rates, clock: Clock) -> None:
        self._access, self._rates, self._clock = access, rates, clock
        known = tuple(doors)
        self._fixed = {(door.method, door.path): door for door in known if "{" not in door.path}
        routes = [self._route(door) for door in known]
        self._others = Starlette(routes=routes, exception_handlers={HTTPException: _no_such_door})
        self._others.router.redirect_slashes = False  # it would send people to whatever host the request names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        door = self._fixed.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if door is None:
            await self._others(scope, receive, send)
        else:
            response = await self.enter(door, Request(scope, receive))
            await response(scope, receive, send)

    def told_all_the_time(self, scope: Scope) -> Door | None:
        """The door of such a request where it needs nothing but the body (`straight`)."""
        door = self._fixed.get((scope["method"], scope["path"]))
        return door if door is not None and door.is_hot else None

    def _route(self, door: Door) -> Route:
        async def enter(request: Request) -> Response:
            return await self.enter(door, request)

        return Route(door.path, enter, methods=[door.method], name=f"{door.method} {door.path}")

    async def enter(self, door: Door, request: Request, body: bytes | None = None) -> Response:
        """What a door answers, to whom may enter by it; `body` is given where it was read already, and is not too large."""
        return _guarded(await self._entered(door, request, body))

    async def _entered(self, door: Door, request: Request, body: bytes | None) -> Response:
        now_ns, client = self._clock(), request.scope.get("client")
        wait_s = self._rates.wait_s(client[0] if client else "", now_ns)
        if wait_s:
            return refusal(429, "too many requests", wait_s)
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(request.scope["headers"])
        }
        bearer = self._access.bearer(headers, now_ns)
        if not bearer.may(door.role):
            return _closed(door, bearer.role != OPEN, "text/html" in headers.get("accept", ""))
        try:
            if body is None:
                body = await _body(request.receive, headers.get("content-length", "0"), door.largest_body)
            return await door.endpoint(Asked(request, bearer, body))
        except Exception as error:
            return _told(error)


def _closed(door: Door, is_known: bool, wants_page: bool) -> Response:
    """Not for who asks. A person is told on a page, and their browser asks them for a token; a program is told as ever."""
    reason = f"this needs the role {door.role}"
    if not (wants_page and door.method == "GET"):
        return refusal(403 if is_known else 401, reason)
    response = frame("unusable.html", "Not for everybody", 403 if is_known else 401, navigates=False, reason=reason)
    if not is_known:
        response.headers["www-authenticate"] = 'Basic realm="accord: the secret of a token as the password"'
    return response


async def _no_such_door(request: Request, error: Exception) -> Response:
    """No door at this path, or none of this method: said as everything else is, and to a person on a page."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 404 and "text/html" in request.headers.get("accept", ""):
        return _guarded(frame("absent.html", "Not here", 404, navigates=False, reason="nothing is at this address"))
    response = refusal(status, "no such door" if status == 404 else "this door takes another method")
    response.headers.update(getattr(error, "headers", None) or {})
    return _guarded(response)


def _guarded(response: Response) -> Response:
    said = {name for name, _ in response.raw_headers}
    response.raw_headers.extend(each for each in _ALWAYS if each[0] not in said)
    return response


def _told(error: Exception) -> Response:
    """What went wrong, as an answer; a bug of ours is an error of the server and says nothing of its inside."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return refusal(status, str(error), getattr(error, "retry_after_s", 0))
    _log.error("a bug of ours", exc_info=error)
    return refusal(500, "this went wrong here: the log of the service says more")


_STATUS: Sequence[tuple[type[Exception], int]] = (
    (Unavailable, 503),
    (Refused, 400),
    (Absent, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (ClientDisconnect, 400),
)


def refusal(status: int, reason: str, retry_after_s: int = 0) -> Response:
    """An answer that says why not."""
    response = answer({"code": status, "message": reason}, status)
    if retry_after_s:
        response.headers["retry-after"] = str(retry_after_s)
    if status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response


async def _body(receive: Receive, told: str, largest: int) -> bytes:
    """The whole body; `told` is how long it is said to be. Raises TooLarge before more is read than may be."""
    if told.isascii() and told.isdigit() and len(told) < 16 and int(told) > largest:
        raise TooLarge(f"expected at most {largest} bytes")
    pieces: list[bytes] = []
    left = largest
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        left -= len(pieces[-1])
        if left < 0:
            raise TooLarge(f"expected at most {largest} bytes")
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
