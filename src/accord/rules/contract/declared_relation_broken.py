"""Declared relation broken.

Two values in two files must stay in a relation: one below the other, or both the same. Each file is valid, and each
owner changes their own; the relation stands in a comment of one of them, if anywhere. Here it is declared, with its
reason, in a mapping (`keep`), and held on every check.

## Example
```yaml file=accord-mapping.yaml
mapping: limits along the way
files: [proxy.yaml, worker.yaml]
keep:
  - {this: <.worker.limit>s, below: <.proxy.timeout>, because: the worker itself tells why it stops}
  - {this: <.worker.limit>s, equals: 60s, because: the library of the callers waits as long}
```
```yaml file=proxy.yaml
proxy: {timeout: 30s}
```
```yaml file=worker.yaml
worker:
  limit: 50  # finding: mismatch  # finding: mismatch
```

## Not a gap
```yaml file=accord-mapping.yaml
mapping: limits along the way
files: [values.yaml]
each: .listeners
where: [{.name: search}]
keep: [{this: <.keepalive else 1h>, at_most: 5s, because: search closes idle connections after 5s}]
```
```yaml file=values.yaml
listeners: [{name: search, keepalive: 5s}, {name: videos}]
```

## Unanswered
Where one side stands in none of the files, nothing is held against the other; that is a note of its own
(contract/mapping-reads-nothing):
```yaml file=accord-mapping.yaml
mapping: limits along the way
files: [values.yaml]
keep: [{this: <.limit>s, below: <.timeout>, because: the limit must fire first}]
```
```yaml file=values.yaml
limit: 50
```

## What to do
Whoever owns either value: change it so that the relation holds; or change the relation, and say why.

## References
- Site Reliability Engineering, chapter 8, Release Engineering: configuration management
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.model.contract_values import Related
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict

READS = ("relation",)
_FAMILY = "relation."
_IS_NOT = {"below": "is not below", "at_most": "is above", "equals": "is not"}


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the two sides of each declared relation together."""
    sides: dict[tuple[str, str], dict[str, Fact]] = {}
    for fact in system.about(*(term for term in system.terms if term.startswith(_FAMILY))):
        if isinstance(fact.value, Related) and holds_in(fact.scope, view):
            number = fact.term.removeprefix(_FAMILY).partition(".")[0]
            sides.setdefault((fact.provider, number), {})[fact.value.word] = fact
    for found in sides.values():
        this, other = found.pop("this", None), next(iter(found.values()), None)
        if this is not None and other is not None and not _holds(this.value, other.value):
            yield _broken(this, other)


def _holds(this: Related, other: Related) -> bool:
    if this.amount is None or other.amount is None:
        return this.text == other.text
    one, bound = this.amount.value, other.amount.value
    return one < bound if other.word == "below" else one <= bound if other.word == "at_most" else one == bound


def _broken(this: Fact, other: Fact) -> Finding:
    message = f"{this.text} {_IS_NOT[other.value.word]} {other.text}: {this.value.because}"
    must = f"must be {other.value.word.replace('_', ' ').replace('equals', 'equal to')} {other.text}"
    first = (this, f"reads {this.text} for {this.value.label}")
    if this.value.label == this.text:
        first = (this, f"says that {this.text} counts")
    second = (other, f"says that it {must}: {other.value.because}")
    return Finding(
        Verdict.MISMATCH,
        message,
        tuple(Statement(fact, f"{fact.says.partition(':')[2]} {says}") for fact, says in (first, second)),
        "",
        this.provider,
        witness=side_by_side("relation-kept", (first, second), (), message),
    )
