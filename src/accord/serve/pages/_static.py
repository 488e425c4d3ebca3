"""The files that pages bring. Each has an address that changes with what is in it, so that a browser may keep it."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.responses import Response

from accord.review import marked_up
from accord.serve.doors import OPEN, Asked, Door

KINDS = {
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
    "live.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "idiomorph.min.js": "text/javascript",
}
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}


def doors() -> Iterable[Door]:
    """One for each file; nobody is asked who they are."""
    return (Door("GET", f"/static/{name}", OPEN, _given) for name in KINDS)


@cache
def address(name: str) -> str:
    """Where a file is, as long as it is what it is now."""
    return f"/static/{name}?{_version(name)}"


async def _given(asked: Asked) -> Response:
    """The file; kept only under the address of what is in it."""
    name = asked.request.url.path.rpartition("/")[2]
    kept = _KEPT if asked.request.url.query == _version(name) else {}
    return Response(_content(name), media_type=KINDS[name], headers=kept)


@cache
def _version(name: str) -> str:
    return sha256(_content(name)).hexdigest()[:12]


@cache
def _content(name: str) -> bytes:
    own = files("accord.serve.pages").joinpath("static", name).read_bytes()
    return own + marked_up.STYLE.encode() if name == "style.css" else own
