"""Detected after recovery is due.

An operation names the alert that shows its deviations, and says how soon they are shown or repaired. The rule of that
alert waits before it fires, so that a short dip wakes nobody; its targets are read and its group is evaluated once in a
while. Each of these times is sensible. Together they are longer than what was promised, or leave too little of it for
the people who are paged: everybody acts at the last permitted moment, keeps their word, and is late.

Only times that somebody states are added, so the sum is never too long; what a server or a routing tree does by default
comes on top. Of several alerts the soonest counts. Where an operation says how soon a deviation is shown, that word is
held against the rule; where it does not, the time that the rule takes is added to the ladder of pages.

## Example
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    latency: {max: 2s}
    detect: {by: PaymentsSlow, within: 2m}  # finding: mismatch
```
```yaml file=alerts/payments.yaml
groups:
  - name: payments
    interval: 1m
    rules:
      - alert: PaymentsSlow
        expr: histogram_quantile(0.99, sum by (le) (rate(charge_seconds_bucket[5m]))) > 2
        for: 5m
```
### Too little is left for those who are paged
```yaml file=ledger/accord.yaml
party: ledger
promises:
  post:
    hours: 24x7
    detect: {by: LedgerDown}
    recover: {by: duty, within: 15m, from: failure, how: failover}  # finding: mismatch
---
party: duty
kind: rota
promises: {page: {acknowledge: 5m, hands_on: 1m, hours: 24x7}}
---
party: failover
kind: procedure
steps: [{do: promote the replica, by: duty, takes: 5m, done: the replica reports role primary}]
```
```yaml file=alerts/ledger.yaml
groups:
  - {name: ledger, rules: [{alert: LedgerDown, expr: 'up{job="ledger"} == 0', for: 5m}]}
```

## Not a gap
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {latency: {max: 2s}, detect: {by: PaymentsSlow, within: 6m}}}
```
```yaml file=alerts/payments.yaml
groups:
  - {name: payments, interval: 1m, rules: [{alert: PaymentsSlow, expr: charge_seconds > 2, for: 5m}]}
```
### A second signal is soon enough
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {latency: {max: 2s}, detect: {by: [PaymentsSlow, PaymentsDown], within: 2m}}}
```
```yaml file=alerts/payments.yaml
groups:
  - name: payments
    rules:
      - {alert: PaymentsSlow, expr: charge_seconds > 2, for: 5m}
      - {alert: PaymentsDown, expr: up == 0, for: 1m}
```

## Unanswered
The alert is in no file that was read, so nothing is known of its times:
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {latency: {max: 2s}, detect: {by: PaymentsSlow, within: 2m}}}
```

## What to do
Whoever owns the rule: let the alert wait less (`for`, the interval of the group). Who promises: say how long it really
takes until a deviation is shown, or allow more time for the recovery.

## References
- Prometheus, alerting rules: `for`, and the evaluation interval of a group
- Site Reliability Workbook, chapter 5: detection time of an alert
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import breaks, concludes
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.course import Course, course
from accord.boundaries.people.recovery import Due, due, recovery
from accord.boundaries.signals.signalling import Signal, signalled
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Statement, Verdict
from accord.model.witness import Witness

READS = ("detect", "recover", "hours", "acknowledge", "hands_on", "escalates", "steps", "alert", "scrape", "evaluation")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the time that the soonest alert of each operation takes against what is promised of it."""
    for provider, operation, signal in signalled(system, view):
        if not signal.takes:
            continue
        within = system.promised(provider, operation, view).get("detect.within")
        if within is None:
            yield from _too_little_left(system, signal, provider, operation, view)
        elif isinstance(within.value, int) and signal.takes > within.value:
            yield _later_than_said(signal, within, provider, operation)


def _later_than_said(signal: Signal, within: Fact, provider: str, operation: str) -> Finding:
    subject, takes = within.subject, show_duration(signal.takes)
    message = f"{provider} says that a deviation of {subject} is shown within {within.text}; {signal.alert.called} may take {takes}"
    statements = (Statement(within, f"{provider} says that it is shown within {within.text}"), *_slow(signal))
    last = concludes(f"shown {show_duration(signal.takes - within.value)} later than promised", subject, signal.takes)
    witness = Witness((breaks(subject), *signal.steps(subject), last), "shown-in-time", (within, signal.alert.name))
    longer = Change(within, replace(within, value=signal.takes, text=takes))
    moves = (Move(provider, f"promise that it is shown within {takes}", (longer,)), *_sooner(signal, within.value))
    return Finding(Verdict.MISMATCH, message, statements, "", provider, operation, witness=witness, moves=moves)


def _slow(signal: Signal) -> Iterator[Statement]:
    yield from (Statement(part.fact, part.does) for part in signal.parts)


def _sooner(signal: Signal, bound: int) -> Iterator[Move]:
    """Let the alert wait no longer than what the other parts leave of the bound."""
    held = next((part for part in signal.parts if part.act == "holds"), None)
    left = bound - signal.takes + held.takes if held is not None else -1
    every = next((part.takes for part in signal.parts if part.act == "evaluates"), 1)
    left -= left % every
    if held is not None and left >= 0:
        text = show_duration(left)
        change = Change(held.fact, replace(held.fact, value=left, text=text))
        yield Move(signal.alert.called, f"wait at most {text} (for)" if left else "do not wait (for)", (change,))


# ---------------------------------------------------------------------- the time that is left for people


def _too_little_left(system: System, signal: Signal, provider: str, operation: str, view: View) -> Iterator[Finding]:
    told = recovery(system, provider, operation, view)
    if told is None:
        return
    shown = replace(signal.named_by, term="detect.within", value=signal.takes)
    side = system.promised(provider, operation, view)
    owed = [(due(side, side.get("hours")), "")]
    if owed[0][0] is None:
        callers = system.callers(provider, operation)
        owed = [(due(system.assumed((who, provider, operation), view), side.get("hours")), who) for who in callers]
    for counted, caller in owed:
        if counted is not None and counted.counts == "failure":
            goes = course(replace(told, shown_within=shown), counted, system.as_of)
            if goes is not None and goes.ends > goes.due and goes.provable:
                yield _late(signal, counted, goes, provider, operation, caller)


def _late(signal: Signal, counted: Due, goes: Course, provider: str, operation: str, caller: str) -> Finding:
    subject, needed = f"{provider}/{operation}", show_duration(counted.within + goes.ends - goes.due)
    verb = "counts on" if caller else "promises"
    promise = f"{counted.fact.says} {verb} recovery of {subject} within {counted.fact.text} of failure"
    message = f"{promise}; it may take {needed}, of which {show_duration(signal.takes)} pass until {signal.alert.called} fires"
    rests_on = [
        Statement(fact, f"{fact.says} {words}") for fact, words in goes.rests_on if fact.term != "detect.within"
    ]
    statements = (Statement(counted.fact, promise), *_slow(signal), *rests_on)
    told = [step for step in goes.steps if step.act not in ("detects", "breaks")]
    steps = sorted((*signal.steps(subject), *told), key=lambda step: step.at)
    last = concludes(
        f"repaired {show_duration(goes.ends - goes.due)} too late, and everybody kept their word", subject, steps[-1].at
    )
    hours = (counted.hours,) if counted.hours is not None and goes.starts else ()
    others = (fact for fact, _ in goes.rests_on if fact.term != "detect.within")
    expects = (counted.fact, signal.alert.name, *hours, *others, *goes.permits)
    witness = Witness((breaks(subject), *steps, last), "recovered-in-time", expects, goes.starts)
    moves = _sooner(signal, signal.takes - (goes.ends - goes.due))
    return Finding(
        Verdict.MISMATCH, message, statements, caller, provider, operation, witness=witness, moves=tuple(moves)
    )
