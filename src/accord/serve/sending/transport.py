"""How a request reaches its provider, and what may be said where no answer came back. No reason names an address or a secret."""

import logging
import os
import ssl
from collections.abc import Iterator
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


def broken_by(error: BaseException) -> str:
    """What a connection broke by, in the words of TLS or of the system where they have any."""
    if isinstance(error, TimeoutError) and not error.errno:
        return "it took too long"
    for one in _causes(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"TLS: the certificate is refused: {one.verify_message}"
        if isinstance(one, ssl.SSLError):
            return f"TLS: {(one.reason or type(one).__name__).lower().replace('_', ' ')}"
        if isinstance(one, OSError) and one.errno and one.errno > 0:
            return os.strerror(one.errno).lower()
    return str(error)[:100] or type(error).__name__


def hush(*loggers: str) -> None:
    """Keeps libraries from logging what they send: their lines hold whole addresses and headers, and with them secrets."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__
