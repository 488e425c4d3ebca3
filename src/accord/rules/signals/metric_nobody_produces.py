"""Metric nobody produces.

An alert asks for a series that a recording rule must make, and no rule that was read makes it. An expression over a series
that is not there is empty: the alert is silent, and looks healthy. Whoever renamed the recording rule was right to.

Only names of the form `level:metric:operations` are judged, which by convention recording rules make and nothing else.
Whether other files or servers record it cannot be seen from here, so it is a question, and it is asked only where rules
that were read record other series of the same level. Where one of these differs by a slip, that is a note. What targets
expose cannot be told from rules, and is never asked.

## Example
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {record: "job:errors:rate5m", expr: "sum by (job) (rate(errors_total[5m]))"}
  - {alert: Errors, expr: "job:errors:rate5m > 1"}
  - {alert: Errorss, expr: "job:error:rate5m > 1"}  # finding: note
  - {alert: Slow, expr: "job:latency_seconds:p99 > 1"}  # finding: unanswered
```

## Not a gap
Nothing of the level `cluster` is recorded here: another server may do it.
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {record: "job:errors:rate5m", expr: "sum by (job) (rate(errors_total[5m]))"}
  - {alert: Slow, expr: "cluster:latency_seconds:p99 > 1"}
  - {alert: Gone, expr: "absent(job:uptime:sum)"}
```

## Unanswered
### Nothing is recorded here at all
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: Slow, expr: "job:latency_seconds:p99 > 1"}
```

## What to do
The alert: ask for the series as it is called now. The recording rules: make it, or say where it is made.

## References
- Prometheus, Recording rules: naming
"""

from collections.abc import Iterator
from difflib import SequenceMatcher

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.signals.alert_sets import roots
from accord.boundaries.signals.alerting import Alert
from accord.model.fact import Fact
from accord.model.finding import Finding, Question, Severity, Statement, Verdict

READS = ("alert", "records")
_SLIP = 0.9


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks each series that a recording rule must make up among those that are made."""
    recorded: dict[str, Fact] = {}
    for fact in system.about("records"):
        recorded.setdefault(str(fact.value), fact)
    for root, alerts in roots(system, view).items():
        levels = {name.partition(":")[0] for name, fact in recorded.items() if fact.place.root == root and ":" in name}
        missing: dict[str, list[Alert]] = {}
        for alert in alerts if levels else ():
            for name in _asked(alert):
                if name not in recorded and name.partition(":")[0] in levels:
                    missing.setdefault(name, []).append(alert)
        for name, asking in missing.items():
            yield _finding(name, asking, recorded)


def _asked(alert: Alert) -> dict[str, None]:
    """The series of a recording rule that the alert needs; one whose absence it asks for may be missing."""
    if not alert.expression.produces:
        return {}
    return dict.fromkeys(one.metric for one in alert.expression.selections if one.metric.count(":") >= 2)


def _finding(name: str, alerts: list[Alert], recorded: dict[str, Fact]) -> Finding:
    level = name.partition(":")[0]
    near = max(
        (other for other in recorded if other.partition(":")[0] == level),
        key=lambda other: SequenceMatcher(None, name, other).ratio(),
        default="",
    )
    statements = tuple(Statement(alert.said["alert.expression"], f"{alert.called} asks for {name}") for alert in alerts)
    provider = alerts[0].party if len(alerts) == 1 else ""
    message = f"no rule that was read records {name}"
    if SequenceMatcher(None, name, near).ratio() >= _SLIP and not _differ_in_numbers(name, near):
        meant = Statement(recorded[near], f"{near} is recorded")
        message = f"{message}; did it mean {near}?"
        return Finding(Verdict.NOTE, message, (*statements, meant), "", provider, severity=Severity.WARNING)
    question = Question("the recording rules", f"which rule records {name}")
    return Finding(Verdict.UNANSWERED, message, statements, "", provider, questions=(question,))


def _differ_in_numbers(one: str, other: str) -> bool:
    """Whether two names tell other windows or shares apart, such as rate5m and rate1h."""
    return [sign for sign in one if sign.isdigit()] != [sign for sign in other if sign.isdigit()]
