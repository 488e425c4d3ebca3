"""The one thread that writes: whoever waits at the same time shares a commit, and hears of it when the disk has it."""

import sqlite3
from abc import ABCMeta, abstractmethod
from asyncio import isfuture
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from msgspec import Struct, StructMeta

from accord.store.connections import meaning, writing
from accord.store.errors import StoreError, Unavailable
from accord.store.folding import Folding
from accord.store.memory import Memory

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]
Piece = tuple[Future[Any], Work]
"""Work, and who waits for what it gives."""
Errand = Callable[[], None]
"""What the thread does beside pieces."""
Outcome = tuple[Exception | None, Any]
"""Why a piece failed, or what it gave."""

WAITING_AT_MOST = 20_000
TOGETHER_AT_MOST = 512


class _AbstractStruct(StructMeta, ABCMeta):
    """Of structs of which one that leaves out what is abstract cannot be made."""


class Joint(Struct, Generic[T], metaclass=_AbstractStruct):
    """Work that is done together with others of its kind where they wait side by side: that costs less."""

    @abstractmethod
    def __call__(self, connection: sqlite3.Connection) -> T:
        """What it gives, done alone."""

    @abstractmethod
    def together(self, connection: sqlite3.Connection, several: Sequence[Any]) -> Sequence[T]:
        """What each of several gives, itself among them; where one cannot be done, that is raised."""


class Writer:
    """Does pieces of work in the order they came, several in one transaction; a piece that fails undoes only itself.

    Where the transaction fails, all of its pieces fail with Unavailable and nothing of them is recorded; the next ones are
    tried as if nothing had happened, so that it goes on once the disk does. `trouble` says why the last one failed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = writing(file)
        self._folding = Folding(file)
        self._queue: SimpleQueue[Piece | Errand | None] = SimpleQueue()
        self._put_back: list[Errand | None] = []
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
        future: Future[T] = self._future()
        with self._gate:
            refusal = self._refusal()
            if not refusal:
                self._put((future, self._overwriting(work) if overwrite else work))
        if refusal:
            future.set_exception(Unavailable(refusal))
        return future

    def _overwriting(self, work: Work) -> Work:
        """The work, which says only when it is done that the log holds what shall be gone: what is committed before it does not."""

        def done(connection: sqlite3.Connection) -> Any:
            self._overwrite = True
            return work(connection)

        return done

    def _future(self) -> Future[Any]:
        return Future()

    def _put(self, piece: "Piece") -> None:
        self._queue.put(piece)

    def _waits(self) -> int:
        return self._queue.qsize()

    def _refusal(self) -> str:
        if self._closing:
            return f"{self._file}: the ledger is closing"
        if self._waits() >= WAITING_AT_MOST:
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
            if callable(group):
                group()
            elif waiting := running(group):
                self.settle(waiting, self.whole(waiting))
        self._folding.close()
        with suppress(sqlite3.Error):
            self._connection.close()

    def _next(self) -> "list[Piece] | Errand | None":
        """All that waits, as far as one transaction takes it, or an errand; None where the ledger closes and nothing waits."""
        first = self._put_back.pop() if self._put_back else self._queue.get()
        if first is None or callable(first):
            return first
        group = [first]
        with suppress(Empty):
            while len(group) < TOGETHER_AT_MOST:
                more = self._queue.get_nowait()
                if more is None or callable(more):
                    self._put_back.append(more)
                    break
                group.append(more)
        return group

    def whole(self, group: "list[Piece]") -> "list[Outcome]":
        """What each comes to, durable."""
        outcomes, is_open = self.worked(group)
        return self.ended(group, outcomes) if is_open else outcomes

    def worked(self, group: "list[Piece]") -> "tuple[list[Outcome], bool]":
        """What each comes to, and whether there is a transaction to be ended with it."""
        try:
            return self._done(group), True
        except Exception as error:
            return self._refused(group, error), False

    def ended(self, group: "list[Piece]", outcomes: "list[Outcome]") -> "list[Outcome]":
        """What each comes to, once the disk has it."""
        try:
            self._connection.execute("commit")
        except Exception as error:
            return self._refused(group, error)
        self.trouble = ""
        self.commits += 1
        self._folding.written(self._connection.total_changes)
        if self._overwrite:
            self._empty_log()
        return outcomes

    def settle(self, group: "list[Piece]", outcomes: "list[Outcome]") -> None:
        """Tells each who waits."""
        for (future, _), (failure, result) in zip(group, outcomes, strict=True):
            if future.done():  # somebody stopped waiting
                continue
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _done(self, group: "list[Piece]") -> "list[Outcome]":
        """What each gives, not yet committed. That a piece fails is seldom: only then are they done again, each to be undone alone."""
        connection = self._connection
        if not connection.in_transaction:
            connection.execute("begin immediate")
        try:
            return [(None, each) for each in _results(connection, group)]
        except Exception as error:
            if _is_of_the_file(error):
                raise
            self._undo()
            connection.execute("begin immediate")
            return [self._tried(work) for _, work in group]

    def _tried(self, work: Work) -> "Outcome":
        """What a piece of work gives, or what is wrong with it; raises what is wrong with the file."""
        connection = self._connection
        connection.execute("savepoint piece")
        try:
            outcome: Outcome = (None, work(connection))
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

    def _refused(self, group: "list[Piece]", error: Exception) -> "list[Outcome]":
        self._undo()
        refusal: Exception = meaning(error, str(self._file)) if isinstance(error, sqlite3.Error) else error
        self.trouble = str(refusal)
        return [(refusal, None)] * len(group)


def running(group: "list[Piece]") -> "list[Piece]":
    """Those for which somebody still waits."""
    return [(future, work) for future, work in group if _still_waits(future)]


def _still_waits(future: Any) -> bool:
    return not future.cancelled() if isfuture(future) else future.set_running_or_notify_cancel()


def _results(connection: sqlite3.Connection, group: "list[Piece]") -> Iterator[Any]:
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
