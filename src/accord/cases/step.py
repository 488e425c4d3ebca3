"""The one function of the kernel: what an event makes of a case."""

from accord.cases.answers import answered
from accord.cases.case import Case, Stepped
from accord.cases.events import Answer, AnyEvent, Fire
from accord.cases.happenings import HAPPENINGS
from accord.cases.opening import fired
from accord.cases.policy import Policy
from accord.cases.turns import kept


def step(case: Case | None, event: AnyEvent, policy: Policy) -> Stepped:
    """The case after the event, and what is told to whom. The event's own instant is the only clock.

    `case` is None or done where the deviation is not open: only Fire opens one. Nothing is raised: what changes nothing says why.
    """
    if isinstance(event, Fire):
        return fired(case, event, policy)
    if case is None:
        return kept(None, "no such deviation is open")
    if isinstance(event, Answer):
        return answered(case, event, policy)
    return HAPPENINGS[type(event)](case, event, policy)
