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

### Pauses that grow
```yaml file=subscriptions/accord.yaml
party: subscriptions
assumes:
  payments/charge:
    timeout: {attempt: 6s, request: 72h}
    attempts: 8  # finding: mismatch
    backoff: 10s..12h
    retry_on: [timeout, failed]
    idempotency_key: per-request
---
party: payments
promises:
  charge:
    latency: {max: 5s}
    errors: {failed: {status: 500, effect: unknown}}
    idempotent: {key: Idempotency-Key, for: 24h}
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

### Each try is answered in time
The provider answers before the limit of each try, so that the key is outlived only where answers are lost:
```yaml file=billing/accord.yaml
party: billing
assumes:
  payments/charge:
    timeout: {attempt: 10m}
    attempts: 4  # finding: conditional
    backoff: 10m
    idempotency_key: per-request
---
party: payments
promises: {charge: {idempotent: {key: Idempotency-Key, for: 1h}, latency: {max: 30s}}}
```

## What to do
The caller: end all tries before the key is forgotten. The provider: remember the key longer than its callers try.

## References
- Stripe, idempotent requests: keys are kept for at least 24 hours
- The Idempotency-Key HTTP header field, IETF draft
"""

from collections.abc import Iterator

from accord.boundaries.calls.drawn_out import DrawnOut, drawn_out
from accord.boundaries.calls.limits import repeated_after
from accord.boundaries.calls.repeats import repeat, safe_only_while
from accord.boundaries.calls.wording import asks_so_often, caller, exchanged
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Idempotence
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.witness import Step, Witness

READS = (
    "idempotent", "idempotency_key", "attempts", "timeout", "backoff", "retry_on", "latency", "silence", "errors", "needs",
)  # fmt: skip
NEEDS = ("idempotent", "attempts")
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the beginning of each try against the time for which the key is remembered."""
    does, drawn = repeat(boundary), drawn_out(boundary)
    if does.safe is False or does.fact is None or does.fact.term != "idempotent" or does.fact.value.kind != "key":
        return
    if drawn is None or not drawn.latest:
        return
    tries, remembered = drawn.attempts, does.fact.value.remembered
    asking = Statement(tries, f"{caller(boundary)} {asks_so_often(tries)} for {boundary.subject} with one key")
    if remembered is None:
        if does.key is not None:
            yield _question(boundary, does.fact, asking, drawn.latest)
    elif drawn.may_outlive(remembered):
        statements = (asking, Statement(does.fact, f"{boundary.provider} remembers a key for {_kept(does.fact)}"))
        yield _finding(boundary, drawn, does.fact, does.key, statements)


def _finding(
    boundary: Boundary, drawn: DrawnOut, fact: Fact, key: Fact | None, statements: tuple[Statement, ...]
) -> Finding:
    begins, who, forgets = (
        drawn.outlives(fact.value.remembered),
        caller(boundary),
        f"forgets the key after {_kept(fact)}",
    )
    if begins is None or drawn.lost:
        message = f"{who} may ask again {_kept(fact)} after its first try, {boundary.provider} {forgets}"
        condition = f"holds only while each request of {who} ends within {_kept(fact)}"
        if begins is not None:
            condition = safe_only_while(boundary, drawn.attempts)
        return Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)
    message = f"{who} may make try {len(begins)} after {show_duration(begins[-1])}, {boundary.provider} {forgets}"
    witness = _witness(boundary, drawn, begins, fact, key)
    moves = _moves(boundary, fact, drawn.latest)
    return Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _kept(fact: Fact) -> str:
    return show_duration(fact.value.remembered)


def _question(boundary: Boundary, fact: Fact, asking: Statement, last: int) -> Finding:
    message = f"{caller(boundary)} may ask again {show_duration(last)} after its first try; nobody says how long the key lives"
    asks = f"how long {boundary.subject} remembers a key (idempotent: {{for: ...}})"
    questions = (Question(boundary.provider, asks, f"more than {show_duration(last)}"),)
    statements = (Statement(fact, f"{boundary.provider} acts once per key"), asking)
    return Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=questions)


def _witness(boundary: Boundary, drawn: DrawnOut, begins: tuple[int, ...], fact: Fact, key: Fact | None) -> Witness:
    steps = []
    who, about, provider, tries = boundary.consumer, boundary.subject, boundary.provider, drawn.attempts
    for number, begun in enumerate(begins, start=1):
        steps.append(Step(begun, who, "calls", f"calls {about} (try {number})", tries, about, number))
        if number in (1, len(begins)):
            does = "acts, and remembers the key" if number == 1 else "has forgotten the key, and acts again"
            steps.append(Step(begun, provider, "acts", does, fact, about, number))
        if number < len(begins):
            steps.append(_end(boundary, drawn, begun, number))
    end = f"one request of {who or 'a caller'} under one key, and {about} was done twice"
    steps.append(Step(steps[-1].at, "", "concludes", end, None, about, 0, 2))
    longest = boundary.promised.get("latency.max") if drawn.lasts and drawn.ends.term.startswith("errors.") else None
    bearing = (fact, key, drawn.pause, drawn.request, repeated_after(boundary, tries), longest)
    return Witness(tuple(steps), "effect-once", tuple(each for each in bearing if each is not None))


def _end(boundary: Boundary, drawn: DrawnOut, begun: int, number: int) -> Step:
    """How a try ends without success: its limit is reached, or an error comes."""
    at, ends = begun + drawn.lasts, drawn.ends
    if ends.term.startswith("errors."):
        does = f"answers {ends.term.removeprefix('errors.')}"
        return Step(at, boundary.provider, "answers", does, ends, boundary.subject, number)
    silence = f"has heard nothing for {ends.text}"
    return Step(at, boundary.consumer, "gives-up", silence, ends, boundary.subject, number)


def _moves(boundary: Boundary, fact: Fact, last: int) -> tuple[Move, ...]:
    value = fact.value
    longer = last + 1_000_000_000
    text = f"{value.key} for {show_duration(longer)}"
    kept = exchanged(fact, Idempotence("key", value.key, longer), text)
    return (Move(boundary.provider, f"remember a key for longer than {show_duration(last)}", (kept,)),)
