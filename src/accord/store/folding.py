"""The write-ahead log, copied into the file piece by piece in a thread of its own, so that no commit has to wait for much of it."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from accord.store.connections import folding

FOLDED_AFTER = 6_000
"""Rows that are written until what the log has is copied: of alerts some 25 MB, a little less than a commit itself would copy.
More often, the disk has more to take; more seldom, commits do it."""


class Folding:
    """Begins when there is much for the first time. What it cannot do the next commit does, and tells of it where it fails."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._folded = 0
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._thread: Thread | None = None

    def written(self, rows: int) -> None:
        """Says how many rows were written in all, and committed."""
        if rows - self._folded < FOLDED_AFTER:
            return
        self._folded = rows
        self._asked.put(True)
        if self._thread is None:
            self._thread = Thread(target=self._run, name="ledger log", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends after what it is at."""
        self._asked.put(False)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while self._asked.get():
            with suppress(sqlite3.Error):
                connection = connection or folding(self._file)
                connection.execute("pragma wal_checkpoint(passive)").fetchall()
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()
