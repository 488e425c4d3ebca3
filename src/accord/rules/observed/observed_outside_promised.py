"""Observed outside promised.

The provider answers later than it promises. One answer after the promised maximum is enough, however the spans were
drawn; a percentile is judged only where it is known for how many calls each span stands, where the excess cannot be chance
(one in a thousand), and where the promise is not about a longer window than was looked at.

## Example
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, latency: {max: 5s}}  # finding: breach
  quote: {at: GET /quote, latency: {p99: 100ms}}  # finding: breach
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: shop, provider: payments, operation: POST /charges, counts: {calls: 100}, callee: [[1s, 99], [7s, 1]]}
  - {consumer: shop, provider: payments, operation: GET /quote, counts: {calls: 10000}, callee: [[20ms, 9700], [300ms, 300]]}
```

## Not a gap
Inside the promise, or of a window that is longer than was looked at:
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, latency: {max: 8s}}
  quote: {at: GET /quote, over: 30d, latency: {p99: 100ms}}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: shop, provider: payments, operation: POST /charges, counts: {calls: 100}, callee: [[1s, 99], [7s, 1]]}
  - {consumer: shop, provider: payments, operation: GET /quote, counts: {calls: 10000}, callee: [[20ms, 9700], [300ms, 300]]}
```

## Unanswered
Nobody says how these spans were drawn:
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  quote: {at: GET /quote, latency: {p99: 100ms}}  # finding: conditional
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: shop
    provider: payments
    operation: GET /quote
    counts: {calls: 10000, unweighted: 10000}
    callee: [[20ms, 9700], [300ms, 300]]
```

## What to do
The provider: find what takes so long, or promise what holds. The caller: count on what is kept.

## References
- Site Reliability Engineering, chapter 4, Service Level Objectives
"""

from collections.abc import Iterator
from fractions import Fraction

from accord.boundaries.calls.percentiles import percentile_of, percentiles
from accord.boundaries.calls.wording import answers_within, may_answer
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.words import condition, lasted, many, of_calls, statement, surely_more
from accord.model.fact import Stance
from accord.model.finding import Finding, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.observed import over

READS = ()


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds what was seen of each operation against what its provider promises."""
    for sighting in sightings(system):
        if sighting.comparable:
            yield from _longest(sighting)
            yield from _shares(sighting)


def _longest(sighting: Sighting) -> Iterator[Finding]:
    promised, slowest = sighting.boundary.promised.get("latency.max"), sighting.facts.get("latency.max")
    if promised is None or slowest is None or promised.value is NONE or promised.stance is not Stance.PROMISES:
        return
    if slowest.value > promised.value:
        some, _ = over(sighting.seen.callee_times, promised.value)
        says = f"{many(max(some, 1), 'answer')} took longer, up to {slowest.text}"
        yield _finding(sighting, may_answer(promised), statement(sighting, "latency.max", says), False)


def _shares(sighting: Sighting) -> Iterator[Finding]:
    total = sum(calls for _, _, calls in sighting.seen.callee_times)
    window = sighting.boundary.promised.value("over")
    for promised in percentiles(sighting.boundary.promised) if total else ():
        some, most = over(sighting.seen.callee_times, promised.value)
        too_short = isinstance(window, int) and window > lasted(sighting)
        allowed = (100 - percentile_of(promised)) / Fraction(100)
        if (
            promised.stance is Stance.PROMISES
            and not too_short
            and surely_more(some, total, allowed, sighting.seen.stands_for)
        ):
            says = f"{of_calls(some, most, total)} took longer than {promised.text}"
            yield _finding(sighting, answers_within(promised), statement(sighting, "seen.callee", says), True)


def _finding(sighting: Sighting, said: Statement, told: Statement, shares: bool) -> Finding:
    rests_on = condition(sighting, shares)
    verdict = Verdict.CONDITIONAL if rests_on else Verdict.BREACH
    return Finding(verdict, f"{said.says}; {told.says}", (said, told), *sighting.boundary.key, condition=rests_on)
