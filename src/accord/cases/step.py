"""The one function of the kernel: what an event makes of a case."""

from accord.cases.case import Case, Stepped
from accord.cases.events import AnyEvent
from accord.cases.policy import Policy


def step(case: Case | None, event: AnyEvent, policy: Policy) -> Stepped:
    """The case after the event, and what is told to whom. The event's own instant is the only clock.

    `case` is None or done where the deviation is not open: only Fire opens one.
    """
    raise NotImplementedError
