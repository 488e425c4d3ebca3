"""What is read out of a ledger. Instants are nanoseconds since 1970 (UTC)."""

from msgspec import Struct

from accord.cases.case import Case
from accord.cases.events import AnyEvent
from accord.cases.policy import Policy
from accord.model.message import Fate, Message


class Entry(Struct, frozen=True):
    """One event to record: on which deviation (its key), and by which policy it is decided."""

    key: str
    event: AnyEvent
    policy: Policy


class Received(Struct, frozen=True):
    """What was accepted and is not decided yet: `number` says in which order it came."""

    number: int
    body: bytes


class Row(Struct, frozen=True):
    """One row of the ledger; `number` counts within its key, `policy` is the hash of the policy it was decided by.

    `case` is the id of the case after it, empty where there is none; `program` is the version that decided.
    """

    sequence: int
    key: str
    number: int
    case: str
    event: AnyEvent
    policy: str
    changed: bool
    note: str
    program: str
    hash: str


class Sending(Struct, frozen=True):
    """One message on one channel to one person: a row of the outbox. `id` is the idempotency key for the provider.

    `due_ns` is when it is to be tried (again), `reason` why the last try failed; `also_in` is the bundle that tells it instead,
    `parked` says that it waits for one and does not go alone.
    """

    id: str
    key: str
    channel: str
    message: Message
    fate: Fate
    due_ns: int
    queued_ns: int
    attempts: int = 0
    provider_ref: str = ""
    reason: str = ""
    also_in: str = ""
    parked: bool = False


class Queued(Struct, frozen=True):
    """A sending, its place in the order in which all were queued, and the hash of the policy that it was told by.

    A bundle has no policy of its own: `policy` is empty.
    """

    place: int
    policy: str
    sending: Sending


class Recorded(Struct, frozen=True):
    """What an entry came to: the case after it, and whether it changed anything.

    `repeated` says that this event was recorded before (`case` is then as it is now); `sequence` is the number of its row,
    `queued` what it has to tell.
    """

    case: Case | None
    changed: bool
    note: str = ""
    repeated: bool = False
    sequence: int = 0
    queued: tuple[Sending, ...] = ()


class Outcome(Struct, frozen=True):
    """What became of a sending. Fate QUEUED means: the try failed, and the next is due at `due_ns`.

    A fate never goes back, except that what was handed or delivered may yet fail (a bounce).
    """

    id: str
    fate: Fate
    at_ns: int
    due_ns: int = 0
    provider_ref: str = ""
    reason: str = ""


class Unreached(Struct, frozen=True):
    """Somebody whom a turn of an open case could not tell on any channel, and no Unreachable event says so yet."""

    key: str
    case: str
    turn: int
    person: str


class Audit(Struct, frozen=True):
    """How many cases are open, and which of them have no actor or no deadline: there must be none."""

    open: int
    broken: tuple[str, ...] = ()


class Root(Struct, frozen=True):
    """One hash over all rows up to `sequence`, and over the root before it. Write it down elsewhere: it pins all of them."""

    sequence: int
    at_ns: int
    hash: str


class Prunable(Struct, frozen=True):
    """What ended before an instant: of each chain the last row of it (`ends`), in all so many rows, and these cases."""

    before_ns: int
    ends: tuple[tuple[str, int], ...]
    rows: int
    cases: tuple[str, ...]


class Pruning(Struct, frozen=True):
    """What was taken out at an instant, of what had ended before another; `archive` is the SHA-256 of the file that holds it."""

    at_ns: int
    before_ns: int
    rows: int
    cases: int
    archive: str


class Verified(Struct, frozen=True):
    """What was recomputed, and the first thing that disagrees: which row, what was read and what expected (empty: nothing).

    `otherwise` counts rows that another program (an older version) decided and that this one would decide otherwise: their
    hashes agree, and what follows from them is taken as they say. `pruned` counts rows that were taken out: their hashes agree.
    """

    rows: int
    chains: int
    cases: int
    sendings: int
    roots: int
    root: str
    otherwise: int = 0
    pruned: int = 0
    disagreement: str = ""
