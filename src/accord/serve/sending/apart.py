"""Posting in a process of its own, so that what is accepted does not wait for what is sent: each has a core where there are two.

Only the hand is there. What is sent, when, and what came of it is decided and marked here, by the one outbox; a process that is
killed takes the other with it, and what was on its way then counts as not known, as it did before.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
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

HANGS_AFTER_S = 5.0
"""For how long it may leave unanswered all that is stopped; then it is killed, and done without."""

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
    posting = Apart(ours, process)
    try:
        yield posting
    finally:
        posting.close()
        os.waitpid(process, 0)


class Apart:
    """This end of it. Where the other end is gone or hangs, this process posts by itself."""

    def __init__(self, ours: socket.socket, process: int) -> None:
        self._socket, self._process = ours, process
        self._line: asyncio.Task[Line | None] | None = None
        self._begun: Line | None = None
        self._waiting: dict[int, asyncio.Future[Said]] = {}
        self._numbers = count(1)
        self._silent_since_s = 0.0
        self.has_ended = False

    def transport(self, allowed: Sequence[Network]) -> Transport:
        """Posts to addresses that are public or in these networks."""
        return _ByOther(self, tuple(allowed))

    def close(self) -> None:
        """The other process ends, whatever it is at."""
        self.has_ended = True
        os.kill(self._process, signal.SIGKILL)  # it is waited for afterwards, so that nobody else can have its number
        self._socket.close()

    async def line(self) -> Line | None:
        """What leads to the other process; None where that is gone."""
        if self._begun is None and not self.has_ended:
            self._line = self._line or asyncio.create_task(self._connected())
            self._begun = await asyncio.shield(self._line)
        return None if self.has_ended else self._begun

    async def _connected(self) -> Line | None:
        loop = asyncio.get_running_loop()
        try:
            _, line = await loop.create_unix_connection(lambda: Line(self._heard, self._end), sock=self._socket)
        except OSError:
            self._end()
            return None
        return line

    def _heard(self, said: Said) -> None:
        self._silent_since_s = 0.0
        self._tell(said)

    def _tell(self, said: Said) -> None:
        waiting = self._waiting.pop(said.number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    def _end(self) -> None:
        if not self.has_ended:
            _log.error("%s: this one posts by itself from now on", _ENDED)
        self.has_ended = True
        for number in list(self._waiting):
            self._tell(Fell(number, Unanswered.__name__, _ENDED, True))

    async def post(self, line: Line, request: HttpRequest, allowed: tuple[str, ...], tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden."""
        number = next(self._numbers)
        line.say(Post(number, allowed, request.url, request.headers, request.body))
        answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
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
        unknown = loop.call_later(STOPS_WITHIN_S, self._silent, number)
        said = await told
        unknown.cancel()
        tracked.has_left = not isinstance(said, Fell) or said.has_left

    def _silent(self, number: int) -> None:
        """Nothing is said of what was stopped; where nothing at all was said for long, the other process hangs."""
        now_s = time.monotonic()
        self._silent_since_s = self._silent_since_s or now_s
        self._tell(Fell(number, "", "", True))
        if now_s - self._silent_since_s >= HANGS_AFTER_S and not self.has_ended:
            os.kill(self._process, signal.SIGKILL)
            self._end()


class _ByOther:
    """The transport of one channel."""

    def __init__(self, apart: Apart, allowed: tuple[Network, ...]) -> None:
        self._apart, self._allowed = apart, allowed
        self._written = tuple(map(str, allowed))
        self._own: Posting | None = None

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden."""
        assert isinstance(request, HttpRequest)
        line = await self._apart.line()
        if line is not None:
            return await self._apart.post(line, request, self._written, tracked)
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
