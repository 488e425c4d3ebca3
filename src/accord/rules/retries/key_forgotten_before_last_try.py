"""Key forgotten before the last try.

A caller sends the same key on every attempt, and the provider acts once per key, for as long as it remembers the key.
The caller is right: with the key a repeat is safe. The provider is right: it said for how long. A try that begins when
the key is forgotten is a new request to the provider, and the thing is done again.

## Example
```yaml file=billing/accord.yaml
party: billing
assumes:
  payments/charge:
    timeout: {attempt: 10m}
    attempts: 4  # finding: mismatch
    backoff: 10m
    idempotency_key: per-request
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {idempotent: {key: Idempotency-Key, for: 1h}}
```

## Not a gap
The key outlives the last try:
```yaml file=billing/accord.yaml
party: billing
assumes:
  payments/charge: {timeout: {attempt: 10m}, attempts: 4, backoff: 10m, idempotency_key: per-request}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {idempotent: {key: Idempotency-Key, for: 24h}}
```

## Unanswered
How long the key is remembered stands nowhere:
```yaml file=billing/accord.yaml
party: billing
assumes:
  payments/charge:
    timeout: {attempt: 10m}
    attempts: 4
    backoff: 10m
    idempotency_key: per-request
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {idempotent: {key: Idempotency-Key}}  # finding: unanswered
```

## What to do
The caller: end all tries before the key is forgotten. The provider: remember the key longer than its callers try.

## References
- Stripe, idempotent requests: keys are kept for at least 24 hours
- The Idempotency-Key HTTP header field, IETF draft
"""

from collections.abc import Iterator

from accord.boundaries.limits import MOST_TRIES_COUNTED, Plan, attempts, plan, tries_again
from accord.boundaries.repeats import is_forgotten, repeat
from accord.boundaries.system import Boundary
from accord.boundaries.wording import caller, exchanged, times
from accord.model.contract_values import Idempotence
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.witness import Step, Witness

READS = ("idempotent", "idempotency_key", "attempts", "timeout", "backoff", "retry_on")
NEEDS = ("idempotent", "attempts")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the beginning of each try against the time for which the key is remembered."""
    does, tries = repeat(boundary), attempts(boundary)
    if does.safe is False or does.fact is None or does.fact.term != "idempotent" or does.fact.value.kind != "key":
        return
    if tries is None or not tries_again(boundary, tries):
        return
    planned = plan(boundary, MOST_TRIES_COUNTED)
    if planned is None or planned.attempts is not tries or len(planned.tries) < 2:
        return
    last = planned.tries[-1].start
    statement = Statement(tries, f"{caller(boundary)} asks up to {times(tries)} for {boundary.subject} with one key")
    remembered = does.fact.value.remembered
    if remembered is None:
        if does.key is not None:
            yield _question(boundary, does.fact, statement, last)
        return
    again = next((number for number, each in enumerate(planned.tries, start=1) if is_forgotten(does, each.start)), None)
    if again is not None:
        begins = show_duration(planned.tries[again - 1].start)
        kept = show_duration(remembered)
        message = (
            f"{caller(boundary)} may make try {again} after {begins}, {boundary.provider} forgets the key after {kept}"
        )
        statements = (statement, Statement(does.fact, f"{boundary.provider} remembers a key for {kept}"))
        witness, moves = _witness(boundary, planned, does.fact, does.key, again), _moves(boundary, does.fact, last)
        yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _question(boundary: Boundary, fact: Fact, asking: Statement, last: int) -> Finding:
    message = f"{caller(boundary)} may ask again {show_duration(last)} after its first try; nobody says how long the key lives"
    asks = f"how long {boundary.subject} remembers a key (idempotent: {{for: ...}})"
    questions = (Question(boundary.provider, asks, f"more than {show_duration(last)}"),)
    statements = (Statement(fact, f"{boundary.provider} acts once per key"), asking)
    return Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=questions)


def _witness(boundary: Boundary, planned: Plan, fact: Fact, key: Fact | None, again: int) -> Witness:
    steps = []
    who, about, provider, tries = boundary.consumer, boundary.subject, boundary.provider, planned.attempts
    for number, each in enumerate(planned.tries[:again], start=1):
        steps.append(Step(each.start, who, "calls", f"calls {about} (try {number})", tries, about, number))
        if number in (1, again):
            does = "acts, and remembers the key" if number == 1 else "has forgotten the key, and acts again"
            steps.append(Step(each.start, provider, "acts", does, fact, about, number))
        if number < again:
            silence = f"has heard nothing for {each.limit.text}"
            steps.append(Step(each.end, who, "gives-up", silence, each.limit, about, number))
    end = f"one request of {who or 'a caller'} under one key, and {about} was done twice"
    steps.append(Step(steps[-1].at, "", "concludes", end, None, about, 0, 2))
    expects = tuple(bearing for bearing in (fact, key, planned.backoff) if bearing is not None)
    return Witness(tuple(steps), "effect-once", expects)


def _moves(boundary: Boundary, fact: Fact, last: int) -> tuple[Move, ...]:
    value = fact.value
    longer = last + 1_000_000_000
    text = f"{value.key} for {show_duration(longer)}"
    kept = exchanged(fact, Idempotence("key", value.key, longer), text)
    return (Move(boundary.provider, f"remember a key for longer than {show_duration(last)}", (kept,)),)
