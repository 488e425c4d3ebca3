"""The process that posts for another one: it decides nothing, knows no ledger, and ends when the other does."""

import asyncio
import os
import signal
import socket
import ssl
from collections.abc import Callable
from functools import cache
from ipaddress import ip_network
from typing import NoReturn

from accord.model.delivery import HttpRequest, Response
from accord.serve.sending.line import Answered, Fell, Line, Post, Said, Stop
from accord.serve.sending.posting import Posting
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Unanswered

_PR_SET_PDEATHSIG = 1
"""Of prctl(2): the signal that a process gets when its parent ends."""

Loop = Callable[[], asyncio.AbstractEventLoop]


def post_for(other: socket.socket, parent: int, loop: Loop | None) -> NoReturn:
    """Posts what the other end, in the process that began this one, asks for until that is gone."""
    _end_with(parent)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the other process is told, and ends this one when it has done
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(_posting(other))
    os._exit(0)


def _end_with(parent: int) -> None:
    """The system ends this process in the moment in which the other one ends: nothing more leaves that nobody can mark."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


async def _posting(other: socket.socket) -> None:
    poster = _Poster()
    await asyncio.get_running_loop().create_unix_connection(lambda: poster.begin(), sock=other)
    await asyncio.Event().wait()


class _Poster:
    def __init__(self) -> None:
        self._tasks: dict[int, asyncio.Task[Response]] = {}
        self._trust = ssl.create_default_context()
        self._posting = cache(self._opened)

    def begin(self) -> Line:
        self._line = Line(self._hear, lambda: os._exit(0))
        return self._line

    def _opened(self, allowed: tuple[str, ...]) -> Posting:
        return Posting(tuple(ip_network(each) for each in allowed), trust=self._trust)

    def _hear(self, said: Said) -> None:
        if isinstance(said, Post):
            tracked = Tracked()
            task = asyncio.create_task(self._posted(said, tracked))
            self._tasks[said.number] = task
            task.add_done_callback(lambda done: self._done(said.number, tracked, done))
        elif isinstance(said, Stop) and said.number in self._tasks:
            self._tasks[said.number].cancel()

    async def _posted(self, asked: Post, tracked: Tracked) -> Response:
        return await self._posting(asked.allowed).send(HttpRequest(asked.url, asked.headers, asked.body), tracked)

    def _done(self, number: int, tracked: Tracked, task: "asyncio.Task[Response]") -> None:
        """Each one is answered, also where it was stopped before it began, or what it came to cannot be written."""
        self._tasks.pop(number)
        try:
            self._line.say(_came_to(number, tracked, task))
        except Exception as error:
            self._line.say(Fell(number, "", type(error).__name__, tracked.has_left))


def _came_to(number: int, tracked: Tracked, task: "asyncio.Task[Response]") -> Said:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, (NotSent, Unanswered, Forbidden)):
        return Fell(number, type(error).__name__, str(error), tracked.has_left)
    if error is not None or task.cancelled():
        return Fell(number, "", type(error).__name__ if error else "", tracked.has_left)
    answer = task.result()
    return Answered(number, answer.status, answer.at_ns, dict(answer.headers), answer.body)
