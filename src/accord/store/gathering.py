"""What a transaction adds, gathered and then written by few statements, each of many rows.

Each statement lets go of the interpreter and has to get it back from whatever else runs in the process: what it waits for that is
more than what it does. So what several who wait have recorded is looked up and written together.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from accord.store.chain import START
from accord.store.memory import Memory

_ROWS_AT_MOST = 64
"""Rows of one statement; fewer are written by the powers of two, so that there are few statements to be kept prepared."""


class Chain(Struct, frozen=True):
    """Where the chain of a key ends, and the case there; `is_pruned` says that neither the row nor the case is in the file."""

    number: int = 0
    hash: bytes = START
    program: str = ""
    body: bytes = b""
    is_pruned: bool = False


class Gathered:
    """Rows that are added to a ledger in the transaction there is: what is asked of it counts them in, `write` writes them.

    Done `alone`, it makes sure that no id of a sending is there already; otherwise such a one is an error of the whole.
    """

    def __init__(self, connection: sqlite3.Connection, memory: Memory, alone: bool = True) -> None:
        self.connection, self.memory, self._alone = connection, memory, alone
        self._chains: dict[str, Chain] = {}
        self._events: dict[str, int] = {}
        self._rows: list[tuple[Any, ...]] = []
        self._cases: dict[str, tuple[Any, ...]] = {}
        self._sendings: dict[str, tuple[Any, ...]] = {}
        self._kept: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._decided: list[tuple[int]] = []

    def look_up(self, keys: Iterable[str], events: Iterable[str]) -> None:
        """Reads at once what will be asked of it."""
        wanted = dict.fromkeys(keys)
        self._chains.update(dict.fromkeys(wanted, Chain()))
        for key, number, hash_, program, body in found(self.connection, _CHAINS, tuple(wanted)):
            self._chains[key] = Chain(number, hash_, program, body or b"")
        if self._is_pruned():
            new = tuple(key for key in wanted if not self._chains[key].number)
            for key, number, hash_, program, body in found(self.connection, _ANCHORS, new):
                self._chains[key] = Chain(number, hash_, program, body, is_pruned=True)
        asked = dict.fromkeys(events)
        self._events.update(dict.fromkeys(asked, 0))
        self._events.update(found(self.connection, _EVENTS, tuple(asked)))

    def _is_pruned(self) -> bool:
        if self.memory.is_pruned is None:
            self.memory.is_pruned = self.connection.execute("select 1 from anchor limit 1").fetchone() is not None
        return self.memory.is_pruned

    def chain(self, key: str) -> Chain:
        """Where the chain of the key ends; one without a number where there is none."""
        if key not in self._chains:
            self.look_up((key,), ())
        return self._chains[key]

    def sequence_of(self, event: str) -> int:
        """The row of the event of this id; 0 where there is none."""
        if event not in self._events:
            self.look_up((), (event,))
        return self._events[event]

    def append(self, key: str, event: str, row: Sequence[Any], chain: Chain) -> int:
        """A row of the ledger, with which the chain of its key goes on; its number."""
        if not self.memory.sequence:
            (last,) = self.connection.execute(_LAST).fetchone()
            self.memory.sequence = last
        self.memory.sequence += 1
        self._rows.append((self.memory.sequence, *row))
        self._chains[key], self._events[event] = chain, self.memory.sequence
        return self.memory.sequence

    def case(self, id_: str, row: tuple[Any, ...]) -> None:
        """A case as it is now."""
        self._cases[id_] = row

    def queue(self, id_: str, row: tuple[Any, ...]) -> bool:
        """A sending; False where one of this id is there already."""
        if id_ in self._sendings or (self._alone and self._is_queued(id_)):
            return False
        self._sendings[id_] = row
        return True

    def _is_queued(self, id_: str) -> bool:
        return self.connection.execute("select 1 from sending where id = ?", (id_,)).fetchone() is not None

    def keep(self, kind: str, id_: str, row: tuple[Any, ...]) -> None:
        """Something that is kept, in place of what had its kind and id."""
        self._kept[kind, id_] = row

    def kept(self, kind: str, id_: str) -> bytes | None:
        """The body of what is kept under this kind and id."""
        if (kind, id_) in self._kept:
            body: bytes = self._kept[kind, id_][-1]
            return body
        row = self.connection.execute("select body from kept where kind = ? and id = ?", (kind, id_)).fetchone()
        return row[0] if row else None

    def take_out(self, received: Iterable[int]) -> None:
        """What was received under these numbers waits no longer."""
        self._decided += ((number,) for number in received)

    def write(self) -> None:
        """Writes all of it; more may be added afterwards."""
        for statement, rows in (
            (_APPEND, self._rows),
            (_STORE, self._cases.values()),
            (_QUEUE, self._sendings.values()),
            (_KEEP, self._kept.values()),
            (_TAKE_OUT, self._decided),
        ):
            written(self.connection, statement, tuple(rows))
        self._rows, self._cases, self._sendings, self._kept, self._decided = [], {}, {}, {}, []


_CHAINS = """
with wanted (key) as (values {rows})
select ledger.key, ledger.number, ledger.hash, ledger.program, cases.body from wanted
cross join ledger on ledger.sequence = (
  select sequence from ledger as last where last.key = wanted.key order by last.number desc limit 1)
left join cases on cases.id = ledger.case_id"""
_ANCHORS = """
with wanted (key) as (values {rows})
select anchor.key, number, hash, program, body from wanted cross join anchor on anchor.key = wanted.key"""
_LAST = "select max((select coalesce(max(sequence), 0) from ledger), (select coalesce(max(sequence), 0) from pruned))"
_EVENTS = """
with wanted (id) as (values {rows})
select event_id, sequence from wanted cross join ledger on event_id = wanted.id"""
_APPEND = (
    "insert into ledger (sequence, key, number, event_id, case_id, event, policy, changed, note, told, queued, state, program,"
    " before, hash) values {rows}"
)
_STORE = (
    "insert into cases values {rows} on conflict (id) do update set key = excluded.key, open = excluded.open,"
    " turn = excluded.turn, actor = excluded.actor, deadline_ns = excluded.deadline_ns, body = excluded.body"
)
_QUEUE = (
    "insert into sending (id, sequence, key, case_id, turn, person, channel, fate, due_ns, queued_ns, reason, parked, body)"
    " values {rows}"
)
_KEEP = "insert or replace into kept values {rows}"
_TAKE_OUT = "delete from received where number in (values {rows})"


def found(connection: sqlite3.Connection, query: str, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """What a query, with a place for `rows` of one column, gives for these."""
    for part in _parts(names):
        yield from connection.execute(_filled(query, "(?)", len(part)), part)


def written(connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Does a statement, with a place for `rows`, for all of these."""
    for part in _parts(rows):
        values = [value for row in part for value in row]
        connection.execute(_filled(statement, _marks(len(part[0])), len(part)), values)


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The rows in as few parts as there are statements for."""
    at = 0
    while at < len(rows):
        many = min(1 << (len(rows) - at).bit_length() - 1, _ROWS_AT_MOST)
        yield rows[at : at + many]
        at += many


@cache
def _filled(statement: str, row: str, many: int) -> str:
    return statement.format(rows=", ".join([row] * many))


@cache
def _marks(width: int) -> str:
    return f"({', '.join('?' * width)})"
