"""Events into the ledger: each is decided, chained and told in the transaction it came in."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from msgspec import Struct

from accord.cases.breaker import Budget
from accord.cases.case import Case, Stepped
from accord.cases.events import AnyEvent, Unreachable
from accord.cases.policy import Policy
from accord.cases.step import step
from accord.store.budgeting import budgeted
from accord.store.chain import (
    START,
    digest,
    encode,
    joined,
    program,
    read_case,
    row_hash,
    written_messages,
    written_policy,
)
from accord.store.errors import StoreError, Undecided
from accord.store.keeping import keep
from accord.store.kept import Kept
from accord.store.parts import Parts
from accord.store.queueing import Told, queue, told
from accord.store.rows import Entry, Recorded
from accord.store.writer import Memory

Decide = Callable[[Case | None, AnyEvent, Policy], Stepped]


class _Chain(Struct, frozen=True):
    """Where the chain of a key ends, and the case there."""

    number: int = 0
    hash: bytes = START
    program: str = ""
    body: bytes = b""


class Recorder(Parts):
    """Records events (`interface.Recording`)."""

    decide: Decide = staticmethod(step)
    budget: Budget | None = None

    def record(self, entries: Sequence[Entry], keeping: Sequence[Kept] = ()) -> "Future[tuple[Recorded, ...]]":
        """All of these events in one transaction, or none."""
        memory, decide, budget = self.writer.memory, self.decide, self.budget

        def work(connection: sqlite3.Connection) -> tuple[Recorded, ...]:
            done = tuple(recorded(connection, memory, entry, decide, budget) for entry in entries)
            if keeping:
                keep(connection, keeping)
            return done

        return self.writer.do(work)


def recorded(
    connection: sqlite3.Connection, memory: Memory, entry: Entry, decide: Decide, budget: Budget | None = None
) -> Recorded:
    """What an entry comes to, recorded in the transaction there is, with what the page budget makes of it."""
    chain = _chain(connection, entry.key)
    case = read_case(chain.body) if chain.body else None
    known = connection.execute("select sequence from ledger where event_id = ?", (entry.event.id,)).fetchone()
    if known:
        return Recorded(case, changed=False, note="recorded before", repeated=True, sequence=known[0])
    stepped = _decided(decide, case, entry)
    if stepped.case is not None and stepped.case.key != entry.key:
        raise StoreError(
            f"an event of {entry.key!r} was recorded for {stepped.case.key!r}; expected the key of its deviation"
        )
    _remembered(connection, memory, entry.policy)
    passed = budgeted(connection, entry, stepped, budget)
    own = passed.own(stepped) if passed else tuple(told(message, entry.event.at_ns) for message in stepped.messages)
    sequence = _appended(connection, entry, chain, stepped, own)
    if isinstance(entry.event, Unreachable) and case is not None:
        _reported(connection, case.id, entry.event)
    queued = queue(connection, memory, own, entry.key, entry.event.at_ns, sequence)
    after = stepped
    for following in passed.following(entry) if passed else ():
        followed = recorded(connection, memory, following, decide)
        if followed.repeated:
            raise StoreError(
                f"an event of the id {following.event.id!r} is there already, and what it says would be lost"
            )
        queued += followed.queued
        after = passed.stepped if passed else stepped
    return Recorded(after.case, stepped.changed, stepped.note, sequence=sequence, queued=tuple(queued))


def _chain(connection: sqlite3.Connection, key: str) -> _Chain:
    found = connection.execute(
        "select ledger.number, ledger.hash, ledger.program, cases.body from ledger left join cases on cases.id = ledger.case_id"
        " where ledger.key = ? order by ledger.number desc limit 1",
        (key,),
    ).fetchone()
    if not found:
        return _Chain()
    number, hash_, by, body = found
    return _Chain(number, hash_, by, body or b"")


def _remembered(connection: sqlite3.Connection, memory: Memory, policy: Policy) -> None:
    hash_, body = written_policy(policy)
    if hash_ not in memory.policies:
        connection.execute("insert or ignore into policy values (?, ?)", (hash_, body))
        memory.policies.add(hash_)


def _decided(decide: Decide, case: Case | None, entry: Entry) -> Stepped:
    try:
        return decide(case, entry.event, entry.policy)
    except StoreError:
        raise
    except Exception as error:
        told = f"{type(entry.event).__name__} {entry.event.id} of {entry.key!r} could not be decided"
        raise Undecided(f"{told}: {type(error).__name__}: {error}") from error


def _appended(
    connection: sqlite3.Connection, entry: Entry, chain: _Chain, stepped: Stepped, own: Sequence[Told]
) -> int:
    """The number of the row that the ledger keeps of it; the chain and the case go on from there."""
    case = stepped.case
    case_id, body = (case.id, encode(case)) if case is not None else ("", b"")
    policy, _ = written_policy(entry.policy)
    before = chain.body if chain.number and chain.program != program() else None
    queued = digest(joined(each.body for each in own))
    all_told = queued if len(own) == len(stepped.messages) else digest(written_messages(stepped.messages))
    row = (entry.key, chain.number + 1, entry.event.id, case_id, encode(entry.event), policy)
    row += (int(stepped.changed), stepped.note, all_told, queued, digest(body), program())  # type: ignore[assignment]
    hash_ = row_hash(chain.hash, (*row, before or b""))
    sequence = connection.execute(
        "insert into ledger (key, number, event_id, case_id, event, policy, changed, note, told, queued, state, program, before, hash)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, before, hash_),
    ).lastrowid
    if case is not None and body != chain.body:
        _stored(connection, entry.key, case, body)
    return sequence or 0


def _stored(connection: sqlite3.Connection, key: str, case: Case, body: bytes) -> None:
    connection.execute(
        "insert into cases values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set key = excluded.key, open = excluded.open,"
        " turn = excluded.turn, actor = excluded.actor, deadline_ns = excluded.deadline_ns, body = excluded.body",
        (case.id, key, int(case.is_open), case.turn, case.actor, case.deadline_ns, body),
    )


def _reported(connection: sqlite3.Connection, case_id: str, event: Unreachable) -> None:
    connection.execute(
        "update sending set reported = 1 where case_id = ? and turn = ? and person = ? and fate = 'failed' and reported = 0",
        (case_id, event.turn, event.person),
    )
