"""Reaches nobody.

An alert fires, and every route at which it ends has a receiver that tells nobody: one without an integration, or one
that only writes a log. Whoever wrote the rule is right: it names its severity and its team. Whoever wrote the routes is
right: each alert that they know of has a receiver. The tests of both pass.

How much it matters is what the alert declares itself: an error where its severity interrupts a person (the configuration
lists which), a warning for others, else information. A label that the rule sets from a template, that the expression carries
by its name, or that the server fills in or writes anew is open: then the finding says for which values somebody hears.
Of several servers that load the rule, the one counts whose labels are heard best. Any other label is taken not to be set,
and `job` and `instance` to be nothing special. A receiver that gets a copy of everything by webhook may end at a program (`receivers.log_only` says so); alone it leaves the question open.

A route that sends alerts to such a receiver by their names, or others that interrupt nobody by their labels, means it:
that is noted, as is what interrupts nobody and ends at a receiver called `null`, `blackhole` or the like. Where none of a
file tells anybody, that is told once for each receiver. Heartbeats have a rule of their own.

## Example
```yaml file=rules.yml
groups:
- name: disks
  rules:
  - alert: DiskFull  # finding: mismatch
    expr: disk_free_bytes < 1e9
    labels: {severity: page, team: data}
```
```yaml file=alertmanager.yml
route:
  receiver: default
  routes:
  - matchers: [team = data]
    routes:
    - {matchers: [severity = warning], receiver: data-chat}
  - {matchers: [severity = page], receiver: pager}
receivers:
- name: default
- name: data-chat
  slack_configs: [{channel: data, api_url: "https://hooks.example.org/a"}]
- name: pager
  pagerduty_configs: [{routing_key: key}]
```

## Not a gap
The first is sent on by the root; the second ends at a receiver that somebody named for it:
```yaml file=rules.yml
groups:
- name: disks
  rules:
  - {alert: DiskFull, expr: disk_free_bytes < 1e9, labels: {severity: page}}
  - {alert: InfoInhibitor, expr: ALERTS == 1}
```
```yaml file=alertmanager.yml
route:
  receiver: pager
  routes: [{matchers: [alertname = InfoInhibitor], receiver: "null"}]
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
- name: "null"  # finding: note
```

## Unanswered
The team is a label of the series; and what gets a copy of everything may be a program:
```yaml file=rules.yml
groups:
- name: disks
  rules:
  - alert: DiskFull  # finding: conditional
    expr: disk_free_bytes * on (host) group_left (team) host_owner < 1e9
  - alert: DiskSlow  # finding: conditional
    expr: disk_seconds > 1
```
```yaml file=alertmanager.yml
route:
  receiver: default
  routes:
  - {receiver: copies, continue: true}
  - {matchers: [team = data], receiver: data-chat}
receivers:
- name: default
- name: copies
  webhook_configs: [{url: "http://localhost:6725"}]
- name: data-chat
  slack_configs: [{channel: data, api_url: "https://hooks.example.org/a"}]
```

## What to do
The alert: set the labels of a route that tells somebody. The routes: give the receiver an integration, or send what is
left at the end to one that has.

## References
- Prometheus Alertmanager, Configuration: route
- kube-prometheus, customizations: receivers that are empty until they are filled in
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.signals.alert_sets import counted, interrupts, is_heartbeat
from accord.boundaries.signals.hearing import Ear, Heard, Reach, heard
from accord.boundaries.signals.hearing_story import unheard, weight
from accord.boundaries.signals.hearing_words import (
    condition,
    copies,
    discards,
    ends,
    fires,
    opens,
    questions,
    severity,
    silent,
    tells,
)
from accord.model.finding import Finding, Move, Severity, Statement, Verdict

READS = ("alert", "label", "external_label", "relabelled", "rule_files", "scrape", "route", "receiver", "vocabulary")
_HEAVIEST = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
Groups = dict[tuple[Reach, str, bool], list[Heard]]


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Sends every alert through the routes, and looks who hears it."""
    words = vocabulary(system, view)
    together: Groups = {}
    for each in heard(system, view):
        if each.ears != {Ear.SOMEBODY} and each.ways and not is_heartbeat(each.alert, words):
            if each.ears == {Ear.NOBODY}:
                yield from _nobody(each, words, together)
            elif Ear.SOMEBODY not in each.ears or _hangs(each):
                yield _open(each, words)
    for (reach, name, is_meant), alerts in together.items():
        alerts.sort(key=lambda each: (_HEAVIEST[weight(each.alert, words)], each.alert.name.place.spot))
        yield _meant(reach, name, alerts, words) if is_meant else _bare(reach, name, alerts, words)


def _hangs(each: Heard) -> bool:
    """Whether nobody hears it where no open label is what a route asks for, and nobody meant it so."""
    usual = each.usual
    reach, node = each.last
    return usual is not None and reach.hears(usual) is not Ear.SOMEBODY and not reach.is_meant(node)


def _nobody(each: Heard, words: Vocabulary, together: Groups) -> Iterator[Finding]:
    reach, node = each.last
    is_bare, by_name = all(other.is_bare for other, _ in each.ways), reach.is_by_name(node)
    is_meant = reach.is_meant(node) or discards(reach.receiver(node))
    if is_bare or by_name or (is_meant and not interrupts(each.alert, words)):
        together.setdefault((reach, reach.receiver(node), by_name or not is_bare), []).append(each)
        return
    name, alert = reach.receiver(node), each.alert
    message = f"{alert.called}{severity(alert, words)} ends at {name}, and nobody hears it"
    if (witness := unheard(each, message)) is None:
        return
    statements = (fires(alert), ends(reach, node), silent(reach, name))
    moves = (
        Move(alert.party, "set the labels of a route that tells somebody"),
        Move(reach.tree.party, f"give {name} an integration, or send this alert to a receiver that has one"),
    )
    about = (alert.party, reach.tree.party, name)
    yield Finding(Verdict.MISMATCH, message, statements, *about, "", weight(alert, words), "", witness, (), moves)


def _bare(reach: Reach, name: str, alerts: list[Heard], words: Vocabulary) -> Finding:
    """No receiver of the file tells anybody: once for each at which alerts end."""
    first = alerts[0]
    of = "that a route names" if reach.is_spare else "of the file"
    message = f"{_count(alerts, 'end')} at {name}, and no receiver {of} tells anybody"
    shown = tuple(fires(each.alert) for each in alerts)
    statements = (silent(reach, name), ends(reach, first.last[1]), *shown)
    other = ", or name a receiver that has one in a route" if reach.is_spare else ""
    moves = (Move(reach.tree.party, f"give {name} an integration{other}"),)
    witness = unheard(first, f"{first.alert.called} ends at {name}, and nobody hears it")
    about = ("", reach.tree.party, name, "", weight(first.alert, words))
    return Finding(Verdict.MISMATCH, message, statements, *about, "", witness, (), moves)


def _meant(reach: Reach, name: str, alerts: list[Heard], words: Vocabulary) -> Finding:
    """A route sends these alerts to nobody on purpose."""
    message = f"{_count(alerts, 'is sent', 'are sent')} on purpose to {name}, which tells nobody"
    shown = tuple(Statement(each.alert.name, f"{each.alert.called} is sent there") for each in alerts)
    statements = (silent(reach, name), ends(reach, alerts[0].last[1]), *shown)
    weighty = any(interrupts(each.alert, words) for each in alerts)
    severity = Severity.WARNING if weighty else Severity.INFO
    return Finding(Verdict.NOTE, message, statements, "", reach.tree.party, name, severity=severity)


def _count(alerts: list[Heard], verb: str, verbs: str = "") -> str:
    return counted([each.alert for each in alerts], verb if verbs else f"{verb}s", verbs or verb)


def _open(each: Heard, words: Vocabulary) -> Finding:
    """Whether somebody hears it hangs on the value of a label, or on what a receiver of copies is."""
    reach, node = each.last
    alert, name = each.alert, reach.receiver(node)
    message = f"{alert.called}{severity(alert, words)} ends at {name}"
    told = dict.fromkeys((silent(reach, name) if name in reach.silent else tells(reach, name), *copies(each)))
    statements = (fires(alert), *opens(each), ends(reach, node), *told)
    about = (alert.party, reach.tree.party, name, "", weight(alert, words), condition(each), None)
    return Finding(Verdict.CONDITIONAL, message, statements, *about, questions(each))
