"""Receives an intent in an ASGI application, and refuses work that would be for nobody."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from accord.intent import carried, context
from accord.intent.duplicates import Duplicates
from accord.intent.spans import attributes, noted

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Needs = float | Callable[[Scope], float | None] | None


class Intent:
    """Middleware: puts the intent of each HTTP request in force while the application answers it.

    `needs` are the seconds that the work takes, for every request or by its scope; one that leaves less is answered 503
    with the header `Accord-Refused` before anything is done, as is one whose caller has left already. Where `enforce` is
    false nothing is refused, and the span says what would have been. `duplicates` counts keys that come again.
    """

    def __init__(
        self, application: Application, needs: Needs = None, enforce: bool = True, duplicates: Duplicates | None = None
    ) -> None:
        self.application = application
        self.duplicates = duplicates if duplicates is not None else Duplicates()
        self._needs, self._enforce = needs, enforce

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or passes on what is no HTTP request."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        received = carried.read(headers)
        with context.entered(received):
            refused = self._refused(scope, received)
            if refused and self._enforce:
                noted(attributes(received, refused))
                await _refuse(send, refused)
                return
            noted(attributes(received, duplicate=self._again(scope, received), would_refuse=refused))
            await self.application(scope, receive, send)

    def _refused(self, scope: Scope, received: context.Intent) -> str:
        """Why the work would be for nobody; empty where it is of use, or nothing is known."""
        left = received.remaining()
        if left is None:
            return ""
        if left <= 0:
            return "the deadline has passed"
        needs = self._needs(scope) if callable(self._needs) else self._needs
        if needs is None or left >= needs:
            return ""
        return f"{int(left * 1000)} ms are left, {int(needs * 1000)} ms are needed"

    def _again(self, scope: Scope, received: context.Intent) -> bool | None:
        """Whether this very thing was begun before; None where no key tells."""
        if received.key is None:
            return None
        return self.duplicates.seen(f"{scope['method']} {scope['path']}", received.key)


async def _refuse(send: Send, why: str) -> None:
    body = json.dumps({"title": "not begun: nobody would be there for the answer", "detail": why}).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (carried.REFUSED.lower().encode(), why.encode()),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
