"""A finding: a verdict about one boundary, with the statements it rests on and, for a mismatch, its witness."""

from enum import StrEnum

from msgspec import Struct

from accord.model.fact import Fact
from accord.model.subject import called
from accord.model.witness import Witness


class Verdict(StrEnum):
    """What is known about a boundary; `compatible` is never printed as a finding."""

    MISMATCH = "mismatch"
    BREACH = "breach"
    CONDITIONAL = "conditional"
    UNANSWERED = "unanswered"
    NOTE = "note"
    COMPATIBLE = "compatible"


class Severity(StrEnum):
    """How much it matters to whoever reads the report; USUAL is filled in by the engine as its verdict has it."""

    USUAL = ""
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Statement(Struct, frozen=True):
    """A fact in the words of the message: `checkout gives up each try after 2s`."""

    fact: Fact
    says: str


class Question(Struct, frozen=True):
    """An open question: the party who must answer, what it must state, and the bound that would settle it."""

    to: str
    asks: str
    bound: str = ""


class Change(Struct, frozen=True):
    """One fact with another value; a fact that nobody stated yet is `before=None`."""

    before: Fact | None
    after: Fact | None


class Move(Struct, frozen=True):
    """What one side can do; the engine re-checks `changes` before the move is shown.

    A move without changes cannot be re-checked and is shown only where no value could express it.
    """

    party: str
    do: str
    changes: tuple[Change, ...] = ()


class Finding(Struct, frozen=True):
    """The verdict of one rule about one boundary; `places[0]` is the statement at fault.

    A rule leaves `rule`, `scope`, `fingerprint` and `untried` empty: the engine fills them. `untried` counts the moves
    that are left out because re-checking them would have taken too long.
    """

    verdict: Verdict
    message: str
    statements: tuple[Statement, ...]
    consumer: str = ""
    provider: str = ""
    operation: str = ""
    via: str = ""
    severity: Severity = Severity.USUAL
    condition: str = ""
    witness: Witness | None = None
    questions: tuple[Question, ...] = ()
    moves: tuple[Move, ...] = ()
    rule: str = ""
    scope: tuple[tuple[str, str], ...] = ()
    fingerprint: str = ""
    untried: int = 0

    @property
    def subject(self) -> str:
        """`checkout -> payments/charge`, or the one party it speaks of."""
        provider = f"{self.provider}/{self.operation}" if self.operation else self.provider
        if not self.consumer:
            return provider
        return f"{self.consumer} -> {provider}" if provider else self.consumer

    @property
    def title(self) -> str:
        """The subject by the names that people know: `DiskFull -> default` for an alert and the receiver of a routing file."""
        if self.provider.startswith("alertmanager:") and self.operation:
            provider = self.operation
        else:
            provider = f"{called(self.provider)}/{self.operation}" if self.operation else called(self.provider)
        return " -> ".join(filter(None, (called(self.consumer), provider)))
