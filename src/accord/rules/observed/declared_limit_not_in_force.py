"""Declared limit not in force.

The caller says after what time it gives up, and calls of it ran on for longer. Who wrote the limit was right about what was
meant; the client that calls was never given it, or something retries inside of it. Whatever was worked out from the limit
(how long its own callers wait, how many calls pile up when the provider is slow) does not hold.

A timer fires a little late and a histogram has buckets, so only what lies surely beyond the limit and a tenth of it (at
least 100 ms) counts. A span may hold several tries: a limit on one try is held against spans that are tries, or against
all tries together; where neither is known the verdict rests on it, and so where a few calls among many ran over.

## Example
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: {request: 2s}  # finding: breach
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
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300}, caller: [[20ms, 288], [7s, 12]]}
```

## Not a gap
Calls end at the limit; a span that holds three tries:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 3}
  payments/quote: {timeout: 2s}
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
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300}, caller: [[20ms, 288], [6s, 12]]}
  - {consumer: checkout, provider: payments, operation: GET /quote, counts: {calls: 300}, caller: [[20ms, 200], [2100ms, 100]]}
```

## Unanswered
Whether a span is one try; one call that ran over, where a hundred ended in time:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: {attempt: 2s}  # finding: conditional
  payments/quote:
    timeout: 2s  # finding: conditional
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
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300}, caller: [[20ms, 288], [4s, 12]]}
  - {consumer: checkout, provider: payments, operation: GET /quote, counts: {calls: 300}, caller: [[2s, 299], [4s, 1]]}
```

## What to do
The caller: give the limit to the client that calls, or say the one that is in force.

## References
- Site Reliability Engineering, chapter 22, Addressing Cascading Failures: deadlines
"""

from collections.abc import Iterator

from accord.boundaries.calls.limits import limits
from accord.boundaries.calls.wording import leaves
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.spans_of_tries import longest_span
from accord.boundaries.seen.words import condition, many, statement
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Verdict
from accord.model.observed import over, rounded

READS = ()
_TIMER_NS, _TIMER_SHARE = 100_000_000, 10
_FEW = 3
_ONE_TRY = "holds if each of these spans is one try"
_STOOD_STILL = "holds unless the caller itself stood still meanwhile: few ran over, of those that reached the limit"


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds how long callers were seen to wait against how long they say they wait."""
    for sighting in sightings(system):
        if sighting.comparable and sighting.boundary.consumer and "waited.max" in sighting.facts:
            yield from _first(sighting)


def _first(sighting: Sighting) -> Iterator[Finding]:
    """The smallest limit that is not in force; one line for each boundary."""
    for limit in limits(sighting.boundary):
        if limit.stance is Stance.DEFAULT or limit.term == "timeout.idle":
            continue
        known = longest_span(sighting, limit)
        bound = limit.value if known is None else known
        bound += max(bound // _TIMER_SHARE, _TIMER_NS)
        if sighting.facts["waited.max"].value > bound:
            yield _finding(sighting, limit, bound, known is None)
            return


def _finding(sighting: Sighting, limit: Fact, bound: int, open_whose: bool) -> Finding:
    beyond = max(over(sighting.seen.caller_times, bound)[0], 1)
    reached = over(sighting.seen.caller_times, limit.value)[1]
    longest = sighting.facts["waited.max"]
    says = (
        f"{many(beyond, 'call')} of {sighting.seen.count('calls')} ran on beyond {rounded(bound)}, up to {longest.text}"
    )
    said, told = leaves(sighting.boundary, limit), statement(sighting, "waited.max", says)
    few = beyond < _FEW or 2 * beyond < reached
    parts = (_ONE_TRY if open_whose else "", _STOOD_STILL if few else "", condition(sighting))
    rests_on = "; ".join(filter(None, parts))
    verdict = Verdict.CONDITIONAL if rests_on else Verdict.BREACH
    message = f"{said.says}; {told.says}"
    return Finding(verdict, message, (said, told), *sighting.boundary.key, condition=rests_on)
