"""Who is told what when a turn changes: the one who is asked, both sides, and the one from whom it is taken."""

from collections.abc import Iterator

from accord.cases.case import Case, Phase
from accord.cases.deviation import Urgency
from accord.cases.on_duty import next_on_duty
from accord.cases.policy import Policy
from accord.cases.promise import promised_until
from accord.model.message import About, Facts, Message, Side

_CARRIED = (Phase.AWAIT, Phase.READBACK, Phase.COMMITTED, Phase.HANDOVER)
_ASKED = (Phase.AWAIT, Phase.LAST)


def tidings(before: Case | None, after: Case, policy: Policy, about: About, reason: str = "") -> tuple[Message, ...]:
    """The messages of a turn: one to each side that there is, at least; only who is asked to act may be woken.

    `answer` stays empty: the one who sends knows the link. A side without a party (a signal that no contract knows) is not told.
    """
    facts = _facts(after, policy)
    may_wake = after.deviation.urgency is Urgency.INTERRUPT
    told: dict[tuple[Side, str], Message] = {}
    for side, person, asked in _recipients(before, after, policy):
        message = Message(
            after.id, after.turn, side, person, about, after.key, facts, interrupts=asked and may_wake, reason=reason
        )
        told.setdefault((side, person), message)
    return tuple(told.values())


def other_person(policy: Policy, now: int) -> str:
    """Who of the other side is told: the one named, or on duty, or the party; empty where there is none."""
    return policy.other_person or next_on_duty(policy.other_duty, now) or policy.other


def _recipients(before: Case | None, after: Case, policy: Policy) -> Iterator[tuple[Side, str, bool]]:
    """Side, person, and whether the message asks the person to act; the first of equal ones counts."""
    if after.phase is Phase.HANDOVER:
        yield Side.OWNER, after.to, True
    if after.phase in _CARRIED or after.phase is Phase.LAST:
        yield _side(after, policy), after.actor, after.phase in _ASKED
    if relieved := _relieved(before, after):
        yield _side(before or after, policy), relieved, False
    if before is not None and before.to and before.to != after.actor:
        yield Side.OWNER, before.to, False
    if after.phase not in _CARRIED or _side(after, policy) is Side.KEEPER:
        yield from ((Side.OWNER, person, False) for person in _owner(after, policy))
    if other := other_person(policy, after.turned_ns):
        yield Side.OTHER, other, False


def _side(case: Case, policy: Policy) -> Side:
    """The side of who carries it: the keeper of the installation where the ladder is used up."""
    return Side.KEEPER if case.level >= len(policy.levels) and case.actor == policy.last else Side.OWNER


def _relieved(before: Case | None, after: Case) -> str:
    """From whom it is taken: who was asked or had committed, and is no longer the one."""
    if before is None or before.phase not in (*_CARRIED, Phase.LAST) or before.actor == after.actor:
        return ""
    return before.actor


def _owner(case: Case, policy: Policy) -> Iterator[str]:
    """Who of the owning side is told of what others carry: who last committed, or is on duty, or the party."""
    duty = policy.levels[0].person(case.turned_ns) if policy.levels else ""
    if person := case.carrier or duty or policy.owner:
        yield person


def _facts(case: Case, policy: Policy) -> Facts:
    deviation = case.deviation
    recovers, by_ns = _recovery(case, policy)
    return Facts(deviation.expected, deviation.seen, case.since_ns or case.opened_ns, recovers, by_ns)


def _recovery(case: Case, policy: Policy) -> tuple[str, int]:
    if case.phase in (Phase.COMMITTED, Phase.HANDOVER):
        return case.actor, case.eta_ns
    if case.phase is Phase.HELD:
        return case.holder, case.deadline_ns
    if case.is_open and policy.recover_within:
        return policy.owner, promised_until(case, policy, case.turned_ns)
    return "", 0
