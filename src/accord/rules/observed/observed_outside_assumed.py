"""Observed outside assumed.

What happens today is not what the caller counts on: answers come later than it waits, or take longer than it says it
counts on. The provider may still keep its own promise. Nobody has to imagine this failure, it was counted.

One answer that came later than the caller waits was seen, however the spans were drawn. A share of calls is judged only
where it is known for how many calls each span stands, and where it cannot be chance (one in a thousand).

## Example
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: {attempt: 2s}  # finding: mismatch
    attempts: 3
  payments/quote:
    timeout: 10s
    latency: {p99: 100ms}  # finding: mismatch
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, latency: {max: 5s}}
  quote: {at: GET /quote, latency: {max: 5s}}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 3, paired: 3, late: 3, caller_errors: 3, error_ok: 3, callee_longest_ns: 5000000000}
    caller: [[2s, 3]]
    callee: [[5s, 3]]
    codes: [[-1, 200, 3]]
  - consumer: checkout
    provider: payments
    operation: GET /quote
    counts: {calls: 10000, paired: 10000}
    caller: [[20ms, 9700], [300ms, 300]]
    callee: [[18ms, 9700], [280ms, 300]]
```

## Not a gap
What was seen lies inside, the cut is agreed, or the slow call may be chance:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: 6s}
  payments/rate:
    timeout: 2s
    handles: [timeout]
    latency: {p99: 2s}
  payments/quote: {timeout: 10s, latency: {p99: 100ms}}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
  rate: {at: GET /rate, latency: {p99: 1s}}
  quote: {at: GET /quote}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 3}, callee: [[5s, 3]]}
  - {consumer: checkout, provider: payments, operation: GET /rate, counts: {calls: 3}, callee: [[1s, 2], [3s, 1]]}
  - {consumer: checkout, provider: payments, operation: GET /quote, counts: {calls: 20}, caller: [[20ms, 19], [300ms, 1]]}
```

## Unanswered
Nobody says how these spans were drawn, so that a share of them says nothing of all calls:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/quote: {timeout: 10s, latency: {p99: 100ms}}  # finding: conditional
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  quote: {at: GET /quote}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: GET /quote
    counts: {calls: 10000, unweighted: 10000}
    caller: [[20ms, 9700], [300ms, 300]]
```

## What to do
The caller: wait as long as answers take, or handle what comes later and say what it counts on instead. The provider: say
what it stands for, and find what takes so long.

## References
- Site Reliability Engineering, chapter 4, Service Level Objectives
"""

from collections.abc import Iterator
from fractions import Fraction

from accord.boundaries.calls.agreed import Agreement, agreement
from accord.boundaries.calls.limits import first_limit
from accord.boundaries.calls.percentiles import percentile_of, percentiles
from accord.boundaries.calls.wording import leaves
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.words import condition, left_before_the_answer, many, of_calls, statement, surely_more
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.observed import over
from accord.model.witness import Step, Witness

READS = ()


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds what was seen of each call against what its caller says of it."""
    for sighting in sightings(system):
        if sighting.comparable and sighting.boundary.consumer:
            yield from _limit(sighting)
            yield from _longest(sighting)
            yield from _shares(sighting)


def _limit(sighting: Sighting) -> Iterator[Finding]:
    limit, slowest = first_limit(sighting.boundary), sighting.facts.get("latency.max")
    if limit is None or slowest is None or slowest.value <= limit.value or limit.term == "timeout.idle":
        return
    if agreement(sighting.boundary, limit) is not Agreement.NONE:
        return
    left, (some, _) = left_before_the_answer(sighting), over(sighting.seen.callee_times, limit.value)
    says = f"{many(max(some, 1), 'answer')} took longer, up to {slowest.text}"
    says += f"; {left} came after {sighting.boundary.consumer} had left" if left else ""
    yield _finding(sighting, leaves(sighting.boundary, limit), slowest, says)


def _longest(sighting: Sighting) -> Iterator[Finding]:
    counted, waited = sighting.boundary.assumed.get("latency.max"), sighting.facts.get("waited.max")
    if counted is None or waited is None or counted.value is NONE or waited.value <= counted.value:
        return
    some, _ = over(sighting.seen.caller_times, counted.value)
    says = f"{many(max(some, 1), 'call')} took longer, up to {waited.text}"
    yield _finding(sighting, _counts_on(sighting, counted), waited, says)


def _shares(sighting: Sighting) -> Iterator[Finding]:
    rows = sighting.facts.get("seen.caller")
    total = sum(calls for _, _, calls in sighting.seen.caller_times)
    for counted in percentiles(sighting.boundary.assumed) if rows is not None else ():
        some, most = over(sighting.seen.caller_times, counted.value)
        if rows is not None and surely_more(
            some, total, (100 - percentile_of(counted)) / Fraction(100), sighting.seen.stands_for
        ):
            says = f"{of_calls(some, most, total)} took longer than {counted.text}"
            yield _finding(sighting, _counts_on(sighting, counted), rows, says, shares=True)


def _counts_on(sighting: Sighting, counted: Fact) -> Statement:
    which = (
        "every answer" if counted.term == "latency.max" else f"{counted.term.removeprefix('latency.p')} % of answers"
    )
    return Statement(counted, f"{sighting.boundary.consumer} counts on {which} within {counted.text}")


def _finding(sighting: Sighting, said: Statement, observed: Fact, says: str, shares: bool = False) -> Finding:
    boundary, rests_on = sighting.boundary, condition(sighting, shares)
    told = statement(sighting, observed.term, says)
    message = f"{said.says}; {says}"
    if rests_on:
        return Finding(Verdict.CONDITIONAL, message, (said, told), *boundary.key, condition=rests_on)
    steps = (
        Step(0, boundary.consumer, "seen", told.says, observed, boundary.subject),
        Step(0, "", "concludes", f"{boundary.subject} is not what {boundary.consumer} counts on, today", None),
    )
    witness = Witness(steps, "happens-as-counted-on", (said.fact,))
    return Finding(Verdict.MISMATCH, message, (said, told), *boundary.key, witness=witness)
