"""Dead man's switch to nowhere.

An alert that fires all the time is there for its absence: whoever gets it calls for help when it stops, since then it is
the alerting itself that failed. Here it is sent to a receiver that tells nobody. The rule is right to fire, and whoever
wrote the routes is right not to be woken by it; what nobody does is notice that it is gone.

Heartbeats are the alerts that the configuration names so (`vocabulary.heartbeat`), `Watchdog` and the like where it names
none.

## Example
```yaml file=rules.yml
groups:
- name: general
  rules:
  - alert: Watchdog  # finding: mismatch
    expr: vector(1)
    labels: {severity: none}
```
```yaml file=alertmanager.yml
route:
  receiver: pager
  routes: [{matchers: [alertname = Watchdog], receiver: watchdog}]
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
- name: watchdog
```

## Not a gap
Somebody outside gets it, and notices when it stops:
```yaml file=rules.yml
groups:
- {name: general, rules: [{alert: Watchdog, expr: vector(1)}]}
```
```yaml file=alertmanager.yml
route: {receiver: outside}
receivers:
- name: outside
  webhook_configs: [{url: "https://heartbeats.example.org/a"}]
```

## Unanswered
Where there is no routing file nobody knows where it goes, and nothing is said:
```yaml file=rules.yml
groups:
- {name: general, rules: [{alert: Watchdog, expr: vector(1)}]}
```

## What to do
The routes: send it to something outside that tells a person when it stops, often enough (`repeat_interval`).

## References
- kube-prometheus, Watchdog
- Prometheus Alertmanager, Configuration: route
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import vocabulary
from accord.boundaries.signals.alert_sets import is_heartbeat
from accord.boundaries.signals.hearing import Ear, heard
from accord.boundaries.signals.hearing_story import unheard
from accord.boundaries.signals.hearing_words import ends, fires, silent
from accord.model.finding import Finding, Move, Severity, Verdict

READS = ("alert", "label", "external_label", "relabelled", "rule_files", "scrape", "route", "receiver", "vocabulary")
_NOBODY = frozenset((Ear.NOBODY,))


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks where the heartbeats go."""
    words = vocabulary(system, view)
    for each in heard(system, view):
        if each.ears == _NOBODY and is_heartbeat(each.alert, words):
            reach, node = each.last
            name = reach.receiver(node)
            message = f"{each.alert.called} ends at {name}: nobody notices when it stops"
            witness = unheard(each, message)
            statements = (fires(each.alert), ends(reach, node), silent(reach, name))
            moves = (Move(reach.tree.party, f"have {name} tell something outside that notices when it stops"),)
            about = (each.alert.party, reach.tree.party, name, "", Severity.WARNING, "")
            if witness is not None:
                yield Finding(Verdict.MISMATCH, message, statements, *about, witness, (), moves)
