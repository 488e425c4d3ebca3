"""A writer whose work an event loop does between its own, so that only what waits for the disk is done by the thread.

Two threads of one interpreter take turns, and on a busy machine each turn may take milliseconds. So what is only computed stays with
the loop, which has to be there anyway, and one commit at a time goes to the thread: while it is on its way, what comes gathers.
"""

import sqlite3
from asyncio import AbstractEventLoop, isfuture
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import get_ident
from typing import Any, cast

from accord.store.connections import BUSY_MS
from accord.store.writer import TOGETHER_AT_MOST, Joint, Outcome, Piece, Writer, running


class LedWriter(Writer):
    """Led by a loop from `led_by` on; before and afterwards the thread does everything.

    The loop does joint work alone, for that is short. It waits for nobody: where another process has the file locked, the thread does.
    """

    def __init__(self, file: Path) -> None:
        self._loop: AbstractEventLoop | None = None
        self._last: AbstractEventLoop | None = None
        self._leader = 0
        self._led: deque[Piece] = deque()
        self._is_called = self._is_busy = False
        super().__init__(file)

    def led_by(self, loop: AbstractEventLoop | None) -> None:
        """Said in the thread of the loop, by whom it is led; None ends it, and what waits is done by the thread."""
        with self._gate:
            self._loop, self._last, self._leader = loop, loop or self._last, get_ident()
            if loop is not None:
                self._is_busy = True
                self._queue.put(self._begin)  # what the thread has begun comes first
            else:
                self._queue.put(lambda: self._wait_ms(BUSY_MS))
            while loop is None and self._led:
                self._queue.put(self._led.popleft())

    def close(self) -> None:
        """Does what was accepted, and closes the file."""
        self.led_by(None)
        super().close()

    def _future(self) -> "Future[Any]":
        """In the thread of the loop one of its own, for which no other thread need be told; `asyncio.wrap_future` knows it."""
        loop = self._loop
        return (
            super()._future()
            if loop is None or get_ident() != self._leader
            else cast("Future[Any]", loop.create_future())
        )

    def _put(self, piece: Piece) -> None:
        loop = self._loop
        if loop is None:
            super()._put(piece)
            return
        self._led.append(piece)
        if get_ident() != self._leader:
            loop.call_soon_threadsafe(self._round)
        elif not self._is_called:
            self._is_called = True
            loop.call_soon(self._round)

    def _waits(self) -> int:
        return super()._waits() + len(self._led)

    def _round(self) -> None:
        """What has gathered is worked out, and committed by the thread."""
        self._is_called = False
        if self._is_busy or not self._led:
            return
        group = running([self._led.popleft() for _ in range(min(len(self._led), TOGETHER_AT_MOST))])
        if not group:
            return
        self._is_busy = True
        if not all(isinstance(work, Joint) for _, work in group) or not self._begun():
            self._queue.put(lambda: self._over(group, self._patient(group)))
            return
        outcomes, is_open = self.worked(group)
        if is_open:
            self._queue.put(lambda: self._over(group, self.ended(group, outcomes)))
        else:
            self._rested(group, outcomes)

    def _begun(self) -> bool:
        """Begins a transaction; False where another program has the file locked, or it cannot be written."""
        try:
            self._connection.execute("begin immediate")
        except sqlite3.Error:
            return False
        return True

    def _patient(self, group: list[Piece]) -> list[Outcome]:
        """What each comes to, for the thread: it may wait."""
        self._wait_ms(BUSY_MS)
        try:
            return self.whole(group)
        finally:
            self._wait_ms(0)

    def _wait_ms(self, most: int) -> None:
        self._connection.execute(f"pragma busy_timeout = {most}").fetchall()

    def _begin(self) -> None:
        """In the thread: what it had begun before is done."""
        self._wait_ms(0)
        self._over([], [])

    def _over(self, group: list[Piece], outcomes: list[Outcome]) -> None:
        """In the thread: the loop tells those who wait; where it is gone, nobody of it waits."""
        if not self._in_loop(lambda: self._rested(group, outcomes)):
            self._is_busy = False
            self.settle(group, outcomes)

    def settle(self, group: list[Piece], outcomes: list[Outcome]) -> None:
        """Tells each who waits, each in its own thread; nobody waits in a loop that is gone."""
        if get_ident() == self._leader or self._last is None:
            super().settle(group, outcomes)
            return
        told = list(zip(group, outcomes, strict=True))
        there = [each for each in told if isfuture(each[0][0])]
        here = [each for each in told if not isfuture(each[0][0])]
        if there:
            self._in_loop(lambda: super(LedWriter, self).settle(*_apart(there)))
        super().settle(*_apart(here))

    def _in_loop(self, what: Callable[[], None]) -> bool:
        """Has the loop do it that led last; False where it is closed."""
        if self._last is None:
            return False
        try:
            self._last.call_soon_threadsafe(what)
        except RuntimeError:
            return False
        return True

    def _rested(self, group: list[Piece], outcomes: list[Outcome]) -> None:
        self._is_busy = False
        self.settle(group, outcomes)
        self._round()


def _apart(told: list[tuple[Piece, Outcome]]) -> tuple[list[Piece], list[Outcome]]:
    return [piece for piece, _ in told], [outcome for _, outcome in told]
