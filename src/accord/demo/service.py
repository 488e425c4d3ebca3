"""What the four services have in common: one operation each, telemetry of both sides, and what each sees of itself."""

import asyncio
import json
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import uvicorn
from msgspec import Struct

from accord.demo.calling import post
from accord.demo.telling import CLIENT, PARENT, SERVER, Telemetry, above, failed, told
from accord.intent import carried, context
from accord.intent.outgoing import send_along
from accord.intent.spans import attributes

Scope = MutableMapping[str, Any]
Operation = Callable[[str, str], Awaitable[tuple[int, str]]]
"""Does the work for one order, under the key that came with it; gives a status and a word."""


class Figures(Struct):
    """What one service sees of itself, as its own dashboard would; `alerts` are the names of its own rules that fire."""

    answers: int = 0
    under_way: int = 0
    broken: int = 0
    slowest_s: float = 0.0
    promised_s: float = 0.0
    done: dict[str, int] = {}
    told: dict[str, int] = {}

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While the block lasts something is under way."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    @property
    def alerts(self) -> list[str]:
        """Its own two rules: an answer of 5xx, or one later than promised."""
        late = ["AnswersLate"] if self.promised_s and self.slowest_s > self.promised_s else []
        return late + (["AnswersBroken"] if self.broken else [])


class Service:
    """One service: an ASGI application with one operation, POST `path`?order=ID."""

    def __init__(self, name: str, path: str, telemetry: Telemetry, promised_s: float) -> None:
        self.figures = Figures(promised_s=promised_s)
        self.telemetry, self._name, self._path = telemetry, name, path
        self.operation: Operation

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answers one request."""
        path, order = scope["path"], scope["query_string"].decode().partition("order=")[2]
        if path == self._path:
            status, word = await self._answered(scope, order)
        elif path == "/telemetry":
            status, word = 200, str(await self.telemetry.send())
        else:
            figures = {name: getattr(self.figures, name) for name in (*Figures.__struct_fields__, "alerts")}
            status, word = 200, json.dumps(figures)
        headers = [(b"content-length", str(len(word.encode())).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": word.encode()})

    async def _answered(self, scope: Scope, order: str) -> tuple[int, str]:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        intent, begun_s = carried.read(headers), time.monotonic()
        with self.telemetry.span(SERVER, f"POST {self._path}", headers.get(PARENT, "")) as span:
            told(span, {"http.request.method": "POST", "http.route": self._path, **attributes(intent)})
            with self.figures.busy():
                status, word = await self.operation(order, intent.key or "")
            told(span, {"http.response.status_code": status})
            if status >= 500:
                failed(span, str(status))
        self._counted(status, time.monotonic() - begun_s)
        return status, word

    def _counted(self, status: int, took_s: float) -> None:
        seen = self.figures
        seen.answers, seen.broken = seen.answers + 1, seen.broken + (status >= 500)
        seen.slowest_s = max(seen.slowest_s, round(took_s, 2))
        seen.told[str(status)] = seen.told.get(str(status), 0) + 1

    async def call(self, provider: str, url: str, path: str, order: str, limit_s: float) -> tuple[int, str]:
        """Asks another service once, with what `accord.intent` knows of it; raises TimeoutError, OSError."""
        with self.telemetry.span(CLIENT, f"POST {path}") as span:
            trying, headers = context.trying(), {PARENT: above(span)}
            send_along(headers, limit_s)
            intent = context.Intent(attempt=trying.number, key=trying.key)
            told(span, {"http.request.method": "POST", "service.peer.name": provider, **attributes(intent)})
            status, body = await post(f"{url}{path}?order={order}", headers, limit_s=limit_s)
            told(span, {"http.response.status_code": status})
            if status >= 400:
                failed(span, str(status))
        return status, body.decode()

    def run(self, port: int) -> None:
        """Serves at this port of this machine, at a free one where it is 0, until it is told to stop; prints its address."""
        asyncio.run(self._run(port))

    async def _run(self, port: int) -> None:
        door = socket.create_server(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(self, log_level="critical", lifespan="off", ws="none"))
        sending = asyncio.create_task(self.telemetry.run())
        print(f"http://127.0.0.1:{door.getsockname()[1]}", flush=True)
        await server.serve(sockets=[door])
        sending.cancel()
        await self.telemetry.send()
