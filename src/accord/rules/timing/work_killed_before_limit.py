"""Work killed before its limit.

A server, a function or a job has a time after which its platform ends the work, whoever waits: gunicorn kills a worker
that serves one request for too long, a job has an active deadline. What the work promises is written elsewhere, and is
longer. The platform keeps its word and so could the work; whatever takes longer is never finished, and its caller sees
an error that no answer of the provider explains.

## Example
```yaml file=reports/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: reports, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: app
        image: reports
        command: [gunicorn, --timeout, "60", app:app]  # finding: mismatch
```
```yaml file=reports/accord.yaml
party: reports
names: {kubernetes: shop/reports}
promises: {render: {latency: {max: 2m}}}
```
### A job that is ended before its run may end
```yaml file=night/job.yaml
apiVersion: batch/v1
kind: CronJob
metadata: {name: settle, namespace: shop}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      activeDeadlineSeconds: 3600  # finding: mismatch
      template: {spec: {containers: [{name: run, image: settle}]}}
```
```yaml file=night/accord.yaml
party: settle
kind: job
names: {kubernetes: shop/settle}
promises: {run: {latency: {max: 2h}}}
```

## Not a gap
A worker that serves several requests at once is not killed for a slow one:
```yaml file=reports/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: reports, namespace: shop}
spec:
  template:
    spec:
      containers:
      - {name: app, image: reports, command: [gunicorn, -k, gevent, --timeout, "60", app:app]}
      - {name: admin, image: reports, command: [gunicorn, --timeout, "120", app:app]}
```
```yaml file=reports/accord.yaml
party: reports
names: {kubernetes: shop/reports}
promises: {render: {latency: {max: 2m}}}
```

## Unanswered
The time is gunicorn's default, and a file beside the program may set another:
```yaml file=reports/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: reports, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: app
        image: reports
        args: [gunicorn, "--bind=:8080", app:app]  # finding: conditional
```
```yaml file=reports/accord.yaml
party: reports
names: {kubernetes: shop/reports}
promises: {render: {latency: {max: 2m}}}
```

## What to do
The provider: let the platform end work only after the longest answer, or promise none that is longer.

## References
- Gunicorn, Settings: `timeout`, and what it means for workers that are not `sync`
- Kubernetes, Jobs: `activeDeadlineSeconds`
"""

from collections.abc import Iterator

from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.platforms.ending import Ending, ended_too_soon, endings
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("killed_after", "latency", "work")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds what ends the work of each party against the longest that it may last."""
    for ending in endings(system, view, "killed_after"):
        if ending.is_short:
            yield _mismatch(ending) if ending.is_certain else _conditional(ending)


def _mismatch(ending: Ending) -> Finding:
    limit, longest = ending.limit, ending.longest
    witness = ended_too_soon(
        ending,
        ((longest, _lasts(longest)), (limit, f"ends it after {limit.text}")),
        f"work of {longest.subject} that would last {longest.text} is ended after {limit.text}",
    )
    moves = (
        Move(ending.party, f"end no work before {longest.text}", (exchanged(limit, longest.value, longest.text),)),
        Move(ending.party, f"promise at most {limit.text}", (exchanged(longest, limit.value, limit.text),)),
    )
    return _finding(Verdict.MISMATCH, ending, witness=witness, moves=moves)


def _conditional(ending: Ending) -> Finding:
    limit = ending.limit
    condition = f"holds only while no work of {ending.longest.subject} takes longer than {limit.text}"
    if limit.stance is Stance.DEFAULT:
        condition += ", or where it is set in a file that was not read"
    return _finding(Verdict.CONDITIONAL, ending, condition=condition)


def _finding(verdict: Verdict, ending: Ending, **more: object) -> Finding:
    limit, longest = ending.limit, ending.longest
    default = " by default" if limit.stance is Stance.DEFAULT else ""
    message = f"{ending.party} {_lasts(longest)}, and its platform ends the work after {limit.text}{default}"
    statements = (
        Statement(limit, f"work of {ending.party} is ended after {limit.text}{default}"),
        Statement(longest, f"{ending.party} {_lasts(longest)}"),
    )
    return Finding(verdict, message, statements, "", longest.provider, longest.operation, **more)  # type: ignore[arg-type]


def _lasts(longest: Fact) -> str:
    if longest.term == "work.max":
        return f"may keep a message of {longest.subject} for {longest.text}"
    return f"may answer {longest.subject} after {longest.text}"
