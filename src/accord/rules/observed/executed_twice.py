"""Executed twice.

A request was executed more than once: twice under one idempotency key, or twice for one call of a client, as where a proxy
asks again. The provider is right to execute what arrives, the caller or what stands between is right to ask again after
silence; where a repeat acts again, the customer pays twice. Nobody has to imagine it, it was counted: every execution
that the provider tells of, however the spans were drawn. Where a repeat is said to act once, this is how it should be.

## Example
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge:
    at: POST /charges
    idempotent: never  # finding: mismatch
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, repeated: 4}
```
### A key that nobody sends
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {idempotency_key: none}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge:
    at: POST /charges
    idempotent: {key: true, for: 24h}  # finding: mismatch
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, repeated: 4}
```

## Not a gap
A repeat acts once by what the provider says, or by its method:
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, idempotent: always}
  quote: {at: GET /quote}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300, repeated: 4}}
  - {consumer: checkout, provider: payments, operation: GET /quote, counts: {calls: 300, repeated: 4}}
```

## Unanswered
Nobody says what a repeat does:
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout  # finding: unanswered
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, repeated: 4}
```

## What to do
The provider: know a request again by a key that the caller sends, and answer a repeat without doing it again. The caller:
send one key with all tries of a request. Whoever runs a proxy between them: ask again only what may be asked again.

## References
- RFC 9110 section 9.2.2, idempotent methods
"""

from collections.abc import Iterator

from accord.boundaries.repeats import Repeat, repeat
from accord.boundaries.seen import condition, many, statement
from accord.boundaries.sightings import Sighting, sightings
from accord.boundaries.system import System
from accord.boundaries.view import View
from accord.model.fact import Fact
from accord.model.finding import Finding, Question, Statement, Verdict
from accord.model.witness import Step, Witness

READS = ()


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds what was executed again against what is said of a repeat."""
    for sighting in sightings(system):
        if sighting.comparable and sighting.seen.count("repeated"):
            yield from _executed(sighting, repeat(sighting.boundary))


def _executed(sighting: Sighting, does: Repeat) -> Iterator[Finding]:
    boundary = sighting.boundary
    again, total = sighting.seen.count("repeated"), many(sighting.seen.count("calls"), "call")
    says = f"{many(again, 'execution')} of a request that was executed before, beside {total}"
    told = statement(sighting, "seen.repeated", says)
    acts_again = _acts_again(does)
    if does.safe is None:
        asks = f"what a repeat of {boundary.subject} does (idempotent)"
        question = Question(boundary.provider, asks, "always, or by key")
        message = f"{told.says}; nobody says what a repeat does"
        yield Finding(Verdict.UNANSWERED, message, (told,), *boundary.key, questions=(question,))
    elif acts_again and condition(sighting):
        said = _said(acts_again)
        message = f"{said[0].says}; {told.says}"
        rests_on = condition(sighting)
        yield Finding(Verdict.CONDITIONAL, message, (*said, told), *boundary.key, condition=rests_on)
    elif acts_again:
        said = _said(acts_again)
        steps = (
            Step(0, boundary.consumer, "seen", told.says, told.fact, boundary.subject),
            Step(0, "", "concludes", f"what {boundary.subject} does was done again for the same request", None),
        )
        witness = Witness(steps, "executed-once", acts_again)
        message = f"{said[0].says}; {told.says}"
        yield Finding(Verdict.MISMATCH, message, (*said, told), *boundary.key, witness=witness)


def _acts_again(does: Repeat) -> tuple[Fact, ...]:
    """The statements by which a repeat acts again: none is safe, or it is told by a key that is never sent."""
    if does.safe is not False or does.fact is None:
        return ()
    if does.fact.value.kind == "never":
        return (does.fact,)
    return (does.fact, does.key) if does.key is not None and does.key.value == "none" else ()


def _said(facts: tuple[Fact, ...]) -> list[Statement]:
    first, *keys = facts
    does = "acts again at every repeat" if not keys else f"knows a repeat by its key ({first.text})"
    return [
        Statement(first, f"{first.subject} {does}"),
        *(Statement(key, f"{key.consumer or 'its caller'} sends none") for key in keys),
    ]
