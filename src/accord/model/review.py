"""A review: what happened at a boundary, and what who did not know when; people are roles in it, never names.

Instants are nanoseconds since 1970 (UTC) and durations nanoseconds; 0 is an instant that is not on record.
"""

from enum import StrEnum

from msgspec import Struct


class Reason(StrEnum):
    """Why a fact did not arrive where a decision needed it: one of these, and nothing about a person."""

    NO_CLAUSE = "no clause"
    NO_SIGNAL = "no signal"
    SILENT_SOURCE = "silent source"
    HELD = "held"
    MISROUTED = "misrouted"
    UNDELIVERED = "undelivered"
    UNOPENED = "unopened"
    AMBIGUOUS = "ambiguous"
    STALE_CONTRACT = "stale contract"


class Contract(Struct, frozen=True):
    """A file of contracts that was read beside the ledger, and its SHA-256."""

    file: str
    hash: str


class Header(Struct, frozen=True):
    """What the review is of: boundaries by name, parties, the window, and what of it is not on record (`gaps`).

    `policies` are the hashes of what the deviations were carried by, `sources` where a timeline was taken from.
    """

    title: str
    boundaries: tuple[str, ...]
    parties: tuple[str, ...]
    begins_ns: int
    ends_ns: int
    records: str
    policies: tuple[str, ...] = ()
    contracts: tuple[Contract, ...] = ()
    gaps: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Moment(Struct, frozen=True):
    """One line of what happened: by a party or a role, at an interface."""

    at_ns: int
    party: str
    what: str


class Turn(Struct, frozen=True):
    """Who was next to act from `from_ns` to `ends_ns`: told when, if that is on record, until when (0: nobody said), how it ended.

    `party` is empty for a spell in which nobody is on record; `told` says it in words where there is no instant.
    """

    from_ns: int
    ends_ns: int
    party: str = ""
    told_ns: int = 0
    told: str = ""
    until_ns: int = 0
    ended: str = ""


class Clause(Struct, frozen=True):
    """A word of a party that the event put to the test: what it says, and whether it was kept.

    `evidence` is by what that is known; without any, nothing on record says that it was broken, and nothing shows that it was kept.
    """

    party: str
    says: str
    is_kept: bool
    evidence: str


class Permitted(Struct, frozen=True):
    """A finding of the checker at this interface, and its witness as lines: each step is permitted by a statement.

    `at` of a step is the time since the start, as text.
    """

    rule: str
    interface: str
    message: str
    steps: tuple[tuple[str, str, str], ...] = ()


class Mark(Struct, frozen=True):
    """One fact in one lane: since when it existed, when the lane was told, when it was understood there (a right read-back).

    `is_standing` says that it existed before it began, no line says since when. `acted_ns` is when somebody of the lane first acted on a different reality: before the fact was told or understood there.
    """

    fact: str
    existed_ns: int
    told_ns: int = 0
    understood_ns: int = 0
    acted_ns: int = 0
    is_standing: bool = False


class Lane(Struct, frozen=True):
    """A party, and what reached it when."""

    party: str
    marks: tuple[Mark, ...]


class Missing(Struct, frozen=True):
    """A fact that existed `where` and was not where a decision of `party` needed it; `reached_ns` is 0 where it never was.

    `existed_ns` and `needed_ns` are 0 where there is no instant: for a word that `is_written` in a contract, and for one that
    stands nowhere. `is_standing` is one that existed before it began, `is_later` one that was established afterwards; `is_bound` says
    that `reached_ns` is no more than the earliest it can have been, or `lag` the least;
    `needs_understanding` that being told was not enough.
    """

    fact: str
    existed_ns: int
    where: str
    party: str
    decision: str
    needed_ns: int
    reached_ns: int
    lag: int
    reason: Reason
    is_written: bool = False
    is_standing: bool = False
    is_later: bool = False
    is_bound: bool = False
    needs_understanding: bool = False


class Unexamined(Struct, frozen=True):
    """What one side counted on and nobody had looked at: of whom, and how that is known."""

    party: str
    of: str
    assumes: str
    because: str


class Hop(Struct, frozen=True):
    """One step of the way of a message, at one interface: how long it was allowed (0: nobody said) and how long it took.

    `actual` is None where the time is not on record; `is_open` says that it had not ended when the record does. `needed` is after
    which time a decision at its end needed it (None: none did); `is_late` says that it came too late for that, or beyond its budget. `begun_ns` is from when it is counted, where
    that is on record; `is_bound` says that it took so long at least.
    """

    step: str
    interface: str
    budget: int
    actual: int | None
    note: str = ""
    is_open: bool = False
    is_longest: bool = False
    needed: int | None = None
    is_late: bool = False
    begun_ns: int = 0
    is_bound: bool = False


class Question(Struct, frozen=True):
    """A question for the meeting, to a party or a role; it begins with what or how."""

    to: str
    asks: str


class Change(Struct, frozen=True):
    """A change of one party's contract that the checker has tried: the finding it removes is gone, and none comes."""

    party: str
    does: str
    before: str
    after: str
    removes: str


class Point(Struct, frozen=True):
    """One figure of one deviation; None where there is none, and then `because`."""

    of: str
    value: int | None
    because: str = ""


class Metric(Struct, frozen=True):
    """A figure of each deviation: all points, and never an average of few. `is_time` tells nanoseconds from a count."""

    name: str
    means: str
    points: tuple[Point, ...]
    is_time: bool = True


class Extract(Struct, frozen=True):
    """One row of the ledger, or one line of a timeline, in words without names, and its hash."""

    sequence: int
    at_ns: int
    what: str
    hash: str


class Review(Struct, frozen=True):
    """The ten sections, and the figures.

    `happened` says it in sentences. `gone` are the findings that a change of the contracts has removed since. `no_witness` and `no_changes` say why the checker has
    nothing to add, where it has nothing.
    """

    header: Header
    happened: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    course: tuple[Moment, ...] = ()
    permitted: tuple[Permitted, ...] = ()
    no_witness: str = ""
    clauses: tuple[Clause, ...] = ()
    lanes: tuple[Lane, ...] = ()
    missing: tuple[Missing, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    hops: tuple[Hop, ...] = ()
    helped: tuple[Moment, ...] = ()
    questions: tuple[Question, ...] = ()
    changes: tuple[Change, ...] = ()
    no_changes: str = ""
    gone: tuple[str, ...] = ()
    extract: tuple[Extract, ...] = ()
    participants: int = 0
    metrics: tuple[Metric, ...] = ()
