"""What became of a boundary between two times: of its own time, its errors, and whether it is called at all."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Change(StrEnum):
    """What changed the most, measured in what chance and an ordinary day would do."""

    TIME = "time"
    ERRORS = "errors"
    CALLED = "called"
    STOPS = "stops"


class Part(Struct, frozen=True):
    """So many of so many."""

    some: int
    total: int

    @property
    def share(self) -> float:
        """Their share; 0 of nothing."""
        return self.some / self.total if self.total else 0.0


class Side(Struct, frozen=True):
    """A boundary in one of the two times.

    `own_ns` is the geometric mean of its own time: what a call takes without the calls that its provider makes for it.
    `failed` are calls that failed, `own_failed` those of which no call beneath had failed. `called` are the executions of the
    caller's operation that called, of all in which that was looked at.
    """

    calls: int = 0
    own_ns: int = 0
    failed: int = 0
    own_failed: int = 0
    called: Part = Part(0, 0)


class Changed(Struct, frozen=True):
    """One boundary then and now. `scores` are, for each kind of change, its distance from no change in standard errors.

    Positive is slower, more errors, called more often. `stops` are the operations that are no longer called after a call of it,
    and `follows` the operation after which this one is no longer called: then it is a consequence.
    """

    consumer: str
    provider: str
    operation: str
    environment: str
    before: Side
    after: Side
    scores: dict[Change, float]
    stands_out: bool = False
    stops: tuple[str, ...] = ()
    follows: str = ""

    @property
    def what(self) -> Change:
        """The kind of change that is the farthest from none."""
        return max(self.scores, key=lambda change: abs(self.scores[change]), default=Change.TIME)

    @property
    def score(self) -> float:
        """How far that one is."""
        return max((abs(score) for score in self.scores.values()), default=0.0)


def common_party(found: Iterable[Changed]) -> str:
    """The party that the changes have most in common, weighed by the squares of their scores; the provider of the first of equals.

    Consequences do not count. "" where nothing stands out.
    """
    weights: dict[str, float] = {}
    for one in found:
        if one.stands_out and not one.follows:
            for party in (one.provider, one.consumer):
                if party:
                    weights[party] = weights.get(party, 0.0) + one.score**2
    return max(weights, key=lambda party: weights[party], default="")
