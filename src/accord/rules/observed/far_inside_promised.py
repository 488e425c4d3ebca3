"""Far inside promised.

The provider answers far sooner than it promises, and has done so a thousand times without exception. Its caller leans on
what it sees: it gives up, or counts on an answer, before the promise has run out, or says nothing of time at all. Both
keep their word, and nothing fails today. On the day the provider takes the time it promised, which it may without telling
anybody, it fails: a dependency that nobody has spoken of.

Told once for each boundary, and only where the slowest of at least 1000 answers took less than a quarter of the promised
maximum. Where the caller waits for all that is promised, or handles the cut, it leans on nothing.

## Example
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: 2s
  payments/quote: {attempts: 2}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge:
    at: POST /charges
    latency: {max: 5s}  # finding: note
  quote:
    at: GET /quote
    latency: {max: 5s}  # finding: note
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 2000}, callee: [[80ms, 1990], [900ms, 10]]}
  - {consumer: checkout, provider: payments, operation: GET /quote, counts: {calls: 2000}, callee: [[80ms, 1990], [900ms, 10]]}
```

## Not a gap
The caller waits for all that is promised; the slowest answer is not far inside; the calls are few:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: 6s}
  payments/quote: {timeout: 2s}
  payments/rate: {timeout: 2s}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, latency: {max: 5s}}
  quote: {at: GET /quote, latency: {max: 5s}}
  rate: {at: GET /rate, latency: {max: 5s}}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 2000}, callee: [[80ms, 2000]]}
  - {consumer: checkout, provider: payments, operation: GET /quote, counts: {calls: 2000}, callee: [[80ms, 1999], [1500ms, 1]]}
  - {consumer: checkout, provider: payments, operation: GET /rate, counts: {calls: 20}, callee: [[80ms, 20]]}
```

## Unanswered
Nobody says how these spans were drawn: the slowest answer may not be among them, and nothing is said.
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
  charge: {at: POST /charges, latency: {max: 5s}}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 2000, unweighted: 2000}
    callee: [[80ms, 2000]]
```

## What to do
The provider: promise what it keeps, or now and then take the time it promised. The caller: wait for what is promised, or
handle the cut.

## References
- Site Reliability Engineering, chapter 4, Service Level Objectives: do not overachieve
"""

from collections.abc import Iterator
from fractions import Fraction

from accord.boundaries.calls.agreed import Agreement, agreement
from accord.boundaries.calls.limits import first_limit
from accord.boundaries.calls.percentiles import percentiles
from accord.boundaries.calls.wording import leaves, may_answer
from accord.boundaries.join.system import Boundary, System
from accord.boundaries.join.view import View
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.words import condition, many, statement
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.observed import rounded

READS = ()
_FAR = Fraction(1, 4)
_ENOUGH = 1000
_OF_TIME = ("timeout.", "latency.")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the slowest answer that each caller was given against the slowest that is promised."""
    groups: dict[object, list[Sighting]] = {}
    for sighting in sightings(system):
        if sighting.comparable and sighting.boundary.consumer:
            groups.setdefault((sighting.boundary.key, sighting.environment), []).append(sighting)
    for told in groups.values():
        yield from _one(told)


def _one(told: list[Sighting]) -> Iterator[Finding]:
    """What is found of one boundary, however many addresses its operation has."""
    boundary = told[0].boundary
    promised = boundary.promised.get("latency.max")
    if promised is None or promised.value is NONE or promised.stance is not Stance.PROMISES:
        return
    answers = sum(map(_answers, told))
    told_of = sum(_answers(sighting) / sighting.seen.stands_for for sighting in told)
    if told_of < _ENOUGH or not all(one.seen.shares_are_known and "latency.max" in one.facts for one in told):
        return
    slowest = max(told, key=_slowest)
    longest = _slowest(slowest)
    leaning = _leans(boundary, promised.value, longest)
    if longest < _FAR * promised.value and leaning is not None:
        took = f"the slowest of {many(answers, 'answer')} took at most {rounded(longest)}"
        seen = statement(slowest, "latency.max", took)
        said = [may_answer(promised), *leaning]
        message = "; ".join((*(each.says for each in said), seen.says, "nobody has said that it stays so"))
        yield Finding(Verdict.NOTE, message, (*said, seen), *boundary.key, condition=condition(slowest))


def _answers(sighting: Sighting) -> int:
    return sum(calls for _, _, calls in sighting.seen.callee_times)


def _slowest(sighting: Sighting) -> int:
    """How long the slowest answer took at most: as it was told, or where its bucket ends."""
    return sighting.seen.count("callee_longest_ns") or sighting.seen.callee_times[-1][1]


def _leans(boundary: Boundary, promised: int, seen: int) -> list[Statement] | None:
    """What the caller says that holds only while answers are as quick as was seen; nothing where it says nothing of time.

    None where it leans on no more than is promised.
    """
    if not any(term.startswith(_OF_TIME) for term in boundary.assumed.terms):
        said = next((facts[0] for facts in boundary.assumed.terms.values()), None)
        return None if said is None else [Statement(said, f"{boundary.consumer} does not say how long it waits")]
    limit = first_limit(boundary)
    if limit is not None and seen <= limit.value < promised:
        return [leaves(boundary, limit)] if agreement(boundary, limit) is Agreement.NONE else None
    counted = [fact for fact in _counted_on(boundary) if seen <= fact.value < promised]
    return (
        [Statement(counted[0], f"{boundary.consumer} counts on answers within {counted[0].text}")] if counted else None
    )


def _counted_on(boundary: Boundary) -> list[Fact]:
    """What the caller counts on and no promise covers."""
    longest = boundary.assumed.get("latency.max")
    if boundary.promised.family("latency.p"):
        return [longest] if longest is not None and longest.value is not NONE else []
    return [*([longest] if longest is not None and longest.value is not NONE else []), *percentiles(boundary.assumed)]
