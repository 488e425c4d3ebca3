"""Disruption budget blocks the drain.

A disruption budget says how many copies must stay while machines are emptied; the number of copies is written in
another file, or is chosen by a scaler. Where the budget spares none of them no copy may ever be moved: whoever empties
the machine, for an upgrade or a repair, waits without end, and in the end removes the budget or the machine by force.

With a scaler the fewest copies count. A share is rounded up, as Kubernetes does: half of one is one.

## Example
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 1
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: cart}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec:
  minAvailable: 50%  # finding: mismatch
  selector: {matchLabels: {app: cart}}
```
### A budget that lets none go, however many there are
```yaml file=shop/search.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: search, namespace: shop}
spec:
  template:
    metadata: {labels: {app: search}}
    spec: {containers: [{name: app, image: search}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: search, namespace: shop}
spec:
  maxUnavailable: 0  # finding: mismatch
  selector: {matchLabels: {app: search}}
```

## Not a gap
One of two may go, and the scaler never leaves fewer:
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 1
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: cart}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 2
  maxReplicas: 9
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec:
  maxUnavailable: 25%
  selector: {matchLabels: {app: cart}}
```

### A budget for every pod of the namespace, of which not all may be written here
```yaml file=shop/all.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 1
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: cart}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all, namespace: shop}
spec: {minAvailable: 1, selector: {}}
```

## Unanswered
Nobody writes how many copies there are; one by default:
```yaml file=shop/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: cart}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec:
  minAvailable: 1  # finding: conditional
  selector: {matchLabels: {app: cart}}
```

## What to do
Who runs it: one copy more than the budget keeps, or a budget that lets one go (`maxUnavailable: 1`).

## References
- Kubernetes, Specifying a Disruption Budget for your Application
- Kubernetes, pkg/controller/disruption/disruption.go: how the budget is counted
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.fact import PARTY, Fact, Stance
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.scaling import spared

READS = ("budget", "replicas", "workload")
_SCALED = ("replicas.min", "replicas.max")
_BUDGETS = ("budget.min_available", "budget.max_unavailable")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds each budget against the fewest copies of the party that it is for."""
    told, scaled = set(), {fact.provider for fact in system.about(*_SCALED) if fact.stance is not Stance.DEFAULT}
    for budget in system.about(*_BUDGETS):
        side = system.party(budget.provider, view)
        fewest = _fewest(side)
        if side.get(budget.term) is not budget or budget.place in told or fewest is None or not fewest.value:
            continue
        if fewest.term == "replicas" and fewest.stance is Stance.DEFAULT and budget.provider in scaled:
            continue  # whoever left the number out has a scaler, if not in this view
        if spared(budget.value, _is_least(budget), fewest.value) == 0:
            told.add(budget.place)
            yield _finding(budget, fewest)


def _fewest(side: Side) -> Fact | None:
    """How many copies there are at least: a scaler's fewest, else the stated number, else the default."""
    return side.get("replicas.min") or (None if side.get("replicas.max") else side.get("replicas"))


def _is_least(budget: Fact) -> bool:
    return budget.term == _BUDGETS[0]


def _finding(budget: Fact, fewest: Fact) -> Finding:
    kept = f"keeps {budget.text} running" if _is_least(budget) else f"lets {budget.text} be missing"
    runs = f"may run {_copies(fewest)} only" if fewest.term == "replicas.min" else f"runs {_copies(fewest)}"
    default = " by default" if fewest.stance is Stance.DEFAULT else ""
    then = "then none" if fewest.term == "replicas.min" else "none"
    message = f"the disruption budget of {budget.provider} {kept}, it {runs}{default}: {then} may be moved"
    statements = (
        Statement(budget, f"the budget of {budget.provider} {kept}"),
        Statement(fewest, f"{budget.provider} {runs}{default}"),
    )
    if fewest.stance is Stance.DEFAULT and spared(budget.value, _is_least(budget), 10**6):
        condition = f"holds only while more than {_copies(fewest)} {'runs' if fewest.value == 1 else 'run'}"
        return Finding(Verdict.CONDITIONAL, message, statements, "", budget.provider, PARTY, condition=condition)
    witness = side_by_side(
        "drain-ends",
        ((fewest, runs), (budget, f"{kept} when copies are moved")),
        (budget, fewest),
        f"whoever empties the machine of a copy of {budget.provider} waits without end",
    )
    moves = _moves(budget, fewest)
    return Finding(Verdict.MISMATCH, message, statements, "", budget.provider, PARTY, witness=witness, moves=moves)


def _copies(fewest: Fact) -> str:
    return f"{fewest.text} {'copy' if fewest.value == 1 else 'copies'}"


def _moves(budget: Fact, fewest: Fact) -> tuple[Move, ...]:
    moves = []
    if fewest.stance is not Stance.DEFAULT:
        more = next(
            (count for count in range(fewest.value, 10_000) if spared(budget.value, _is_least(budget), count)), None
        )
        if more is not None:
            moves.append(Move(budget.provider, f"run at least {more} copies", (exchanged(fewest, more, str(more)),)))
    if not _is_least(budget):
        moves.append(Move(budget.provider, "let one copy be missing", (exchanged(budget, "1", "1"),)))
    elif fewest.value > 1:
        less = str(fewest.value - 1)
        moves.append(Move(budget.provider, f"keep {less} running", (exchanged(budget, less, less),)))
    else:
        none = "let its one copy be missing while it is moved"
        moves.append(Move(budget.provider, none, (exchanged(budget, "0", "0"),)))
    return tuple(moves)
