"""Failure looks like success.

A provider reports a failure under a status of success, with the error inside the body. It is right in its own protocol:
the call was answered. The caller is right as well: a status of success means success, and everything between the two
counts it so. The failure is invisible to every counter, and nobody is told.

## Example
```yaml file=ratings/accord.yaml
party: ratings
promises:
  get:
    errors:
      no-database: {status: 200, effect: none}  # finding: mismatch
```
```yaml file=reviews/accord.yaml
party: reviews
assumes:
  ratings/get: {timeout: 10s}
```

## Not a gap
The caller names the failure among those it handles, or it has a status of its own:
```yaml file=ratings/accord.yaml
party: ratings
promises:
  get: {errors: {no-database: {status: 200}}}
  post: {errors: {no-database: {status: 500}}}
```
```yaml file=reviews/accord.yaml
party: reviews
assumes:
  ratings/get: {handles: [no-database]}
  ratings/post: {timeout: 1s}
```

## Unanswered
Nothing: a provider that does not list its errors is asked by errors/unhandled-by-consumer and its like.

## What to do
The provider: answer a failure with a status of failure. The caller: handle the failure by name, and count it itself.

## References
- RFC 9110, section 15.3: the 2xx class says that the request was understood and accepted
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.answers import answers, calling, handled_errors, looks_like_success
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.witness import Step, Witness

READS = ("errors", "handles")
NEEDS = ("errors",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Looks for listed failures whose status is one of success and that the caller does not handle by name."""
    if not boundary.consumer:
        return
    handles = boundary.assumed.get("handles")
    handled = () if handles is None or handles.value is NONE else handles.value
    for error in answers(boundary):
        name = error.term.removeprefix("errors.")
        caller = handles or calling(boundary)
        if looks_like_success(error) and name not in handled and caller is not None:
            yield _finding(boundary, error, name, handles, caller)


def _finding(boundary: Boundary, error: Fact, name: str, handles: Fact | None, caller: Fact) -> Finding:
    status = ", ".join(error.value.status)
    statements = [Statement(error, f"{boundary.provider} answers {name} with status {status}")]
    if handles is not None:
        statements.append(Statement(handles, f"{boundary.consumer} has an answer for {handled_errors(handles)}"))
    about = boundary.subject
    steps = (
        Step(0, boundary.provider, "states", f"fails ({name}) and answers {status}", error, about),
        Step(
            0,
            "",
            "concludes",
            f"{boundary.consumer} and every counter on the way see a success: 0 errors of {about}",
            None,
            about,
        ),
    )
    witness = Witness(steps, "failure-recognised", (error, caller))
    message = f"{boundary.provider} answers {name} with status {status}, which {boundary.consumer} takes for a success"
    failing = replace(error, value=replace(error.value, status=("500",)), text="status: 500")
    moves = [Move(boundary.provider, f"answer {name} with a status of failure", (Change(error, failing),))]
    if handles is not None:
        more = (*(() if handles.value is NONE else handles.value), name)
        wider = replace(handles, value=more, text=", ".join(more))
        moves.insert(0, Move(boundary.consumer, f"handle {name} by name", (Change(handles, wider),)))
    return Finding(Verdict.MISMATCH, message, tuple(statements), *boundary.key, witness=witness, moves=tuple(moves))
