"""Posting in a process of its own, so that what is accepted does not wait for what is sent: each has a core where there are two.

Only the hand is there. What is sent, when, and what came of it is decided and marked here, by the one outbox; a process that is
killed takes the other with it, and what was on its way then counts as not known, as it did before.
"""

import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from accord.files.channels import Network
from accord.model.delivery import HttpRequest, Request, Response
from accord.serve.sending.line import Answered, Fell, Line, Post, Said, Stop
from accord.serve.sending.poster import Loop, post_for
from accord.serve.sending.posting import Posting
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Transport, Unanswered

STOPS_WITHIN_S = 0.5
"""How long what is stopped may take to say whether anything had left; who is silent about it counts as having sent."""

_ENDED = "the process that posts has ended"
_log = logging.getLogger("accord.outbox")


@contextmanager
def apart(loop: Loop | None = None) -> "Iterator[Apart | None]":
    """Another process that posts, until the end; None where processes cannot be forked safely.

    It is begun before anything is opened that it must not hold, such as the lock of a ledger, and before there are threads.
    """
    if sys.platform != "linux":
        yield None
        return
    ours, theirs = socket.socketpair()
    this, process = os.getpid(), os.fork()
    if process == 0:
        ours.close()
        try:
            post_for(theirs, this, loop)
        finally:
            os._exit(1)
    theirs.close()
    posting = Apart(ours)
    try:
        yield posting
    finally:
        posting.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process, 0)


class Apart:
    """This end of it. Where the other end is gone, this process posts by itself."""

    def __init__(self, ours: socket.socket) -> None:
        self._socket = ours
        self._line: asyncio.Task[Line] | None = None
        self._begun: Line | None = None
        self._waiting: dict[int, asyncio.Future[Said]] = {}
        self._numbers = count(1)
        self.has_ended = False

    def transport(self, allowed: Sequence[Network]) -> Transport:
        """Posts to addresses that are public or in these networks."""
        return _ByOther(self, tuple(allowed))

    def close(self) -> None:
        """The other process ends."""
        self.has_ended = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    async def _other(self) -> Line:
        if self._begun is None:
            if self._line is None:
                self._line = asyncio.create_task(self._connected())
            self._begun = await asyncio.shield(self._line)
        return self._begun

    async def _connected(self) -> Line:
        loop = asyncio.get_running_loop()
        _, line = await loop.create_unix_connection(lambda: Line(self._hear, self._end), sock=self._socket)
        return line

    def _hear(self, said: Said) -> None:
        waiting = self._waiting.pop(said.number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    def _end(self) -> None:
        if not self.has_ended:
            _log.error("%s: this one posts by itself from now on", _ENDED)
        self.has_ended = True
        for number in list(self._waiting):
            self._hear(Fell(number, Unanswered.__name__, _ENDED, True))

    async def post(self, request: HttpRequest, allowed: tuple[str, ...], tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden."""
        line, number = await self._other(), next(self._numbers)
        answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        line.say(Post(number, allowed, request.url, request.headers, request.body))
        try:
            said = await answer
        except asyncio.CancelledError:
            await self._stopped(line, number, tracked)
            raise
        return _meant(said, tracked)

    async def _stopped(self, line: Line, number: int, tracked: Tracked) -> None:
        """Stops it, and finds out whether anything had left."""
        tracked.has_left = True
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Said] = loop.create_future()
        self._waiting[number] = told
        line.say(Stop(number))
        unknown = loop.call_later(STOPS_WITHIN_S, self._hear, Fell(number, "", "", True))
        said = await told
        unknown.cancel()
        tracked.has_left = not isinstance(said, Fell) or said.has_left


class _ByOther:
    """The transport of one channel."""

    def __init__(self, apart: Apart, allowed: tuple[Network, ...]) -> None:
        self._apart, self._allowed = apart, allowed
        self._written = tuple(map(str, allowed))
        self._own: Posting | None = None

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden."""
        assert isinstance(request, HttpRequest)
        if not self._apart.has_ended:
            return await self._apart.post(request, self._written, tracked)
        self._own = self._own or Posting(self._allowed)
        return await self._own.send(request, tracked)

    async def close(self) -> None:
        """Closes what this process has open; the other one keeps connections for a moment only."""
        if self._own is not None:
            await self._own.close()


def _meant(said: Said, tracked: Tracked) -> Response:
    """What was answered, or raised there; anything unexpected is raised as an error without a kind."""
    if isinstance(said, Answered):
        tracked.has_left = True
        return Response(said.status, said.at_ns, said.headers, said.body)
    assert isinstance(said, Fell)
    tracked.has_left = said.has_left
    raise _RAISED.get(said.kind, RuntimeError)(said.words)


_RAISED: dict[str, Callable[[str], Exception]] = {kind.__name__: kind for kind in (NotSent, Unanswered, Forbidden)}
