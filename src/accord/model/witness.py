"""A witness: a behaviour inside every party's own statements that breaks an expectation.

A step names who acts, when, what it does and the fact that permits it, so that the monitor, which knows nothing of
the rules, can judge it again. The vocabulary of acts and expectations is closed; docs/witness.md explains each.
"""

from msgspec import Struct

from accord.model.fact import Fact


class Step(Struct, frozen=True):
    """One line of the timeline; `at` is nanoseconds since its start.

    `about` is the operation acted on (`payments/charge`) or the party acted on; `attempt` counts from 1 and is 0 where
    it has no meaning; `does` is the same in words. `fact` is the statement that permits the step.
    """

    at: int
    party: str
    act: str
    does: str
    fact: Fact | None = None
    about: str = ""
    attempt: int = 0
    count: int = 0


class Witness(Struct, frozen=True):
    """The timeline, the expectation it breaks, and the facts that state the expectation.

    `starts` is the instant of 0 s (ISO 8601, UTC) where the wall clock matters, else empty;
    `labels` the labels of the alert that fires, in order of name, where routing decides.
    """

    steps: tuple[Step, ...]
    breaks: str
    expects: tuple[Fact, ...] = ()
    starts: str = ""
    labels: tuple[tuple[str, str], ...] = ()
