"""Events into the ledger: each is decided, chained and told in the transaction it came in."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from accord.cases.case import Case, Stepped
from accord.cases.events import AnyEvent, Unreachable
from accord.cases.policy import Policy
from accord.cases.step import step
from accord.model.message import Fate, Message
from accord.store.chain import START, digest, encode, program, read_case, row_hash, written_messages, written_policy
from accord.store.errors import StoreError, Undecided
from accord.store.parts import Parts
from accord.store.people import channels_of
from accord.store.rows import Entry, Recorded, Sending
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

    def record(self, entries: Sequence[Entry]) -> "Future[tuple[Recorded, ...]]":
        """All of these events in one transaction, or none."""
        memory, decide = self.writer.memory, self.decide
        return self.writer.do(
            lambda connection: tuple(recorded(connection, memory, entry, decide) for entry in entries)
        )


def recorded(connection: sqlite3.Connection, memory: Memory, entry: Entry, decide: Decide) -> Recorded:
    """What an entry comes to, recorded in the transaction there is."""
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
    sequence = _appended(connection, entry, chain, stepped)
    if isinstance(entry.event, Unreachable) and case is not None:
        _reported(connection, case.id, entry.event)
    queued = queue(connection, memory, stepped.messages, entry.key, entry.event.at_ns, sequence)
    return Recorded(stepped.case, stepped.changed, stepped.note, sequence=sequence, queued=tuple(queued))


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


def _appended(connection: sqlite3.Connection, entry: Entry, chain: _Chain, stepped: Stepped) -> int:
    """The number of the row that the ledger keeps of it; the chain and the case go on from there."""
    case = stepped.case
    case_id, body = (case.id, encode(case)) if case is not None else ("", b"")
    policy, _ = written_policy(entry.policy)
    before = chain.body if chain.number and chain.program != program() else None
    told = digest(written_messages(stepped.messages))
    row = (entry.key, chain.number + 1, entry.event.id, case_id, encode(entry.event), policy)
    row += (int(stepped.changed), stepped.note, told, digest(body), program())  # type: ignore[assignment]
    hash_ = row_hash(chain.hash, (*row, before or b""))
    sequence = connection.execute(
        "insert into ledger (key, number, event_id, case_id, event, policy, changed, note, told, state, program, before, hash)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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


def queue(
    connection: sqlite3.Connection, memory: Memory, messages: Iterable[Message], key: str, at_ns: int, sequence: int
) -> list[Sending]:
    """The sendings of these messages, one for each address of its person.

    Where somebody has no address, there is one that has failed already, so that the silence is known at once.
    """
    made = []
    for message in messages:
        body = encode(message)
        for channel, after in channels_of(connection, memory, message.person) or (("", 0),):
            fate, reason = (Fate.QUEUED, "") if channel else (Fate.FAILED, "no address is known")
            sending = Sending("", key, channel, message, fate, at_ns + after, at_ns, reason=reason)
            made.append(_queued(connection, sending, sequence, body))
    return made


def _queued(connection: sqlite3.Connection, sending: Sending, sequence: int, body: bytes) -> Sending:
    """Two messages of one turn to one person differ in the copy that their ids count."""
    message = sending.message
    about = (sequence, sending.key, message.deviation, message.turn, message.person, sending.channel)
    when = (sending.fate, sending.due_ns, sending.queued_ns, sending.reason)
    for copy in range(1 << 20):
        id_ = sending_id(message, sending.channel, copy)
        made = connection.execute(_QUEUE, (id_, *about, *when, body)).rowcount
        if made:
            return replace(sending, id=id_)
    raise StoreError(f"too many messages of turn {message.turn} of {message.deviation}")


_QUEUE = (
    "insert or ignore into sending (id, sequence, key, case_id, turn, person, channel, fate, due_ns, queued_ns, reason, body)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def sending_id(message: Message, channel: str, copy: int = 0) -> str:
    """What a provider is given as idempotency key: deviation, turn, side, person, channel."""
    parts = [message.deviation, str(message.turn), message.side, message.person, channel]
    parts += [str(copy)] if copy else []
    return sha256("\x00".join(parts).encode()).hexdigest()[:32]
