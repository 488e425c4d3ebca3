"""A message to a person about a deviation: at most five facts, and whether it arrived. Instants are nanoseconds since 1970 (UTC)."""

from enum import StrEnum

from msgspec import Struct


class Side(StrEnum):
    """Which side of the boundary is told: who recovers, who waits for it, or who keeps this installation."""

    OWNER = "owner"
    OTHER = "other"
    KEEPER = "keeper"


class About(StrEnum):
    """What a turn says: each message stands alone and carries the whole state, never a difference."""

    OPENED = "opened"
    ESCALATED = "escalated"
    COMMITTED = "committed"
    OFFERED = "offered"
    CLAIMED = "claimed"
    REOPENED = "reopened"
    REPEATED = "repeated"
    HELD = "held"
    RELEASED = "released"
    BUNDLE = "bundle"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    MISSED = "missed"


class Facts(Struct, frozen=True):
    """The five facts of a page: what was expected, what is seen, since when, who recovers by when, how to answer.

    `recovers` and `by_ns` are 0 and empty where nobody has promised; `answer` is a link or the words of a command.
    """

    expected: str
    seen: str
    since_ns: int
    recovers: str = ""
    by_ns: int = 0
    answer: str = ""


class Message(Struct, frozen=True):
    """One message of one turn to one person of one side; `person` is a pseudonym, or the party where it is no person.

    `interrupts` says whether it may wake somebody. `also` lists the deviations that a bundle tells of. `reason` is why it is held,
    withdrawn or passed on, or by what it was closed.
    """

    deviation: str
    turn: int
    side: Side
    person: str
    about: About
    subject: str
    facts: Facts
    interrupts: bool = True
    also: tuple[str, ...] = ()
    reason: str = ""


class Fate(StrEnum):
    """How far a message got: handed is not delivered, delivered is not opened, opened is not answered."""

    QUEUED = "queued"
    HANDED = "handed"
    DELIVERED = "delivered"
    OPENED = "opened"
    ANSWERED = "answered"
    FAILED = "failed"
