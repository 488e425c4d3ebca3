"""Words differ from rule.

The text of an alert says `for more than 2 minutes` and its `for` says another time. One of the two was changed, with good
reason, and the other stayed. Whoever reads the page takes the sentence for the rule.

Preview: it tells what it sees and is never more than information. Judged is only a sentence that leaves no doubt: one
time in all the texts of the alert, after `for`, `for more than`, `for at least` or `for over`; a `for` in the rule; and an
expression without a window, an offset or the time of day, whose time the sentence might mean instead.

## Example
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: StockDown
    expr: up{job="stock"} == 0
    for: 1m
    annotations:
      description: "{{ $labels.instance }} has been down for more than 2 minutes."  # finding: note
```

## Not a gap
The second sentence may mean the window, the third the threshold:
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: StockDown, expr: up == 0, for: 2m, annotations: {text: down for 120 seconds}}
  - {alert: StockSlow, expr: "avg_over_time(stock[1h]) > 5", for: 5m, annotations: {text: slow for more than 1 hour}}
  - {alert: StockOld, expr: time() - stock_written > 600, for: 5m, annotations: {text: not written for 10 minutes}}
```

## Unanswered
Two times in one text leave it open which is meant:
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: StockDown, expr: up == 0, for: 1m, annotations: {text: "down for 2 minutes, call after 10 minutes"}}
```

## What to do
The alert: say in the text what the rule says, or give the rule the time that was promised.

## References
- Prometheus, Alerting rules: for
"""

import re
from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.signals.alerting import Alert, alerting
from accord.model.duration import NANOSECONDS
from accord.model.fact import Fact
from accord.model.finding import Finding, Severity, Statement, Verdict

READS = ("alert", "annotation")
_TIME = re.compile(
    r"(?<![\w.:/-])(\d{1,4}) ?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)\b", re.IGNORECASE
)
_BEFORE = re.compile(r"\bfor (?:(?:more|longer) than |at least |over )?(?:the (?:last|past) )?$", re.IGNORECASE)
_OF_TIME = re.compile(
    r"\[|\bALERTS|[a-z_:]\d+[smhdw]\b|\boffset\b|\btime\(|timestamp\(|seconds|_time\b|_age|duration|\b(?:hour|minute|day_of)"
)


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the time that a text names against the rule's own."""
    for alert in alerting(system, view).alerts:
        said = alert.said
        if not [term for term in alert.form.annotations.values() if "for " in str(said[term].value)]:
            continue  # most of them
        rule, expression = said.get("alert.for"), said.get("alert.expression")
        if rule is None or expression is None:
            continue
        named = [(fact, found) for fact in alert.annotations.values() for found in _TIME.finditer(str(fact.value))]
        if len(named) != 1 or not _leaves_no_doubt(*named[0]) or _OF_TIME.search(expression.text):
            continue
        if _length(named[0][1]) != rule.value:
            yield _finding(alert, rule, *named[0])


def _leaves_no_doubt(fact: Fact, found: re.Match[str]) -> bool:
    text = str(fact.value)
    inside = text.rfind("{{", 0, found.start()) > text.rfind("}}", 0, found.start())
    return not inside and _BEFORE.search(text, 0, found.start()) is not None


def _length(found: re.Match[str]) -> int:
    return int(found[1]) * NANOSECONDS[found[2][0].lower()]


def _finding(alert: Alert, rule: Fact, fact: Fact, found: re.Match[str]) -> Finding:
    said = " ".join(str(fact.value)[: found.end()].split()[-5:])
    message = f"the text of {alert.called} says {found[0]}, and the rule waits {rule.text}"
    statements = (
        Statement(fact, f"{alert.called} says: {said}"),
        Statement(rule, f"{alert.called} fires after {rule.text}"),
    )
    return Finding(Verdict.NOTE, message, statements, "", alert.party, severity=Severity.INFO)
