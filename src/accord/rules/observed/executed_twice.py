"""Executed twice.

A request was executed more than once: twice under one idempotency key, or twice for one call of a client, as where a proxy
asks again. The provider is right to execute what arrives, the caller or what stands between is right to ask again after
silence; where a repeat acts again, the customer pays twice. Nobody has to imagine it, it was counted: every execution
that the provider tells of, however the spans were drawn. What failed may have done nothing: certain is only what was
executed again after an execution that had not failed. Where a repeat is said to act once, this is how it should be.

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
    counts: {calls: 300, paired: 300, repeated: 4, redone: 4}
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
    counts: {calls: 300, paired: 300, repeated: 4, redone: 4}
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
    counts: {calls: 300, paired: 300, repeated: 4, redone: 4}
```

### The first execution may have done nothing, since it failed
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge:
    at: POST /charges
    idempotent: never  # finding: conditional
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: checkout, provider: payments, operation: POST /charges, counts: {calls: 300, paired: 300, repeated: 4}}
```

## What to do
The provider: know a request again by a key that the caller sends, and answer a repeat without doing it again. The caller:
send one key with all tries of a request. Whoever runs a proxy between them: ask again only what may be asked again.

## References
- RFC 9110 section 9.2.2, idempotent methods
"""

from collections.abc import Iterator

from accord.boundaries.calls.repeats import Repeat, repeat
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.words import condition, many, statement
from accord.model.fact import Fact
from accord.model.finding import Finding, Question, Statement, Verdict
from accord.model.witness import Step, Witness

READS = ()


_FAILED = "holds if an execution that failed had done something: none followed one that had not failed"


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds what was executed again against what is said of a repeat."""
    for sighting in sightings(system):
        if sighting.comparable and sighting.seen.count("repeated"):
            does = repeat(sighting.boundary)
            yield from _unsaid(sighting, does) if does.safe is None else _said_to_act(sighting, _acts_again(does))


def _told(sighting: Sighting) -> Statement:
    again, redone = sighting.seen.count("repeated"), sighting.seen.count("redone")
    says = f"{many(again, 'execution')} of a request that was executed before"
    says += f", {redone} of them after one that had not failed" if redone < again else ""
    term = "seen.redone" if redone else "seen.repeated"
    return statement(sighting, term, f"{says}, beside {many(sighting.seen.count('calls'), 'call')}")


def _unsaid(sighting: Sighting, does: Repeat) -> Iterator[Finding]:
    """Nobody says what a repeat does, or which key the caller sends by which it would be known."""
    boundary, told = sighting.boundary, _told(sighting)
    question = Question(
        boundary.provider, f"what a repeat of {boundary.subject} does (idempotent)", "always, or by key"
    )
    if does.fact is not None and does.fact.term == "idempotent":
        question = Question(
            boundary.consumer, f"which key it sends to {boundary.subject} (idempotency_key)", "per-request"
        )
    if question.to:
        message = f"{told.says}; nobody says {question.asks}"
        yield Finding(Verdict.UNANSWERED, message, (told,), *boundary.key, questions=(question,))


def _said_to_act(sighting: Sighting, acts_again: tuple[Fact, ...]) -> Iterator[Finding]:
    """A repeat is said to act again, and requests were executed again."""
    if not acts_again:
        return
    boundary, told, said = sighting.boundary, _told(sighting), _said(acts_again)
    message = f"{'; '.join(one.says for one in said)}; {told.says}"
    rests_on = "; ".join(filter(None, ("" if sighting.seen.count("redone") else _FAILED, condition(sighting))))
    if rests_on:
        yield Finding(Verdict.CONDITIONAL, message, (*said, told), *boundary.key, condition=rests_on)
        return
    steps = (
        Step(0, boundary.consumer, "seen", told.says, told.fact, boundary.subject),
        Step(0, "", "concludes", f"what {boundary.subject} does was done again for the same request", None),
    )
    witness = Witness(steps, "executed-once", acts_again)
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
