"""What our own API takes and answers, as an OpenAPI document: `openapi.json` beside this file, kept by hand and held against the doors."""

from collections.abc import Iterable
from importlib.resources import files

from starlette.responses import Response

from accord.serve.doors import Asked, Door
from accord.store.kept import Role

PATH = "/api/v1/openapi.json"


def document() -> bytes:
    """The document."""
    return files("accord.serve").joinpath("openapi.json").read_bytes()


def doors() -> Iterable[Door]:
    """Where it is read."""
    yield Door("GET", PATH, Role.READER, described)


async def described(asked: Asked) -> Response:
    """The document, as it was when this program was built."""
    return Response(document(), media_type="application/json")
