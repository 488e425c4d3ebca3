"""Liveness asserts a dependency.

A liveness probe asks a copy whether it still works, and the platform kills the copy when it fails. Where the probe asks
somebody else, or an operation that needs somebody else, it fails with them: the other's short failure kills every copy
of a party that was well, and keeps killing them until the other is back. The probe is right that the copy is of no use
just then; the platform is right to do as it is told; killing repairs nothing.

A probe that is equal to the readiness probe says nothing of whom it asks, so nothing is said of it.

## Example
The platform asks the database whether the shop is alive:
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: app
        image: shop
        livenessProbe:  # finding: conditional
          exec: {command: [pg_isready, -h, db]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
```
### An operation that needs another
```yaml file=cart/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  template:
    spec:
      containers:
      - {name: app, image: cart, livenessProbe: {httpGet: {path: /health, port: 80}}}  # finding: conditional
```
```yaml file=cart/accord.yaml
party: cart
names: {kubernetes: shop/cart}
promises: {health: {at: GET /health, needs: [stock/ping]}}
assumes: {stock/ping: {fallback: none}}
---
party: stock
promises: {ping: {at: GET /ping}}
```

## Not a gap
The copy is asked about itself; whether it is ready may turn on others:
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: app
        image: shop
        livenessProbe: {httpGet: {path: /alive, port: 80}}
        readinessProbe: {exec: {command: [pg_isready, -h, db]}}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
```

## Unanswered
Nobody says what the operation needs; it is asked for with the operation itself, not here:
```yaml file=cart/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  template:
    spec: {containers: [{name: app, image: cart, livenessProbe: {httpGet: {path: /health, port: 80}}}]}
```
```yaml file=cart/accord.yaml
{party: cart, names: {kubernetes: shop/cart}, promises: {health: {at: GET /health}}}
```

## What to do
Who runs it: ask the copy about itself alone, and leave others to the readiness probe. The other side has nothing to do.

## References
- Kubernetes, Configure Liveness, Readiness and Startup Probes
- Site Reliability Engineering, chapter 22, Addressing Cascading Failures
"""

from collections.abc import Iterator

from accord.boundaries.join.memory import once
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.reliance.dependence import needing
from accord.model.contract_values import Needs
from accord.model.fact import PARTY, Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.subject import operation_of, provider_of

READS = ("probe", "mentioned", "needs", "at", "fallback")
_LIVENESS = "probe.liveness"
_TURNING = frozenset(("!", ";", "if", "while", "until", "case", "for", "&"))
"""Words of a shell by which a command that fails need not fail the whole."""


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds whom each liveness probe asks against whose life it is about."""
    for probe in system.about(_LIVENESS):
        if probe.scope and not holds_in(probe.scope, view):
            continue
        for asked in _asked(system, probe, view) if _fails_with_it(probe.value) else ():
            statements = (_probe(probe), Statement(asked, f"it asks {asked.provider}"))
            yield _finding(system, probe, view, asked.provider, "which it asks", statements)
        for serves, call in _needed(system, probe, view):
            statements = (_probe(probe), Statement(serves, f"{serves.subject} needs {call}"))
            yield _finding(system, probe, view, call, f"which {serves.operation} needs", statements)


def _asked(system: System, probe: Fact, view: View) -> Iterator[Fact]:
    """The calls of others that stand where the probe stands."""
    for fact in _mentions(system).get((probe.provider, probe.place), ()):
        if not fact.scope or holds_in(fact.scope, view):
            yield fact


@once
def _mentions(system: System) -> dict[tuple[str, Place], list[Fact]]:
    """What callers mention, by who they are and where it stands."""
    found: dict[tuple[str, Place], list[Fact]] = {}
    for fact in system.about("mentioned"):
        found.setdefault((fact.consumer, fact.place), []).append(fact)
    return found


def _fails_with_it(way: tuple[str, ...]) -> bool:
    """Whether a probe fails when whoever it asks does: no command turns the answer around, or goes on without it."""
    if way[0] != "exec":
        return True
    failing = all(
        way[place + 1 : place + 2] == ("exit",) and way[place + 2 : place + 3] != ("0",)
        for place, word in enumerate(way)
        if word == "||"
    )
    return failing and _TURNING.isdisjoint(way)


def _needed(system: System, probe: Fact, view: View) -> Iterator[tuple[Fact, str]]:
    """The operation that a probe asks for by its path, with each call it needs and has nothing instead of."""
    party, way = probe.provider, probe.value
    if way[0] != "http" or len(way) > 3 or party not in needing(system):
        return
    for operation in system.operations(party):
        side = system.promised(party, operation, view)
        at, needs = side.value("at"), side.get("needs")
        if (
            needs is None
            or not isinstance(needs.value, Needs)
            or not isinstance(at, tuple)
            or f"GET {way[1]}" not in at
        ):
            continue
        for call in dict.fromkeys(call for together in needs.value.calls for call in together):
            caller = system.assumed((party, provider_of(call), operation_of(call) or "any"), view)
            if provider_of(call) != party and caller.value("fallback") is NONE:
                yield needs, call


def _probe(probe: Fact) -> Statement:
    return Statement(probe, f"a copy of {probe.provider} is killed when its liveness probe fails ({probe.text})")


def _finding(
    system: System, probe: Fact, view: View, other: str, why: str, statements: tuple[Statement, ...]
) -> Finding:
    side = system.party(probe.provider, view)
    more = [
        Statement(fact, f"{words} {fact.text}")
        for term, words in (("probe_period", "it asks every"), ("probe_failures", "failures in a row that it acts on:"))
        if (fact := side.get(f"{term}.liveness")) is not None
    ]
    message = f"the liveness of {probe.provider} turns on {other}, {why}: its copies are killed when {other} fails"
    condition = f"holds only while {other} never fails for as long as the probe bears"
    moves = (Move(probe.provider, f"ask the copy about itself, and {other} by the readiness probe"),)
    return Finding(
        Verdict.CONDITIONAL, message, (*statements, *more), "", probe.provider, PARTY, condition=condition, moves=moves
    )
