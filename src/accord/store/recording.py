"""Events into the ledger: each is decided, chained and told in the transaction it came in; all that wait are written together."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from accord.cases.breaker import Budget
from accord.cases.case import Case, Stepped
from accord.cases.events import AnyEvent, Unreachable
from accord.cases.policy import Policy
from accord.cases.step import step
from accord.store.budgeting import budgeted
from accord.store.chain import digest, encode, joined, program, row_hash, written_messages, written_policy
from accord.store.errors import StoreError, Undecided
from accord.store.gathering import Chain, Gathered
from accord.store.keeping import kept_row
from accord.store.kept import Kept
from accord.store.memory import Memory
from accord.store.parts import Parts
from accord.store.queueing import Told, queue, told
from accord.store.rows import Entry, Recorded
from accord.store.writer import Joint

Decide = Callable[[Case | None, AnyEvent, Policy], Stepped]


class Recorder(Parts):
    """Records events (`interface.Recording`)."""

    decide: Decide = staticmethod(step)
    budget: Budget | None = None

    def record(
        self, entries: Sequence[Entry], keeping: Sequence[Kept] = (), received: Sequence[int] = ()
    ) -> "Future[tuple[Recorded, ...]]":
        """All of these events in one transaction, or none."""
        what = tuple(entries), tuple(keeping), tuple(received)
        work = _Record(self.writer.memory, self.decide, self.budget, *what)
        return self.writer.do(work)


class _Record(Joint[tuple[Recorded, ...]]):
    """What one caller has to record."""

    memory: Memory
    decide: Decide
    budget: Budget | None
    entries: tuple[Entry, ...]
    keeping: tuple[Kept, ...]
    received: tuple[int, ...]

    def __call__(self, connection: sqlite3.Connection) -> tuple[Recorded, ...]:
        gathered = Gathered(connection, self.memory)
        done = self._done(gathered)
        gathered.write()
        return done

    def together(self, connection: sqlite3.Connection, several: "Sequence[_Record]") -> Sequence[tuple[Recorded, ...]]:
        gathered = Gathered(connection, self.memory, alone=False)
        entries = [entry for each in several for entry in each.entries]
        gathered.look_up((entry.key for entry in entries), (entry.event.id for entry in entries))
        done = [each._done(gathered) for each in several]
        gathered.write()
        return done

    def _done(self, gathered: Gathered) -> tuple[Recorded, ...]:
        done = tuple(recorded(gathered, entry, self.decide, self.budget) for entry in self.entries)
        for each in self.keeping:
            gathered.keep(each.KIND, each.id, kept_row(each))
        gathered.take_out(self.received)
        return done


def recorded(gathered: Gathered, entry: Entry, decide: Decide, budget: Budget | None = None) -> Recorded:
    """What an entry comes to, with what the page budget makes of it; `gathered` has it to write."""
    chain = gathered.chain(entry.key)
    case = gathered.memory.case(entry.key, chain.body)
    if known := gathered.sequence_of(entry.event.id):
        return Recorded(case, changed=False, note="recorded before", repeated=True, sequence=known)
    stepped = _decided(decide, case, entry)
    if stepped.case is not None and stepped.case.key != entry.key:
        raise StoreError(
            f"an event of {entry.key!r} was recorded for {stepped.case.key!r}; expected the key of its deviation"
        )
    passed = budgeted(gathered, entry, stepped, budget)
    own = passed.own(stepped) if passed else tuple(told(message, entry.event.at_ns) for message in stepped.messages)
    sequence = _appended(gathered, entry, chain, stepped, own)
    if isinstance(entry.event, Unreachable) and case is not None:
        _reported(gathered, case.id, entry.event)
    queued = queue(gathered, own, entry.key, entry.event.at_ns, sequence)
    after = stepped
    for following in passed.following(entry) if passed else ():
        followed = recorded(gathered, following, decide)
        if followed.repeated:
            raise StoreError(
                f"an event of the id {following.event.id!r} is there already, and what it says would be lost"
            )
        queued += followed.queued
        after = passed.stepped if passed else stepped
    return Recorded(after.case, stepped.changed, stepped.note, sequence=sequence, queued=tuple(queued))


def _remembered(gathered: Gathered, policy: Policy) -> bytes:
    """The hash of the policy, which is in the file from now on."""
    hash_, body = written_policy(policy)
    if hash_ not in gathered.memory.policies:
        gathered.connection.execute("insert or ignore into policy values (?, ?)", (hash_, body))
        gathered.memory.policies.add(hash_)
    return hash_


def _decided(decide: Decide, case: Case | None, entry: Entry) -> Stepped:
    try:
        return decide(case, entry.event, entry.policy)
    except StoreError:
        raise
    except Exception as error:
        told = f"{type(entry.event).__name__} {entry.event.id} of {entry.key!r} could not be decided"
        raise Undecided(f"{told}: {type(error).__name__}: {error}") from error


def _appended(gathered: Gathered, entry: Entry, chain: Chain, stepped: Stepped, own: Sequence[Told]) -> int:
    """The number of the row that the ledger keeps of it; the chain and the case go on from there."""
    case, by = stepped.case, program()
    case_id, body = (case.id, encode(case)) if case is not None else ("", b"")
    before = chain.body if chain.number and chain.program != by else None
    queued = digest(joined(each.body for each in own))
    all_told = queued if len(own) == len(stepped.messages) else digest(written_messages(stepped.messages))
    about = (
        entry.key,
        chain.number + 1,
        entry.event.id,
        case_id,
        encode(entry.event),
        _remembered(gathered, entry.policy),
    )
    row = (*about, int(stepped.changed), stepped.note, all_told, queued, digest(body), by)
    hash_ = row_hash(chain.hash, (*row, before or b""))
    sequence = gathered.append(
        entry.key, entry.event.id, (*row, before, hash_), Chain(chain.number + 1, hash_, by, body)
    )
    if case is not None and (body != chain.body or chain.is_pruned):
        gathered.memory.decided(entry.key, body, case)
        gathered.case(case.id, (case.id, entry.key, int(case.is_open), case.turn, case.actor, case.deadline_ns, body))
    return sequence


def _reported(gathered: Gathered, case_id: str, event: Unreachable) -> None:
    gathered.write()
    gathered.connection.execute(
        "update sending set reported = 1 where case_id = ? and turn = ? and person = ? and fate = 'failed' and reported = 0",
        (case_id, event.turn, event.person),
    )
