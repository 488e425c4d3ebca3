"""Bundles leave and breakers close, in SQLite: what is parked for a person becomes one message."""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future

from accord.cases.breaker import Meter, breaker_key, bundled, settled
from accord.store.budgeting import KIND, keep_meter, meters_over
from accord.store.chain import read_message, read_policy
from accord.store.gathering import Gathered
from accord.store.memory import Memory
from accord.store.queueing import queue, told
from accord.store.recording import Decide, Recorder, recorded
from accord.store.rows import Entry

_PARKED = "fate = 'queued' and also_in = '' and parked = 1"


class LeavingRows(Recorder):
    """What ends a page budget (`interface.Paging`)."""

    def next_leaving_ns(self) -> int | None:
        """When the next bundle leaves or the next breaker closes."""
        with self.readers() as connection:
            (leaves,) = connection.execute(f"select min(due_ns) from sending where {_PARKED}").fetchone()
            query = "select min(ends_ns) from kept where kind = ? and ends_ns > 0"
            (closes,) = connection.execute(query, (KIND,)).fetchone()
        return min((instant for instant in (leaves, closes) if instant is not None), default=None)

    def leave(self, now_ns: int) -> "Future[None]":
        """What is due of both."""
        memory, decide = self.writer.memory, self.decide
        return self.writer.do(lambda connection: _left(connection, memory, now_ns, decide))


def _left(connection: sqlite3.Connection, memory: Memory, now_ns: int, decide: Decide) -> None:
    query = f"select distinct person from sending where {_PARKED} and due_ns <= ? order by person"
    for (person,) in connection.execute(query, (now_ns,)).fetchall():
        _bundled(connection, memory, person, now_ns)
    for meter in meters_over(connection, now_ns):
        _closed(connection, memory, meter, now_ns, decide)


def _bundled(connection: sqlite3.Connection, memory: Memory, person: str, now_ns: int) -> None:
    """All that is parked for the person goes in one message; what is of one deviation only goes by itself."""
    query = f"select id, body from sending where {_PARKED} and person = ? order by rowid"
    parked = connection.execute(query, (person,)).fetchall()
    ids = [(id_,) for id_, _ in parked]
    messages = tuple(read_message(body) for body in dict.fromkeys(body for _, body in parked))
    message = bundled(messages)
    if message is None or message in messages:
        connection.executemany("update sending set parked = 0 where id = ?", ids)
        return
    key = breaker_key(person).key
    gathered = Gathered(connection, memory)
    into = queue(gathered, (told(message, now_ns),), key, now_ns, 0)[0].id
    gathered.write()
    _put_away(connection, into, ids)


def _put_away(connection: sqlite3.Connection, into: str, ids: Sequence[tuple[str]]) -> None:
    connection.executemany("update sending set also_in = ? where id = ?", ((into, id_) for (id_,) in ids))


def _closed(connection: sqlite3.Connection, memory: Memory, meter: Meter, now_ns: int, decide: Decide) -> None:
    """The breaker's own deviation is over; it is closed as any other is."""
    ended = settled(meter, now_ns)
    if ended is None:
        return
    clear, after = ended
    key = breaker_key(meter.person).key
    query = (
        "select body from policy where hash = (select policy from ledger where key = ? order by number desc limit 1)"
    )
    found = connection.execute(query, (key,)).fetchone()
    gathered = Gathered(connection, memory)
    keep_meter(gathered, after)
    if found:
        recorded(gathered, Entry(key, clear, read_policy(found[0])), decide)
    gathered.write()
