"""Pools exceed the connections.

Each copy of a service keeps a pool of connections, and there are several copies, more of them at a peak and more still
while a version replaces another. The pool is right for one copy, the number of copies for the load, and the database
accepts a good number of connections. Multiplied and added up they are more than it accepts, and who comes last is refused.

How many connections one copy keeps is what a caller `sends` for `each` of its copies.

## Example
```yaml file=shop/accord.yaml
party: shop
names: {kubernetes: shop/shop}
assumes:
  orders-db/any: {sends: {connections: 20 each}}  # finding: mismatch
---
party: report
assumes:
  orders-db/any: {sends: {connections: 5}}
---
party: orders-db
kind: datastore
promises: {any: {accepts: {connections: 100}}}
```
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  replicas: 4
  strategy: {rollingUpdate: {maxSurge: 1}}
  template: {spec: {containers: [{name: app, image: shop}]}}
```

## Not a gap
At the peak of the scaler, and no more while it is replaced:
```yaml file=shop/accord.yaml
party: shop
names: {kubernetes: shop/shop}
assumes: {orders-db/any: {sends: {connections: 10 each}}}
---
party: orders-db
promises: {any: {accepts: {connections: 100}}}
```
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  replicas: 50
  strategy: {type: Recreate}
  template: {spec: {containers: [{name: app, image: shop}]}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: shop}, minReplicas: 2, maxReplicas: 10}
```

## Unanswered
The limit, or how many more copies there may be, is a default:
```yaml file=shop/accord.yaml
party: shop
names: {kubernetes: shop/shop}
assumes:
  db/any: {sends: {connections: 20 each}}  # finding: conditional
---
{party: db, names: {kubernetes: shop/db}}
```
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  replicas: 6
  template: {spec: {containers: [{name: app, image: shop}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec: {template: {spec: {containers: [{name: db, image: "postgres:16"}]}}}
```

## What to do
The callers: smaller pools, fewer copies, or a pooler between. The provider: accept the sum.

## References
- Kubernetes, Deployments: `maxSurge`
- PostgreSQL, Connections and Authentication: `max_connections`
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import Saying, side_by_side
from accord.boundaries.calls.pooling import Pooling, poolings
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.fact import Stance
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("accepts", "sends", "replicas")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Adds up the pools of all copies of all known callers of each provider that limits its connections."""
    for pooling in poolings(system, view):
        if pooling.is_told_elsewhere or not pooling.exceeds:
            continue
        yield _finding(pooling)


def _finding(pooling: Pooling) -> Finding:
    taken, callers = pooling.taken, pooling.callers
    default = " by default" if taken.stance is Stance.DEFAULT else ""
    who = " and ".join(pool.sent.consumer for pool in callers)
    message = (
        f"{who} keep up to {pooling.most} connections, {taken.provider} accepts {taken.text}{default}: {pooling.sum}"
    )
    sayings: list[Saying] = []
    for pool in callers:
        each = " in each copy" if pool.sent.value.each else ""
        sayings.append((pool.sent, f"keeps {pool.sent.text.removesuffix(' each')} connections{each}"))
        sayings += [(fact, f"runs {words}") for fact, words in pool.copied]
    sayings.append((taken, f"accepts {taken.text} connections{default}"))
    statements = tuple(Statement(fact, f"{fact.consumer or fact.provider} {words}") for fact, words in sayings)
    about = ("+".join(pool.sent.consumer for pool in callers), taken.provider, taken.operation)
    if not pooling.is_certain:
        condition = f"holds only while no more than {taken.text} connections are opened"
        return Finding(Verdict.CONDITIONAL, message, statements, *about, condition=condition)
    facts = tuple(dict.fromkeys(fact for fact, _ in sayings))
    follows = f"{pooling.most} connections at {taken.provider}, which accepts {taken.text}"
    witness = side_by_side("pools-fit", sayings, facts, follows)
    moves = (
        Move(taken.provider, f"accept {pooling.most} connections"),
        Move(about[0], f"keep at most {taken.text} connections together"),
    )
    return Finding(Verdict.MISMATCH, message, statements, *about, witness=witness, moves=moves)
