"""Doors: what can be asked over HTTP, each with its path, its method and the role it needs. A room of doors is a list of them."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from accord.model.problem import Refused
from accord.serve.access import OPEN, Bearer

LARGEST_BODY = 4 * 1024 * 1024

Endpoint = Callable[["Asked"], Awaitable[Response]]


class Asked(Struct):
    """A request that was let in, and who asks; `body` was read whole."""

    request: Request
    bearer: Bearer
    body: bytes

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str, usual: str = "") -> str:
        """A parameter of the query."""
        return self.request.query_params.get(name, usual)

    def flag(self, name: str, usual: bool = True) -> bool:
        """A parameter that is true or false; raises Refused for anything else."""
        text = self.query(name)
        if text not in ("", "true", "false"):
            raise Refused(f"expected true or false for `{name}`, read `{text[:40]}`")
        return usual if not text else text == "true"

    def read(self, shape: Any) -> Any:
        """The body as JSON of this shape; raises Refused where it is not."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(f"expected JSON: {error}") from None
        except RecursionError:
            raise Refused("expected JSON: it is nested too deep") from None


class Door(Struct, frozen=True):
    """One method of one path; `role` is OPEN where nobody is asked who they are.

    `is_hot` says that it is asked all the time, and reads nothing of a request but its body.
    """

    method: str
    path: str
    role: str
    endpoint: Endpoint
    largest_body: int = LARGEST_BODY
    is_hot: bool = False


class Absent(Exception):
    """What was asked for is not there."""


class Conflict(Exception):
    """What was asked for does not fit what is there now."""


def answer(value: Any, status: int = 200) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


__all__ = ["LARGEST_BODY", "OPEN", "Absent", "Asked", "Conflict", "Door", "Endpoint", "answer"]
