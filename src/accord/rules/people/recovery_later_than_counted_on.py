"""Recovery later than counted on.

One side promises a recovery within some time, the other counts on it sooner. Both times were chosen well: the one for
what the repair takes, the other for what can be bridged. Nobody held them side by side.

## Example
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 2h}}}  # finding: mismatch
```
```yaml file=warehouse/accord.yaml
party: warehouse
promises: {table: {recover: {by: data-oncall, within: 4h}}}
```
### One clock begins later
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 2h, from: failure}}}  # finding: mismatch
---
party: warehouse
promises: {table: {recover: {by: data-oncall, within: 4h, from: acknowledgement}}}
```

## Not a gap
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 4h}}}
---
party: warehouse
promises: {table: {recover: {by: data-oncall, within: 4h}}}
```

## Unanswered
Both clocks must begin somewhere. What is counted on from the failure holds only if the time to show it is stated too:
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 4h, from: failure}}}  # finding: unanswered
---
party: warehouse
promises: {table: {recover: {by: data-oncall, within: 4h}}}
```

## What to do
Who counts on it: bridge the longer time. Who promises: repair sooner.

## References
- NIST SP 800-34, Contingency Planning Guide, recovery time objectives
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.evidence import side_by_side
from accord.boundaries.recovery import Due, due, duration_of
from accord.boundaries.system import Boundary
from accord.model.duration import show_duration
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict

READS = ("recover", "detect")
NEEDS = ("recover.within",)
_CLOCKS = ("failure", "detection", "acknowledgement")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds what the caller counts on against what the provider promises."""
    counted, promised = due(boundary.assumed, None), due(boundary.promised, None)
    if counted is None or promised is None or not boundary.consumer:
        return
    later = _CLOCKS.index(promised.counts) - _CLOCKS.index(counted.counts)
    if promised.within > counted.within and later >= 0:
        yield _beyond(boundary, counted, promised)
    elif counted.counts == "failure" and promised.counts == "detection":
        yield from _from_failure(boundary, counted, promised)


def _beyond(boundary: Boundary, counted: Due, promised: Due) -> Finding:
    subject = boundary.subject
    sayings = (
        (counted.fact, f"counts on recovery of {subject} within {_said(counted)}"),
        (promised.fact, f"promises recovery of {subject} within {_said(promised)}"),
    )
    follows = f"{subject} is repaired after {promised.fact.text}, as promised"
    more = replace(counted.fact, value=promised.within, text=promised.fact.text)
    less = replace(promised.fact, value=counted.within, text=counted.fact.text)
    moves = (
        Move(boundary.consumer, f"count on recovery within {promised.fact.text}", (Change(counted.fact, more),)),
        Move(boundary.provider, f"promise recovery within {counted.fact.text}", (Change(promised.fact, less),)),
    )
    message = f"{boundary.consumer} {sayings[0][1]}; {boundary.provider} promises it within {_said(promised)}"
    witness = side_by_side("counts-on-what-is-promised", sayings, (promised.fact, counted.fact), follows)
    statements = tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings)
    return Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _from_failure(boundary: Boundary, counted: Due, promised: Due) -> Iterator[Finding]:
    """The time until the deviation is shown comes on top of what is promised from then on."""
    if duration_of(boundary.promised.get("detect.within")) is not None:
        return
    left = f"at most {show_duration(counted.within - promised.within)}"
    asks = f"how soon a deviation of {boundary.subject} is shown (detect: {{within: ...}})"
    message = f"{boundary.consumer} counts on recovery of {boundary.subject} within {_said(counted)}; nobody says how soon it is shown"
    statements = (
        Statement(counted.fact, f"{counted.fact.says} counts on recovery within {_said(counted)}"),
        Statement(promised.fact, f"{promised.fact.says} promises recovery within {_said(promised)}"),
    )
    question = Question(boundary.provider, asks, left)
    yield Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=(question,))


def _said(owed: Due) -> str:
    return owed.fact.text if owed.counts == "detection" else f"{owed.fact.text} of {owed.counts}"
