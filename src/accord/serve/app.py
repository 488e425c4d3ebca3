"""The application: lets in who may, bounds what is read, and turns what goes wrong into one clear answer."""

from collections.abc import Callable, Iterable, Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from accord.model.problem import Refused
from accord.serve.access import OPEN, Access
from accord.serve.doors import Absent, Asked, Conflict, Door, answer
from accord.serve.rates import Rates
from accord.store.errors import Unavailable

Clock = Callable[[], int]
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class TooLarge(Exception):
    """The body is larger than the door takes."""


def application(doors: Iterable[Door], access: Access, rates: Rates, clock: Clock) -> Starlette:
    """All doors as one ASGI application; a path with another method answers 405."""
    made = Starlette(routes=[_route(door, access, rates, clock) for door in doors])
    made.router.redirect_slashes = False  # it would send people to whatever host the request names
    return made


def _route(door: Door, access: Access, rates: Rates, clock: Clock) -> Route:
    async def enter(request: Request) -> Response:
        response = await _entered(door, request, access, rates, clock)
        response.headers.update(_ALWAYS)
        return response

    return Route(door.path, enter, methods=[door.method], name=f"{door.method} {door.path}")


async def _entered(door: Door, request: Request, access: Access, rates: Rates, clock: Clock) -> Response:
    now_ns = clock()
    peer = request.client.host if request.client else ""
    wait_s = rates.wait_s(peer, now_ns)
    if wait_s:
        return refusal(429, "too many requests", wait_s)
    bearer = access.bearer(request.headers, now_ns)
    if not bearer.may(door.role):
        named = bearer.role != OPEN
        return refusal(403 if named else 401, f"this needs the role {door.role}")
    try:
        return await door.endpoint(Asked(request, bearer, await _body(request, door.largest_body)))
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> Response:
    """What went wrong, as an answer; a bug of ours is an error of the server and says nothing of its inside."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return refusal(status, str(error), getattr(error, "retry_after_s", 0))
    raise error


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


async def _body(request: Request, largest: int) -> bytes:
    told = request.headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and len(told) < 16 and int(told) > largest:
        raise TooLarge(f"expected at most {largest} bytes")
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > largest:
            raise TooLarge(f"expected at most {largest} bytes")
    return bytes(read)
