"""Silences, heartbeats, tokens, overrides, notes and counters, in SQLite."""

import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import TypeVar

import msgspec

from accord.store.chain import encode
from accord.store.kept import Kept
from accord.store.parts import Parts

K = TypeVar("K", bound=Kept)


class KeptRows(Parts):
    """What is kept until somebody changes it (`interface.Keeping`)."""

    def keep(self, *things: Kept) -> "Future[None]":
        """Keeps these, in one transaction."""
        return self.writer.do(lambda connection: keep(connection, things))

    def forget(self, kind: type[Kept], kept_id: str) -> "Future[bool]":
        """Keeps it no longer."""
        query = "delete from kept where kind = ? and id = ?"
        return self.writer.do(lambda connection: connection.execute(query, (kind.KIND, kept_id)).rowcount > 0)

    def kept(self, kind: type[K], ending_after_ns: int = 0) -> tuple[K, ...]:
        """All of a kind that have no end or end after the instant."""
        query = "select body from kept where kind = ? and (ends_ns = 0 or ends_ns > ?) order by id"
        with self.readers() as connection:
            found = connection.execute(query, (kind.KIND, ending_after_ns)).fetchall()
        return tuple(msgspec.json.decode(body, type=kind) for (body,) in found)

    def kept_one(self, kind: type[K], kept_id: str) -> K | None:
        """The one of this kind and id."""
        query = "select body from kept where kind = ? and id = ?"
        with self.readers() as connection:
            found = connection.execute(query, (kind.KIND, kept_id)).fetchone()
        return msgspec.json.decode(found[0], type=kind) if found else None

    def count(self, numbers: Mapping[str, int]) -> "Future[None]":
        """Adds to counters."""
        added = tuple(numbers.items())
        return self.writer.do(lambda connection: _count(connection, added))

    def counters(self) -> dict[str, int]:
        """All counters."""
        with self.readers() as connection:
            return dict(connection.execute("select name, value from counter order by name").fetchall())


def keep(connection: sqlite3.Connection, things: Sequence[Kept]) -> None:
    """Keeps these in the transaction there is."""
    connection.executemany("insert or replace into kept values (?, ?, ?, ?, ?)", map(kept_row, things))


def kept_row(thing: Kept) -> tuple[str, str, int, str, bytes]:
    """Something that is kept, as its row."""
    return thing.KIND, thing.id, thing.ends_ns, thing.owner, encode(thing)


def _count(connection: sqlite3.Connection, numbers: tuple[tuple[str, int], ...]) -> None:
    query = "insert into counter values (?, ?) on conflict (name) do update set value = value + excluded.value"
    connection.executemany(query, numbers)
