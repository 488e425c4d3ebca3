"""Command disputed.

Two parties command the same hands, and each says whose word goes first. Each is right by its own book: the machine that
warns in seconds, the desk that sees all. In the minute in which they disagree, those who act have two orders, and what
they do is right by one of them and wrong by the other.

## Example
```yaml file=flight/accord.yaml
party: tcas
kind: agent
assumes: {crew/manoeuvre: {authority: [tcas, tower]}}  # finding: mismatch
---
party: tower
kind: team
assumes: {crew/manoeuvre: {authority: [tower]}}
---
party: crew
kind: team
promises: {manoeuvre: {authority: unknown}}
```
### Those who act say otherwise
```yaml file=flight/accord.yaml
party: tower
kind: team
assumes: {crew/manoeuvre: {authority: [tower]}}  # finding: mismatch
---
party: crew
kind: team
promises: {manoeuvre: {authority: [tcas, tower]}}
```

## Not a gap
```yaml file=flight/accord.yaml
party: tcas
kind: agent
assumes: {crew/manoeuvre: {authority: [tcas, tower]}}
---
party: tower
kind: team
assumes: {crew/manoeuvre: {authority: [tcas, tower]}}
---
party: crew
kind: team
promises: {manoeuvre: {authority: [tcas, tower]}}
```

## Unanswered
One says so, and nobody else says anything:
```yaml file=flight/accord.yaml
party: tower
kind: team
assumes: {crew/manoeuvre: {authority: [tower]}}
---
party: crew
kind: team
promises: {manoeuvre: {latency: {max: 5s}}}
```

## What to do
Write one order, and have all who command and all who act say the same.

## References
- Bundesstelle für Flugunfalluntersuchung, AX001-1-2/02, Überlingen 2002
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import Boundary
from accord.boundaries.reliance.questions import first_caller
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.nothing import NONE

READS = ("authority",)
NEEDS = ("authority",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds whose command wins by all who speak of one operation against each other, once for all of them."""
    said = list(_said(boundary)) if first_caller(boundary) else []
    for first in said[:1]:
        other = next((each for each in said if each.value[0] != first.value[0]), None)
        if other is not None:
            yield _finding(boundary, first, other)


def _said(boundary: Boundary) -> Iterator[Fact]:
    """What each caller says, in order of name, and then the provider; `none` and what nobody said are no order."""
    system, view = boundary.system, boundary.view
    for consumer in system.callers(boundary.provider, boundary.operation):
        side = system.assumed((consumer, boundary.provider, boundary.operation), view)
        own = side.get("authority")
        if own is not None and own.says == consumer and own.value is not NONE:
            yield own
    promised = boundary.promised.get("authority")
    if promised is not None and promised.value is not NONE:
        yield promised


def _finding(boundary: Boundary, first: Fact, other: Fact) -> Finding:
    about = boundary.subject
    sayings = tuple((fact, f"says that {fact.value[0]} commands {about} first") for fact in (first, other))
    follows = f"{first.value[0]} and {other.value[0]} say different things, and {boundary.provider} has two orders"
    moves = tuple(
        Move(one.says, f"say that {two.value[0]} goes first", (exchanged(one, two.value, two.text),))
        for one, two in ((first, other), (other, first))
    )
    return Finding(
        Verdict.MISMATCH,
        f"{first.says} has {first.value[0]} command {about} first, {other.says} has {other.value[0]}",
        tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings),
        "",
        boundary.provider,
        boundary.operation,
        witness=side_by_side("one-command-wins", sayings, (first, other), follows),
        moves=moves,
    )
