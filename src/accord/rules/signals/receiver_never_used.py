"""Receiver never used.

A receiver is defined, and no route names it. Whoever defined it counts on being told there; whoever writes the routes
took the last one away, or never wrote it. The file is valid, and nothing arrives.

## Example
```yaml file=alertmanager.yml
route: {receiver: pager}
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
- name: data-chat  # finding: note
  slack_configs: [{channel: data, api_url: "https://hooks.example.org/a"}]
```

## Not a gap
```yaml file=alertmanager.yml
route:
  receiver: pager
  routes: [{matchers: [team = data], receiver: data-chat}]
receivers:
- name: pager
  pagerduty_configs: [{routing_key: key}]
- name: data-chat
  slack_configs: [{channel: data, api_url: "https://hooks.example.org/a"}]
```

## Unanswered
A routing file says all there is about its receivers, so nothing is asked. Whether an alert ever gets to a route that
names a receiver is another question:
```yaml file=alertmanager.yml
route:
  receiver: pager
  routes: [{matchers: [team = nobody], receiver: data-chat}]
receivers: [{name: pager}, {name: data-chat}]
```

## What to do
The routes: send to it what is meant for it, or take it away.

## References
- Prometheus Alertmanager, Configuration: receiver
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.signals.alerting import alerting
from accord.model.finding import Finding, Statement, Verdict

READS = ("receiver", "route")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for receivers that no route names."""
    for tree in alerting(system, view).trees:
        used = {node.route.receiver for node in tree.nodes}
        for name, fact in tree.receivers.items() if tree.root is not None and not tree.program else ():
            if name not in used:
                message = f"no route names the receiver {name}"
                yield Finding(Verdict.NOTE, message, (Statement(fact, message),), "", tree.party, name)
