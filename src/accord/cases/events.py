"""What can happen to a case. Each event has an identity, so that hearing it twice is hearing it once, and its own instant.

A crash is no event: there is no volatile state. `turn` is the turn an answer or a timer belongs to; a stale one changes nothing.
`by` is a pseudonym. Instants are nanoseconds since 1970 (UTC).
"""

from msgspec import Struct

from accord.cases.deviation import Deviation, Urgency
from accord.model.message import Fate


class Event(Struct, frozen=True, tag=True, tag_field="kind"):
    """What all events have."""

    id: str
    at_ns: int


class Fire(Event, frozen=True):
    """The signal says that the boundary deviates; `source` is which of its instances says so, `since_ns` when it began."""

    deviation: Deviation
    source: str = ""
    since_ns: int = 0


class Clear(Event, frozen=True):
    """The signal says that this instance is over."""

    source: str = ""


class Lapse(Event, frozen=True):
    """The source fell silent: that is neither good nor bad, and is recorded."""

    source: str = ""


class Answer(Event, frozen=True):
    """What a person says to one turn."""

    turn: int
    by: str


class Acknowledge(Answer, frozen=True):
    """Seen; it buys no time."""


class ReadBack(Answer, frozen=True):
    """The two picks of understanding: which boundary, and what was expected and seen; positions among the choices shown."""

    boundary: int
    difference: int


class Commit(Answer, frozen=True):
    """ "I have it until `eta_ns`"; the picks stand on the same screen, -1 where none was made."""

    eta_ns: int
    boundary: int = -1
    difference: int = -1


class Progress(Answer, frozen=True):
    """A renewed commitment, before the old one ran out."""

    eta_ns: int


class Decline(Answer, frozen=True):
    """Not mine; `names` is the party that it is held to be for, empty where unknown."""

    names: str = ""


class Offer(Answer, frozen=True):
    """A hand-over offered to a person; the giver stays responsible until it is accepted."""

    to: str


class Accept(Answer, frozen=True):
    """The offered hand-over is accepted, with a commitment and, as there, the picks."""

    eta_ns: int
    boundary: int = -1
    difference: int = -1


class Refuse(Answer, frozen=True):
    """The offered hand-over is refused."""


class Fixed(Answer, frozen=True):
    """The owner holds it to be recovered."""


class Confirm(Answer, frozen=True):
    """The other side says that it is recovered."""


class Dispute(Answer, frozen=True):
    """The other side says that it is not."""


class Hold(Event, frozen=True):
    """A silence, a maintenance or the breaker holds it: somebody answers for that, says why, and it ends."""

    holder: str
    reason: str
    until_ns: int


class Release(Event, frozen=True):
    """What held it is over."""


class Unreachable(Event, frozen=True):
    """The messages of a turn to a side's person failed for good on every channel."""

    turn: int
    person: str


class Receipt(Event, frozen=True):
    """How far a message got."""

    turn: int
    person: str
    channel: str
    fate: Fate


class Rerated(Event, frozen=True):
    """The severity changed."""

    urgency: Urgency


class RotaChanged(Event, frozen=True):
    """Who is on duty changed; the policy beside the event is the new one."""


class Withdraw(Event, frozen=True):
    """It was never a deviation, or its boundary is gone; both sides are told the reason."""

    by: str
    reason: str


class Merge(Event, frozen=True):
    """It is part of another open deviation, `into` (its case or its key), which carries it from now on."""

    by: str
    into: str


class Timer(Event, frozen=True):
    """The deadline of a turn passed; `due_ns` is when it was due, so that lateness is on record."""

    turn: int
    due_ns: int


AnyEvent = (
    Fire | Clear | Lapse | Acknowledge | ReadBack | Commit | Progress | Decline | Offer | Accept | Refuse | Fixed | Confirm | Dispute
    | Hold | Release | Unreachable | Receipt | Rerated | RotaChanged | Withdraw | Merge | Timer
)  # fmt: skip
