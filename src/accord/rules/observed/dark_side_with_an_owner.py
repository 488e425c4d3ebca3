"""Dark side with an owner.

One side of a boundary tells of calls of which the other never tells, although that other side has an owner and tells of
other calls of its own. Each is right about what it sees; but of this boundary nobody can say whether an answer was late or
lost, whether it was done twice, or who had left. Either the calls are not instrumented there, or what ties the two spans
together is lost on the way, or they are not of this party at all. Only its owner can say which.

Halves that were let go before the other could come are undecided, and never a missing side.

## Example
A question (`accord check --questions`), asked of the owner:
```yaml file=payments/accord.yaml
party: payments
owner: team-money
names: {otel: payments}
promises:
  charge: {at: POST /charges}
  quote: {at: GET /quote}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: shop, provider: payments, operation: GET /quote, counts: {calls: 300, paired: 300}}
  - consumer: checkout  # finding: unanswered
    provider: peer:payments
    operation: POST
    counts: {calls: 40, caller_only: 40}
```
### The caller is dark
```yaml file=checkout/accord.yaml
party: checkout
owner: team-shop
names: {otel: checkout}
assumes:
  payments/charge: {timeout: 2s}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: "", provider: checkout, operation: POST /orders, counts: {calls: 300, callee_only: 300}}
  - provider: payments  # finding: unanswered
    operation: POST /charges
    counts: {calls: 40, callee_only: 40}
```

## Not a gap
It tells of some of these calls, of nothing at all, has no owner, or the halves are undecided:
```yaml file=payments/accord.yaml
party: payments
owner: team-money
names: {otel: payments}
promises:
  charge: {at: POST /charges}
---
party: ledger
owner: team-money
names: {otel: ledger}
---
party: stock
names: {otel: stock}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 40, caller_only: 39, paired: 1}}
  - {consumer: checkout, provider: peer:ledger, operation: POST, counts: {calls: 40, caller_only: 40}}
  - {consumer: checkout, provider: peer:stock, operation: POST, counts: {calls: 40, caller_only: 40}}
  - {consumer: shop, provider: stock, operation: GET /stock, counts: {calls: 300, paired: 300}}
  - {consumer: billing, provider: peer:payments, operation: POST, counts: {calls: 40, caller_only: 40, undecided: 3}}
```

## Unanswered
The same; where nobody says how the spans were drawn, the question says so.

## What to do
The owner: instrument the calls, or hand on `traceparent` through what stands between; or say that these are not its own.

## References
- W3C Trace Context, `traceparent`
"""

from collections.abc import Iterator

from accord.boundaries.ownership import owner_of
from accord.boundaries.reach import Reach, reaches, told_by_callee, told_by_caller
from accord.boundaries.seen import SAMPLED, many, statement
from accord.boundaries.sightings import Sighting
from accord.boundaries.system import System
from accord.boundaries.view import View
from accord.model.finding import Finding, Question, Verdict

READS = ()
_ENOUGH = 20


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for the boundaries of each party of which only the other side tells."""
    for reach in reaches(system).values():
        callers = dict.fromkeys(sighting.boundary.consumer for sighting in reach.into)
        for caller in callers:
            told = [sighting for sighting in reach.into if sighting.boundary.consumer == caller]
            if any(sighting.seen.count("undecided") for sighting in told):
                continue
            yield from _callee(system, reach, told) if caller else _caller(system, reach, told)


def _callee(system: System, reach: Reach, told: list[Sighting]) -> Iterator[Finding]:
    """The party itself is dark where one caller calls it."""
    calls = sum(map(told_by_caller, told))
    if calls < _ENOUGH or any(map(told_by_callee, told)) or not reach.served + reach.called:
        return
    alone = sum(told_by_callee(one) for one in reach.into if not one.boundary.consumer)
    others = f"{reach.party} tells of {many(reach.served or reach.called, 'other call')} and of none of these"
    if alone:
        others = f"{reach.party} tells of none of these by that caller, and of {many(alone, 'call')} whose caller is not known"
    yield from _asked(system, reach, told, calls, reach.party, others)


def _caller(system: System, reach: Reach, told: list[Sighting]) -> Iterator[Finding]:
    """The one who is said to call an operation is dark, and calls of it come from nobody known."""
    for sighting in told:
        callers = system.callers(reach.party, sighting.boundary.operation) if sighting.matched else []
        if len(callers) != 1 or told_by_callee(sighting) < _ENOUGH:
            continue
        [caller] = callers
        known = reaches(system).get((caller, reach.environment))
        if known is None or any(one.boundary.consumer == caller for one in reach.into):
            continue
        if known.served + known.called:
            others = (
                f"{caller}, which alone is said to call it, tells of {many(known.served or known.called, 'other call')}"
            )
            yield from _asked(system, reach, [sighting], told_by_callee(sighting), caller, others)


def _asked(system: System, reach: Reach, told: list[Sighting], calls: int, dark: str, others: str) -> Iterator[Finding]:
    owner = owner_of(system, dark, reach.view)
    if not owner:
        return
    first = told[0]
    boundary, lit = first.boundary, reach.party if dark != reach.party else first.boundary.consumer
    seen = statement(first, first.total.term, f"{lit} tells of {many(calls, 'call')}; {others}")
    to = boundary.subject if first.matched else boundary.provider
    what = f"which calls of {to} are its own" if dark != reach.party else f"what became of the calls by {lit}"
    question = Question(owner, f"why {dark} never tells {what}", "spans of both sides, tied by traceparent")
    operation = boundary.operation if first.matched else ""
    consumer = dark if dark != reach.party else boundary.consumer
    yield Finding(
        Verdict.UNANSWERED,
        seen.says,
        (seen,),
        consumer,
        boundary.provider,
        operation,
        condition="" if all(one.seen.shares_are_known for one in told) else SAMPLED,
        questions=(question,),
    )
