"""Group told later than promised.

A contract says how soon a deviation is shown, and names the alert that shows it. The alert is quick enough by itself. But
Alertmanager tells alerts in groups: the first of a group after `group_wait`, every further one only at the next
`group_interval`. Both are right: nobody wants a message for each of fifty alerts. If another alert of the group has just
been told, this one waits for the next round; and if its condition ends before, nobody is ever told of it.

Measured on Alertmanager 0.25: a second alert that joins a group is told at the group's next turn, and one that fires and
ends between two turns is told to nobody, even while its source repeats the end every 5s.

An alert that opens a group of its own is told in time, so the finding is a condition.

## Example
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    detect: {by: PaymentsDown, within: 2m}  # finding: conditional
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: up == 0, for: 1m, labels: {team: payments}}]}]
```
```yaml file=alerts/alertmanager.yml
route: {receiver: payments-page, group_by: [team], group_wait: 10s, group_interval: 5m}
receivers: [{name: payments-page, pagerduty_configs: [{routing_key: key}]}]
```

## Not a gap
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {detect: {by: PaymentsDown, within: 10m}}}
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: up == 0, for: 1m, labels: {team: payments}}]}]
```
```yaml file=alerts/alertmanager.yml
route: {receiver: payments-page, group_by: [team], group_wait: 10s, group_interval: 5m}
receivers: [{name: payments-page, pagerduty_configs: [{routing_key: key}]}]
```
### Every alert is a group of its own
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {detect: {by: PaymentsDown, within: 2m}}}
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: up == 0, for: 1m, labels: {team: payments}}]}]
```
```yaml file=alerts/alertmanager.yml
route: {receiver: payments-page, group_by: ["..."], group_interval: 5m}
receivers: [{name: payments-page, pagerduty_configs: [{routing_key: key}]}]
```

### It alone is called so, and there is never more than one of it
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {detect: {by: PaymentsDown, within: 2m}}}
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: sum(up) == 0, for: 1m, labels: {team: payments}}]}]
```
```yaml file=alerts/alertmanager.yml
route: {receiver: payments-page, group_by: [alertname], group_wait: 10s, group_interval: 5m}
receivers: [{name: payments-page, pagerduty_configs: [{routing_key: key}]}]
```

## Unanswered
Nobody says how soon it is shown:
```yaml file=payments/accord.yaml
party: payments
promises: {charge: {detect: {by: PaymentsDown}}}
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsDown, expr: up == 0, for: 1m, labels: {team: payments}}]}]
```
```yaml file=alerts/alertmanager.yml
route: {receiver: payments-page, group_by: [team], group_interval: 5m}
receivers: [{name: payments-page, pagerduty_configs: [{routing_key: key}]}]
```

## What to do
Whoever routes: a shorter `group_interval` on the route of this alert, or a group of its own (`group_by`). Who promises:
promise what the group allows.

## References
- Alertmanager, `group_wait` and `group_interval` (dispatch/dispatch.go)
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.signals.alert_labels import EVERY_OTHER, NAME
from accord.boundaries.signals.alerting import Alert, alerts_named
from accord.boundaries.signals.routing import EVERY_LABEL, Timing, shortest_of
from accord.boundaries.signals.signalling import Signal, signalled, told_in
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("detect", "alert", "label", "route", "receiver", "group_interval")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the turn of the alert's group against how soon it is promised to be shown."""
    for provider, operation, signal in signalled(system, view):
        within = system.promised(provider, operation, view).get("detect.within")
        if within is None or not isinstance(within.value, int):
            continue
        turn = _turn(system, signal, view)
        if turn is not None and signal.takes <= within.value < signal.fires + turn.value:
            yield _finding(signal, within, turn, provider, operation)


def _turn(system: System, signal: Signal, view: View) -> Timing | None:
    """The shortest time between two turns of the groups in which the alert is told; None where it has its own, or is not told."""
    settings = told_in(system, view, signal.alert)
    single = len(alerts_named(system, view, signal.alert.called)) == 1 and _is_single(signal.alert)
    if any(
        each.group_by == EVERY_LABEL
        or (single and NAME in each.group_by)
        or (each.is_laid_over and each.grouped_by is None)
        for each in settings
    ):
        return None
    return shortest_of("group_interval", settings)


def _is_single(alert: Alert) -> bool:
    """Whether no two of it fire at once: its result has no label of a series, so all that fires has the same labels."""
    expression = alert.expression
    bare = EVERY_OTHER in expression.dropped and not expression.carried and not expression.rest
    return bare or (bool(expression.selections) and not expression.produces)


def _finding(signal: Signal, within: Fact, turn: Timing, provider: str, operation: str) -> Finding:
    name, every = signal.alert.called, show_duration(turn.value)
    waits = (Statement(part.fact, part.does) for part in signal.parts if part.act != "gathers")
    left = within.value - signal.fires
    shorter = f", or a group_interval of at most {show_duration(left)}" if left else ""
    return Finding(
        Verdict.CONDITIONAL,
        f"{provider} says that {name} shows a deviation of {within.subject} within {within.text}; its group is told every {every}",
        (
            Statement(within, f"{provider} says that it is shown within {within.text}"),
            *waits,
            Statement(turn.fact, f"a group that has been told is told again after {every} at the earliest"),
        ),
        *("", provider, operation),
        condition=f"no other alert of its group was told in the {every} before",
        moves=(
            Move("routing", f"give {name} a group of its own{shorter}"),
            Move(provider, f"promise that it is shown within {show_duration(signal.fires + turn.value)}"),
        ),
    )
