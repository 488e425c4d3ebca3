"""Alerts sent through balancer.

Alertmanager runs several times, so that one may be stopped. They tell each other what was sent, not what came in: every
server that fires alerts must post to each of them. A server that is given one address, of a load balancer in front of
them, posts each alert to one only. The balancer is right to spread what arrives, the server is right to use the address
that it was given. When that one is stopped before it has told anybody, the others have never heard of the alert.

Measured with two of Alertmanager 0.25: posted to both and one stopped at once, the alert was told in 5 of 5 runs, after
16s; posted to one only, as behind a balancer, in none of 5.

A balancer is known by its host, which a contract names, and by its kind (`kind: gateway`); so is a Service of Kubernetes
by its name in the cluster, where its pods are stated to be two or more. A server that repeats its alerts posts to another one
sooner or later, so the finding is a condition. An object of the Prometheus operator posts to every pod behind a Service.

## Example
```yaml file=alerting/accord.yaml
party: alertmanager-front
kind: gateway
names: {dns: alertmanager.shop.example}
```
```yaml file=prometheus.yml
global: {scrape_interval: 30s}
alerting:
  alertmanagers:
    - static_configs:  # finding: conditional
        - targets: ["alertmanager.shop.example:9093"]
```

### Two pods behind one Service
```yaml file=watching/alertmanager.yaml
apiVersion: v1
kind: Service
metadata: {name: alertmanager, namespace: watching}
spec: {selector: {app: alertmanager}, ports: [{port: 9093}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: alertmanager, namespace: watching}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: alertmanager}}
    spec: {containers: [{name: alertmanager, image: prom/alertmanager}]}
```
```yaml file=watching/prometheus.yml
global: {scrape_interval: 30s}
alerting:
  alertmanagers:
    - static_configs:  # finding: conditional
        - targets: ["alertmanager.watching.svc:9093"]
```

## Not a gap
Each of them is named:
```yaml file=alerting/accord.yaml
party: alertmanager-front
kind: gateway
names: {dns: alertmanager.shop.example}
```
```yaml file=prometheus.yml
global: {scrape_interval: 30s}
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["alertmanager-0.shop.example:9093", "alertmanager-1.shop.example:9093"]
```

## Unanswered
Nobody says what stands behind the address:
```yaml file=prometheus.yml
global: {scrape_interval: 30s}
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["alertmanager.shop.example:9093"]
```

## What to do
Whoever runs the server: name every Alertmanager, or find them by a service discovery that gives each of them. Whoever
runs the balancer: nothing; it cannot be put right there.

## References
- Alertmanager, high availability: do not load balance traffic between Prometheus and its Alertmanagers
"""

import re
from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("alertmanagers", "kind", "names", "replicas")
_GATEWAY = "gateway"
_CLUSTER, _SERVICE = re.compile(r"([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.[a-z0-9.-]+)?)?"), "kubernetes:"


_UNTIL_TOLD = "the one that an alert was passed to is not stopped before it has told anybody"


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Every server that posts its alerts to one address, of a party that is a gateway."""
    parties = telling(system, "alertmanagers")
    sides = [side for party in parties if (side := system.party(party, view)).get("alertmanagers.each") is None]
    servers = [sent for side in sides if (sent := side.get("alertmanagers")) is not None]
    gateways = dict(_gateways(system, view)) if servers else {}
    for sent in servers:
        addresses = dict.fromkeys(sent.value) if isinstance(sent.value, tuple) else {}
        host, port, _ = next(iter(addresses), "").rpartition("//")[2].lower().partition(":")
        if len(addresses) == 1 and port and host in gateways:  # a name to be looked up has no port, and may be several
            yield _finding(sent, *gateways[host])
        elif len(addresses) == 1 and port and (copies := _copies(system, view, host)) is not None:
            yield _of_service(sent, copies)


def _copies(system: System, view: View, host: str) -> Fact | None:
    """How many pods are behind a Service that has this name in its cluster, where that is stated, and more than one."""
    named = _CLUSTER.fullmatch(host)
    side = system.party(f"{_SERVICE}{named[2]}/{named[1]}", view) if named else None
    if side is None or side.get("declares") is None:
        return None
    count = side.get("replicas.min") or side.get("replicas")
    is_stated = count is not None and count.stance is not Stance.DEFAULT and isinstance(count.value, int)
    return count if count is not None and is_stated and count.value > 1 else None


def _of_service(sent: Fact, copies: Fact) -> Finding:
    return Finding(
        Verdict.CONDITIONAL,
        f"alerts are posted to {sent.text} alone, and {copies.provider} passes each on to one of {copies.text} pods",
        (
            Statement(sent, f"alerts are posted to {sent.text}"),
            Statement(copies, f"{copies.provider} runs {copies.text} copies"),
        ),
        *("", copies.provider, ""),
        condition=_UNTIL_TOLD,
        moves=(Move("the server", "name each pod, or find them by kubernetes_sd_configs"),),
    )


def _gateways(system: System, view: View) -> Iterator[tuple[str, tuple[Fact, Fact]]]:
    """The host of each gateway, with the statements of its kind and of its name."""
    for party in system.parties:
        kind, names = system.party(party, view).get("kind"), system.party(party, view).get("names.dns")
        if kind is not None and names is not None and kind.value == _GATEWAY and isinstance(names.value, tuple):
            yield from ((str(host).lower(), (kind, names)) for host in names.value)


def _finding(sent: Fact, kind: Fact, names: Fact) -> Finding:
    return Finding(
        Verdict.CONDITIONAL,
        f"alerts are posted to {sent.text} alone, and {kind.provider} passes each on to one of those behind it",
        (
            Statement(sent, f"alerts are posted to {sent.text}"),
            Statement(names, f"{kind.provider} is {names.text}"),
            Statement(kind, f"{kind.provider} is a {kind.text}"),
        ),
        *("", kind.provider, ""),
        condition=_UNTIL_TOLD,
        moves=(Move("the server", "name each Alertmanager behind it, so that every alert is posted to all"),),
    )
