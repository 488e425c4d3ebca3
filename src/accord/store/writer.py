"""The one thread that writes: whoever waits at the same time shares a commit, and hears of it when the disk has it."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from accord.store.connections import meaning, writing
from accord.store.errors import StoreError, Unavailable
from accord.store.memory import Memory

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]

WAITING_AT_MOST = 20_000
TOGETHER_AT_MOST = 512


class Joint(Generic[T]):
    """Work that is done together with others of its kind where they wait side by side: that costs less."""

    def __call__(self, connection: sqlite3.Connection) -> T:
        """What it gives, done alone."""
        raise NotImplementedError

    def together(self, connection: sqlite3.Connection, several: Sequence[Any]) -> Sequence[T]:
        """What each of several gives, itself among them; where one cannot be done, that is raised."""
        raise NotImplementedError


class Writer:
    """Does pieces of work in the order they came, several in one transaction; a piece that fails undoes only itself.

    Where the transaction fails, all of its pieces fail with Unavailable and nothing of them is recorded; the next ones are
    tried as if nothing had happened, so that it goes on once the disk does. `trouble` says why the last one failed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = writing(file)
        self._queue: SimpleQueue[tuple[Future[Any], Work] | None] = SimpleQueue()
        self._closing = False
        self._gate = Lock()
        self._overwrite = False
        self.memory = Memory()
        self.trouble = ""
        self.commits = 0
        self._thread = Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[sqlite3.Connection], T], overwrite: bool = False) -> Future[T]:
        """What the work gives, once it is durable; `overwrite` says that what it deletes shall leave the log too."""
        future: Future[T] = Future()
        with self._gate:
            refusal = self._refusal()
            if not refusal:
                self._overwrite |= overwrite
                self._queue.put((future, work))
        if refusal:
            future.set_exception(Unavailable(refusal))
        return future

    def _refusal(self) -> str:
        if self._closing:
            return f"{self._file}: the ledger is closing"
        if self._queue.qsize() >= WAITING_AT_MOST:
            return f"{self._file}: {WAITING_AT_MOST} writes are waiting already; try again later"
        return ""

    def close(self) -> None:
        """Does what was accepted, and closes the file."""
        with self._gate:
            if not self._closing:
                self._closing = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (group := self._next()) is not None:
            waiting = [(future, work) for future, work in group if future.set_running_or_notify_cancel()]
            if waiting:
                self._commit(waiting)
        with suppress(sqlite3.Error):
            self._connection.close()

    def _next(self) -> list[tuple[Future[Any], Work]] | None:
        """All that waits, as far as one transaction takes it; None where the ledger closes and nothing waits."""
        first = self._queue.get()
        if first is None:
            return None
        group = [first]
        with suppress(Empty):
            while len(group) < TOGETHER_AT_MOST:
                more = self._queue.get_nowait()
                if more is None:
                    self._queue.put(None)
                    break
                group.append(more)
        return group

    def _commit(self, group: list[tuple[Future[Any], Work]]) -> None:
        try:
            outcomes = self._done(group)
        except Exception as error:
            self._undo()
            self._refuse(group, error)
            return
        self.trouble = ""
        self.commits += 1
        if self._overwrite:
            self._empty_log()
        for (future, _), (failure, result) in zip(group, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _done(self, group: list[tuple[Future[Any], Work]]) -> list[tuple[Exception | None, Any]]:
        """What each gives, committed. That a piece fails is seldom: only then are they done again, each to be undone alone."""
        connection = self._connection
        connection.execute("begin immediate")
        try:
            outcomes: list[tuple[Exception | None, Any]] = [(None, each) for each in _results(connection, group)]
        except Exception as error:
            if _is_of_the_file(error):
                raise
            self._undo()
            connection.execute("begin immediate")
            outcomes = [self._tried(work) for _, work in group]
        connection.execute("commit")
        return outcomes

    def _tried(self, work: Work) -> tuple[Exception | None, Any]:
        """What a piece of work gives, or what is wrong with it; raises what is wrong with the file."""
        connection = self._connection
        connection.execute("savepoint piece")
        try:
            outcome: tuple[Exception | None, Any] = (None, work(connection))
        except Exception as error:
            if _is_of_the_file(error):
                raise
            connection.execute("rollback to piece")
            self.memory.forget()
            outcome = (_own(error), None)
        connection.execute("release piece")
        return outcome

    def _undo(self) -> None:
        self.memory.forget()
        with suppress(sqlite3.Error):
            self._connection.rollback()

    def _empty_log(self) -> None:
        """Copies the log into the file and empties it, unless somebody is reading: then after the next commit."""
        connection = self._connection
        with suppress(sqlite3.Error):
            waits = connection.execute("pragma busy_timeout").fetchone()[0]
            connection.execute("pragma busy_timeout = 0").fetchall()
            (is_read, _, _) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
            connection.execute(f"pragma busy_timeout = {waits}").fetchall()
            self._overwrite = bool(is_read)

    def _refuse(self, group: list[tuple[Future[Any], Work]], error: Exception) -> None:
        refusal: Exception = meaning(error, str(self._file)) if isinstance(error, sqlite3.Error) else error
        self.trouble = str(refusal)
        for future, _ in group:
            future.set_exception(refusal)


def _results(connection: sqlite3.Connection, group: list[tuple[Future[Any], Work]]) -> Iterator[Any]:
    for kind, run in groupby((work for _, work in group), key=type):
        works = list(run)
        if issubclass(kind, Joint):
            yield from works[0].together(connection, works)  # type: ignore[attr-defined]
        else:
            yield from (work(connection) for work in works)


_OF_ONE = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
"""What is wrong with a piece of work and not with the disk."""


def _is_of_the_file(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and not isinstance(error, _OF_ONE)


def _own(error: Exception) -> StoreError:
    """What is wrong with a piece of work, as an error of ours: a number too large for the file, a text that is none."""
    if isinstance(error, StoreError):
        return error
    refusal = StoreError(f"refused by the ledger: {type(error).__name__}: {error}")
    refusal.__cause__ = error
    return refusal
