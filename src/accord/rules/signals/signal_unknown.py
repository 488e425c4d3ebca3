"""Signal unknown.

A contract names the alert that shows when its word is broken. The rules were read, and none of them fires an alert of that
name; one is called almost the same. Whoever wrote the contract is right to point at the alert, whoever wrote the rule to
call it as they do. Until the two names are one, nothing follows from the rule, and nobody notices when it is deleted.

Only names that resemble an alert are told of: another may be fired by a server whose rules were not read.

## Example
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    detect: {by: PaymentsErors, within: 2m}  # finding: unanswered
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsErrors, expr: errors > 1, for: 1m}]}]
```

## Not a gap
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {detect: {by: PaymentsErrors}}
  refund: {detect: {by: refund-probe}}
  settle: {detect: {by: PaymentsError}}
---
{party: PaymentsError, kind: alert, escalates: none}
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsErrors, expr: errors > 1, for: 1m}]}]
```

## Unanswered
What a caller counts on is asked too:
```yaml file=shop/accord.yaml
party: shop
assumes:
  payments/charge:
    detect: {by: Payments_Errors}  # finding: unanswered
```
```yaml file=alerts/payments.yaml
groups: [{name: payments, rules: [{alert: PaymentsErrors, expr: errors > 1, for: 1m}]}]
```

## What to do
Whoever wrote the contract: name the alert as the rule does, or have the rules read that fire this one.

## References
- Prometheus, alerting rules: the name of an alert is its label `alertname`
"""

from collections.abc import Iterator
from difflib import get_close_matches

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.people.ladder import references
from accord.boundaries.signals.alerting import alerting
from accord.model.fact import Fact
from accord.model.finding import Finding, Question, Statement, Verdict
from accord.model.subject import provider_of

READS = ("detect", "alert")
_LIKE = 0.85
MOST = 100
"""Where more names than these are unknown, the rules that fire them lie elsewhere, and no slip of the pen is looked for."""


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Asks for the alert that is meant, where a name is almost that of one that was read."""
    rules = {alert.called: alert for alert in alerting(system, view).alerts}
    unknown: dict[str, list[Fact]] = {}
    terms = [term for term in system.terms if term.startswith("detect.") and term.endswith(".by")]
    for fact in system.about(*terms) if rules else ():
        if holds_in(fact.scope, view):
            for name in map(provider_of, references(fact)):
                if name not in rules and name not in system.speaking:
                    unknown.setdefault(name, []).append(fact)
    for name, naming in unknown.items() if len(unknown) <= MOST else ():
        near = get_close_matches(name, rules, n=1, cutoff=_LIKE)
        if near:
            yield from (_asked(fact, name, rules[near[0]].name) for fact in naming)


def _asked(named: Fact, name: str, alert: Fact) -> Finding:
    return Finding(
        Verdict.UNANSWERED,
        f"no rule that was read fires an alert called {name}; one fires {alert.value}",
        (
            Statement(named, f"{named.says} names {name} as what shows a deviation of {named.subject}"),
            Statement(alert, f"this rule fires {alert.value}"),
        ),
        *(named.consumer, named.provider, named.operation),
        questions=(Question(named.says, f"whether {name} is the alert {alert.value} (detect: {{by: ...}})"),),
    )
