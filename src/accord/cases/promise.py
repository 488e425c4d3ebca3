"""What time a promise of recovery leaves: for a commitment, and for a silence."""

from accord.cases.case import Case, Phase
from accord.cases.policy import Policy


def promised_until(case: Case, policy: Policy, now: int) -> int:
    """When the recovery promise ends: it counts from detection, failure or the first acknowledgement; 0 where nobody promised."""
    if not policy.recover_within:
        return 0
    if policy.recover_from == "failure":
        return (case.since_ns or case.opened_ns) + policy.recover_within
    if policy.recover_from == "acknowledgement":
        return (case.acknowledged_ns or now) + policy.recover_within
    return case.opened_ns + policy.recover_within


def latest_commitment(case: Case, policy: Policy, now: int) -> int:
    """Until when somebody may commit. A broken or missing promise bounds too, and neither renewals nor hand-overs move that bound."""
    until = promised_until(case, policy, now)
    if until > now:
        return until
    at_most = min(policy.commit_at_most, policy.recover_within or policy.commit_at_most)
    begun = case.committed_ns if case.phase in (Phase.COMMITTED, Phase.HANDOVER) else now
    return min(now + at_most, begun + (1 + policy.renewals) * at_most)


def held_at_most(case: Case, policy: Policy) -> int:
    """How much longer it may be held, in nanoseconds: 8 hours or half of the promise, in all and not each time."""
    whole = min(policy.hold_at_most, policy.recover_within // 2 or policy.hold_at_most)
    return max(0, whole - case.held_ns)
