"""What the loop, the sender, the API and the commands need of a ledger, whatever keeps it.

Everything that writes gives a Future: it is done only when the write is durable (`durability` says against what), and fails with
Unavailable where it is not, with StoreError where what was given cannot be recorded. In a coroutine: `await asyncio.wrap_future(ledger.record(...))`; elsewhere `.result()`. What reads
is called from any thread, sees what is committed, and raises Unavailable where it cannot.

Nothing here has a clock: every instant is given, in nanoseconds since 1970 (UTC).
"""

from asyncio import AbstractEventLoop
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol, TypeVar

from accord.cases.case import Case
from accord.cases.policy import Policy
from accord.model.message import Message
from accord.store.kept import Kept
from accord.store.person import Person
from accord.store.rows import (
    Audit,
    Entry,
    Outcome,
    Prunable,
    Pruning,
    Queued,
    Received,
    Recorded,
    Root,
    Row,
    Sending,
    Unreached,
    Verified,
)

K = TypeVar("K", bound=Kept)


class Recording(Protocol):
    """What the loop and the API write: events."""

    durability: str
    """What a finished write survives: `process` (a crash of it), `power` (loss of it) or `node` (loss of the machine)."""

    def record(
        self, entries: Sequence[Entry], keeping: Sequence[Kept] = (), received: Sequence[int] = ()
    ) -> Future[tuple[Recorded, ...]]:
        """All of these events in this order in one transaction, with what is kept beside them (`Keeping.keep`), or none: load the case of the key, `step`, append to the ledger,
        store the case, queue one sending for every message and address, remember the id of the event.
        With a page budget, what it holds and the breaker's own deviation are recorded in the same transaction.

        What was `received` (`Receiving`) and is decided by these waits no longer.

        An event id that was recorded before changes nothing and queues nothing (`repeated`).
        """

    @property
    def written(self) -> int:
        """A number that grows with every write of this process: who looks twice sees whether there was one."""

    def led_by(self, loop: AbstractEventLoop | None) -> None:
        """From now on this loop, which runs in the thread that says so, may do work of the ledger between its own; never what
        waits for a disk. That spares changes of threads for each event. None ends it, before the loop does.
        """

    def trouble(self) -> str:
        """Why the last write failed; empty where it did not. Any write tries again, such as keeping the own heartbeat: that one
        must not be told to anybody outside before it is kept.
        """

    def close(self) -> None:
        """Waits for what was accepted, then lets go of the file; writes after it fail with Unavailable."""


class Receiving(Protocol):
    """What was accepted before it could be decided: where more comes than can be, that it is kept comes first."""

    def receive(self, body: bytes) -> Future[int]:
        """Keeps it behind all that waits; its number, which grows with each. `record` takes it out."""

    def received(self, after: int = 0, limit: int = 1000) -> tuple[Received, ...]:
        """What waits behind a number, in order."""


class Reading(Protocol):
    """Cases, and what happened to them."""

    def case(self, case_id: str) -> Case | None:
        """The case of this id, open or done."""

    def case_of(self, key: str) -> Case | None:
        """The latest case of this key, open or done."""

    def policy_of(self, key: str) -> Policy | None:
        """The policy that the last event of this key was decided by."""

    def policy(self, digest: str) -> Policy | None:
        """The policy of this hash, as rows name it."""

    def cases(self, is_open: bool | None = None, after: str = "", limit: int = 1000) -> tuple[Case, ...]:
        """Cases by id, those behind `after` first: all of them, only open ones or only done ones."""

    def due(self, now_ns: int, limit: int = 1000) -> tuple[Case, ...]:
        """Open cases whose deadline is not after `now_ns`, the earliest first."""

    def next_deadline_ns(self) -> int | None:
        """The earliest deadline of all open cases; None where none is open."""

    def audit(self) -> Audit:
        """Whether every open case has an actor and a finite deadline: one query, O(open)."""

    def history(self, case: str) -> tuple[Row, ...]:
        """What happened to the case of this id, in order; also what changed nothing."""

    def latest(self, before: str = "", limit: int = 1000) -> tuple[Case, ...]:
        """Cases by when they were opened, the newest first: all, or those opened before the one of this id."""

    def exported(self, keys: Collection[str]) -> tuple[bytes, ...]:
        """The lines that `accord ledger export` writes, with the rows of these keys alone."""

    def rows(self, after: int = 0, limit: int = 1000) -> tuple[Row, ...]:
        """Rows of the whole ledger behind the sequence `after`, in order."""


class Outbox(Protocol):
    """What is to be sent; the sender is its only reader."""

    def sendings_due(self, now_ns: int, limit: int = 100, but_not: Collection[str] = ()) -> tuple[Sending, ...]:
        """Queued sendings due by `now_ns`, the earliest first, but for some channels. A sending is marked only after it was handed
        over.
        """

    def next_sending_ns(self) -> int | None:
        """When the next queued sending is due; None where none is queued."""

    def report(self, outcomes: Sequence[Outcome]) -> Future[None]:
        """What became of sendings; each one but a receipt (opened, answered, delivered) counts as an attempt."""

    def bundle(self, ids: Sequence[str], message: Message, key: str, at_ns: int) -> Future[None]:
        """These queued sendings are not sent alone: `message` tells of them. In one transaction, so that none vanishes."""

    def sending(self, sending_id: str) -> Sending | None:
        """The sending of this id."""

    def sendings(self, case: str) -> tuple[Sending, ...]:
        """All sendings of the case of this id, in the order they were queued."""

    def queued(self, after: int = 0, limit: int = 1000) -> tuple[Queued, ...]:
        """Sendings of all cases behind the place `after`, in the order they were queued."""

    def unreached(self, limit: int = 100) -> tuple[Unreached, ...]:
        """Whom the present turn of an open case told on no channel: all failed for good, or there was no address.

        Recording an Unreachable event for it takes it out of this list, whatever the kernel makes of the event.
        """


class People(Protocol):
    """Pseudonyms and who they are: the only place with names, and none of it is in the ledger."""

    def person(self, pseudonym: str) -> Person | None:
        """Who this is; None where nobody knows, or where they were erased."""

    def pseudonym_of(self, known_as: str) -> str:
        """The pseudonym of whom a rota calls so; empty where there is none."""

    def people(self) -> tuple[Person, ...]:
        """All that are known."""

    def admit(self, person: Person) -> Future[Person]:
        """Keeps a person, with a pseudonym of chance where it has none and `known_as` is new; otherwise the old one stays."""

    def erase(self, pseudonym: str) -> Future[bool]:
        """Forgets who this was, here and in the outbox; the ledger stays as it is. False where there was nobody."""


class Paging(Protocol):
    """The page budget (`cases/breaker.py`), where this ledger was opened with one: it acts inside `record`, and these end it."""

    def next_leaving_ns(self) -> int | None:
        """When the next bundle leaves or the next breaker was quiet for its whole window; None where there is neither."""

    def leave(self, now_ns: int) -> Future[None]:
        """What is parked for somebody whose bundle is due by now is queued as one message, in one transaction, and the deviations
        of breakers that were quiet are cleared. The loop calls it at `next_leaving_ns`; what is parked is not sent before.
        """


class Keeping(Protocol):
    """Silences, heartbeats, tokens, overrides, notes (`kept`), and counters."""

    def keep(self, *things: Kept) -> Future[None]:
        """Keeps these, in one transaction, each in place of what had its kind and id."""

    def forget(self, kind: type[Kept], kept_id: str) -> Future[bool]:
        """Keeps it no longer; False where it was not kept."""

    def kept(self, kind: type[K], ending_after_ns: int = 0) -> tuple[K, ...]:
        """All of a kind that have no end or end after the instant, by id."""

    def kept_one(self, kind: type[K], kept_id: str) -> K | None:
        """The one of this kind and id, also where it has ended."""

    def count(self, numbers: Mapping[str, int]) -> Future[None]:
        """Adds to counters."""

    def counters(self) -> dict[str, int]:
        """All counters."""


class Proving(Protocol):
    """That nothing was altered."""

    def seal(self, at_ns: int) -> Future[Root]:
        """The root over all rows up to now; the loop asks for it periodically, and before a graceful stop."""

    def roots(self) -> tuple[Root, ...]:
        """All roots, the oldest first."""

    def verify(self, root: str = "") -> Verified:
        """Recomputes every hash and decides every event again, and names the first row that disagrees.

        Where there is none, chains, roots, cases and messages agree bit for bit. `root` must be one of the roots.
        """


class Shedding(Protocol):
    """What ended long ago, and is needed no longer."""

    def prunable(self, before_ns: int) -> Prunable:
        """Whole cases that are done, of which everything happened before the instant and nothing waits to be told."""

    def archived(self, what: Prunable) -> Iterator[bytes]:
        """The lines of an export with the rows of these alone."""

    def prune(self, what: Prunable, at_ns: int, archive: str) -> Future[Pruning]:
        """Takes it out in one transaction, under a root that is made at `at_ns`: rows, cases and messages go, hashes stay.

        Fails with StoreError where it is no longer what `prunable` gives. `archive` is the SHA-256 of where it is kept.
        """

    def prunings(self) -> tuple[Pruning, ...]:
        """What was taken out, the oldest first."""


class Ledger(Recording, Receiving, Reading, Outbox, Paging, People, Keeping, Proving, Shedding, Protocol):
    """All of it."""
