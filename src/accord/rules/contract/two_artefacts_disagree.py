"""Two artefacts disagree.

Two artefacts give one thing two values: the same limit, of the same calls, at the same layer, in the same scope. Each was
right when it was written, and each is read as if it alone held. One of them is what happens, and nobody can tell which
from reading them: what was agreed on the strength of the other does not hold.

Limits of different layers are no contradiction (the smallest fires first), nor are those of different environments,
versions or requests, nor several definitions of one object, of which one is applied at a time. Of two objects in two
files it is not known that both are applied.

## Example
Two routes of a mesh for one service, by its short name and by its whole one:
```yaml file=mesh.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
  - timeout: 5s    # finding: mismatch
    route: [{destination: {host: reviews}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews-limits, namespace: shop}
spec:
  hosts: [reviews.shop.svc.cluster.local]
  http:
  - timeout: 2s
    route: [{destination: {host: reviews}}]
```

## Not a gap
### Two layers
```yaml file=page/accord.yaml
party: page
assumes: {reviews/list: {timeout: 5s}}
---
party: reviews
names: {kubernetes: shop/reviews}
promises: {list: {latency: {max: 2s}}}
```
```yaml file=mesh.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
  - timeout: 2s
    route: [{destination: {host: reviews}}]
```
### One object, twice
```yaml file=slow/mesh.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec: {hosts: [reviews], http: [{timeout: 5s, route: [{destination: {host: reviews}}]}]}
```
```yaml file=fast/mesh.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec: {hosts: [reviews], http: [{timeout: 2s, route: [{destination: {host: reviews}}]}]}
```

## Unanswered
Whether both objects are applied, where they stand in two files:
```yaml file=a.yaml
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: shop}
spec: {host: reviews, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 1s}}}}  # finding: conditional
```
```yaml file=b.yaml
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews-pool, namespace: shop}
spec: {host: reviews, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 5s}}}}
```

## What to do
Either side: keep one of the two, or give both the value that holds.

## References
- Istio, Traffic Management Best Practices: which of several VirtualServices for one host holds in the mesh is not defined
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.disagreement import Disagreement, disagreements, of_every_view
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict

READS = ("timeout", "attempts", "backoff", "retry_on", "keep_alive", "killed_after", "retention")
_SAYS = {
    "timeout.request": "ends all tries together after {}",
    "timeout.attempt": "ends each try after {}",
    "timeout.connect": "gives up connecting after {}",
    "timeout.idle": "gives up after {} of silence",
    "attempts": "tries {} times",
    "backoff": "pauses {} between tries",
    "retry_on": "tries again on {}",
    "keep_alive": "keeps an idle connection for {}",
    "killed_after": "ends the work after {}",
    "retention": "keeps it for {}",
}


def concerns(system: System) -> bool:
    """Whether anything has several values in any view."""
    return bool(of_every_view(system, READS))


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds what is said of one thing twice side by side."""
    for found in disagreements(system, view, READS):
        yield _finding(found)


def _finding(found: Disagreement) -> Finding:
    first, other = found.facts[0], found.facts[1]
    message = f"{first.term} of {first.subject} has several values at one layer: {' and '.join(fact.text for fact in found.facts)}"
    statements = tuple(Statement(fact, f"{_who(fact)} {_does(fact)}") for fact in found.facts)
    subject = (first.consumer, first.provider, first.operation)
    if not found.both:
        condition = "holds only while one of the two is applied, not both"
        return Finding(Verdict.CONDITIONAL, message, statements, *subject, condition=condition)
    sayings = [(fact, f"says that it {_does(fact)}") for fact in (first, other)]
    witness = side_by_side("one-value-holds", sayings, (), "both cannot hold, and which one does is not said")
    return Finding(Verdict.MISMATCH, message, statements, *subject, witness=witness)


def _who(fact: Fact) -> str:
    return fact.consumer or fact.says


def _does(fact: Fact) -> str:
    text = f"{fact.text} at its {fact.layer}" if fact.layer != "code" else fact.text
    return _SAYS.get(fact.term, fact.term + " {}").format(text)
