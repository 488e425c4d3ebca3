"""The turns of a case: asking the next, committing, claiming, holding, closing. Each is one new turn, and both sides are told."""

from typing import Any

from msgspec.structs import replace

from accord.cases.case import Case, Phase, Stepped
from accord.cases.deviation import Urgency
from accord.cases.on_duty import after_duty, next_on_duty
from accord.cases.policy import Level, Policy
from accord.cases.promise import held_at_most
from accord.cases.tidings import other_person, tidings
from accord.model.message import About

_AFRESH = {
    "to": "",
    "holder": "",
    "eta_ns": 0,
    "committed_ns": 0,
    "renewals": 0,
    "handed": 0,
    "understood": False,
    "confirming": False,
    "carrier": "",
}


def turned(
    case: Case, policy: Policy, now: int, about: About, note: str = "", reason: str = "", **changes: Any
) -> Stepped:
    """The case in its next turn, which begins now, and what is told of it."""
    after = replace(case, turn=case.turn + 1, turned_ns=now, reason=reason, **changes)
    return Stepped(after, tidings(case if case.turn else None, after, policy, about, reason), note=note)


def kept(case: Case | None, note: str) -> Stepped:
    """Nothing changed, and why."""
    return Stepped(case, changed=False, note=note)


def recorded(case: Case, note: str = "", **changes: Any) -> Stepped:
    """The case knows more; turn, actor and deadline are as they were."""
    return Stepped(replace(case, **changes), note=note)


def ask(
    case: Case, policy: Policy, now: int, level: int, about: About, note: str = "", reason: str = "", at_most: int = 0
) -> Stepped:
    """Whoever is on duty at the level is asked, or at the next one that has anybody; in the end the last resort.

    `at_most`, where given, is the instant that the new deadline may not pass.
    """
    for number, rung in enumerate(policy.levels[level:], level):
        person, deadline = _summons(rung, case.deviation.urgency, policy, now)
        if person:
            deadline = min(deadline, at_most or deadline)
            changes = _AFRESH | {"phase": Phase.AWAIT, "level": number, "actor": person, "deadline_ns": deadline}
            return turned(case, policy, now, about, note, reason, last_repeats=0, **changes)
    return last_resort(case, policy, now, about, note, reason)


def _summons(rung: Level, urgency: Urgency, policy: Policy, now: int) -> tuple[str, int]:
    """Who is asked at a level and until when; nobody where nobody is on duty. What may not wake counts in duty hours."""
    if urgency is Urgency.INTERRUPT:
        return rung.person(now), now + rung.acknowledge_within
    person = next_on_duty(rung.duty, now)
    if urgency is Urgency.RECORD:
        return person, now + policy.quiet_every
    return person, after_duty(rung.duty, now, rung.acknowledge_within) or max(
        (shift.ends_ns for shift in rung.duty), default=now
    )


def last_resort(case: Case, policy: Policy, now: int, about: About, note: str = "", reason: str = "") -> Stepped:
    """The last resort is asked, and asked again and again: what interrupts with a pause that doubles up to its cap, the rest quietly."""
    again = case.phase is Phase.LAST
    repeats = case.last_repeats + 1 if again else 0
    pause = policy.quiet_every
    if case.deviation.urgency is Urgency.INTERRUPT:
        pause = min(policy.last_every << min(repeats, 32), policy.last_every_at_most)
    changes: dict[str, Any] = _AFRESH | {
        "phase": Phase.LAST,
        "level": len(policy.levels),
        "actor": policy.last,
        "deadline_ns": now + pause,
    }
    return turned(case, policy, now, About.REPEATED if again else about, note, reason, last_repeats=repeats, **changes)


def committed(case: Case, policy: Policy, now: int, by: str, eta_ns: int, note: str, **changes: Any) -> Stepped:
    """Somebody has it until the instant they named, which is the deadline."""
    terms: dict[str, Any] = {
        "phase": Phase.COMMITTED,
        "actor": by,
        "carrier": by,
        "to": "",
        "deadline_ns": eta_ns,
        "eta_ns": eta_ns,
        "acknowledged_ns": case.acknowledged_ns or now,
        "committed_ns": case.committed_ns or now,
        "last_repeats": 0,
    }
    return turned(case, policy, now, About.COMMITTED, note, **terms | changes)


def claimed(case: Case, policy: Policy, now: int, note: str, by_person: bool = False) -> Stepped:
    """It is said to be recovered: the other side confirms, or its telemetry does by a clean window; nobody is woken for that.

    Where no telemetry can say so, or `by_person`, the other side has its time in its own duty hours.
    """
    confirming = by_person or not policy.telemetry or bool(case.lapsed)
    deadline = _confirmed_by(policy, now) if confirming else now + policy.stable_window
    carrier = case.carrier or ("" if case.phase in (Phase.HELD, Phase.CLAIMED) else case.actor)
    changes: dict[str, Any] = {
        "phase": Phase.CLAIMED,
        "carrier": carrier,
        "deadline_ns": deadline,
        "confirming": confirming,
    }
    actor = other_person(policy, now) or policy.last
    return turned(case, policy, now, About.CLAIMED, note, actor=actor, to="", holder="", eta_ns=0, **changes)


def _confirmed_by(policy: Policy, now: int) -> int:
    latest = now + policy.confirm_at_most
    if not policy.other_duty:
        return min(now + policy.confirm_within, latest)
    return min(after_duty(policy.other_duty, now, policy.confirm_within) or latest, latest)


def reopened(case: Case, policy: Policy, now: int, level: int, note: str) -> Stepped:
    """It was said to be recovered and is not: asked again under the same identity."""
    return ask(case, policy, now, level, About.REOPENED, note)


def _freed(case: Case, now: int) -> Case:
    """The case with the time for which it has been held until now on its account."""
    return replace(case, held_ns=case.held_ns + max(0, now - case.turned_ns)) if case.phase is Phase.HELD else case


def held(case: Case, policy: Policy, now: int, holder: str, reason: str, until_ns: int) -> Stepped:
    """It waits, at most as long as may be held; somebody answers for that. Refused where that time is used up."""
    free = _freed(case, now)
    until = min(until_ns, now + held_at_most(free, policy))
    if until <= now:
        return kept(case, "not held: its time to be held is used up or over")
    note = f"held by {holder}" if until == until_ns else f"held by {holder}, shorter than was asked"
    changes: dict[str, Any] = {"phase": Phase.HELD, "actor": holder, "holder": holder, "deadline_ns": until}
    return turned(free, policy, now, About.HELD, note, reason, **changes)


def released(case: Case, policy: Policy, now: int, note: str) -> Stepped:
    """What held it is over: it is asked where it stood, or claimed where its signal has cleared meanwhile."""
    free = _freed(case, now)
    if not free.is_bad:
        return claimed(free, policy, now, note)
    return ask(free, policy, now, case.level, About.RELEASED, note)


def done(
    case: Case, policy: Policy, now: int, phase: Phase, about: About, reason: str, closed_by: str = "", note: str = ""
) -> Stepped:
    """Nobody has to act any more, and both sides are told why."""
    changes: dict[str, Any] = {"phase": phase, "actor": "", "deadline_ns": 0, "closed_ns": now, "closed_by": closed_by}
    return turned(case, policy, now, about, note or reason, reason, to="", holder="", eta_ns=0, **changes)
