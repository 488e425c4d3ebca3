"""What was accepted before it could be decided, in SQLite: kept in the order it came, taken out by the record that decides it."""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future

from accord.store.gathering import written
from accord.store.memory import Memory
from accord.store.parts import Parts
from accord.store.rows import Received
from accord.store.writer import Joint


class ReceivedRows(Parts):
    """What waits to be decided (`interface.Receiving`)."""

    def receive(self, body: bytes) -> "Future[int]":
        """Keeps it behind all that waits; its number."""
        return self.writer.do(_Receive(self.writer.memory, body))

    def received(self, after: int = 0, limit: int = 1000) -> tuple[Received, ...]:
        """What waits behind a number, in order."""
        query = "select number, body from received where number > ? order by number limit ?"
        with self.readers() as connection:
            return tuple(Received(*row) for row in connection.execute(query, (after, limit)))


class _Receive(Joint[int]):
    """What one caller has to keep."""

    memory: Memory
    body: bytes

    def __call__(self, connection: sqlite3.Connection) -> int:
        (number,) = self.together(connection, (self,))
        return number

    def together(self, connection: sqlite3.Connection, several: "Sequence[_Receive]") -> Sequence[int]:
        last = self.memory.received
        if last is None:
            (last,) = connection.execute("select coalesce(max(number), 0) from received").fetchone()
        self.memory.received = last + len(several)
        numbers = range(last + 1, last + 1 + len(several))
        rows = tuple((number, each.body) for number, each in zip(numbers, several, strict=True))
        written(connection, "insert into received values {rows}", rows)
        return numbers
