"""Firing: a case is opened, opened again, or only counts one more."""

from hashlib import sha256

from msgspec.structs import replace

from accord.cases.case import Case, Phase, Stepped
from accord.cases.deviation import Urgency
from accord.cases.events import Fire
from accord.cases.policy import Policy
from accord.cases.turns import ask, held, kept, recorded, released, reopened
from accord.model.message import About

_RANK = {Urgency.RECORD: 0, Urgency.WORKDAY: 1, Urgency.INTERRUPT: 2}


def fired(case: Case | None, event: Fire, policy: Policy) -> Stepped:
    """The signal fires: a new case, the old one again, or a repeat of the open one."""
    if case is not None and case.key != event.deviation.key:
        return kept(case, f"belongs to another deviation: {event.deviation.key}")
    if case is None or not case.is_open:
        return _opened(case, event, policy)
    again = event.source not in case.sources
    heard = _heard(case, event)
    if case.phase is Phase.CLAIMED and again:
        heard = replace(heard, deviation=replace(heard.deviation, urgency=_higher(case, event)))
        return reopened(heard, policy, event.at_ns, case.level, "bad again before it was confirmed")
    return rerated(heard, event.deviation.urgency, policy, event.at_ns, rise_only=True)


def _higher(case: Case, event: Fire) -> Urgency:
    return max(case.deviation.urgency, event.deviation.urgency, key=_RANK.__getitem__)


def _heard(case: Case, event: Fire) -> Case:
    """The case with the source among those that fire, and with what was last seen."""
    fresh = event.deviation
    deviation = replace(
        case.deviation, expected=fresh.expected or case.deviation.expected, seen=fresh.seen or case.deviation.seen
    )
    sources = case.sources if event.source in case.sources else (*case.sources, event.source)
    lapsed = tuple(source for source in case.lapsed if source != event.source)
    return replace(case, deviation=deviation, sources=sources, lapsed=lapsed, repeats=case.repeats + 1)


def _opened(case: Case | None, event: Fire, policy: Policy) -> Stepped:
    now, about = event.at_ns, About.OPENED
    fresh = _new(event)
    if case is not None and now - case.closed_ns <= policy.reopen_window:
        if event.source in case.sources and now - case.closed_ns < _quiet(case, policy):
            return recorded(case, "still firing: counted", repeats=case.repeats + 1)
        about = About.REOPENED
        fresh = replace(
            fresh,
            id=case.id,
            turn=case.turn,
            repeats=case.repeats + 1,
            misread=case.misread,
            misread_turn=case.misread_turn,
            reopened=case.reopened + 1,
            carrier=case.carrier,
        )
    if policy.held_by and policy.held_because:
        waiting = held(fresh, policy, now, policy.held_by, policy.held_because, policy.held_until_ns)
        if waiting.changed:
            return waiting
    return ask(fresh, policy, now, 0, about)


def _quiet(case: Case, policy: Policy) -> int:
    """For how long a source that fired on when it was closed only counts: signals lag behind what people know."""
    return policy.stable_window if case.phase is Phase.CLOSED else policy.reopen_window


def _new(event: Fire) -> Case:
    """Its id begins with the millisecond: what is new stands side by side in every index by it, and a flood writes a third fewer pages."""
    key, now = event.deviation.key, event.at_ns
    digest = sha256(f"{key}\n{event.id}".encode()).hexdigest()[:13]
    since = event.since_ns or now
    return Case(
        f"{now // 1_000_000:011x}{digest}",
        event.deviation,
        Phase.AWAIT,
        0,
        "",
        0,
        now,
        sources=(event.source,),
        since_ns=since,
    )


def rerated(case: Case, urgency: Urgency, policy: Policy, now: int, rise_only: bool = False) -> Stepped:
    """The severity as it is now. A rise frees what is held, and asks at once whoever is asked; a fall waits for the next turn."""
    rise = _RANK[urgency] - _RANK[case.deviation.urgency]
    if rise == 0 or (rise < 0 and rise_only):
        return recorded(case, "counted")
    changed = replace(case, deviation=replace(case.deviation, urgency=urgency))
    if rise < 0:
        return recorded(changed, f"urgency is {urgency} from the next turn on")
    note = f"urgency rose to {urgency}"
    if case.phase is Phase.HELD:
        return released(changed, policy, now, note)
    if case.phase in (Phase.AWAIT, Phase.LAST):
        at_most = case.deadline_ns if case.phase is Phase.AWAIT else 0
        return ask(changed, policy, now, case.level, About.ESCALATED, note, at_most=at_most)
    return recorded(changed, note)
