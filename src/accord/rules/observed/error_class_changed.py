"""Error class changed.

What the provider answered arrived at its caller as something else: a failure as a success, a success as a failure, a fault
of the caller as one of the provider. Each side reports what it saw, and both are right; something between them, a proxy,
a gateway, a library, answered in the provider's place. What the caller does next (ask again, give up, go on) rests on an
answer that nobody gave. Counted are calls of which both sides tell a code of one protocol; a caller that left without an
answer is told of by observed/work-for-nobody.

## Example
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout  # finding: note
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, ok_error: 7, error_error: 2}
    codes: [[200, 200, 291], [200, 503, 7], [404, 500, 2]]
```
### By its own account it failed, and answered as if not
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout  # finding: note
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, ok_ok: 297, ok_error: 3}
    codes: [[200, 200, 300]]
```

## Not a gap
The same class on both sides, no answer at all, another protocol, or a message, whose sender waits for nobody:
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, error_error: 3, error_ok: 6}
    codes: [[200, 201, 200], [502, 503, 3], [-1, 200, 4], [4, 0, 2], [0, 200, 91]]
  - consumer: checkout
    provider: stock
    operation: orders
    counts: {calls: 300, paired: 300, ok_error: 3}
    codes: [[-1, -1, 300]]
```

## Unanswered
Nothing.

## What to do
Whoever runs what stands between: hand on the class of an answer as it came. The provider: answer a failure as one. The
caller: act on the class of an answer, and say in its contract which it handles.

## References
- RFC 9110 section 15, status codes and their classes
- google/rpc/code.proto: the HTTP status of each gRPC code
"""

from collections import Counter
from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.codes import CLASSES, class_of, is_told, same_protocol, shown
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.words import condition, many, statement
from accord.model.finding import Finding, Severity, Verdict

READS = ()
_FAILURE, _SUCCESS = CLASSES[-1], CLASSES[0]
_MOST_SHOWN = 3


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Counts the answers that arrived as something else."""
    for sighting in sightings(system):
        changed = _changed(sighting)
        hidden = sighting.seen.count("ok_error") - sum(
            count for (seen, gave), count in changed.items() if class_of(seen) == _SUCCESS != class_of(gave)
        )
        parts = [*_told(sighting, changed), *_told_by_nobody(sighting, hidden)]
        if parts:
            term = "seen.codes" if changed else "seen.ok_error"
            told = statement(sighting, term, "; ".join(parts))
            yield Finding(
                Verdict.NOTE,
                told.says,
                (told,),
                *sighting.boundary.key,
                severity=Severity.WARNING,
                condition=condition(sighting),
            )


def _changed(sighting: Sighting) -> Counter[tuple[int, int]]:
    """How many calls had which code at the caller and which at the callee, of those whose class differs."""
    found: Counter[tuple[int, int]] = Counter()
    for seen, gave, count in sighting.seen.codes:
        if is_told(seen) and is_told(gave) and same_protocol(seen, gave) and class_of(seen) != class_of(gave):
            found[(seen, gave)] += count
    return found


def _told(sighting: Sighting, changed: Counter[tuple[int, int]]) -> Iterator[str]:
    boundary = sighting.boundary
    callee, caller = boundary.provider, boundary.consumer or "its caller"
    for (seen, gave), count in changed.most_common(_MOST_SHOWN):
        answers = many(count, "answer")
        yield f"{answers} of {callee} ({shown(gave)}, a {class_of(gave)}) arrived at {caller} as {shown(seen)}, a {class_of(seen)}"
    rest = changed.total() - sum(count for _, count in changed.most_common(_MOST_SHOWN))
    if rest:
        yield f"{many(rest, 'answer')} as yet another class"


def _told_by_nobody(sighting: Sighting, hidden: int) -> Iterator[str]:
    """Calls that failed by the callee's own account, with a code that says otherwise; where all of them have a code."""
    codes = sighting.seen.codes
    if hidden > 0 and codes and all(is_told(seen) and is_told(gave) for seen, gave, _ in codes):
        of_calls = many(sighting.seen.count("paired"), "call")
        yield f"{hidden} of {of_calls} failed by the account of {sighting.boundary.provider} itself, and were answered as a {_SUCCESS}"
