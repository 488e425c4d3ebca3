"""Seen but undeclared.

A party was seen to call what no statement says it calls, or to serve what it promises to nobody. It is free to; but what
nobody has written nobody checks: how long it waits, whether it may ask twice, who is told when it fails. Each party is
asked once, for all of it.

Calls of the party that are stated of every operation of a provider count as stated. Where a name that is not linked may
be one that it states, or an operation may be one that is named, nothing is concluded; a service of no party is asked after
by observed/service-of-no-party.

## Example
Questions (`accord check --questions`), one for each party:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
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
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300, paired: 300}}
  - {consumer: checkout, provider: payments, operation: GET /quote, counts: {calls: 40, paired: 40}}  # finding: unanswered
  - {consumer: checkout, provider: "peer:db.internal:5432", operation: SELECT, counts: {calls: 90, caller_only: 90}}
  - {consumer: checkout, provider: payments, operation: GET /debug/dump, counts: {calls: 7, paired: 7}}  # finding: unanswered
```

## Not a gap
What is stated, of one operation or of any; and what was called by nobody who is seen:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: 2s}
  stock/any: {timeout: 2s}
```
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
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300, paired: 300}}
  - {consumer: checkout, provider: stock, operation: POST /reservations, counts: {calls: 300, paired: 300}}
  - {consumer: "", provider: payments, operation: GET /healthz, counts: {calls: 300, callee_only: 300}}
```
### It may be one that is stated
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: 2s}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: "peer:money.internal", operation: POST, counts: {calls: 300, caller_only: 300}}
```

## Unanswered
The same.

## What to do
The caller: state the call, with what it counts on. The provider: promise the operation, or close it.

## References
- Hyrum's law, https://www.hyrumslaw.com
"""

from collections import Counter
from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.reach import Reach, listed
from accord.boundaries.seen.sightings import Sighting
from accord.boundaries.seen.unstated import is_of_no_operation, reaches_of_parties, unstated_call
from accord.boundaries.seen.words import many
from accord.model.finding import Finding, Question, Statement, Verdict

READS = ()


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Gathers for each party what it was seen to call, and to serve, without a word."""
    for reach in reaches_of_parties(system):
        called = [(unstated_call(system, reach, one), one) for one in reach.out]
        served = [(one.called, one) for one in reach.into if one.boundary.consumer and is_of_no_operation(system, one)]
        calls, serves = [one for one in called if one[0]], served if reach.party in system.speaking else []
        yield from _asked(reach, calls, "call", "what it counts on when it calls {}")
        yield from _asked(reach, serves, "serve", "what it promises for {}")


def _asked(reach: Reach, found: list[tuple[str, Sighting]], does: str, asks: str) -> Iterator[Finding]:
    if not found:
        return
    calls: Counter[str] = Counter()
    for name, sighting in found:
        calls[name] += sighting.seen.count("calls")
    names = listed(f"{name} ({many(count, 'call')})" for name, count in calls.most_common())
    first = found[0][1]
    said = Statement(first.total, f"{reach.party} was seen to {does} {names}{reach.where}")
    question = Question(reach.party, asks.format(names))
    message = f"{said.says}; no statement speaks of that"
    sides = (reach.party, "", "") if does == "call" else ("", reach.party, "")
    yield Finding(Verdict.UNANSWERED, message, (said,), *sides, questions=(question,))
