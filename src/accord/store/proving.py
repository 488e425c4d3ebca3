"""Roots over all chains, and whether everything agrees, in SQLite."""

import sqlite3
from concurrent.futures import Future

from accord.store.chain import START, next_root
from accord.store.recording import Recorder
from accord.store.rows import Root, Verified
from accord.store.verifying import Verification


class Prover(Recorder):
    """Proves that nothing was altered (`interface.Proving`)."""

    def seal(self, at_ns: int) -> "Future[Root]":
        """The root over all rows up to now; the last one again where there is no row since."""
        return self.writer.do(lambda connection: sealed(connection, at_ns))

    def roots(self) -> tuple[Root, ...]:
        """All roots, the oldest first."""
        with self.readers() as connection:
            found = connection.execute("select sequence, at_ns, hash from root order by sequence").fetchall()
        return tuple(Root(sequence, at_ns, hash_.hex()) for sequence, at_ns, hash_ in found)

    def verify(self, root: str = "") -> Verified:
        """Recomputes every hash and decides every event again."""
        with self.readers() as connection:
            return Verification(connection, self.decide).run(root)


def sealed(connection: sqlite3.Connection, at_ns: int) -> Root:
    """The root over all rows up to now, which is in the file from now on."""
    last = connection.execute("select sequence, at_ns, hash from root order by sequence desc limit 1").fetchone()
    sequence, sealed_ns, before = last or (0, at_ns, START)
    newest: int = connection.execute("select coalesce(max(sequence), 0) from ledger").fetchone()[0]
    if newest <= sequence:
        return Root(sequence, sealed_ns, before.hex())
    rows = connection.execute("select hash from ledger where sequence > ? order by sequence", (sequence,))
    root = next_root(before, at_ns, (hash_ for (hash_,) in rows))
    connection.execute("insert into root values (?, ?, ?)", (newest, at_ns, root))
    return Root(newest, at_ns, root.hex())
