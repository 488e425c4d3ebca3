"""Recovery resend later than promise.

An operation is to be repaired within some time, and its alert is told by mail or chat. A message can be lost, filed or
overlooked; nothing there asks for an answer. The routing says the same again after its `repeat_interval`, which is
long so that nobody is told twice of what they know. Where that is later than the repair is due, the first message is the
only one: if it is not read, the time is over before the second.

Receivers that keep asking until somebody answers (PagerDuty, Opsgenie, VictorOps, and what stands behind a webhook) are
not meant. Where the routing says nothing, Alertmanager's own interval holds.

## Example
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    detect: {by: PaymentsDown}
    recover: {by: payments-oncall, within: 30m}  # finding: conditional
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: up == 0, for: 1m, labels: {team: payments}}]}]
```
```yaml file=alerts/alertmanager.yml
route:
  receiver: payments-mail
  repeat_interval: 12h
receivers:
  - name: payments-mail
    email_configs: [{to: payments@shop.example, from: alerts@shop.example, smarthost: "mail.shop.example:25"}]
```
### The interval of the program
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {detect: {by: PaymentsDown}, recover: {by: payments-oncall, within: 2h}}}  # finding: conditional
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: up == 0, for: 1m}]}]
```
```yaml file=alerts/alertmanager.yml
route: {receiver: payments-mail}
receivers:
  - name: payments-mail
    email_configs: [{to: payments@shop.example, from: alerts@shop.example, smarthost: "mail.shop.example:25"}]
```

## Not a gap
It is said again in time, or by somebody who keeps asking:
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {detect: {by: PaymentsDown}, recover: {by: payments-oncall, within: 30m}}
  refund: {detect: {by: RefundsDown}, recover: {by: payments-oncall, within: 30m}}
```
```yaml file=alerts/payments.yaml
groups:
  - name: payments
    rules:
      - {alert: PaymentsDown, expr: up == 0, for: 1m, labels: {severity: page}}
      - {alert: RefundsDown, expr: up == 0, for: 1m}
```
```yaml file=alerts/alertmanager.yml
route:
  receiver: payments-mail
  repeat_interval: 10m
  routes: [{matchers: [severity="page"], receiver: payments-page, repeat_interval: 12h}]
receivers:
  - name: payments-mail
    email_configs: [{to: payments@shop.example, from: alerts@shop.example, smarthost: "mail.shop.example:25"}]
  - name: payments-page
    pagerduty_configs: [{routing_key: key}]
```

## Unanswered
No routing was read:
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {detect: {by: PaymentsDown}, recover: {by: payments-oncall, within: 30m}}}
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: up == 0, for: 1m}]}]
```

## What to do
Whoever routes: say it again sooner on this route (`repeat_interval`), or send it to something that asks until it is
answered. Who promises: promise a recovery that a second message can still reach.

## References
- Alertmanager, `repeat_interval`: 4h where nothing is said (dispatch/route.go)
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.recovery import Due, due
from accord.boundaries.signals.hearing import Reach, heard
from accord.boundaries.signals.routing import Timing, router
from accord.boundaries.signals.signalling import Signal, signalled
from accord.model.alerting import Receiver
from accord.model.duration import show_duration
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("detect", "recover", "hours", "alert", "label", "route", "receiver", "repeat_interval")
_TOLD_ONCE = frozenset(
    (
        "email",
        "slack",
        "discord",
        "msteams",
        "msteamsv2",
        "telegram",
        "webex",
        "wechat",
        "sns",
        "mattermost",
        "rocketchat",
    )
)


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds how soon a message is said again against how soon the repair is due."""
    for provider, operation, signal in signalled(system, view):
        side = system.promised(provider, operation, view)
        owed = due(side, side.get("hours"))
        if owed is not None:
            yield from _told_once(system, signal, owed, (provider, operation), view)


def _told_once(system: System, signal: Signal, owed: Due, about: tuple[str, str], view: View) -> Iterator[Finding]:
    told = next((one for one in heard(system, view) if one.alert.party == signal.alert.party), None)
    usual = told.usual if told is not None else None
    if told is None or usual is None:
        return
    reach = told.ways[0][0]
    again = [router(reach.tree).settings(node).timings.get("repeat_interval") for node in usual.ends]
    names = dict.fromkeys(reach.receiver(node) for node in usual.ends)
    known = [timing for timing in again if timing is not None]
    if len(known) == len(again) and all(_is_told_once(reach, name) for name in names):
        soonest = min(known, key=lambda timing: timing.value)
        if soonest.value > owed.within:
            yield _finding(signal, owed, about, reach, tuple(names), soonest)


def _is_told_once(reach: Reach, name: str) -> bool:
    receiver = reach.tree.receiver(name)
    return (
        isinstance(receiver, Receiver)
        and bool(receiver.integrations)
        and all(each.kind in _TOLD_ONCE for each in receiver.integrations)
    )


def _finding(
    signal: Signal, owed: Due, about: tuple[str, str], reach: Reach, names: tuple[str, ...], again: Timing
) -> Finding:
    subject, name, every = "/".join(about), signal.alert.called, show_duration(again.value)
    who = " and ".join(names)
    statements = (
        Statement(owed.fact, f"{owed.fact.says} promises recovery of {subject} within {owed.fact.text}"),
        Statement(reach.tree.receivers[names[0]], f"{who} is told of {name}, and asks for no answer"),
        Statement(again.fact, f"{name} is told again after {every}"),
    )
    return Finding(
        Verdict.CONDITIONAL,
        f"the recovery of {subject} is due within {owed.fact.text}, and {who} is told of it again only after {every}",
        statements,
        *("", *about),
        condition=f"the first message to {who} is read",
        moves=(Move(who, f"say it again within {owed.fact.text}, or ask until somebody answers"),),
    )
