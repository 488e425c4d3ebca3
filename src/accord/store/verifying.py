"""Whether a ledger is what was written: hashes are recomputed, and every event is decided again."""

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, groupby
from typing import Any

from msgspec import DecodeError, Struct

from accord.cases.case import Case
from accord.cases.policy import Policy
from accord.store.anchors import ANCHORS, anchor_of
from accord.store.budgeting import HELD_BY_BUDGET
from accord.store.chain import (
    ROW,
    START,
    digest,
    encode,
    joined,
    next_root,
    program,
    read_case,
    read_event,
    read_policy,
    row_hash,
    written_messages,
)
from accord.store.recording import Decide
from accord.store.rows import Verified


class _Row(Struct):
    """A row as it stands in the file."""

    sequence: int
    hash: bytes
    key: str
    number: int
    event_id: str
    case_id: str
    event: bytes
    policy: bytes
    changed: int
    note: str
    told: bytes
    queued: bytes
    state: bytes
    program: str
    before: bytes | None


class _Anchor(_Row):
    """The last row of what was pruned of a chain, the hash before it, and the case after it."""

    prior: bytes
    body: bytes


class _Said(Exception):
    """What disagrees, at which row of the ledger."""

    def __init__(self, sequence: int, text: str) -> None:
        super().__init__(text)
        self.sequence = sequence


class Verification:
    """Recomputes what one snapshot of a ledger says; `decide` is the kernel."""

    def __init__(self, connection: sqlite3.Connection, decide: Decide) -> None:
        self._ask = connection.execute
        self._decide = decide
        self._policy = lru_cache(1024)(self._stored_policy)
        self._otherwise = 0
        self._chain_count = 0
        self._ends: dict[str, tuple[int, bytes]] = {}
        self._pruned = 0
        self._first: _Said | None = None

    def run(self, root: str) -> Verified:
        """All of it; the first disagreement is that of the lowest row."""
        self._ask("begin")
        try:
            for look in (self._whole, self._order, self._anchors, self._chains, self._cases, lambda: self._named(root)):
                try:
                    look()
                except _Said as said:
                    self._note(said)
            return self._verified()
        finally:
            self._ask("rollback")

    def _note(self, said: _Said) -> None:
        if self._first is None or said.sequence <= self._first.sequence:  # a row says more than its root
            self._first = said

    def _verified(self) -> Verified:
        rows, cases, sendings, roots = (self._ask(f"select count(*) from {table}").fetchone()[0] for table in _COUNTED)
        last = self._ask("select hash from root order by sequence desc limit 1").fetchone()
        told = str(self._first) if self._first else ""
        root = last[0].hex() if last else ""
        return Verified(rows, self._chain_count, cases, sendings, roots, root, self._otherwise, self._pruned, told)

    def _whole(self) -> None:
        found = self._ask("pragma integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise _Said(0, f"the file is damaged: {found}")

    def _order(self) -> None:
        """No row is missing, each told what the outbox says, and the roots pin them in this order."""
        roots = iter(self._ask("select sequence, at_ns, hash from root order by sequence").fetchall())
        told = groupby(self._ask(_TOLD), key=lambda found: found[0])
        root, outbox, last, held, begins = next(roots, None), next(told, None), START, [], 1
        for expected, (sequence, hash_, tells) in enumerate(self._ask(_HASHES), 1):
            if sequence != expected:
                raise _Said(expected, f"row {expected} is missing: the next there is is row {sequence}")
            self._pruned += tells is None
            _agrees(sequence, f"the messages of row {sequence} in the outbox", _told(outbox, sequence), tells or b"")
            if outbox and outbox[0] == sequence:
                outbox = next(told, None)
            held.append(hash_)
            if root and root[0] == sequence:
                last = next_root(last, root[1], held)
                _agrees(sequence, f"the root over the rows {begins} to {sequence}", root[2], last)
                root, held, begins = next(roots, None), [], sequence + 1
        rows = self._ask("select (select count(*) from ledger) + (select count(*) from pruned)").fetchone()[0]
        if root:
            raise _Said(rows + 1, f"row {rows + 1} is missing: a root was made when there were {root[0]} rows")
        if outbox:
            raise _Said(rows + 1, f"the outbox has a message of row {outbox[0]}, and there is no such row")

    def _anchors(self) -> None:
        """What was pruned of a chain ends with a row that is as its hash says, and of which the roots speak."""
        taken = 0
        for found in self._ask(ANCHORS):
            anchor = _Anchor(*found)
            _agrees(
                anchor.sequence,
                f"{_place(anchor)}, pruned: its hash",
                anchor.hash,
                row_hash(anchor.prior, _values(anchor)),
            )
            _agrees(anchor.sequence, f"{_place(anchor)}, pruned: the case after it", digest(anchor.body), anchor.state)
            stub = self._ask("select hash from pruned where sequence = ?", (anchor.sequence,)).fetchone()
            _agrees(anchor.sequence, f"{_place(anchor)}: its hash among those pruned", stub and stub[0], anchor.hash)
            taken += anchor.number
        said = self._ask("select count(*) from pruned").fetchone()[0]
        _agrees(0, "the rows that were pruned, by the chains they were of", said, taken)

    def _chains(self) -> None:
        rows = (
            _Row(*found)
            for found in self._ask(f"select sequence, hash, {', '.join(ROW)} from ledger order by key, number")
        )
        for _, together in groupby(rows, key=lambda row: row.key):
            self._chain_count += 1
            try:
                self._chain(together)
            except _Said as said:
                self._note(said)

    def _chain(self, rows: Iterator[_Row]) -> None:
        first = next(rows)
        found = anchor_of(self._ask, first.key)
        anchor = _Anchor(*found) if found else None
        before: _Row | None = anchor
        body: bytes | None = anchor.body if anchor else b""
        for number, row in enumerate(chain([first], rows), anchor.number + 1 if anchor else 1):
            if row.number != number:
                raise _Said(row.sequence, f"{_place(row)}: row {number} of its chain is missing")
            hashed = row_hash(before.hash if before else START, _values(row))
            _agrees(row.sequence, f"{_place(row)}: its hash", row.hash, hashed)
            _follows(before, row)
            body = self._decided(row, before, body)
            if row.case_id:
                self._ends[row.case_id] = (row.sequence, row.state)
            before = row
        _follows(before, None)

    def _decided(self, row: _Row, before: _Row | None, body: bytes | None) -> bytes | None:
        """The case after the row, decided again; None where another program decided it otherwise."""
        if before and before.program != row.program:
            body = row.before or b""
            _agrees(row.sequence, f"{_place(row)}: the case before it", digest(body), before.state)
        try:
            if body is None:
                raise ValueError("what came before was decided otherwise")
            return self._again(row, body)
        except (_Said, DecodeError, ValueError) as error:
            if row.program == program():
                raise error if isinstance(error, _Said) else _Said(row.sequence, f"{_place(row)}: {error}") from None
            self._otherwise += 1
            return None

    def _again(self, row: _Row, body: bytes) -> bytes:
        event, policy = read_event(row.event), self._policy(row.policy)
        if policy is None:
            raise _Said(row.sequence, f"{_place(row)}: its policy {row.policy.hex()} is missing or altered")
        try:
            stepped = self._decide(read_case(body) if body else None, event, policy)
        except Exception as error:
            raise _Said(row.sequence, f"{_place(row)}: cannot be decided: {error}") from None
        after = encode(stepped.case) if stepped.case is not None else b""
        _agrees(row.sequence, f"{_place(row)}: the event's id", row.event_id, event.id)
        _agrees(row.sequence, f"{_place(row)}: the case after it", row.state, digest(after))
        _agrees(row.sequence, f"{_place(row)}: what was told", row.told, digest(written_messages(stepped.messages)))
        said = (row.case_id, bool(row.changed), row.note)
        _agrees(
            row.sequence, f"{_place(row)}: what it came to", said, (_id(stepped.case), stepped.changed, stepped.note)
        )
        return after

    def _stored_policy(self, hash_: bytes) -> Policy | None:
        found = self._ask("select body from policy where hash = ?", (hash_,)).fetchone()
        return read_policy(found[0]) if found and digest(found[0]) == hash_ else None

    def _cases(self) -> None:
        """Every case is as the last row about it left it, and its columns are as its body says; told only of whole chains."""
        if self._first:
            return
        open_: dict[str, str] = {}
        for id_, *columns, body in self._ask(
            "select id, key, open, turn, actor, deadline_ns, body from cases order by id"
        ):
            if id_ not in self._ends:
                raise _Said(0, f"the case {id_} is there, and no row tells of it")
            sequence, state = self._ends.pop(id_)
            _agrees(sequence, f"the case {id_} after row {sequence}", digest(body), state)
            case = read_case(body)
            said = [case.key, int(case.is_open), case.turn, case.actor, case.deadline_ns]
            _agrees(sequence, f"the columns of the case {id_} after row {sequence}", columns, said)
            if case.is_open and case.key in open_:
                raise _Said(sequence, f"two cases of {case.key!r} are open: {open_[case.key]} and {id_}")
            if case.is_open:
                open_[case.key] = id_
        for id_, (sequence, _) in self._ends.items():
            raise _Said(sequence, f"the case {id_} is missing: row {sequence} left it")

    def _named(self, root: str) -> None:
        if root and not self._first and not self._ask("select 1 from root where hash = ?", (_bytes(root),)).fetchone():
            raise _Said(
                0,
                f"the root {root} is not one of this ledger's: rows up to it were altered, or it is of another ledger",
            )


_COUNTED = ("ledger", "cases", "sending", "root")
_HASHES = (
    "select sequence, hash, queued from ledger union all select sequence, hash, null from pruned order by sequence"
)
_TOLD = "select sequence, body from sending where sequence > 0 order by sequence, rowid"


def _agrees(sequence: int, what: str, read: object, expected: object) -> None:
    if read != expected:
        raise _Said(sequence, f"{what}: read {_shown(read)}, expected {_shown(expected)}")


def _follows(row: _Row | None, after: _Row | None) -> None:
    """What was told and not queued was held by the page budget, as the next row of the chain says."""
    if row and row.queued != row.told and (after is None or after.event_id != f"{row.event_id}{HELD_BY_BUDGET}"):
        raise _Said(row.sequence, f"{_place(row)}: what was told is not what was queued, and no hold follows")


def _shown(value: object) -> str:
    return (value.hex() or "nothing") if isinstance(value, bytes) else repr(value)


def _place(row: _Row) -> str:
    return f"row {row.sequence} (number {row.number} of {row.key!r})"


def _values(row: _Row) -> tuple[Any, ...]:
    return (*(getattr(row, column) for column in ROW[:-1]), row.before or b"")


def _told(outbox: tuple[int, Iterator[tuple[int, bytes]]] | None, sequence: int) -> bytes:
    if outbox is None or outbox[0] != sequence:
        return b""
    return digest(joined(body for _, body in outbox[1]))


def _id(case: Case | None) -> str:
    return case.id if case is not None else ""


def _bytes(root: str) -> bytes:
    try:
        return bytes.fromhex(root)
    except ValueError:
        return b"?"
