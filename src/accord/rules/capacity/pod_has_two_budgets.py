"""Pod has two budgets.

Each disruption budget alone leaves room: one copy may go. Where two of them select the same pod, Kubernetes does not
choose: it counts the budgets that select it before it looks at what they allow, and answers more than one with an error,
500. Whoever empties the machine cannot, however many copies run. Only a pod that does not run yet, has ended or is being
deleted goes without a look at any budget. A budget with an empty selector is passed over here: Kubernetes 1.29 and the
repairs of 1.27 and 1.28 take it for every pod of the namespace when one is evicted, versions before for none.

Budgets of one file are applied together. Those of two files of one folder are held to be two only under that condition;
others may be alternatives of which one is used.

## Example
```yaml file=shop/cart.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 5
  template:
    metadata: {labels: {app: cart, tier: web}}
    spec: {containers: [{name: app, image: cart}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: cart}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all-of-web, namespace: shop}
spec:
  maxUnavailable: 2
  selector:
    matchExpressions: [{key: tier, operator: In, values: [web, api]}]  # finding: mismatch
```

## Not a gap
The second is for others:
```yaml file=shop/cart.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 5
  template:
    metadata: {labels: {app: cart, tier: web}}
    spec: {containers: [{name: app, image: cart}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: cart}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all-of-web, namespace: shop}
spec:
  maxUnavailable: 2
  selector:
    matchLabels: {tier: web}
    matchExpressions: [{key: app, operator: NotIn, values: [cart]}]
```

## Unanswered
They stand in two files of one folder:
```yaml file=shop/cart.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 5
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: cart}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: cart}}}
```
```yaml file=shop/other.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: other, namespace: shop}
spec: {maxUnavailable: 2, selector: {matchLabels: {app: cart}}}  # finding: conditional
```

## What to do
Who runs it: one budget for each pod; let one of the two select what the other does not.

## References
- Kubernetes, Disruptions: a pod that more than one budget selects
- Kubernetes, pkg/registry/core/pod/storage/eviction.go, EvictionREST.Create: `len(pdbs) > 1` is answered with 500 before
  checkAndDecrement; canIgnorePDB; getPodDisruptionBudgets
- kubernetes/kubernetes#119732: a budget with an empty selector
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.fact import PARTY, Fact
from accord.model.finding import Finding, Statement, Verdict

READS = ("budget", "replicas", "workload")
NEEDS = ("budget.selects",)
_EVICTED = ("Deployment", "StatefulSet")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the budgets of each workload beside each other; what is never evicted, such as daemons, is passed over."""
    told = set()
    for first, second in _pairs(system):
        both = (first.place, second.place)
        if both not in told and _is_evicted(system.party(first.provider, view)):
            told.add(both)
            yield _finding(first, second)


def _pairs(system: System) -> Iterator[tuple[Fact, Fact]]:
    """Two budgets of the same pods that stand in one file or, else, in one folder."""
    budgets: dict[object, list[Fact]] = {}
    for fact in system.about("budget.selects"):
        folder = fact.place.file.rpartition("/")[0]
        budgets.setdefault((fact.provider, fact.scope, fact.place.root, folder), []).append(fact)
    for several in budgets.values():
        others = [fact for fact in several if fact.place != several[0].place]
        beside = [fact for fact in others if fact.place.file == several[0].place.file]
        yield from ((several[0], other) for other in (beside or others)[:1])


def _is_evicted(side: Side) -> bool:
    count = side.get("replicas.min") or side.get("replicas")
    return side.value("workload") in _EVICTED and (count is None or count.value != 0)


def _finding(first: Fact, second: Fact) -> Finding:
    party = first.provider
    message = f"two disruption budgets select the pods of {party}: none of them may be moved"
    statements = tuple(
        Statement(fact, f"{which} budget selects {fact.text}, pods of {party}")
        for which, fact in (("a", second), ("another", first))
    )
    if first.place.file != second.place.file:
        condition = "holds only where both files are applied"
        return Finding(Verdict.CONDITIONAL, message, statements, "", party, PARTY, condition=condition)
    witness = side_by_side(
        "one-budget-each",
        ((first, f"is under the budget for {first.text}"), (second, f"is under the budget for {second.text} too")),
        (),
        f"the platform refuses to evict any copy of {party}; whoever empties its machine cannot",
    )
    return Finding(Verdict.MISMATCH, message, statements, "", party, PARTY, witness=witness)
