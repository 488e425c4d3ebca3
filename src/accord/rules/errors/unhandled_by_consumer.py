"""Error unhandled by consumer.

The provider lists the answers that are not success; the caller lists those it has an answer for, and the lists differ.
The provider is right to give an error its own name; the caller is right about the errors it knew. The unlisted one is
met for the first time in production, where it is taken for another or for an outage.

## Example
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    errors:
      declined: {status: 402}
      in-progress: {status: 409}
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    handles: [declined]  # finding: mismatch
```

## Not a gap
Named, by status, by class, or by a fallback for whatever fails:
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    errors:
      declined: {status: 402}
      overloaded: {status: 503}
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {handles: [declined, 5xx]}
```
```yaml file=wallet/accord.yaml
party: wallet
assumes:
  payments/charge: {handles: ["402"], fallback: asks for another card}
```

## Unanswered
The caller does not say what it handles:
```yaml file=payments/accord.yaml
party: payments
promises:
  charge:
    errors:
      declined: {status: 402}  # finding: unanswered
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {timeout: 2s}
```

## What to do
The caller: have an answer for each error, or one fallback for all. The provider: give an error its callers already know.

## References
- RFC 9110, section 15, status codes: an unknown code of a class is treated as the first of its class
- gRPC, status codes and their use
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.answers import answers, handled_errors, unhandled
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.witness import Step, Witness

READS = ("errors", "handles", "fallback")
NEEDS = ("errors",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the errors that the provider lists against those that the caller has an answer for."""
    errors = answers(boundary)
    fallback = boundary.assumed.get("fallback")
    if not errors or not boundary.consumer or (fallback is not None and fallback.value is not NONE):
        return
    handles = boundary.assumed.get("handles")
    if handles is None:
        if boundary.consumer in boundary.system.speaking:
            yield _question(boundary, errors)
        return
    handled = () if handles.value is NONE else handles.value
    missing = [error for error in errors if unhandled(handled, error) is not None]
    if not missing:
        return
    names = _listed(missing)
    statements = (
        Statement(handles, f"{boundary.consumer} has an answer for {handled_errors(handles)}"),
        *(Statement(error, f"{boundary.provider} may answer {_shown(error, handled)}") for error in missing),
    )
    message = f"{boundary.provider} may answer {names}, which {boundary.consumer} has no answer for"
    witness = _witness(boundary, handles, missing[0])
    moves = _moves(boundary, handles, missing)
    yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _question(boundary: Boundary, errors: list[Fact]) -> Finding:
    names = _listed(errors)
    statements = tuple(Statement(error, f"{boundary.provider} may answer {_shown(error)}") for error in errors)
    message = f"{boundary.provider} may answer {names}; {boundary.consumer} does not say what it handles"
    question = Question(boundary.consumer, f"which errors of {boundary.subject} it has an answer for (handles)", names)
    return Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=(question,))


def _witness(boundary: Boundary, handles: Fact, error: Fact) -> Witness:
    about = boundary.subject
    steps = (
        Step(0, boundary.consumer, "states", f"has an answer for {handled_errors(handles)}", handles, about),
        Step(
            0, boundary.provider, "states", f"answers {_shown(error, handles.value)}, as it said it may", error, about
        ),
        Step(0, "", "concludes", f"{boundary.consumer} meets {_name(error)} without an answer for it", None, about),
    )
    return Witness(steps, "error-understood", (handles, error))


def _moves(boundary: Boundary, handles: Fact, missing: list[Fact]) -> tuple[Move, ...]:
    handled = () if handles.value is NONE else handles.value
    more = (*handled, *(_name(error) for error in missing))
    wider = replace(handles, value=more, text=", ".join(more))
    without = tuple(Change(error, None) for error in missing)
    return (
        Move(boundary.consumer, f"have an answer for {_listed(missing)}", (Change(handles, wider),)),
        Move(boundary.provider, f"give errors that {boundary.consumer} knows instead of {_listed(missing)}", without),
    )


def _name(error: Fact) -> str:
    return error.term.removeprefix("errors.")


def _listed(errors: list[Fact]) -> str:
    return ", ".join(_name(error) for error in errors)


def _shown(error: Fact, handled: object = ()) -> str:
    """The error with the codes that are not handled."""
    status = unhandled(handled, error) if isinstance(handled, tuple) else error.value.status
    return f"{_name(error)} ({', '.join(status)})" if status else _name(error)
