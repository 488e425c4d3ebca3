"""Silent boundary.

A caller states a call, and telemetry tells of none, or of none any more, while the caller goes on with other calls. It is
right to state what it may do, and right not to do it; but a call that ceased is how a broken switch, an expired token or a
job that is no longer started looks from outside: nothing fails, and nobody is told. Only the caller can say whether it is
meant.

Calls have ceased where they came in at least 20 windows, and have not come for ten times the longest time that lay
between two of these, in which the caller was seen to call others. Calls that were never seen are asked after where the
caller tells of at least 100 others, and none of what was seen can be this call under another name.

## Example
Ceased; and never seen, which is a question (`accord check --questions`):
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: 2s}
  payments/refund:
    timeout: 2s  # finding: unanswered
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
  refund: {at: POST /refunds}
  quote: {at: GET /quote}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout  # finding: note
    provider: payments
    operation: POST /charges
    counts: {calls: 80, paired: 80}
    began: 1764547200
    last: 1764549600
    windows: 38
    longest_gap_s: 60
    ended: 1764554400
  - consumer: checkout
    provider: payments
    operation: GET /quote
    counts: {calls: 300, paired: 300}
    began: 1764547200
    last: 1764554400
    windows: 120
    ended: 1764554400
```

## Not a gap
Calls that come and go, and calls of somebody who tells of too few to say:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: 2s}
---
party: billing
names: {otel: billing}
assumes:
  payments/charge: {timeout: 2s}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
  quote: {at: GET /quote}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 80, paired: 80}
    began: 1764547200
    last: 1764549600
    windows: 30
    longest_gap_s: 600
    ended: 1764554400
  - consumer: checkout
    provider: payments
    operation: GET /quote
    counts: {calls: 300, paired: 300}
    began: 1764547200
    last: 1764554400
    windows: 120
    ended: 1764554400
  - {consumer: billing, provider: payments, operation: GET /quote, counts: {calls: 12, paired: 12}}
```

## Unanswered
A call that was never seen; where the spans are a sample, the question says so.

## What to do
The caller: say whether it still calls, and take the statement back where it does not; else find what stopped it. Where
calls are rare by design, state by when they come.

## References
- Site Reliability Engineering, chapter 6, Monitoring Distributed Systems: traffic
"""

from collections.abc import Iterator

from accord.boundaries.join.system import Boundary, System
from accord.boundaries.join.view import View
from accord.boundaries.seen.reach import (
    ENOUGH,
    WHOLE,
    Reach,
    by_nobody_known,
    is_asked_for,
    only_a_sample,
    reaches,
    stated_calls,
    told_by_caller,
)
from accord.boundaries.seen.sightings import Sighting
from accord.boundaries.seen.words import many, statement
from accord.model.duration import show_duration
from accord.model.fact import ANY, Fact
from accord.model.finding import Finding, Question, Severity, Statement, Verdict

READS = ()
_SECOND = 1_000_000_000
_WINDOWS, _TIMES = 20, 10
_MINUTE_S = 60


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for each call that is stated among those that its caller was seen to make."""
    for reach in reaches(system).values():
        if reach.party not in system.parties or not reach.called:
            continue
        for key, said in stated_calls(system, reach.party, reach.view).items():
            yield from _one(reach, system.boundary(key, reach.view), said)


def _one(reach: Reach, boundary: Boundary, said: Fact) -> Iterator[Finding]:
    beside = [one for one in reach.out if one.boundary.provider == boundary.provider]
    same = [one for one in beside if one.matched and boundary.operation in (one.boundary.operation, ANY)]
    if any(not one.matched for one in beside):
        return
    if same:
        yield from _ceased(reach, boundary, same)
    elif reach.called >= ENOUGH and _would_be_seen(reach, boundary):
        yield _never(reach, boundary, said)


def _ceased(reach: Reach, boundary: Boundary, same: list[Sighting]) -> Iterator[Finding]:
    """Calls that came steadily and do not come any more, while the caller makes others."""
    last = max(same, key=lambda one: one.seen.last)
    later = max((one.seen.last for one in reach.out if told_by_caller(one)), default=0)
    usual_s = max(max(one.seen.longest_gap_s for one in same), _MINUTE_S)
    silent_s = later - last.seen.last
    if last.seen.windows < _WINDOWS or silent_s < _TIMES * usual_s:
        return
    usual, silent = show_duration(usual_s * _SECOND), show_duration(silent_s * _SECOND)
    calls = many(sum(one.seen.count("calls") for one in same), "call")
    says = f"{calls}, at most {usual} apart, and none in the last {silent} in which {reach.party} called others"
    told = statement(last, "seen.last", says)
    yield Finding(
        Verdict.NOTE, told.says, (told,), *boundary.key, severity=Severity.WARNING, condition=only_a_sample(same)
    )


def _would_be_seen(reach: Reach, boundary: Boundary) -> bool:
    """Whether nothing that was seen can be this call: no call by a name that is not linked, and none by nobody known."""
    system, provider, operation = boundary.system, boundary.provider, boundary.operation
    other = reaches(system).get((provider, reach.environment))
    if not is_asked_for(system, provider, operation, reach.view):
        return False
    if other is None or not other.served:
        addressed = boundary.promised.get("at") is not None or other is not None
        return addressed and all(one.boundary.provider in system.parties for one in reach.out)
    return not any(by_nobody_known(other, named) for named in (operation, ANY))


def _never(reach: Reach, boundary: Boundary, said: Fact) -> Finding:
    sample, calls = only_a_sample(reach.out), many(reach.called, "call")
    asks = f"whether it still calls {boundary.subject}: none of {calls} that it was seen to make{reach.place}"
    question = Question(boundary.consumer, asks, WHOLE if sample else "")
    stated = Statement(said, f"{boundary.consumer} states calls of {boundary.subject}")
    message = f"{stated.says}; none is among {calls} that it was seen to make{reach.where}"
    return Finding(Verdict.UNANSWERED, message, (stated,), *boundary.key, condition=sample, questions=(question,))
