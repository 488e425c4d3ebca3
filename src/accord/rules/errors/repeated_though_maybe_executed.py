"""Error repeated though maybe executed.

A caller asks again after an error of which the provider says that the thing may have been done, or that it must not be
asked again. The caller takes the error for "not executed"; the provider said what it means. One request then acts twice,
or is asked for ever in vain.

## Example
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    idempotent: never
    errors:
      failed: {status: 500, effect: unknown}
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    attempts: 2
    retry_on: [failed]  # finding: mismatch
```
### Never to be asked again
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    idempotent: always
    errors:
      declined: {status: 402, retry: never, effect: none}
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    attempts: 2
    retry_on: ["402"]  # finding: mismatch
```

## Not a gap
Nothing was done, or a repeat acts once:
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    idempotent: {key: Idempotency-Key, for: 24h}
    errors:
      failed: {status: 500, effect: unknown}
      overloaded: {status: 503, retry: after 1s, effect: none}
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {attempts: 2, retry_on: [failed, overloaded], idempotency_key: per-request}
```

## Unanswered
Nobody says what a repeat does:
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    errors:
      failed: {status: 500, effect: unknown}
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    attempts: 2
    retry_on: [failed]  # finding: unanswered
```

## What to do
The caller: do not ask again after this error, or send the same key on every attempt. The provider: let a repeat act
once, or give the case in which nothing was done an error of its own.

## References
- gRPC proposal A6, retryable status codes
- RFC 9110, section 9.2.2
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.answers import answers, names_error
from accord.boundaries.calls.repeats import repeat
from accord.boundaries.join.system import Boundary
from accord.boundaries.platforms.by_platform import unwritten_tries
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.witness import Step, Witness

READS = ("errors", "retry_on", "idempotent", "idempotency_key", "at", "attempts")
NEEDS = ("retry_on", "errors")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds what the caller tries again against what the provider says each error means."""
    again = boundary.assumed.get("retry_on")
    if again is None or again.value is NONE or _asks_once(boundary, again):
        return
    safe = repeat(boundary).safe
    by_itself = safe is False and unwritten_tries(boundary) is not None  # a rule of its own tells it
    for error in answers(boundary):
        if not any(names_error(word, error) for word in again.value):
            continue
        if error.value.retry == "never":
            yield _mismatch(boundary, again, error, "must not be asked again")
        elif error.value.effect in ("unknown", "done") and safe is not True and not by_itself:
            may = "may have been done" if error.value.effect == "unknown" else "was done"
            yield (_mismatch(boundary, again, error, may) if safe is False else _question(boundary, again, error, may))


def _asks_once(boundary: Boundary, again: Fact) -> bool:
    """Whether the layer that says after what it asks again makes one try: a mesh may, for all that its list would allow."""
    own = next((fact for fact in boundary.assumed.all("attempts") if fact.layer is again.layer), None)
    return own is not None and own.value == 1


def _mismatch(boundary: Boundary, again: Fact, error: Fact, means: str) -> Finding:
    name, about = _name(error), boundary.subject
    steps = (
        Step(0, boundary.provider, "states", f"answers {name}: the call {means}", error, about),
        Step(0, again.says, "states", f"asks again after {name}", again, about),
        Step(0, "", "concludes", f"{about} is asked again although it {means}", None, about),
    )
    decides = repeat(boundary)
    facts = (again, error, *(fact for fact in (decides.fact, decides.key) if fact is not None and fact.term != "at"))
    witness = Witness(steps, "error-not-repeated", facts)
    return Finding(
        Verdict.MISMATCH, _message(boundary, again, error, means), _statements(boundary, again, error, means), *boundary.key,
        witness=witness, moves=_moves(boundary, again, error),
    )  # fmt: skip


def _question(boundary: Boundary, again: Fact, error: Fact, means: str) -> Finding:
    question = Question(
        boundary.provider, f"what a repeat of {boundary.subject} does (idempotent)", "always, or by key"
    )
    message = _message(boundary, again, error, means)
    return Finding(
        Verdict.UNANSWERED, message, _statements(boundary, again, error, means), *boundary.key, questions=(question,)
    )


def _message(boundary: Boundary, again: Fact, error: Fact, means: str) -> str:
    return f"{_who(boundary, again)} asks again after {_name(error)}; {boundary.provider} says that the call {means}"


def _statements(boundary: Boundary, again: Fact, error: Fact, means: str) -> tuple[Statement, ...]:
    return (
        Statement(again, f"{_who(boundary, again)} asks again after {again.text}"),
        Statement(error, f"{boundary.provider} says of {_name(error)} that the call {means}"),
    )


def _moves(boundary: Boundary, again: Fact, error: Fact) -> tuple[Move, ...]:
    left = tuple(word for word in again.value if not names_error(word, error))
    fewer = replace(again, value=left or NONE, text=", ".join(left) or "none")
    harmless = replace(error, value=replace(error.value, retry=None, effect="none"), text="effect: none")
    allow = f"leave nothing done when it answers {_name(error)}, and say so"
    if error.value.retry == "never" and error.value.effect in (None, "none"):
        allow = f"allow that it is asked again after {_name(error)}"
    return (
        Move(_who(boundary, again), f"not ask again after {_name(error)}", (Change(again, fewer),)),
        Move(boundary.provider, allow, (Change(error, harmless),)),
    )


def _who(boundary: Boundary, again: Fact) -> str:
    return boundary.consumer or again.says


def _name(error: Fact) -> str:
    return error.term.removeprefix("errors.")
