"""Runbook missing.

An alert fires and says nothing of what to do. Whoever wrote it knows; at three at night it is read by somebody else.

A runbook is an annotation or a label of one of the names that the configuration lists (`vocabulary.runbook`). Alerts that
interrupt a person are told apart from the others: of these it is a warning. Heartbeats need none. Where no alert of a
folder that was read has one, that is one cause and one finding.

## Example
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: CheckoutDown  # finding: note
    expr: up{job="checkout"} == 0
    labels: {severity: page}
  - alert: StockSlow  # finding: note
    expr: stock_seconds > 5
    labels: {severity: info}
  - alert: StockDown
    expr: up{job="stock"} == 0
    annotations: {runbook_url: "https://runbooks.shop.example/stock"}
```

## Not a gap
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: Watchdog, expr: vector(1), labels: {severity: none}}
  - {alert: StockDown, expr: stock == 0, labels: {playbook: stock-down}}
```

## Unanswered
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: CheckoutDown, expr: up == 0, labels: {severity: page}}  # finding: note
  - {alert: StockDown, expr: stock == 0}
```

## What to do
The alert: link the page that says what to check first and what brings it back.

## References
- Prometheus, Alerting: linking to runbooks
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import vocabulary
from accord.boundaries.signals.alert_sets import counted, interrupts, is_heartbeat, note, roots
from accord.boundaries.signals.alerting import Alert
from accord.model.fact import Fact
from accord.model.finding import Finding

READS = ("alert", "label", "annotation", "vocabulary")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for the runbook of each alert."""
    words = vocabulary(system, view)
    for alerts in roots(system, view).values():
        without = [alert for alert in alerts if not alert.form.first(words.runbook) and not is_heartbeat(alert, words)]
        asked = [alert for alert in alerts if not is_heartbeat(alert, words)] if without else []
        if len(without) == len(asked) > 1:
            yield note(without, f"none of {len(asked)} alerts links a runbook", _statement, words)
            continue
        for interrupting in (True, False):
            part = [alert for alert in without if interrupts(alert, words) is interrupting]
            if part:
                those = " that interrupt a person" if interrupting else ""
                message = counted(part, "links no runbook", f"{those.strip()} link no runbook".strip())
                yield note(part, message, _statement, words)


def _statement(alert: Alert) -> tuple[Fact, str]:
    return alert.name, f"{alert.called} links no runbook"
