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

from accord.boundaries.join.system import Key, System
from accord.boundaries.join.view import View
from accord.boundaries.people.ownership import owner_of
from accord.boundaries.seen.reach import WHOLE, Reach, is_sample, reaches, told_by_callee, told_by_caller
from accord.boundaries.seen.sightings import Sighting
from accord.boundaries.seen.words import SAMPLED, many, statement
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
    dark, lit = reach.party, told[0].boundary.consumer
    calls, others = sum(map(told_by_caller, told)), reach.served or reach.called
    owner = owner_of(system, dark, reach.view)
    if calls < _ENOUGH or any(map(told_by_callee, told)) or not others or not owner:
        return
    alone = sum(told_by_callee(one) for one in reach.into if not one.boundary.consumer)
    lost = f"; of {alone} of these the caller is not known" if alone else ""
    says = f"{lit} tells of {many(calls, 'call')} of {dark}, and {dark} of none of these, beside {others} others{lost}"
    asks = f"why {dark} tells of none of {many(calls, 'call')} that {lit} tells of"
    key = told[0].boundary.key if len(told) == 1 and told[0].matched else (lit, dark, "")
    yield _asked(told, key, says, Question(owner, asks, WHOLE if is_sample(told) else ""))


def _caller(system: System, reach: Reach, told: list[Sighting]) -> Iterator[Finding]:
    """The one who is said to call an operation is dark, and calls of it come from nobody known."""
    for sighting in told:
        subject, calls = sighting.boundary.subject, told_by_callee(sighting)
        callers = system.callers(reach.party, sighting.boundary.operation) if sighting.matched else []
        if len(callers) != 1 or calls < _ENOUGH or any(one.boundary.consumer in callers for one in reach.into):
            continue
        [dark] = callers
        known, owner = reaches(system).get((dark, reach.environment)), owner_of(system, dark, reach.view)
        others = known.served or known.called if known else 0
        if others and owner:
            says = f"{reach.party} tells of {many(calls, 'call')} of {subject} by nobody known"
            says += (
                f"; {dark}, which alone is said to call it, tells of {many(others, 'other call')} and of none of these"
            )
            asks = f"whether it is {dark} that makes {many(calls, 'call')} of {subject} and tells of none"
            key = (dark, reach.party, sighting.boundary.operation)
            yield _asked([sighting], key, says, Question(owner, asks, WHOLE if is_sample([sighting]) else ""))


def _asked(told: list[Sighting], key: Key, says: str, question: Question) -> Finding:
    seen = statement(told[0], told[0].total.term, says)
    sample = SAMPLED if is_sample(told) else ""
    return Finding(Verdict.UNANSWERED, seen.says, (seen,), *key, condition=sample, questions=(question,))
