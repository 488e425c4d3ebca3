"""Connections to a ledger's file: one that writes, as many as needed that read, and what SQLite's errors mean to a person."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from urllib.parse import quote

from accord.store.errors import Incompatible, StoreError, Unavailable
from accord.store.migrating import migrate, steps, version

BUSY_MS = 10_000
"""How long is waited for another program that has the file locked."""
_LOG_PAGES, _CACHE_KIB = 8192, 64 << 10
"""After how many pages the log is copied into the file, and how much of the file the one who writes keeps at hand."""

_LARGEST_LOG = 64 << 20
"""Bytes that the write-ahead log keeps on the disk after a flood."""


def writing(file: Path) -> sqlite3.Connection:
    """The connection that writes, with the file up to date. A commit on it returns when the disk has it.

    What a crash left in the log is copied into the file first: it may be there without having reached the disk, and an event
    that is found again counts as recorded. What a statement would undo by is kept in memory: a file for it, made and removed
    for each commit, costs more than the log, and has the disk wait for its folder too.
    """
    with said(file):
        _make(file)
        connection = _connected(file, "rw")
        try:
            version(connection, str(file))
            connection.execute("pragma journal_mode = wal").fetchall()
            _careful(connection)
            connection.execute("pragma temp_store = memory")
            connection.execute("pragma secure_delete = on")
            connection.execute(f"pragma journal_size_limit = {_LARGEST_LOG}")
            connection.execute(f"pragma wal_autocheckpoint = {_LOG_PAGES}")
            connection.execute(f"pragma cache_size = -{_CACHE_KIB}")
            migrate(connection, str(file))
            connection.execute("pragma wal_checkpoint(truncate)").fetchall()
        except BaseException:
            connection.close()
            raise
    return connection


def folding(file: Path) -> sqlite3.Connection:
    """A connection that does nothing but copy the log into the file."""
    connection = _connected(file, "rw")
    _careful(connection)
    return connection


def _careful(connection: sqlite3.Connection) -> None:
    """The disk has what is committed, and what is copied before it is needed no longer in the log."""
    for pragma in ("synchronous = full", "fullfsync = 1", "checkpoint_fullfsync = 1"):
        connection.execute(f"pragma {pragma}").fetchall()


def _make(file: Path) -> None:
    """A file that its owner alone may read: names and addresses will stand in it."""
    with suppress(OSError):  # SQLite says why it cannot open what is not there
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def reading(file: Path) -> sqlite3.Connection:
    """A connection that can only read; the file must be as new as the program."""
    if not file.is_file():
        raise StoreError(f"{file}: no such file; expected a ledger")
    with said(file):
        connection = _readable(file)
        try:
            found = version(connection, str(file))
        except BaseException:
            connection.close()
            raise
    if found < len(steps()):
        connection.close()
        raise Incompatible(
            f"{file}: written by an older accord (format {found} of {len(steps())}); accord serve brings it up to date"
        )
    return connection


def _readable(file: Path) -> sqlite3.Connection:
    """Where nothing beside the file may be written, a file without a log is read as one that nobody changes."""
    connection = _connected(file, "rw")
    try:
        connection.execute("pragma query_only = on")
        connection.execute("select count(*) from sqlite_schema").fetchone()
        return connection
    except sqlite3.OperationalError:
        connection.close()
        log = file.with_name(file.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        return _connected(file, "ro&immutable=1")


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute(f"pragma busy_timeout = {BUSY_MS}").fetchall()
    return connection


class Readers:
    """Connections that read, lent to one thread at a time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._closed = False

    @contextmanager
    def __call__(self) -> Iterator[sqlite3.Connection]:
        """One of them; raises Unavailable where the file cannot be read."""
        if self._closed:
            raise Unavailable("the ledger is closed")
        with said(self._file):
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = reading(self._file)
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._idle.put(connection)

    def close(self) -> None:
        """Closes those that are not lent."""
        self._closed = True
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()


@contextmanager
def said(file: Path) -> Iterator[None]:
    """Turns what SQLite says into an error of ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise meaning(error, str(file)) from error


def meaning(error: sqlite3.Error, file: str) -> StoreError:
    """What an error of SQLite means: its name decides, not its text."""
    name = getattr(error, "sqlite_errorname", "") or ""
    kind = "_".join(name.split("_")[:2])
    if kind in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return StoreError(
            f"{file}: is no ledger, or is damaged ({error}); a backup is restored with accord ledger restore"
        )
    told = _TOLD.get(kind, "cannot be written or read")
    return Unavailable(f"{file}: {told} ({name or type(error).__name__}: {error})")


_TOLD = {
    "SQLITE_FULL": "the disk is full, free some space",
    "SQLITE_IOERR": "the disk gives errors, see the system's log",
    "SQLITE_READONLY": "is read-only, allow this process to write it",
    "SQLITE_CANTOPEN": "cannot be opened, look at its folder and the rights on it",
    "SQLITE_BUSY": "is locked by another program for longer than 10 s, find out which",
    "SQLITE_PERM": "may not be opened, look at the rights on it",
}
