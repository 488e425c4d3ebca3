"""Interrupting only by mail or log.

An alert declares a severity that interrupts a person, and all that its receivers do is to send mail, open a ticket or
write a log. The rule is right: it is urgent. The receiver is right: the message is sent. Nobody has to read it, so it is
the first thing that is missed at night.

Which severities interrupt a person is configuration (`vocabulary.interrupting`). A receiver of chats, of a pager or of a
webhook may interrupt; what a copy of everything goes to does not.

## Example
```yaml file=rules.yml
groups:
- name: disks
  rules:
  - alert: DiskFull  # finding: note
    expr: disk_free_bytes < 1e9
    labels: {severity: page}
```
```yaml file=alertmanager.yml
global: {smtp_smarthost: "mail.example.org:25", smtp_from: alerts@example.org}
route: {receiver: team-mail}
receivers:
- name: team-mail
  email_configs: [{to: team@example.org}]
```

## Not a gap
A page that goes to a pager too, and a warning by mail:
```yaml file=rules.yml
groups:
- name: disks
  rules:
  - {alert: DiskFull, expr: disk_free_bytes < 1e9, labels: {severity: page}}
  - {alert: DiskFilling, expr: disk_free_bytes < 1e10, labels: {severity: warning}}
```
```yaml file=alertmanager.yml
global: {smtp_smarthost: "mail.example.org:25", smtp_from: alerts@example.org}
route:
  receiver: team-mail
  routes:
  - {matchers: [severity = page], receiver: pager, continue: true}
  - {receiver: team-mail}
receivers:
- name: team-mail
  email_configs: [{to: team@example.org}]
- name: pager
  pagerduty_configs: [{routing_key: key}]
```
### Mail that a pager takes
```yaml file=rules.yml
groups:
- {name: disks, rules: [{alert: DiskFull, expr: disk_free_bytes < 1e9, labels: {severity: page}}]}
```
```yaml file=alertmanager.yml
global: {smtp_smarthost: "mail.example.org:25", smtp_from: alerts@example.org}
route: {receiver: pager}
receivers:
- name: pager
  email_configs: [{to: disks@shop.pagerduty.com}]
```

## Unanswered
What a webhook does is not known, and nothing is said of it:
```yaml file=rules.yml
groups:
- {name: disks, rules: [{alert: DiskFull, expr: disk_free_bytes < 1e9, labels: {severity: page}}]}
```
```yaml file=alertmanager.yml
route: {receiver: program}
receivers:
- name: program
  webhook_configs: [{url: "http://localhost:8080"}]
```

## What to do
The routes: send it to a receiver that interrupts somebody. The alert: declare a lower severity if mail is enough.

## References
- SEC, Administrative Proceeding 3-15570, Knight Capital: 97 mails before the market opened
- Site Reliability Engineering, chapter 6, Monitoring Distributed Systems
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.signals.alert_sets import counted, interrupts
from accord.boundaries.signals.alerting import Alert
from accord.boundaries.signals.hearing import Ear, Heard, Reach, heard
from accord.model.finding import Finding, Statement, Verdict

READS = ("alert", "label", "external_label", "relabelled", "rule_files", "scrape", "route", "receiver", "vocabulary")
_SOMEBODY = {Ear.SOMEBODY}
_QUIET = {"email": "mail", "jira": "tickets"}
_OF_PAGERS = (".pagerduty.com", ".opsgenie.net", "@alert.victorops.com")
"""Mail to these is taken by a pager, which calls a person (email integrations of PagerDuty, Opsgenie, Splunk On-Call)."""


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks how the alerts that interrupt a person are told."""
    words = vocabulary(system, view)
    together: dict[tuple[Reach, tuple[str, ...]], list[Heard]] = {}
    known: dict[int, tuple[str, ...]] = {}
    for each in heard(system, view):
        if each.ears == _SOMEBODY and each.usual is not None:
            names = known.get(id(each.first))  # most alerts share a few ways
            if names is None:
                names = known[id(each.first)] = _quietly(each)
            if names and interrupts(each.alert, words):
                together.setdefault((each.ways[0][0], names), []).append(each)
    for (reach, names), alerts in together.items():
        yield _finding(reach, names, alerts, words)


def _quietly(each: Heard) -> tuple[str, ...]:
    """The receivers that tell somebody, over all courses of the alert; none where one of them does it aloud."""
    reach, taken = each.ways[0]
    named = [reach.receiver(node) for course in taken for node in course.ends]
    telling = dict.fromkeys(name for name in named if name not in reach.silent and name not in reach.copies)
    every = [_kinds(reach, name) for name in telling]
    return tuple(telling) if all(kinds and kinds <= _QUIET.keys() for kinds in every) else ()


def _kinds(reach: Reach, name: str) -> set[str]:
    receiver = reach.tree.receiver(name)
    told = receiver.integrations if receiver is not None else ()
    return {"pager" if _pages(each.target) else each.kind for each in told}


def _pages(target: str) -> bool:
    return any(address.strip().lower().endswith(_OF_PAGERS) for address in target.split(","))


def _finding(reach: Reach, names: tuple[str, ...], alerts: list[Heard], words: Vocabulary) -> Finding:
    how = " and ".join(sorted({_QUIET[kind] for name in names for kind in _kinds(reach, name)}))
    alerts.sort(key=lambda each: each.alert.name.place.spot)
    called = counted([each.alert for each in alerts], "interrupts", "interrupt")
    message = f"{called} a person by severity, and {' and '.join(names)} only {_sends(how)}: nobody must read it"
    first, *others = (_statement(each.alert, words) for each in alerts)
    receivers = (Statement(reach.tree.receivers[name], f"{name} {_sends(how)}") for name in names)
    return Finding(Verdict.NOTE, message, (first, *receivers, *others), "", reach.tree.party, names[0])


def _statement(alert: Alert, words: Vocabulary) -> Statement:
    return Statement(alert.name, f"{alert.called} has the severity {alert.severity(words)}")


def _sends(how: str) -> str:
    return "opens tickets" if how == "tickets" else "sends mail" + (" and opens tickets" if "tickets" in how else "")
