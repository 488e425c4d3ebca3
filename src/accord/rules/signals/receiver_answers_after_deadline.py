"""Receiver answers after deadline.

Alertmanager gives each attempt to tell a receiver until the next turn of the group, and at least 10s, or as long as the
`timeout` of the webhook says where that is shorter. A webhook does its
work and answers 200, later than that. The webhook kept its word; Alertmanager is right to try again what was not
answered. So everybody is told once more at every turn, for as long as the alert lasts: a client that gives up and a
provider that answers, inside the alerting system itself.

Measured on Alertmanager 0.25 with a `group_interval` of 5s and a webhook that works but answers after 15s: one duplicate
for each turn, 8 in 75s, without an end.

The webhook is known by its host, which a contract names (`names: {dns: ...}`); what it promises is its latency.

## Example
```yaml file=tickets/accord.yaml
party: ticket-hook
names: {dns: hooks.shop.example}
promises:
  open-ticket: {at: POST /alerts, latency: {max: 15s}}  # finding: conditional
```
```yaml file=alerts/alertmanager.yml
route: {receiver: tickets, group_interval: 5s}
receivers: [{name: tickets, webhook_configs: [{url: "https://hooks.shop.example/alerts"}]}]
```

### A limit of its own
```yaml file=tickets/accord.yaml
party: ticket-hook
names: {dns: hooks.shop.example}
promises:
  open-ticket: {at: POST /alerts, latency: {max: 5s}}  # finding: conditional
```
```yaml file=alerts/alertmanager.yml
route: {receiver: tickets}
receivers: [{name: tickets, webhook_configs: [{url: "https://hooks.shop.example/alerts", timeout: 3s}]}]
```

## Not a gap
The usual turn of five minutes is long enough:
```yaml file=tickets/accord.yaml
party: ticket-hook
names: {dns: hooks.shop.example}
promises: {open-ticket: {at: POST /alerts, latency: {max: 15s}}}
```
```yaml file=alerts/alertmanager.yml
route: {receiver: tickets}
receivers: [{name: tickets, webhook_configs: [{url: "https://hooks.shop.example/alerts"}]}]
```

## Unanswered
Nobody says how late the webhook may answer:
```yaml file=tickets/accord.yaml
party: ticket-hook
names: {dns: hooks.shop.example}
promises: {open-ticket: {at: POST /alerts}}
```
```yaml file=alerts/alertmanager.yml
route: {receiver: tickets, group_interval: 5s}
receivers: [{name: tickets, webhook_configs: [{url: "https://hooks.shop.example/alerts"}]}]
```

## What to do
The webhook: answer at once, and work afterwards. Whoever routes: a `group_interval` that is longer than the answer takes.

## References
- Alertmanager, notify.MinTimeout and the deadline of a flush (dispatch/dispatch.go)
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View
from accord.boundaries.signals.hearing import Reach, reaches
from accord.boundaries.signals.routing import Timing, router, shortest_of
from accord.model.alerting import Integration
from accord.model.duration import SECOND, show_duration
from accord.model.fact import ANY, Fact
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("latency", "names", "route", "receiver", "group_interval")
LEAST = 10 * SECOND


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds how late a webhook may answer against the time that Alertmanager gives it."""
    slow = list(_slow(system, view))
    for reach in reaches(system, view) if slow else ():
        for name, stated in reach.tree.receivers.items():
            turn = _turn(reach, name)
            hooks = [one for one in stated.value.integrations if one.kind == "webhook"]
            if turn is not None:
                for hook in hooks:
                    yield from _late(name, stated, hook, turn, slow)


def _late(name: str, stated: Fact, hook: Integration, turn: Timing, slow: list[tuple[str, Fact]]) -> Iterator[Finding]:
    host, given = hook.target.partition(":")[0].lower(), max(LEAST, turn.value)
    deadline = min(given, hook.timeout or given)
    for named, latency in slow:
        if named == host and latency.value > deadline:
            yield _finding(name, stated, latency, turn, deadline)


def _slow(system: System, view: View) -> Iterator[tuple[str, Fact]]:
    """The host of each party that a contract names, with the latest answer of each of its operations."""
    for party in telling(system, "names.dns"):
        hosts = system.party(party, view).get("names.dns")
        for operation in (system.operations(party) or [ANY]) if hosts is not None else ():
            latency = system.promised(party, operation, view).get("latency.max")
            if hosts is not None and latency is not None and isinstance(latency.value, int):
                yield from ((str(host).lower(), latency) for host in hosts.value)


def _turn(reach: Reach, name: str) -> Timing | None:
    """The shortest turn of the groups of which this receiver is told."""
    routed = router(reach.tree)
    return shortest_of(
        "group_interval", [routed.settings(node) for node in reach.tree.nodes if reach.receiver(node) == name]
    )


def _finding(name: str, stated: Fact, latency: Fact, turn: Timing, given: int) -> Finding:
    deadline, subject = show_duration(given), latency.subject
    of_turn = given == max(LEAST, turn.value)
    bound = f"a turn of the group is {show_duration(turn.value)}, so an attempt has {deadline}"
    return Finding(
        Verdict.CONDITIONAL,
        f"{subject} may answer after {latency.text}; Alertmanager gives {name} {deadline}, and tells it again at every turn",
        (
            Statement(latency, f"{subject} may answer after {latency.text}"),
            *((Statement(turn.fact, bound),) if of_turn else ()),
            Statement(stated, f"{name} is told at this host" + ("" if of_turn else f", and an attempt has {deadline}")),
        ),
        *("", latency.provider, latency.operation),
        condition=f"{subject} answers within {deadline}",
        moves=(
            Move(latency.provider, f"answer within {deadline}, and work afterwards"),
            Move("routing", f"a {'group_interval' if of_turn else 'timeout'} longer than {latency.text} for {name}"),
        ),
    )
