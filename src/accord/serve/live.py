"""Who looks at a page hears that something changed: server-sent events, which say when and nothing else.

The page then asks anew by itself. Nothing is queued for anybody: a listener that is slow hears of everything at once, and one
that reads nothing is let go.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accord.serve.carrier import Carrier
from accord.serve.doors import Asked, Door
from accord.store.errors import Unavailable
from accord.store.kept import Role

PATH = "/live"
MOST_LISTENERS = 200
LOOK_S, HEARTBEAT_S, PATIENCE_S, LASTS_S = 1.0, 15.0, 10.0, 600.0
"""Changes are looked for so often; a silent stream has a comment so often; a listener may hold up one piece so long; a stream
ends after so long, and whoever listens on asks again with the token that is good by then."""
_AGAIN_MS = 2000
_MS = 1_000_000


class Live:
    """All listeners of this process. An event is numbered by the instant of the look that saw the change, in ms since 1970 (UTC)."""

    def __init__(self, carrier: Carrier, most: int = MOST_LISTENERS, patience_s: float = PATIENCE_S) -> None:
        self._carrier, self._most, self._patience_s = carrier, most, patience_s
        self._written, self._carrying = carrier.ledger.written, carrier.carrying
        self.changed_ms = carrier.clock() // _MS
        self._listening: set[asyncio.Event] = set()
        self._ended = False

    def doors(self) -> Iterable[Door]:
        """Where to listen."""
        yield Door("GET", PATH, Role.READER, self.listen)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listening)

    async def look(self) -> None:
        """Tells all of them where something was written, or contracts were read, since the last look."""
        written, carrying = self._carrier.ledger.written, self._carrier.carrying
        if written != self._written or carrying is not self._carrying:
            self._written, self._carrying = written, carrying
            self.changed_ms = self._carrier.clock() // _MS
            self._wake()

    def end(self) -> None:
        """Ends every stream soon, and those that are asked for from now on."""
        self._ended = True
        self._wake()

    async def listen(self, asked: Asked) -> Response:
        """A stream of events: at once where there was a change since `after` (ms), or since the event heard last."""
        if self._ended or len(self._listening) >= self._most:
            raise Unavailable(f"{len(self._listening)} listen already: reload the page to see how it stands", 60)
        news = asyncio.Event()
        if self._is_late(asked.request.headers.get("last-event-id", ""), asked.query("after")):
            news.set()
        self._listening.add(news)
        return _Stream(self._told(news), self._patience_s, lambda: self._listening.discard(news))

    async def _told(self, news: asyncio.Event) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        ends = loop.time() + LASTS_S
        yield f"retry: {_AGAIN_MS}\n\n"
        while not self._ended and loop.time() < ends:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await news.wait()
            except TimeoutError:
                yield ":\n\n"
                continue
            news.clear()
            if not self._ended:
                yield f"event: changed\nid: {self.changed_ms}\ndata: {self.changed_ms}\n\n"

    def _is_late(self, heard: str, after: str) -> bool:
        """Whether there was a change since the event that was heard last, else at or after that instant."""
        if _is_instant(heard):
            return self.changed_ms > int(heard)
        return bool(after) and not (_is_instant(after) and self.changed_ms < int(after))

    def _wake(self) -> None:
        for each in self._listening:
            each.set()


def _is_instant(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


class _Stream(Response):
    """Pieces of text for as long as there are some and somebody takes each of them in time; `left` is called at the end."""

    media_type = "text/event-stream"

    def __init__(self, pieces: AsyncIterator[str], patience_s: float, left: Callable[[], object]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.headers["x-accel-buffering"] = "no"  # nginx would keep what is told until there is more of it
        self._pieces, self._patience_s, self._left = pieces, patience_s, left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tells until the peer is gone, slow, or there is no more to tell."""
        telling, leaving = asyncio.create_task(self._tell(send)), asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._left()
            for each in (telling, leaving):
                each.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for piece in self._pieces:
            async with asyncio.timeout(self._patience_s):
                await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
