"""Caller gives up first.

A caller stops waiting before the provider has to answer. The caller is right: its user will not wait longer. The
provider is right: the slow path is legitimate, and it answers inside its promise. Together they fail: the answer goes
to nobody, the work is done and lost, and the provider's own figures show a success.

The limit named is the one that fires first, whatever layer it stands at. A limit equal to the promised maximum holds.

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

from msgspec.structs import replace

from accord.boundaries.agreed import Agreement, agreement
from accord.boundaries.limits import first_limit, waits_for_ever
from accord.boundaries.percentiles import share_beyond, tail
from accord.boundaries.story import cut_short
from accord.boundaries.system import Boundary
from accord.boundaries.worst import FOREVER, Worst, worst
from accord.model.duration import show_duration
from accord.model.fact import Fact, Stance
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = ("timeout", "latency", "attempts", "backoff", "retry_on", "handles", "needs", "idempotent", "at")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the first limit of the caller against the latest answer of the provider."""
    limit = first_limit(boundary)
    if limit is None:
        yield from _no_limit(boundary)
        return
    may = worst(boundary)
    if may.stated is not None or (may.injected is not None and may.surely > limit.value):
        if may.surely > limit.value:
            yield from _cut(boundary, limit, may)
        elif may.stated is not None:
            return
    if may.stated is None and may.surely <= limit.value:
        yield from _open(boundary, limit)


def _cut(boundary: Boundary, limit: Fact, may: Worst) -> Iterator[Finding]:
    agreed = agreement(boundary, limit)
    if agreed is Agreement.AGREED:
        return
    stated = (
        may.injected
        if may.injected is not None and (may.stated is None or may.injected.value > limit.value)
        else may.stated
    )
    assert stated is not None
    statements = (
        Statement(limit, _gives_up(boundary, limit)),
        Statement(stated, _may_take(boundary, stated)),
    )
    message = f"{_who(boundary)} waits {limit.text}, {boundary.provider} may answer {_after(stated)}"
    if agreed is Agreement.OPEN:
        asks = f"a percentile of {boundary.subject} that covers what {boundary.consumer} counts on"
        question = Question(boundary.provider, asks, f"at most {limit.text}")
        yield _finding(boundary, Verdict.UNANSWERED, message, statements, questions=(question,))
        return
    witness = cut_short(boundary)
    if witness is not None:
        yield _finding(
            boundary,
            Verdict.MISMATCH,
            message,
            statements,
            witness=witness,
            moves=_moves(boundary, limit, may),
        )


def _open(boundary: Boundary, limit: Fact) -> Iterator[Finding]:
    """No maximum that the provider stands for: a default or a percentile decides only under a condition."""
    default = next((fact for fact in boundary.promised.all("latency.max") if fact.value is not NONE), None)
    if default is not None:
        if default.value > limit.value:
            message = f"{_who(boundary)} waits {limit.text}, {boundary.provider} may answer {_after(default)} {_standing(default)}"
            statements = (
                Statement(limit, _gives_up(boundary, limit)),
                Statement(default, _may_take(boundary, default)),
            )
            yield _finding(
                boundary,
                Verdict.CONDITIONAL,
                message,
                statements,
                (_question(boundary, limit),),
                _no_longer(limit),
            )
        return
    percentile = tail(boundary.promised, limit.value)
    if percentile is None:
        known = boundary.promised.family("latency.p")
        statements = (
            Statement(limit, _gives_up(boundary, limit)),
            *(Statement(fact, _answers_within(boundary, fact)) for fact in known[:1]),
        )
        message = f"{_who(boundary)} waits {limit.text}; nobody says how late {boundary.subject} may answer"
        yield _finding(boundary, Verdict.UNANSWERED, message, statements, (_question(boundary, limit),))
        return
    share = share_beyond(percentile)
    message = f"{_who(boundary)} waits {limit.text}; up to {share} of the answers of {boundary.subject} may come later"
    statements = (
        Statement(limit, _gives_up(boundary, limit)),
        Statement(percentile, _answers_within(boundary, percentile)),
    )
    yield _finding(
        boundary, Verdict.CONDITIONAL, message, statements, (_question(boundary, limit),), _no_longer(limit)
    )


def _no_limit(boundary: Boundary) -> Iterator[Finding]:
    """The provider states a maximum; the caller, who speaks of this call, does not say how long it waits."""
    stated = worst(boundary).stated
    if stated is None or stated.value is NONE or not boundary.consumer or waits_for_ever(boundary):
        return
    if boundary.consumer not in boundary.system.speaking:
        return
    question = Question(
        boundary.consumer, f"how long it waits for {boundary.subject} (timeout)", f"at least {stated.text}"
    )
    message = (
        f"{boundary.provider} may answer {_after(stated)}; {boundary.consumer} does not say how long it waits"
    )
    yield _finding(
        boundary, Verdict.UNANSWERED, message, (Statement(stated, _may_take(boundary, stated)),), (question,)
    )


def _finding(
    boundary: Boundary,
    verdict: Verdict,
    message: str,
    statements: tuple[Statement, ...],
    questions: tuple[Question, ...] = (),
    condition: str = "",
    **more: object,
) -> Finding:
    return Finding(
        verdict, message, statements, *boundary.key, questions=questions, condition=condition, **more
    )  # type: ignore[arg-type]


def _moves(boundary: Boundary, limit: Fact, may: Worst) -> tuple[Move, ...]:
    moves = []
    if may.surely < FOREVER:
        longer = show_duration(may.surely)
        changes = tuple(
            Change(fact, replace(fact, value=may.surely, text=longer))
            for fact in _shorter(boundary, may.surely)
        )
        moves.append(Move(boundary.consumer, f"wait at least {longer}", changes))
    if may.stated is not None and may.injected is None:
        less = replace(may.stated, value=limit.value, text=limit.text)
        moves.append(Move(boundary.provider, f"promise at most {limit.text}", (Change(may.stated, less),)))
    return tuple(move for move in moves if move.party)


def _shorter(boundary: Boundary, than: int) -> list[Fact]:
    """Every limit that would still fire before the answer."""
    facts = [
        fact
        for term in ("timeout.attempt", "timeout.idle", "timeout.request")
        for fact in boundary.assumed.all(term)
    ]
    return [fact for fact in facts if fact.value is not NONE and fact.value < than]


def _who(boundary: Boundary) -> str:
    return boundary.consumer or f"every caller of {boundary.provider}"


def _gives_up(boundary: Boundary, limit: Fact) -> str:
    what = {
        "timeout.attempt": "gives up each try after",
        "timeout.request": "gives up after",
        "timeout.idle": "gives up when it hears nothing for",
    }[limit.term]
    layer = f" at its {limit.layer}" if limit.layer != "code" else ""
    return f"{_who(boundary)} {what} {limit.text}{layer}"


def _may_take(boundary: Boundary, stated: Fact) -> str:
    if stated.term == "latency.injected":
        return f"every call to {boundary.provider} is held back for {stated.text}"
    if stated.value is NONE:
        return f"{boundary.provider} promises no longest time"
    return f"{boundary.provider} may answer after {stated.text}"


def _after(stated: Fact) -> str:
    return "at any time" if stated.value is NONE else f"after {stated.text}"


def _answers_within(boundary: Boundary, fact: Fact) -> str:
    return f"{boundary.provider} answers {fact.term.removeprefix('latency.p')} % within {fact.text}"


def _standing(fact: Fact) -> str:
    return "by default" if fact.stance is Stance.DEFAULT else "as observed"


def _question(boundary: Boundary, limit: Fact) -> Question:
    return Question(
        boundary.provider,
        f"how late {boundary.subject} may answer (latency: {{max: ...}})",
        f"at most {limit.text}",
    )


def _no_longer(limit: Fact) -> str:
    return f"holds only while no answer takes longer than {limit.text}"
