"""A drill: a deviation in which nothing deviates, carried on the real way to whoever is on duty, to see whether it arrives."""

from accord.cases.case import Case, Phase
from accord.cases.deviation import Deviation
from accord.cases.policy import Policy

TERM = "drill"
LEAD = 2_000_000_000
"""So long before its last deadline a drill ends, so that the last resort is not woken by it (ns)."""
_ANSWERED = (Phase.COMMITTED, Phase.HANDOVER, Phase.CLAIMED)


def drill(rota: str, last: str, at: str) -> Deviation:
    """The drill of a rota that begins at an instant (its text tells it from others); the other side is the last resort."""
    return Deviation(
        f"drill of {rota}",
        last,
        rota,
        term=TERM,
        partition=at,
        expected=f"DRILL, nothing is broken: whoever is on duty in {rota} takes this one",
        seen=f"DRILL, nothing is broken: it was asked for at {at}",
    )


def is_drill(deviation: Deviation) -> bool:
    """Whether it is a drill; what a contract speaks of has an operation."""
    return bool(deviation.provider) and not deviation.operation and deviation.term == TERM


def is_over(case: Case, policy: Policy, now: int) -> bool:
    """Whether a drill has somebody who took it, or nobody is left to be asked in time."""
    if not case.is_open or case.phase in (*_ANSWERED, Phase.LAST):
        return True
    is_last = not any(level.person(now) for level in policy.levels[case.level + 1 :])
    return is_last and now >= case.deadline_ns - LEAD


def longest(policy: Policy) -> int:
    """The time of a whole ladder: each level answers at the last moment (ns)."""
    return sum(level.acknowledge_within for level in policy.levels)
