"""What people answer: to the turn they were asked in, and only who was asked. An acknowledgement buys no time."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from accord.cases.case import Case, Phase, Stepped
from accord.cases.deviation import Urgency
from accord.cases.events import (
    Accept,
    Acknowledge,
    Answer,
    Commit,
    Confirm,
    Decline,
    Dispute,
    Fixed,
    Offer,
    Progress,
    ReadBack,
    Refuse,
)
from accord.cases.policy import Policy
from accord.cases.promise import latest_commitment
from accord.cases.turns import ask, claimed, committed, done, kept, recorded, reopened, turned
from accord.cases.understanding import right_picks
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.message import About

_ASKED = (Phase.AWAIT, Phase.READBACK, Phase.LAST)


def answered(case: Case, event: Answer, policy: Policy) -> Stepped:
    """The answer counts where it belongs to this turn, fits the phase and comes from who was asked; else it is only recorded."""
    if not case.is_open:
        return kept(case, f"already {case.phase}")
    if event.turn != case.turn:
        return kept(case, f"belongs to turn {event.turn}; turn {case.turn} is with {case.actor}")
    phases, speaks, act = _ANSWERS[type(event)]
    if case.phase not in phases:
        return kept(case, f"no answer to what is asked: it is {case.phase}")
    if not speaks(case, event.by, policy):
        return kept(case, f"asked of {case.to if act in _BY_RECEIVER else case.actor}, answered by {event.by}")
    return act(case, event, policy)


def _actor(case: Case, by: str, _policy: Policy) -> bool:
    return by == case.actor


def _receiver(case: Case, by: str, _policy: Policy) -> bool:
    return by == case.to


def _other(case: Case, by: str, policy: Policy) -> bool:
    """Whether somebody speaks for the other side, or one of several that are told as one: not who claims that it is recovered."""
    parties = (policy.other, *policy.other.split("+"))
    others = {case.actor, policy.other_person, *parties, *(shift.person for shift in policy.other_duty)} - {""}
    return by in others and by != case.carrier


def _acknowledge(case: Case, event: Acknowledge, _policy: Policy) -> Stepped:
    if case.phase is Phase.READBACK:
        return kept(case, "already acknowledged")
    return recorded(
        case, "seen; the deadline stays", phase=Phase.READBACK, acknowledged_ns=case.acknowledged_ns or event.at_ns
    )


def _read_back(case: Case, event: ReadBack, _policy: Policy) -> Stepped:
    read, note = _understood(case, event.boundary, event.difference)
    return recorded(read, note, phase=Phase.READBACK, acknowledged_ns=case.acknowledged_ns or event.at_ns)


def _understood(case: Case, boundary: int, difference: int) -> tuple[Case, str]:
    """The case after two picks, and what is shown. Nothing waits for them; they are asked only where somebody may be woken."""
    if case.deviation.urgency is not Urgency.INTERRUPT or (boundary < 0 and difference < 0 and case.understood):
        return case, ""
    if (boundary, difference) == right_picks(case.id, case.turn):
        return replace(case, understood=True), "understood"
    note = f"not as the page meant it: it is {case.key}; expected {case.deviation.expected}, seen {case.deviation.seen}"
    if case.misread_turn == case.turn:
        return case, note
    return replace(case, misread=case.misread + 1, misread_turn=case.turn), note


def _refused_eta(case: Case, eta_ns: int, policy: Policy, now: int) -> str:
    """Why an instant cannot be committed to, with the latest that can; empty where it can."""
    latest = latest_commitment(case, policy, now)
    if latest <= now:
        return "no time is left to commit to"
    if eta_ns <= now:
        return f"that instant is over: at the latest in {_said(latest - now)}"
    if eta_ns > latest:
        return f"{_said(eta_ns - latest)} too late: at the latest in {_said(latest - now)}"
    return ""


def _said(span_ns: int) -> str:
    """A time as people say it: of what takes a second or more the whole seconds."""
    second = NANOSECONDS["s"]
    return show_duration(span_ns // second * second if span_ns >= second else span_ns)


def _commit(case: Case, event: Commit, policy: Policy) -> Stepped:
    if refused := _refused_eta(case, event.eta_ns, policy, event.at_ns):
        return kept(case, refused)
    read, note = _understood(case, event.boundary, event.difference)
    return committed(read, policy, event.at_ns, event.by, event.eta_ns, note)


def _progress(case: Case, event: Progress, policy: Policy) -> Stepped:
    if case.renewals >= policy.renewals:
        return kept(case, f"renewed {case.renewals} times already: hand it over, or let the next be asked")
    if event.eta_ns == case.eta_ns:
        return kept(case, "the same instant as before")
    if refused := _refused_eta(case, event.eta_ns, policy, event.at_ns):
        return kept(case, refused)
    return committed(case, policy, event.at_ns, event.by, event.eta_ns, "renewed", renewals=case.renewals + 1)


def _decline(case: Case, event: Decline, policy: Policy) -> Stepped:
    if case.level >= len(policy.levels):
        return kept(case, "nobody is left to ask: it stays with the last resort")
    later = range(case.level + 1, len(policy.levels))
    level = next((number for number in later if policy.levels[number].party == event.names), case.level + 1)
    reason = f"declined: held to be for {event.names}" if event.names else "declined"
    return ask(case, policy, event.at_ns, level, About.ESCALATED, reason, reason)


def _offer(case: Case, event: Offer, policy: Policy) -> Stepped:
    if not event.to or event.to == case.actor:
        return kept(case, "a hand-over is offered to somebody else")
    if case.handed >= policy.hand_overs:
        return kept(case, f"handed over {case.handed} times already: fix it, or let the next be asked")
    deadline = min(case.eta_ns, event.at_ns + policy.hand_over_within)
    return turned(
        case, policy, event.at_ns, About.OFFERED, "offered", phase=Phase.HANDOVER, to=event.to, deadline_ns=deadline
    )


def _accept(case: Case, event: Accept, policy: Policy) -> Stepped:
    if refused := _refused_eta(case, event.eta_ns, policy, event.at_ns):
        return kept(case, refused)
    fresh = replace(case, understood=False)
    read, note = _understood(fresh, event.boundary, event.difference)
    return committed(read, policy, event.at_ns, event.by, event.eta_ns, note or "accepted", handed=case.handed + 1)


def _refuse(case: Case, event: Refuse, policy: Policy) -> Stepped:
    return ask(case, policy, event.at_ns, case.level + 1, About.ESCALATED, "hand-over refused", "hand-over refused")


def _fixed(case: Case, event: Fixed, policy: Policy) -> Stepped:
    return claimed(case, policy, event.at_ns, "said to be recovered")


def _confirm(case: Case, event: Confirm, policy: Policy) -> Stepped:
    return done(case, policy, event.at_ns, Phase.CLOSED, About.CLOSED, "confirmed by the other side", "other")


def _dispute(case: Case, event: Dispute, policy: Policy) -> Stepped:
    return reopened(case, policy, event.at_ns, case.level, "the other side says that it is not recovered")


_Speaks = Callable[[Case, str, Policy], bool]
_BY_RECEIVER: tuple[object, ...] = (_accept, _refuse)
_ANSWERS: dict[type[Answer], tuple[tuple[Phase, ...], _Speaks, Callable[[Case, Any, Policy], Stepped]]] = {
    Acknowledge: (_ASKED, _actor, _acknowledge),
    ReadBack: (_ASKED, _actor, _read_back),
    Commit: (_ASKED, _actor, _commit),
    Decline: (_ASKED, _actor, _decline),
    Progress: ((Phase.COMMITTED,), _actor, _progress),
    Offer: ((Phase.COMMITTED,), _actor, _offer),
    Accept: ((Phase.HANDOVER,), _receiver, _accept),
    Refuse: ((Phase.HANDOVER,), _receiver, _refuse),
    Fixed: ((*_ASKED, Phase.COMMITTED, Phase.HANDOVER), _actor, _fixed),
    Confirm: ((Phase.CLAIMED,), _other, _confirm),
    Dispute: ((Phase.CLAIMED,), _other, _dispute),
}
