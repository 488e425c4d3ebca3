"""Caller gives up first.

A caller stops waiting before the provider has to answer. The caller is right: its user will not wait longer. The
provider is right: the slow path is legitimate, and it answers inside its promise. Together they fail: the answer goes
to nobody, the work is done and lost, and the provider's own figures show a success.

The limit named is the one that fires first, whatever layer it stands at; where that is a limit on silence,
`timing/idle-limit-cuts-silent-answer` tells of it. A limit equal to the promised maximum holds.

## Example
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    timeout: {attempt: 2s}  # finding: mismatch
    attempts: 3
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {latency: {max: 5s}, idempotent: never}
```

## Not a gap
The limit is the promised maximum:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {timeout: 5s}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {latency: {max: 5s}}
```
### An agreed cut
Both sides know that the tail is cut: the caller handles it, says what it counts on instead, and repeats nothing unsafe.
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/quote:
    timeout: {attempt: 2s}
    attempts: 2
    handles: [timeout]
    latency: {p99.9: 2s}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  quote: {latency: {p99.9: 1.5s, max: 5s}, idempotent: always}
```

## Unanswered
No maximum is stated; a percentile below the limit says how much of the tail is cut:
```yaml file=web/accord.yaml
party: web
assumes:
  search/query: {timeout: 1s}       # finding: conditional
  search/suggest: {timeout: 250ms}  # finding: unanswered
  search/index: {timeout: 1s}       # finding: unanswered
```
```yaml file=search/accord.yaml
party: search
promises:
  query: {latency: {p99.9: 300ms}}
  suggest: {latency: {p99.9: 300ms}}
  index: {at: POST /index}
```

## What to do
The caller: wait at least as long as the provider may take, or say that it handles the cut (`handles: [timeout]`) and
what it counts on instead (`latency: {p99.9: ...}`). The provider: promise a maximum inside the caller's limit.

## References
- Timeouts, retries and backoff with jitter, Amazon Builders' Library
- Site Reliability Engineering, chapter 22, Addressing Cascading Failures
"""

from collections.abc import Iterator

from accord.boundaries.calls.agreed import Agreement, agreement, still_open
from accord.boundaries.calls.limits import first_limit, lengthened, limits, waits_for_ever
from accord.boundaries.calls.percentiles import percentiles, share_beyond, tail
from accord.boundaries.calls.story import cut_short
from accord.boundaries.calls.wording import answers_within, caller, exchanged, how_late, leaves, may_answer, when
from accord.boundaries.calls.worst import FOREVER, Worst, worst
from accord.boundaries.join.listed import asks_too_much
from accord.boundaries.join.system import Boundary
from accord.model.duration import show_duration
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Question, Verdict
from accord.model.nothing import NONE

READS = (
    "timeout", "latency", "silence", "platform", "attempts", "backoff", "retry_on", "handles", "needs", "idempotent", "at", "fallback",
)  # fmt: skip
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the first limit of the caller against the latest answer of the provider."""
    may = worst(boundary)
    limit = first_limit(boundary)
    if limit is not None and limit.term == "timeout.idle":
        limit = _besides(boundary, limit, may)
        if limit is None:
            return
    if limit is None:
        yield from _no_limit(boundary, may)
    elif may.surely > limit.value:
        if may.stated is not None or may.held_back > limit.value:
            yield from _cut(boundary, limit, may)
    elif (
        may.stated is None and not asks_too_much(boundary, limit) and agreement(boundary, limit) is not Agreement.AGREED
    ):
        yield from _open(boundary, limit)


def _besides(boundary: Boundary, idle: Fact, may: Worst) -> Fact | None:
    """The first limit that does not count silence; None where the one on silence, of which another rule tells, matters."""
    if may.surely > idle.value or idle.stance is not Stance.DEFAULT:
        return None
    return next((fact for fact in limits(boundary) if fact.term != "timeout.idle"), None)


def _cut(boundary: Boundary, limit: Fact, may: Worst) -> Iterator[Finding]:
    agreed = agreement(boundary, limit)
    if agreed is Agreement.AGREED:
        return
    slow = may.injected if may.injected is not None and may.held_back > limit.value else may.stated
    assert slow is not None
    statements = (leaves(boundary, limit), may_answer(slow))
    message = f"{caller(boundary)} waits {limit.text}, {boundary.provider} may answer {when(slow)}"
    if agreed is Agreement.OPEN:
        questions = (still_open(boundary, limit),)
        yield Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=questions)
        return
    witness = cut_short(boundary)
    if witness is not None:
        moves = _moves(boundary, limit, may)
        yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _open(boundary: Boundary, limit: Fact) -> Iterator[Finding]:
    """No maximum that the provider stands for: a default or a percentile decides only under a condition."""
    questions = (how_late(boundary.subject, limit),)
    condition = f"holds only while no answer takes longer than {limit.text}"
    default = next((fact for fact in boundary.promised.all("latency.max") if fact.value is not NONE), None)
    share = tail(boundary.promised, limit.value)
    who = f"{caller(boundary)} waits {limit.text}"
    if default is not None and default.value <= limit.value:
        return
    if default is not None or share is not None:
        known = default or share
        assert known is not None
        if default is not None:
            message, statement = f"{who}, {boundary.provider} may answer {when(default)}", may_answer(default)
        else:
            message = f"{who}; up to {share_beyond(known)} of the answers of {boundary.subject} may come later"
            statement = answers_within(known)
        statements = (leaves(boundary, limit), statement)
        yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, questions=questions, condition=condition)
        return
    said = [answers_within(fact) for fact in percentiles(boundary.promised)[:1]]
    message = f"{who}; nobody says how late {boundary.subject} may answer"
    yield Finding(Verdict.UNANSWERED, message, (leaves(boundary, limit), *said), *boundary.key, questions=questions)


def _no_limit(boundary: Boundary, may: Worst) -> Iterator[Finding]:
    """The provider states a maximum; the caller, who speaks of this call, does not say how long it waits."""
    stated = may.stated
    if stated is None or stated.value is NONE or not boundary.consumer or waits_for_ever(boundary):
        return
    if boundary.consumer in boundary.system.speaking:
        question = Question(
            boundary.consumer, f"how long it waits for {boundary.subject} (timeout)", f"at least {stated.text}"
        )
        message = f"{boundary.provider} may answer {when(stated)}; {boundary.consumer} does not say how long it waits"
        yield Finding(Verdict.UNANSWERED, message, (may_answer(stated),), *boundary.key, questions=(question,))


def _moves(boundary: Boundary, limit: Fact, may: Worst) -> tuple[Move, ...]:
    moves = []
    if may.surely < FOREVER and boundary.consumer:
        changes = lengthened(boundary, may.surely)
        moves.append(Move(boundary.consumer, f"wait at least {show_duration(may.surely)}", changes))
    if may.stated is not None and may.injected is None:
        changes = (exchanged(may.stated, limit.value, limit.text),)
        moves.append(Move(boundary.provider, f"promise at most {limit.text}", changes))
    return tuple(moves)
