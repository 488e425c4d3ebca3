"""Killed before the answer.

A platform asks a copy to stop and kills it after a grace: at every rollout, every move to another machine. The program
may finish what it has begun, and promises an answer within a time that is longer than the grace. Both are right, and
nobody's file has both numbers. The calls under way when a copy is stopped, the slow ones first, are cut off half done.

The part of the grace that passes before the program is told to stop (`preStop`) is not left to calls that arrive in it.

## Example
```yaml file=reports/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: reports, namespace: shop}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 20  # finding: mismatch
      containers: [{name: app, image: reports}]
```
```yaml file=reports/accord.yaml
party: reports
names: {kubernetes: shop/reports}
promises: {render: {latency: {max: 45s}}}
```

## Not a gap
The longest answer fits into what is left of the grace:
```yaml file=reports/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: reports, namespace: shop}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - {name: app, image: reports, lifecycle: {preStop: {sleep: {seconds: 10}}}}
```
```yaml file=reports/accord.yaml
party: reports
names: {kubernetes: shop/reports}
promises: {render: {latency: {max: 45s}}, preview: {latency: {p99: 90s}}}
```

## Unanswered
The grace is the platform's default, or only a call that arrives late in the `preStop` does not fit:
```yaml file=reports/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: reports, namespace: shop}  # finding: conditional
spec:
  template:
    spec:
      containers: [{name: app, image: reports}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: search, namespace: shop}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60  # finding: conditional
      containers:
      - {name: app, image: search, lifecycle: {preStop: {exec: {command: [sleep, "30"]}}}}
```
```yaml file=reports/accord.yaml
{party: reports, names: {kubernetes: shop/reports}, promises: {render: {latency: {max: 45s}}}}
---
{party: search, names: {kubernetes: shop/search}, promises: {find: {latency: {max: 45s}}}}
```

## What to do
The provider: a grace of at least the `preStop` and the longest answer together; or a shorter longest answer.

## References
- Kubernetes, Pod Lifecycle, Termination of Pods
- The Twelve-Factor App, IX. Disposability
"""

from collections.abc import Iterator

from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.platforms.ending import Ending, ended_too_soon, endings, most_stated
from accord.model.duration import show_duration
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("grace", "pre_stop", "latency", "kind")
NEEDS = ("grace", "latency.max")


def concerns(system: System) -> bool:
    """Whether any party may be killed too soon, in any view."""
    return bool(_pressed(system))


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the grace of each party against the longest answers that it promises."""
    for ending in endings(system, view, "grace", _pressed(system)):
        party = system.party(ending.party, view)
        if ending.longest.term != "latency.max" or party.value("kind") == "job":
            continue
        hook = party.get("pre_stop")
        if ending.is_short and ending.is_certain:
            yield _mismatch(ending, hook)
        elif ending.is_short or (hook is not None and _left(ending, hook) < ending.longest.value):
            yield _conditional(ending, None if ending.is_short else hook)


@once
def _pressed(system: System) -> frozenset[str]:
    """The parties whose longest answer and hook together outlast any grace that is stated of them."""
    longest, hooks = most_stated(system, "latency.max"), most_stated(system, "pre_stop")
    stated = [(fact.consumer or fact.provider, fact.value) for fact in system.about("grace")]
    return frozenset(
        [
            party
            for party, grace in stated
            if party in longest and isinstance(grace, int) and grace < longest[party] + hooks.get(party, 0)
        ]
    )


def _left(ending: Ending, hook: Fact) -> int:
    return max(int(ending.limit.value - hook.value), 0)


def _mismatch(ending: Ending, hook: Fact | None) -> Finding:
    limit, longest = ending.limit, ending.longest
    witness = ended_too_soon(
        ending,
        ((longest, f"may answer {longest.subject} after {longest.text}"), (limit, _killed(ending))),
        f"a call of {longest.subject} that is under way when a copy is stopped is killed after {limit.text}",
    )
    wanted = longest.value + (hook.value if hook is not None else 0)
    moves = (
        Move(
            ending.party,
            f"leave at least {show_duration(wanted)} to stop",
            (exchanged(limit, wanted, show_duration(wanted)),),
        ),
        Move(
            ending.party,
            f"promise{ending.asked or ' an answer'} within {limit.text}",
            (exchanged(longest, limit.value, limit.text),),
        ),
    )
    message = f"{ending.party} may answer{ending.asked} after {longest.text}, and is killed {limit.text} after it is asked to stop"
    return Finding(
        Verdict.MISMATCH,
        message,
        _statements(ending),
        "",
        longest.provider,
        longest.operation,
        witness=witness,
        moves=moves,
    )


def _conditional(ending: Ending, hook: Fact | None) -> Finding:
    limit, longest = ending.limit, ending.longest
    default = " by default" if limit.stance is Stance.DEFAULT else ""
    message = f"{ending.party} may answer{ending.asked} after {longest.text}, and is killed{default} {limit.text} after it is asked to stop"
    condition = f"holds only while no call takes longer than {limit.text} when a copy is stopped"
    hooks: tuple[Statement, ...] = ()
    if hook is not None:
        message += f", {hook.text} of which pass before"
        spare = show_duration(longest.value - _left(ending, hook))
        condition = f"holds only while no call that arrives in the last {spare} of these takes its longest"
        hooks = (Statement(hook, f"{ending.party} is told to stop {hook.text} later"),)
    statements = (*_statements(ending), *hooks)
    return Finding(
        Verdict.CONDITIONAL, message, statements, "", longest.provider, longest.operation, condition=condition
    )


def _statements(ending: Ending) -> tuple[Statement, ...]:
    longest = ending.longest
    return (
        Statement(ending.limit, f"a copy of {ending.party} is killed {ending.limit.text} after it was asked to stop"),
        Statement(longest, f"{ending.party} may answer {longest.subject} after {longest.text}"),
    )


def _killed(ending: Ending) -> str:
    return f"kills a copy {ending.limit.text} after it was asked to stop"
