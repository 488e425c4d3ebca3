"""Muted inside promised hours.

A promise holds at night, and the one alert that shows when it is broken is muted then, or active in office hours only.
Whoever promises is right: there is a signal. Whoever wrote the routes is right: nobody wanted to be woken by that alert
when it was muted. Until the morning nobody is told.

A contract names the rule by its alert (`detect: {by: StoreSlow}`) and says when the promise holds (`hours`). The year to
come is looked through; the first instant is told. Mute times are those of the route at which the alert ends: they are
not inherited.

## Example
```yaml file=shop/accord.yaml
party: shop
promises:
  order:
    hours: 24x7  # finding: mismatch
    detect: {by: OrdersSlow}
```
```yaml file=rules.yml
groups:
- name: shop
  rules:
  - alert: OrdersSlow
    expr: orders_seconds > 2
    labels: {severity: page, team: web}
```
```yaml file=alertmanager.yml
route:
  receiver: pager
  routes:
  - {matchers: [team = web], receiver: pager, mute_time_intervals: [nights]}
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
time_intervals:
- name: nights
  time_intervals:
  - times: [{start_time: "22:00", end_time: "24:00"}, {start_time: "00:00", end_time: "06:00"}]
    location: Europe/Berlin
```
### Active in office hours
```yaml file=shop/accord.yaml
party: shop
promises:
  order:
    hours: daily 06:00-22:00 Europe/Berlin  # finding: mismatch
    detect: {by: OrdersSlow}
```
```yaml file=rules.yml
groups:
- {name: shop, rules: [{alert: OrdersSlow, expr: orders_seconds > 2, labels: {team: web}}]}
```
```yaml file=alertmanager.yml
route:
  receiver: pager
  routes: [{matchers: [team = web], active_time_intervals: [office]}]
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
time_intervals:
- name: office
  time_intervals: [{weekdays: ["monday:friday"], location: Europe/Berlin}]
```

## Not a gap
The promise sleeps too, and what else is muted is told to somebody else:
```yaml file=shop/accord.yaml
party: shop
promises:
  order: {hours: "daily 06:00-22:00 Europe/Berlin", detect: {by: OrdersSlow}}
  pay: {hours: 24x7, detect: {by: PaySlow}}
```
```yaml file=rules.yml
groups:
- name: shop
  rules:
  - {alert: OrdersSlow, expr: orders_seconds > 2, labels: {team: web}}
  - {alert: PaySlow, expr: pay_seconds > 2, labels: {team: pay}}
```
```yaml file=alertmanager.yml
route:
  receiver: pager
  routes:
  - {matchers: [team = web], mute_time_intervals: [nights]}
  - {matchers: [team = pay], mute_time_intervals: [nights], continue: true}
  - {matchers: [team = pay]}
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
time_intervals:
- name: nights
  time_intervals:
  - times: [{start_time: "22:00", end_time: "24:00"}, {start_time: "00:00", end_time: "06:00"}]
    location: Europe/Berlin
```

## Unanswered
A promise that does not say when it holds is not one for every hour, and nothing is said:
```yaml file=shop/accord.yaml
{party: shop, promises: {order: {detect: {by: OrdersSlow}}}}
```
```yaml file=rules.yml
groups:
- {name: shop, rules: [{alert: OrdersSlow, expr: orders_seconds > 2, labels: {team: web}}]}
```

## What to do
Who promises: promise the hours in which somebody is told, or name a second signal. The routes: mute it less.

## References
- Prometheus Alertmanager, Configuration: time_interval, mute_time_intervals, active_time_intervals
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.signals.hearing_story import weight
from accord.boundaries.signals.hearing_words import ends, fires
from accord.boundaries.signals.muted import Mute, mute, silence
from accord.boundaries.signals.watched import Watched, watched
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.hours import Hours, show_instant

READS = ("detect", "hours", "kind", "alert", "label", "external_label", "relabelled", "rule_files", "scrape", "route", "receiver", "calendar")  # fmt: skip


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the hours of every promise against those in which its one signal is told to somebody."""
    words = vocabulary(system, view)
    for each in watched(system, view):
        hours = each.side.get("hours")
        if hours is not None and isinstance(hours.value, Hours):
            found = mute(each.by, hours.value, system.as_of)
            if found is not None:
                yield _finding(each, hours, found, words)


def _finding(each: Watched, hours: Fact, found: Mute, words: Vocabulary) -> Finding:
    alert = each.by.alert
    when = show_instant(found.instant, (*found.zones, *hours.value.zones))
    message = f"{each.subject} is promised {hours.text}; at {when} {alert.called}, all that shows it, is muted"
    muted = (
        statement
        for reach, node, fact in found.by
        for statement in (ends(reach, node), Statement(fact, f"it says nothing then: {fact.text}"))
    )
    promised = Statement(hours, f"{hours.says} promises {each.subject} {hours.text}")
    statements = tuple(dict.fromkeys((promised, each.named, fires(alert), *muted)))
    moves = (
        Move(each.provider, f"promise {each.subject} while somebody is told, or name a second signal"),
        Move(found.by[0][0].tree.party, f"do not mute {alert.called} then"),
    )
    witness = silence(each, hours, found, f"{each.subject} deviates, and nobody is told until later")
    about = ("", each.provider, each.operation, "", weight(alert, words), "", witness, (), moves)
    return Finding(Verdict.MISMATCH, message, statements, *about)
