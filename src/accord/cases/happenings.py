"""What happens without anybody answering: deadlines, clearing signals, holds, failed channels, changes of rota and severity."""

from collections.abc import Callable
from typing import Any

from accord.cases.case import DONE, Case, Phase, Stepped
from accord.cases.deviation import Urgency
from accord.cases.events import (
    Clear,
    Event,
    Hold,
    Lapse,
    Merge,
    Receipt,
    Release,
    Rerated,
    RotaChanged,
    Timer,
    Unreachable,
    Withdraw,
)
from accord.cases.opening import rerated
from accord.cases.policy import Policy
from accord.cases.turns import ask, claimed, done, held, kept, last_resort, recorded, released, reopened, turned
from accord.model.instants import span
from accord.model.message import About

_WAITING = (Phase.AWAIT, Phase.READBACK, Phase.LAST)


def _clear(case: Case, event: Clear, policy: Policy) -> Stepped:
    if event.source not in (*case.sources, *case.lapsed):
        return kept(case, "that instance was not firing")
    sources = tuple(source for source in case.sources if source != event.source)
    lapsed = tuple(source for source in case.lapsed if source != event.source)
    heard = recorded(case, "cleared", sources=sources, lapsed=lapsed)
    if sources or heard.case is None or case.phase in (*DONE, Phase.HELD):
        return heard
    return claimed(heard.case, policy, event.at_ns, "its signal has cleared")


def _lapse(case: Case, event: Lapse, _policy: Policy) -> Stepped:
    if event.source not in case.sources:
        return kept(case, "that instance was not firing")
    sources = tuple(source for source in case.sources if source != event.source)
    return recorded(case, "fell silent: neither good nor bad", sources=sources, lapsed=(*case.lapsed, event.source))


def _timer(case: Case, event: Timer, policy: Policy) -> Stepped:
    if event.turn != case.turn or not case.is_open:
        return kept(case, f"belongs to turn {event.turn}, not {case.turn}")
    if event.at_ns < case.deadline_ns:
        return kept(case, "not due yet")
    late = event.at_ns - case.deadline_ns
    return _due(case, policy, event.at_ns, f"due, {span(late)} late" if late > 0 else "due")


def _due(case: Case, policy: Policy, now: int, note: str) -> Stepped:
    if case.phase is Phase.HELD:
        return released(case, policy, now, note)
    if case.phase is Phase.CLAIMED:
        return _window_over(case, policy, now, note)
    if case.phase is Phase.LAST:
        return last_resort(case, policy, now, About.REPEATED, note)
    if case.phase is Phase.AWAIT and case.deviation.urgency is Urgency.RECORD:
        return ask(case, policy, now, case.level, About.REPEATED, note)
    return ask(case, policy, now, case.level + 1, About.ESCALATED, note)


def _window_over(case: Case, policy: Policy, now: int, note: str) -> Stepped:
    """The time to confirm has passed: bad still, confirmed by telemetry, or confirmed by nothing, which is said."""
    if case.is_bad:
        return reopened(case, policy, now, case.level + 1, note)
    if case.confirming:
        return done(case, policy, now, Phase.CLOSED, About.CLOSED, "unconfirmed", "unconfirmed", note)
    if case.lapsed or not policy.telemetry:
        return claimed(case, policy, now, note, by_person=True)
    return done(case, policy, now, Phase.CLOSED, About.CLOSED, "confirmed by telemetry", "telemetry", note)


def _hold(case: Case, event: Hold, policy: Policy) -> Stepped:
    if case.phase not in (*_WAITING, Phase.HELD):
        return kept(case, f"not held: it is {case.phase}")
    if not event.holder or not event.reason:
        return kept(case, "not held: a hold names who answers for it, and why")
    return held(case, policy, event.at_ns, event.holder, event.reason, event.until_ns)


def _release(case: Case, event: Release, policy: Policy) -> Stepped:
    if case.phase is not Phase.HELD:
        return kept(case, "not held")
    return released(case, policy, event.at_ns, "released")


def _unreachable(case: Case, event: Unreachable, policy: Policy) -> Stepped:
    if event.turn != case.turn or not case.is_open:
        return kept(case, f"belongs to turn {event.turn}, not {case.turn}")
    awaited = case.to if case.phase is Phase.HANDOVER else case.actor
    if case.phase not in (Phase.AWAIT, Phase.HANDOVER) or event.person != awaited:
        return kept(case, f"{event.person} cannot be reached, and is not waited for")
    reason = f"{event.person} cannot be reached on any channel"
    return ask(case, policy, event.at_ns, case.level + 1, About.ESCALATED, reason, reason)


def _receipt(case: Case, event: Receipt, _policy: Policy) -> Stepped:
    return kept(case, f"{event.fate} on {event.channel}: turn {event.turn}")


def _rerated(case: Case, event: Rerated, policy: Policy) -> Stepped:
    if not case.is_open or event.urgency is case.deviation.urgency:
        return kept(case, f"already {case.phase if not case.is_open else event.urgency}")
    return rerated(case, event.urgency, policy, event.at_ns)


def _rota_changed(case: Case, event: RotaChanged, policy: Policy) -> Stepped:
    """Whoever has it by their own word keeps it; who was only asked is replaced, and that buys no time."""
    now = event.at_ns
    if case.phase is Phase.LAST and case.actor != policy.last:
        note = "another last resort"
        return turned(case, policy, now, About.ESCALATED, note, actor=policy.last, level=len(policy.levels))
    if case.phase is not Phase.AWAIT:
        return kept(case, "nobody is asked who could have been replaced")
    asked = ask(case, policy, now, case.level, About.ESCALATED, "the rota has changed", at_most=case.deadline_ns)
    if asked.case is not None and (asked.case.actor, asked.case.phase) == (case.actor, case.phase):
        return kept(case, "the same person is asked")
    return asked


def _withdraw(case: Case, event: Withdraw, policy: Policy) -> Stepped:
    if not case.is_open or not event.reason:
        return kept(case, "not withdrawn: " + (f"it is {case.phase}" if not case.is_open else "no reason is given"))
    return done(case, policy, event.at_ns, Phase.WITHDRAWN, About.WITHDRAWN, event.reason)


def _merge(case: Case, event: Merge, policy: Policy) -> Stepped:
    if not case.is_open or event.into in ("", case.id):
        return kept(case, "not merged: it is not open, or no other case is named")
    return done(case, policy, event.at_ns, Phase.MERGED, About.MERGED, f"part of {event.into}")


HAPPENINGS: dict[type[Event], Callable[[Case, Any, Policy], Stepped]] = {
    Clear: _clear,
    Lapse: _lapse,
    Timer: _timer,
    Hold: _hold,
    Release: _release,
    Unreachable: _unreachable,
    Receipt: _receipt,
    Rerated: _rerated,
    RotaChanged: _rota_changed,
    Withdraw: _withdraw,
    Merge: _merge,
}
