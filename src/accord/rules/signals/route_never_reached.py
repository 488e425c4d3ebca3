"""Route never reached.

No alert can get to a route: what it asks for excludes what a route above it asks for, or an earlier one beside it takes
all that it would take and passes nothing on (`continue`). Each block of the file is right by itself, and the file is
valid. Whoever wrote the route counts on its receiver.

It is told only where it holds for every set of labels, decided over the values that matchers list (`=`, `a|b`); what
hangs on other patterns is left alone. Of a branch the highest such route is told.

## Example
```yaml file=alertmanager.yml
route:
  receiver: default
  routes:
  - {matchers: ['team =~ "data|search"'], receiver: data}
  - {matchers: [team = data, severity = page], receiver: pager}  # finding: note
  - matchers: [team = shop]
    receiver: shop
    routes:
    - {matchers: ['team =~ "store|cart"'], receiver: pager}  # finding: note
receivers: [{name: default}, {name: data}, {name: pager}, {name: shop}]
```
### Two before it, one for each value
```yaml file=alertmanager.yml
route:
  receiver: default
  routes:
  - {matchers: [severity = page], receiver: pager}
  - {matchers: [severity = critical], receiver: pager}
  - {matchers: ['severity =~ "page|critical"', team = data], receiver: data}  # finding: note
receivers: [{name: default}, {name: data}, {name: pager}]
```

## Not a gap
The first passes on what it takes, the second leaves warnings, and what the third asks for is another label:
```yaml file=alertmanager.yml
route:
  receiver: default
  routes:
  - {matchers: ['team =~ "data|search"'], receiver: data, continue: true}
  - {matchers: [team = data, severity = page], receiver: pager}
  - {matchers: [team = data], receiver: data}
  - {matchers: [service = data], receiver: data}
receivers: [{name: default}, {name: data}, {name: pager}]
```

## Unanswered
Whether these patterns have a value in common is not decided, so nothing is said:
```yaml file=alertmanager.yml
route:
  receiver: default
  routes:
  - matchers: ['instance =~ "db.+"']
    receiver: data
    routes: [{matchers: ['instance =~ "web.+"'], receiver: pager}]
receivers: [{name: default}, {name: data}, {name: pager}]
```

## What to do
The routes: put the narrower one first, or let the wider one `continue`; or take the route away.

## References
- Prometheus Alertmanager, Configuration: route, continue
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.signals.alerting import Node, alerting
from accord.boundaries.signals.unreachable import Unreached, unreached
from accord.model.finding import Finding, Severity, Statement, Verdict

READS = ("route", "receiver")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for routes that nothing gets to."""
    for tree in alerting(system, view).trees:
        for found in unreached(tree):
            yield _finding(tree.party, found)


def _finding(party: str, found: Unreached) -> Finding:
    if found.contradicts:
        why = "excludes what the routes above it ask for" if found.by else "excludes itself"
        message, before = f"no alert gets to {_shown(found.node)}: what it asks for {why}", "asks"
    else:
        takers = "an earlier one takes" if len(found.by) == 1 else f"{len(found.by)} earlier ones take"
        message, before = f"no alert gets to {_shown(found.node)}: {takers} all of them", "takes them before"
    first = Statement(found.node.fact, f"{_shown(found.node)} has {_names(found.node)}")
    others = (Statement(node.fact, f"{_shown(node)} {before}") for node in found.by)
    return Finding(Verdict.NOTE, message, (first, *others), "", party, severity=Severity.WARNING)


def _names(node: Node) -> str:
    return f"the receiver {node.route.receiver}" if node.route.receiver else "the receiver of the one above"


def _shown(node: Node) -> str:
    matchers = ", ".join(str(matcher) for matcher in node.route.matchers)
    return f"the route for {matchers}" if matchers else "the route for every alert"
