"""Inhibited only signal.

A promise is shown by one alert alone, and Alertmanager holds that alert back while another one fires. Whoever promises
is right: there is a signal. Whoever wrote the inhibition is right: one page for one failure is enough. When both fail at
once, the promise is broken and nobody is told of it; whoever is told of the other has no reason to look here.

A contract names the rule by its alert (`detect: {by: StoreSlow}`). Labels that a rule leaves open are as the inhibition
asks; those that nobody sets are not there, and two alerts that both lack a label agree in it.

## Example
```yaml file=shop/accord.yaml
party: shop
promises:
  order:
    detect: {by: OrdersSlow}
```
```yaml file=rules.yml
groups:
- name: shop
  rules:
  - alert: OrdersSlow  # finding: mismatch
    expr: orders_seconds > 2
    labels: {severity: warning}
  - alert: ClusterDown
    expr: up == 0
    labels: {severity: critical}
```
```yaml file=alertmanager.yml
route: {receiver: pager}
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
inhibit_rules:
- source_matchers: [severity = critical]
  target_matchers: [severity = warning]
```

## Not a gap
The two never agree in the cluster that the one names, and what the other inhibition asks for no other alert has:
```yaml file=shop/accord.yaml
party: shop
promises: {order: {detect: {by: OrdersSlow}}}
```
```yaml file=rules.yml
groups:
- name: shop
  rules:
  - {alert: OrdersSlow, expr: orders_seconds > 2, labels: {severity: warning, cluster: a}}
  - {alert: ClusterDown, expr: up == 0, labels: {severity: critical, cluster: b}}
```
```yaml file=alertmanager.yml
route: {receiver: pager}
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
inhibit_rules:
- {source_matchers: [severity = critical], target_matchers: [severity = warning], equal: [cluster]}
- {source_matchers: [severity = page], target_matchers: [severity = warning]}
```

## Unanswered
A promise that names no signal of these rules is left to `contract/question-unanswered`:
```yaml file=shop/accord.yaml
party: shop
promises: {order: {detect: {by: [OrdersSlow, callers]}}}
```
```yaml file=rules.yml
groups:
- name: shop
  rules:
  - {alert: OrdersSlow, expr: orders_seconds > 2, labels: {severity: warning}}
  - {alert: ClusterDown, expr: up == 0, labels: {severity: critical}}
```
```yaml file=alertmanager.yml
route: {receiver: pager}
receivers: [{name: pager}]
inhibit_rules:
- {source_matchers: [severity = critical], target_matchers: [severity = warning]}
```

## What to do
Who promises: name a second signal. The routes: let the two agree in a label (`equal`) that only one failure has.

## References
- Prometheus Alertmanager, Configuration: inhibit_rule
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.signals.hearing import Heard, heard
from accord.boundaries.signals.hearing_story import weight
from accord.boundaries.signals.hearing_words import fires
from accord.boundaries.signals.held_back import Hold, holding, holds
from accord.boundaries.signals.watched import Watched, watched
from accord.model.finding import Finding, Move, Statement, Verdict

READS = (
    "detect",
    "kind",
    "alert",
    "label",
    "external_label",
    "relabelled",
    "rule_files",
    "scrape",
    "route",
    "receiver",
    "inhibition",
)


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for inhibitions that can hold back the one signal of a promise."""
    words = vocabulary(system, view)
    every = [each for each in heard(system, view) if each.ways]
    for each in watched(system, view):
        found = list(holds(each.by, _others(each, every)))
        if found:
            yield _finding(each, found, words)


def _others(watched: Watched, every: list[Heard]) -> list[Heard]:
    return [one for one in every if one.alert.called != watched.by.alert.called]


def _finding(each: Watched, found: list[Hold], words: Vocabulary) -> Finding:
    alert, first = each.by.alert, found[0]
    names = list(dict.fromkeys(hold.source.alert.called for hold in found))
    others = f" or {len(names) - 1} others" if len(names) > 2 else f" or {names[1]}" if len(names) == 2 else ""
    message = f"{each.subject} is shown by {alert.called} alone, which is held back while {names[0]}{others} fires"
    statements = (
        fires(alert),
        each.named,
        Statement(first.rule, f"{names[0]} holds it back: {first.rule.text}"),
        fires(first.source.alert),
    )
    moves = (
        Move(each.provider, f"name a second signal of {each.subject}"),
        Move(first.rule.says, "hold it back only where the two agree in a label that one failure has"),
    )
    witness = holding(each, first, f"{each.subject} deviates, and nobody is told of it")
    about = ("", each.provider, each.operation, "", weight(alert, words), "", witness, (), moves)
    return Finding(Verdict.MISMATCH, message, statements, *about)
