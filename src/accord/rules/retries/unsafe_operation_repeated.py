"""Unsafe operation repeated.

A caller asks again when it has heard nothing; the provider does the thing each time it is asked. The caller is right:
asking again bridges a short failure. The provider is right: it never said that a repeat acts once. One request then acts
twice, and no figure of either side shows it.

A caller that has heard nothing cannot know whether the provider acted: the answer may be late or lost. Where it is
promised before the caller's limit it cannot be late, and whether any is lost is a condition, unless the caller itself
says that it asks again after a `timeout`: one lost answer is enough.

## Example
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 3  # finding: mismatch
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {idempotent: never}
```
### A key that changes with each attempt
```yaml file=wallet/accord.yaml
party: wallet
assumes:
  payments/charge:
    timeout: {attempt: 6s}
    attempts: 2  # finding: mismatch
    retry_on: [timeout]
    idempotency_key: per-attempt
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {idempotent: {key: Idempotency-Key, for: 24h}}
```

## Not a gap
The same key on every attempt:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 3, idempotency_key: per-request}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {idempotent: {key: Idempotency-Key, for: 24h}}
```
### A method that is idempotent by its definition
```yaml file=page/accord.yaml
party: page
assumes:
  reviews/get: {timeout: {attempt: 2s}, attempts: 3}
```
```yaml file=reviews/accord.yaml
party: reviews
promises: {get: {at: "GET /reviews/{id}"}}
```

## Unanswered
Nobody says what a repeat does, which key is sent, or after what the caller asks again:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 3  # finding: unanswered
  payments/refund:
    timeout: {attempt: 2s}
    attempts: 3  # finding: unanswered
  payments/void:
    attempts: 3  # finding: conditional
  payments/capture:
    timeout: {attempt: 6s}
    attempts: 3  # finding: conditional
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {at: POST /charges}
  refund: {idempotent: {key: Idempotency-Key, for: 24h}}
  void: {idempotent: never}
  capture: {idempotent: never, latency: {max: 5s}}
```

## What to do
The caller: one try only, or the same key on every attempt. The provider: let a repeat act once, by key or by nature.

## References
- RFC 9110, section 9.2.2, idempotent methods
- The Idempotency-Key HTTP header field, IETF draft
"""

from collections.abc import Iterator

from accord.boundaries.calls.causes import can_run_out
from accord.boundaries.calls.limits import Plan, attempts, plan, repeated_after
from accord.boundaries.calls.repeats import Repeat, error_says_so, never_repeated, repeat, safe_only_while
from accord.boundaries.calls.wording import asks_so_often, caller, exchanged
from accord.boundaries.join.listed import asks_too_much
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Idempotence
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.witness import Step, Witness

READS = (
    "attempts", "retry_on", "timeout", "idempotent", "idempotency_key", "at", "backoff", "errors", "latency", "silence", "needs",
)  # fmt: skip
NEEDS = ("attempts",)
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the caller's further tries against what the provider does when asked twice."""
    tries = attempts(boundary)
    if tries is None or tries.value == 1:
        return
    does = repeat(boundary)
    if does.safe is True or never_repeated(boundary, tries):
        return
    statements = (
        Statement(tries, f"{caller(boundary)} {asks_so_often(tries)} for {boundary.subject}"),
        *_acts(boundary, does),
    )
    if does.safe is None:
        if asks_too_much(boundary, tries):
            return
        has_key = does.fact is not None and does.fact.term == "idempotent"
        open_part = "which key it sends" if has_key else "what a repeat does"
        message = f"{caller(boundary)} {asks_so_often(tries)} for {boundary.subject}; nobody says {open_part}"
        yield Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=(_question(boundary, does),))
        return
    message = f"{caller(boundary)} {asks_so_often(tries)}, {boundary.provider} acts each time"
    planned = plan(boundary)
    again = planned is not None and len(planned.tries) > 1 and planned.attempts is tries
    late = planned is not None and can_run_out(boundary, planned.tries[0].limit)
    if planned is None or not again or not (late or repeated_after(boundary, tries)):
        if error_says_so(boundary, tries):
            return
        condition = safe_only_while(boundary, tries)
        yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)
        return
    witness, moves = _witness(boundary, planned, tries, does), _moves(boundary, tries, does)
    yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _witness(boundary: Boundary, planned: Plan, tries: Fact, does: Repeat) -> Witness:
    steps = []
    who, about, provider = boundary.consumer, boundary.subject, boundary.provider
    how = "late or lost" if can_run_out(boundary, planned.tries[0].limit) else "lost"
    for number, each in enumerate(planned.tries[:2], start=1):
        call, acts = f"calls {about} (try {number} of {tries.text})", f"acts on try {number}; the answer is {how}"
        steps.append(Step(each.start, who, "calls", call, tries, about, number))
        steps.append(Step(each.start, provider, "acts", acts, does.fact, about, number))
        if number == 1:
            silence = f"has heard nothing for {each.limit.text}"
            steps.append(Step(each.end, who, "gives-up", silence, each.limit, about, number))
    end = f"one request of {who or 'a caller'}, and {about} was done twice"
    steps.append(Step(steps[-1].at, "", "concludes", end, None, about, 0, 2))
    expects = tuple(fact for fact in (does.fact, does.key, planned.backoff) if fact is not None)
    return Witness(tuple(steps), "effect-once", expects)


def _moves(boundary: Boundary, tries: Fact, does: Repeat) -> tuple[Move, ...]:
    moves = []
    if boundary.consumer and does.key is not None:
        same = exchanged(does.key, "per-request", "per-request")
        moves.append(Move(boundary.consumer, "send the same key on every attempt", (same,)))
    elif boundary.consumer:
        moves.append(Move(boundary.consumer, "ask once", (exchanged(tries, 1, "1"),)))
    if does.fact is not None and does.fact.term == "idempotent":
        once = exchanged(does.fact, Idempotence("always"), "always")
        moves.append(Move(boundary.provider, "act once however often it is asked, for example by key", (once,)))
    return tuple(moves)


def _acts(boundary: Boundary, does: Repeat) -> tuple[Statement, ...]:
    if does.fact is None or does.fact.term != "idempotent":
        return ()
    if does.key is not None:
        sends = "a new key with each attempt" if does.key.value == "per-attempt" else "no key"
        return (
            Statement(does.key, f"{boundary.consumer} sends {sends}"),
            Statement(does.fact, f"{boundary.provider} acts once per key"),
        )
    words = "acts once per key" if does.fact.value.kind == "key" else "acts each time it is asked"
    return (Statement(does.fact, f"{boundary.provider} {words}"),)


def _question(boundary: Boundary, does: Repeat) -> Question:
    if does.fact is not None and does.fact.term == "idempotent":
        asks = f"which key it sends to {boundary.subject} (idempotency_key)"
        return Question(boundary.consumer or boundary.provider, asks, "per-request")
    return Question(boundary.provider, f"what a repeat of {boundary.subject} does (idempotent)", "always, or by key")
