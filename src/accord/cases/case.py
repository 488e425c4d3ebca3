"""A case: one deviation with, while it is open, one turn, one actor and one deadline. Instants are nanoseconds since 1970 (UTC)."""

from enum import StrEnum

from msgspec import Struct

from accord.cases.deviation import Deviation
from accord.model.message import Message


class Phase(StrEnum):
    """Where a case stands; the last three are not open."""

    HELD = "held"
    AWAIT = "await"
    READBACK = "readback"
    COMMITTED = "committed"
    HANDOVER = "handover"
    CLAIMED = "claimed"
    LAST = "last"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


PHASES_IN_WORDS: dict[str, str] = {
    Phase.HELD: "held",
    Phase.AWAIT: "asked",
    Phase.READBACK: "acknowledged",
    Phase.COMMITTED: "committed",
    Phase.HANDOVER: "hand-over offered",
    Phase.CLAIMED: "to be confirmed",
    Phase.LAST: "last resort",
    Phase.CLOSED: "closed",
    Phase.WITHDRAWN: "withdrawn",
    Phase.MERGED: "merged",
}
"""What people read of a phase, on pages and in a terminal."""
DONE = frozenset({Phase.CLOSED, Phase.WITHDRAWN, Phase.MERGED})


class Case(Struct, frozen=True):
    """The state of one deviation. `actor` and `deadline_ns` are empty and 0 only where it is done.

    `sources` are the instances of the signal that are firing, `lapsed` those that fell silent: neither good nor bad.
    `carrier` is who of the owning side had it last, `holder` answers for its being held, `closed_by` is other, telemetry or unconfirmed.
    `turned_ns` is when the turn began, `held_ns` how long it has been held in all, `handed` how often it was handed over since
    somebody was last asked. `confirming` says that a person of the other side is waited for and no telemetry. `understood` says
    that the actor of this turn read back rightly; `misread` counts wrong and missing picks, once a turn, against the signal.
    """

    id: str
    deviation: Deviation
    phase: Phase
    turn: int
    actor: str
    deadline_ns: int
    opened_ns: int
    level: int = 0
    to: str = ""
    sources: tuple[str, ...] = ()
    repeats: int = 0
    renewals: int = 0
    last_repeats: int = 0
    acknowledged_ns: int = 0
    committed_ns: int = 0
    eta_ns: int = 0
    holder: str = ""
    reason: str = ""
    closed_by: str = ""
    closed_ns: int = 0
    misread: int = 0
    misread_turn: int = 0
    understood: bool = False
    since_ns: int = 0
    turned_ns: int = 0
    held_ns: int = 0
    handed: int = 0
    carrier: str = ""
    lapsed: tuple[str, ...] = ()
    confirming: bool = False
    reopened: int = 0

    @property
    def key(self) -> str:
        """The key of its deviation: one open case for each."""
        return self.deviation.key

    @property
    def is_bad(self) -> bool:
        """Whether an instance of the signal says that it still deviates."""
        return bool(self.sources)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to act."""
        return self.phase not in DONE


class Stepped(Struct, frozen=True):
    """What an event came to: the case after it, what is told to whom in the same transaction, and a word for the record.

    `changed` is False where the event changed nothing (stale, repeated, from somebody it was not asked of): `note` says why.
    """

    case: Case | None
    messages: tuple[Message, ...] = ()
    changed: bool = True
    note: str = ""
