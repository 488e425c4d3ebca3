"""Inner wait exceeds outer budget.

A service waits for a third one longer than its own caller waits for it. Its caller protects its user, the service gives
its dependency time, the third one keeps its word: each is right. When the caller has left, the service goes on waiting
and answers nobody, and every try starts the same work again.

The mismatch is claimed where the third side's own statement makes the wait that long. Where nobody says how late it
may answer, the inner limit alone is a condition: it holds only while the dependency is quicker.

## Example
```yaml file=page/accord.yaml
party: page
assumes:
  reviews/get:
    timeout: {idle: 3s}  # finding: mismatch
    attempts: 2
    retry_on: [any]
```
```yaml file=reviews/accord.yaml
party: reviews
promises:
  get: {needs: [ratings/get]}
assumes:
  ratings/get: {timeout: {idle: 10s}, attempts: 1, fallback: answers without stars}
```
```yaml file=ratings/accord.yaml
party: ratings
promises:
  get: {latency: {max: 7s}}
```

## Not a gap
The inner wait ends before the outer one:
```yaml file=page/accord.yaml
party: page
assumes: {reviews/get: {timeout: {idle: 3s}}}
```
```yaml file=reviews/accord.yaml
party: reviews
promises:
  get: {needs: [ratings/get]}
assumes:
  ratings/get: {timeout: {idle: 2.5s}, attempts: 1}
```
```yaml file=ratings/accord.yaml
party: ratings
promises:
  get: {latency: {max: 7s}}
```

## Unanswered
Nobody says how late ratings may answer, and reviews would wait 10 s:
```yaml file=page/accord.yaml
party: page
assumes:
  reviews/get:
    timeout: {attempt: 3s}  # finding: conditional
```
```yaml file=reviews/accord.yaml
party: reviews
promises:
  get: {needs: [ratings/get]}
assumes:
  ratings/get: {timeout: 10s}
```

## What to do
The service in the middle: wait for its dependency shorter than its own caller waits, or pass the remaining time on. The
caller: wait longer than the service waits. The dependency: promise a maximum that fits into both.

## References
- gRPC, deadlines and deadline propagation
- Istio, fault injection task of the Bookinfo sample (3 s, 10 s and 7 s)
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.agreed import Agreement, agreement
from accord.boundaries.calls.limits import first_limit, lengthened
from accord.boundaries.calls.story import cut_short
from accord.boundaries.calls.wording import caller, exchanged, how_late, leaves, may_answer
from accord.boundaries.calls.worst import FOREVER, Wait, Worst, worst
from accord.boundaries.join.system import Boundary
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict

READS = ("timeout", "latency", "silence", "attempts", "backoff", "retry_on", "handles", "needs", "idempotent", "at")
NEEDS = ("timeout", "needs")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the caller's first limit against the waits of the provider that it calls."""
    limit = first_limit(boundary)
    if limit is None:
        return
    may = worst(boundary)
    if may.stated is not None or not may.waits:
        return
    waits = [wait for group in may.waits for wait in group]
    if may.surely > limit.value and any(wait.surely for wait in waits):
        yield from _mismatch(boundary, limit, may, waits)
    elif may.surely <= limit.value:
        yield from _conditional(boundary, limit, may, waits)


def _mismatch(boundary: Boundary, limit: Fact, may: Worst, waits: list[Wait]) -> Iterator[Finding]:
    if agreement(boundary, limit) is not Agreement.NONE:
        return
    witness = cut_short(boundary)
    if witness is None:
        return
    longest = max(waits, key=lambda wait: wait.surely)
    in_turn = [wait for wait in (max(group, key=lambda wait: wait.surely) for group in may.waits) if wait.surely]
    statements = (leaves(boundary, limit), *(saying for wait in in_turn for saying in _told(boundary, wait)))
    surely = "for ever" if may.surely >= FOREVER else show_duration(may.surely)
    message = f"{caller(boundary)} waits {limit.text}; {boundary.provider} may wait {surely} for {_names(in_turn)}"
    moves = _moves(boundary, limit, may, longest)
    yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _conditional(boundary: Boundary, limit: Fact, may: Worst, waits: list[Wait]) -> Iterator[Finding]:
    at_most = may.waits_at_most
    if at_most is None or at_most <= limit.value or agreement(boundary, limit) is Agreement.AGREED:
        return
    longest = max(waits, key=lambda wait: wait.at_most or 0)
    if longest.limit is None:
        return
    in_turn = [wait for wait in (max(group, key=lambda wait: wait.at_most or 0) for group in may.waits) if wait.at_most]
    waiting = (_waits(wait) for wait in in_turn)
    statements = (leaves(boundary, limit), *waiting)
    message = f"{caller(boundary)} waits {limit.text}; {boundary.provider} may wait up to {show_duration(at_most)} for {_names(in_turn)}"
    connecting = longest.connect is not None and (longest.at_most or 0) - longest.connect.value <= limit.value
    condition = _condition(limit, longest, in_turn, connecting)
    asked = {how_late(name, limit): len(in_turn) > 1 for wait in in_turn for name in wait.missing}
    questions = () if connecting else tuple(_shared(question) if more else question for question, more in asked.items())
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition, questions=questions)


def _condition(limit: Fact, longest: Wait, in_turn: list[Wait], connecting: bool) -> str:
    if connecting and longest.connect is not None and longest.at_most is not None:
        left = limit.value - (longest.at_most - longest.connect.value)
        return f"holds only while {longest.consumer} connects to {longest.provider} in at most {show_duration(left)}"
    answer, together = ("answers", "") if len(in_turn) == 1 else ("answer", " together")
    return f"holds only while {_names(in_turn)} {answer} {longest.consumer} within {limit.text}{together}"


def _shared(question: Question) -> Question:
    return replace(question, bound=f"{question.bound} with all that is waited for one after the other")


def _names(waits: list[Wait]) -> str:
    return " and ".join(dict.fromkeys(wait.subject for wait in waits))


def _told(boundary: Boundary, wait: Wait) -> Iterator[Statement]:
    """How long one call is waited for, and what lets it take so long."""
    yield _waits(wait)
    cause = _cause(boundary, wait)
    if cause is not None:
        yield _may_take(wait, cause)


def _waits(wait: Wait) -> Statement:
    about = f"{wait.consumer} waits for {wait.subject}"
    if wait.limit is None:
        return Statement(wait.because, f"{about} without a stated limit")
    return Statement(wait.limit, f"{about} up to {wait.limit.text}")


def _cause(boundary: Boundary, wait: Wait) -> Fact | None:
    """The statement, however deep, that lets the awaited answer take its time."""
    inner = worst(boundary.system.boundary((wait.consumer, wait.provider, wait.operation), boundary.view))
    if inner.stated is not None and (inner.injected is None or inner.stated.value >= inner.injected.value):
        return inner.stated
    return inner.injected or (inner.waits[0][0].because if inner.waits else None)


def _moves(boundary: Boundary, limit: Fact, may: Worst, longest: Wait) -> tuple[Move, ...]:
    moves = []
    if may.surely < FOREVER and boundary.consumer:
        longer = show_duration(may.surely)
        moves.append(Move(boundary.consumer, f"wait at least {longer}", lengthened(boundary, may.surely)))
    if longest.limit is not None:
        moves.append(
            Move(
                boundary.provider,
                f"wait for {longest.subject} at most {limit.text}",
                (exchanged(longest.limit, limit.value, limit.text),),
            )
        )
    return tuple(moves)


def _may_take(wait: Wait, cause: Fact) -> Statement:
    if cause.term == "needs":
        return Statement(cause, f"{wait.subject} waits for {cause.text} in turn")
    return may_answer(cause)
