"""Declared but unseen.

A provider promises operations that nobody was seen to call, while it tells of the calls of its others. The promise is
kept, and somebody keeps watch over it, tests it and answers for it; perhaps for nobody. Or it is needed once a year, on
the day that everything else fails. Only who promised it can say.

Asked once for each provider, and only where that is decidable: it tells of at least 100 calls, all spans there were are
there, and each operation that was seen is one that is known, so that none is the missing one under another name. A call
that somebody states and was seen not to make is told of by observed/silent-boundary.

## Example
A question (`accord check --questions`):
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
  export:
    at: GET /export  # finding: unanswered
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300, paired: 300}}
```

## Not a gap
Everything is called; or what was seen may be what is missing:
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
---
party: stock
names: {otel: stock}
promises:
  reserve: {at: POST /reservations}
  export: {at: GET /export}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300, paired: 300}}
  - {consumer: checkout, provider: stock, operation: POST /reservations, counts: {calls: 300, paired: 300}}
  - {consumer: checkout, provider: stock, operation: GET /v2/export, counts: {calls: 3, paired: 3}}
```

## Unanswered
The same. Of a sample, however it was drawn, nothing is concluded:
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
  export: {at: GET /export}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, weighted: 6000000}
```

## What to do
The provider: say for whom the operation is (`to`), or end it with a date (`sunset`). Its callers: state that they call it.

## References
- Hyrum's law, https://www.hyrumslaw.com: what is there is used; what is not used can go
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.reach import (
    ENOUGH,
    Reach,
    is_asked_for,
    listed,
    only_a_sample,
    reaches,
    stated_calls,
    told_by_callee,
)
from accord.boundaries.seen.words import many
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Question, Statement, Verdict

READS = ()


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for each promised operation among those that were called."""
    for reach in reaches(system).values():
        decidable = reach.served >= ENOUGH and not only_a_sample(reach.into)
        if decidable and all(sighting.matched for sighting in reach.into):
            yield from _unseen(system, reach)


def _unseen(system: System, reach: Reach) -> Iterator[Finding]:
    called = {one.boundary.operation for one in reach.into if told_by_callee(one) or one.boundary.consumer}
    promised = {
        operation: fact
        for operation in system.operations(reach.party)
        if operation not in called
        and is_asked_for(system, reach.party, operation, reach.view)
        and not _is_asked_after(system, reach, operation)
        and (fact := _promise(system, reach, operation)) is not None
    }
    if not promised:
        return
    names = listed(f"{reach.party}/{operation}" for operation in promised)
    said = Statement(min(promised.values(), key=lambda fact: fact.place.spot), f"{reach.party} promises {names}")
    message = (
        f"{said.says}; nobody was seen to call this among {many(reach.served, 'call')} that it tells of{reach.where}"
    )
    asks = f"for whom it promises {names}: not called in {many(reach.served, 'call')} that it tells of{reach.place}"
    question = Question(reach.party, asks)
    yield Finding(Verdict.UNANSWERED, message, (said,), "", reach.party, questions=(question,))


def _promise(system: System, reach: Reach, operation: str) -> Fact | None:
    """What the provider itself promises of the operation, where the calls were seen."""
    terms = system.promised(reach.party, operation, reach.view).terms.values()
    own = [fact for facts in terms for fact in facts if fact.operation == operation]
    return min((fact for fact in own if fact.stance is Stance.PROMISES), key=lambda fact: fact.place.spot, default=None)


def _is_asked_after(system: System, reach: Reach, operation: str) -> bool:
    """Whether a caller that tells of enough says that it calls this: it is asked itself."""
    for caller in system.callers(reach.party, operation):
        known = reaches(system).get((caller, reach.environment))
        tells = known is not None and known.called >= ENOUGH
        if tells and (caller, reach.party, operation) in stated_calls(system, caller, reach.view):
            return True
    return False
