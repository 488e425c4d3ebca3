"""Mapping reads nothing.

A mapping names files or paths, and nothing stands there: a file was moved, a key was renamed, or the mapping was never
right. Whoever wrote it counts on its being checked; nobody else knows that it exists. All is silent.

## Example
```yaml file=accord-mapping.yaml
mapping: limits of the proxy  # finding: note
files: [charts/<chart>/values.yaml]
gives:
  party: <chart>
  promises: {any: {latency: {max: <.timeout>}}}
---
mapping: limits of the workers  # finding: note
files: [worker.yaml]
gives:
  party: worker
  promises: {any: {latency: {max: <.worker.limit>s}}}
```
```yaml file=worker.yaml
workers: {limit: 50}
```

## Not a gap
One value is enough; another that is absent is not answered:
```yaml file=accord-mapping.yaml
mapping: limits of the workers
files: [worker.yaml]
gives:
  party: worker
  promises: {any: {latency: {p99: <.worker.usual>s, max: <.worker.limit>s}}}
```
```yaml file=worker.yaml
worker: {limit: 50}
```

## Unanswered
Files say what stands in them, so nothing is asked. A row of `where` without a file, and a relation of which one side
stands nowhere, are notes too:
```yaml file=accord-mapping.yaml
mapping: limits of the workers
files: [workers/<worker>.yaml]
where:
  - {worker: videos}
  - {worker: graphs}  # finding: note
gives:
  party: <worker>
  promises: {any: {latency: {max: <.limit>s}}}
```
```yaml file=workers/videos.yaml
limit: 50
```

## What to do
Whoever wrote the mapping: name the file and the key as they are now, or take the mapping away.

## References
- Accord's contract language, docs/language.md: mappings
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.model.finding import Finding, Statement, Verdict

READS = ("mapping",)


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Tells which mappings, or parts of them, read nothing."""
    for fact in system.about(*(term for term in system.terms if term.startswith("mapping.silent."))):
        if holds_in(fact.scope, view):
            name = fact.says.partition(":")[2]
            says = f"the mapping {name} reads nothing here: {fact.text}"
            yield Finding(Verdict.NOTE, says, (Statement(fact, says),), "", fact.provider)
