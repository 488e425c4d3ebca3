"""What ended long ago leaves the ledger for an archive; hashes stay, so that chains and roots are proved as before."""

import sqlite3
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from itertools import groupby

from msgspec import Struct
from msgspec.json import Decoder

from accord.store.chain import ROW
from accord.store.copying import written_out
from accord.store.errors import StoreError
from accord.store.memory import Memory
from accord.store.proving import Prover, sealed
from accord.store.rows import Prunable, Pruning


class Pruner(Prover):
    """Takes out what ended (`interface.Shedding`)."""

    def prunable(self, before_ns: int) -> Prunable:
        """What ended before this instant."""
        with self.readers() as connection:
            return _prunable(connection, before_ns)

    def archived(self, what: Prunable) -> Iterator[bytes]:
        """The rows of it as lines."""
        with self.readers() as connection:
            yield from written_out(connection, ends=dict(what.ends))

    def prune(self, what: Prunable, at_ns: int, archive: str) -> "Future[Pruning]":
        """Takes it out, in one transaction."""
        memory = self.writer.memory
        return self.writer.do(lambda connection: _pruned(connection, memory, what, at_ns, bytes.fromhex(archive)))

    def prunings(self) -> tuple[Pruning, ...]:
        """What was taken out, the oldest first."""
        with self.readers() as connection:
            found = connection.execute(
                "select at_ns, before_ns, rows, cases, lower(hex(archive)) from pruning order by number"
            )
            return tuple(Pruning(*each) for each in found)


class _When(Struct):
    """When an event happened, without the rest of it."""

    at_ns: int


class _Row(Struct):
    number: int
    case_id: str
    at_ns: int


_when = Decoder(_When).decode


def _prunable(connection: sqlite3.Connection, before_ns: int) -> Prunable:
    done = {id_ for (id_,) in connection.execute(_DONE)}
    ends: dict[str, int] = {}
    cases: set[str] = set()
    rows = 0
    for key, chain in groupby(connection.execute(_ROWS), key=lambda found: found[0]):
        told = [_Row(number, case_id, _when(event).at_ns) for _, number, case_id, event in chain]
        if taken := _ended(told, done, before_ns):
            ends[key], rows = taken[-1].number, rows + len(taken)
            cases |= {row.case_id for row in taken} - {""}
    return Prunable(before_ns, tuple(ends.items()), rows, tuple(sorted(cases)))


def _ended(chain: list[_Row], done: Collection[str], before_ns: int) -> list[_Row]:
    """The beginning of a chain that is whole cases, each of which is done and all of whose rows are old."""
    last_ns: dict[str, int] = {}
    for row in chain:
        last_ns[row.case_id] = max(last_ns.get(row.case_id, 0), row.at_ns)
    taken: list[_Row] = []
    for row in chain:
        is_over = row.case_id in done and last_ns[row.case_id] < before_ns
        if not (is_over if row.case_id else row.at_ns < before_ns):
            break
        taken.append(row)
    left = {row.case_id for row in chain[len(taken) :]} - {""}
    return next((taken[:at] for at, row in enumerate(taken) if row.case_id in left), taken)


def _pruned(connection: sqlite3.Connection, memory: Memory, what: Prunable, at_ns: int, archive: bytes) -> Pruning:
    if _prunable(connection, what.before_ns) != what:
        raise StoreError("the ledger has changed since it was archived, and nothing was pruned; begin again")
    sealed(connection, at_ns)
    for key, number in what.ends:
        connection.execute(_ANCHOR, (key, number))
        connection.execute(_STUBS, (key, number))
        connection.execute("delete from ledger where key = ? and number <= ?", (key, number))
    for case in what.cases:
        connection.execute("delete from sending where case_id = ?", (case,))
        connection.execute("delete from cases where id = ?", (case,))
    connection.execute(_BUNDLES, (what.before_ns,))
    connection.execute("delete from policy where hash not in (select policy from ledger)")
    memory.forget()
    told = (at_ns, what.before_ns, what.rows, len(what.cases), archive)
    connection.execute("insert into pruning (at_ns, before_ns, rows, cases, archive) values (?, ?, ?, ?, ?)", told)
    return Pruning(*told[:-1], archive.hex())


_COLUMNS = ", ".join(ROW)
_WAITS = "fate = 'queued' and (also_in = '' or also_in in (select id from sending where fate = 'queued'))"
_DONE = (
    f"select id from cases where open = 0 and not exists (select 1 from sending where case_id = cases.id and {_WAITS})"
)
_ROWS = "select key, number, case_id, event from ledger order by key, number"
_ANCHOR = f"""
insert or replace into anchor (sequence, hash, {_COLUMNS}, prior, body)
select ledger.sequence, ledger.hash, {", ".join(f"ledger.{name}" for name in ROW)},
coalesce(
  (select hash from ledger as last where last.key = ledger.key and last.number = ledger.number - 1),
  (select hash from anchor as last where last.key = ledger.key), x''),
coalesce((select body from cases where id = ledger.case_id), x'')
from ledger where ledger.key = ? and ledger.number = ?"""
_STUBS = "insert into pruned select sequence, hash from ledger where key = ? and number <= ?"
_BUNDLES = (
    "delete from sending where sequence = 0 and queued_ns < ? and fate <> 'queued'"
    " and id not in (select also_in from sending where also_in <> '')"
)
