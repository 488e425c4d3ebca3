"""How a request reaches its provider, and what may be said where no answer came back. No reason names an address or a secret."""

from typing import Protocol

from accord.model.delivery import Request, Response


class NotSent(Exception):
    """Nothing arrived: no address, no connection, no encryption; the reason in words."""


class Unanswered(Exception):
    """It may have arrived, but nobody said so; the reason in words."""


class Forbidden(Exception):
    """It was not tried, for the address may not be reached; the reason in words."""


class Tracked:
    """Whether anything of the request has left yet: only until then is it sure that nothing arrived."""

    __slots__ = ("has_left",)

    def __init__(self) -> None:
        self.has_left = False


class Transport(Protocol):
    """Sends one request. Whoever cancels it asks `tracked` whether anything had left."""

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden."""

    async def close(self) -> None:
        """Lets go of what is held open."""
