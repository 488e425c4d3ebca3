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

### The time until it is shown comes on top
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 35m, from: failure}}}  # finding: mismatch
---
party: warehouse
promises: {table: {detect: {by: TableOld, within: 10m}, recover: {by: data-oncall, within: 30m}}}
```
### No time is promised
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 2h}}}  # finding: mismatch
---
party: warehouse
promises: {table: {recover: {by: data-oncall, within: none}}}
```

## Not a gap
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 4h}}}
---
party: warehouse
promises: {table: {recover: {by: data-oncall, within: 4h}}}
```
### Both times together are inside
A signal for each term counts with the soonest of them:
```yaml file=report/accord.yaml
party: report
assumes: {warehouse/table: {recover: {within: 40m, from: failure}}}
---
party: warehouse
promises:
  table:
    detect: {freshness: {by: TableOld, within: 10m}, ready_by: {by: TableLate, within: 15m}}
    recover: {by: data-oncall, within: 30m}
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

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import Boundary
from accord.boundaries.people.recovery import Due, as_promised, due, shown_soonest
from accord.model.duration import show_duration
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = ("recover", "detect")
NEEDS = ("recover.within",)
ALIKE, NAMED = ("recover.within", "recover.from", "detect"), ("detect.by",)
_CLOCKS = ("failure", "detection", "acknowledgement")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds what the caller counts on against what the provider promises."""
    counted, promised = due(boundary.assumed, None), due(boundary.promised, None)
    none = boundary.promised.get("recover.within")
    if counted is None or not boundary.consumer:
        return
    if promised is None:
        if none is not None and none.value is NONE:
            yield _beyond(boundary, counted, Due(none))
        return
    later = _CLOCKS.index(promised.counts) - _CLOCKS.index(counted.counts)
    if promised.within > counted.within and later >= 0:
        yield _beyond(boundary, counted, promised)
    elif {counted.counts, promised.counts} == {"failure", "detection"}:
        yield from _with_detection(boundary, counted, promised)


def _beyond(boundary: Boundary, counted: Due, promised: Due) -> Finding:
    subject = boundary.subject
    sayings = (
        (counted.fact, f"counts on recovery of {subject} within {_said(counted)}"),
        (promised.fact, f"promises recovery of {subject} within {_said(promised)}"),
    )
    never = promised.fact.value is NONE
    follows = (
        f"{subject} is repaired {'at no time that was said' if never else f'after {promised.fact.text}'}, as promised"
    )
    more = replace(counted.fact, value=promised.fact.value, text=promised.fact.text)
    less = replace(promised.fact, value=counted.within, text=counted.fact.text)
    moves = (
        Move(boundary.consumer, f"count on recovery within {promised.fact.text}", (Change(counted.fact, more),)),
        Move(boundary.provider, f"promise recovery within {counted.fact.text}", (Change(promised.fact, less),)),
    )[never:]
    message = f"{boundary.consumer} {sayings[0][1]}; {boundary.provider} promises it within {_said(promised)}"
    witness = side_by_side("counts-on-what-is-promised", sayings, (promised.fact, counted.fact), follows)
    statements = tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings)
    return Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _with_detection(boundary: Boundary, counted: Due, promised: Due) -> Iterator[Finding]:
    """One clock begins at the failure, the other when it is shown: the time between them decides."""
    shown = shown_soonest(boundary.promised)
    if shown is None:
        if counted.counts == "failure" and not boundary.promised.family("detect."):
            yield _open(boundary, counted, promised)
        return
    late = promised.from_failure(shown) - counted.from_failure(shown)
    if late <= 0 or (counted.counts == "detection" and shown.term != "detect.within"):
        return
    told = (
        (counted.fact, f"counts on recovery of {boundary.subject} within {_said(counted)}"),
        (shown, f"shows a deviation of {boundary.subject} within {shown.text}"),
        (promised.fact, f"promises recovery of {boundary.subject} within {_said(promised)}"),
    )
    changes = [(boundary.consumer, "count on", counted.fact, counted.within + late)]
    if promised.within > late:
        changes.append((boundary.provider, "promise", promised.fact, promised.within - late))
    moves = tuple(
        Move(party, f"{does} recovery within {show_duration(time)}", (exchanged(fact, time, show_duration(time)),))
        for party, does, fact, time in changes
    )
    message = (
        f"{boundary.consumer} {told[0][1]}; it is shown within {shown.text}, and repaired within {_said(promised)}"
    )
    statements = tuple(Statement(fact, f"{fact.says} {words}") for fact, words in told)
    witness = as_promised(boundary.subject, counted, promised, shown)
    yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _open(boundary: Boundary, counted: Due, promised: Due) -> Finding:
    left = f"at most {show_duration(counted.within - promised.within)}"
    asks = f"how soon a deviation of {boundary.subject} is shown (detect: {{within: ...}})"
    message = f"{boundary.consumer} counts on recovery of {boundary.subject} within {_said(counted)}; nobody says how soon it is shown"
    statements = (
        Statement(counted.fact, f"{counted.fact.says} counts on recovery within {_said(counted)}"),
        Statement(promised.fact, f"{promised.fact.says} promises recovery within {_said(promised)}"),
    )
    question = Question(boundary.provider, asks, left)
    return Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=(question,))


def _said(owed: Due) -> str:
    return owed.fact.text if owed.counts == "detection" else f"{owed.fact.text} of {owed.counts}"
