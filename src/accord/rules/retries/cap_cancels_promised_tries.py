"""Cap cancels promised tries.

A caller, or the proxy before it, states further tries, and how many of them may run at the same time. When a provider fails,
it fails for all calls that are under way; each of them asks for its further try at the same moment, and all above the cap are
cancelled. The tries are right: one failure is bridged. The cap is right: it keeps a failing provider from being flooded. But
what was counted on, that each call is tried again, holds only while few fail, and the caller sees failures as if nothing
were tried again.

It needs the number of calls that may be under way: where nobody states it, nothing is told. A cap of a proxy holds for each
copy of it; how many calls one copy carries is known only where the number of copies is.

## Example
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    timeout: {request: 9s, attempt: 2s}
    attempts: 3
    retry_on: [timeout]
    retries: {concurrent: 3}  # finding: mismatch
    sends: {concurrency: 50}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {latency: {max: 5s}, idempotent: always}
```

## Not a gap
As many further tries as calls; a caller of which nobody says how much it has under way:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {attempts: 3, retry_on: [reset], retries: {concurrent: 50}, sends: {concurrency: 50}}
  payments/refund: {attempts: 3, retry_on: [reset], retries: {concurrent: 3}}
```

## Unanswered
A budget is a share of the calls under way; nobody says whether anything is tried again:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    attempts: 3
    retry_on: [reset]
    retries: {budget: 20%}  # finding: conditional
    sends: {concurrency: 50}
```

## What to do
The caller: let as many further tries run as calls are under way, or count on no further try while the provider fails for all.
The provider: nothing; a cap protects it.

## References
- Envoy, circuit_breaker.proto: `max_retries`, 3 by default, and `retry_budget`, which takes its place
- Site Reliability Engineering, chapter 22: retry budgets of clients
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from accord.boundaries.calls.causes import asked_again
from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.limits import attempts
from accord.boundaries.calls.wording import at_layer, caller, exchanged, times
from accord.boundaries.join.system import Boundary
from accord.model.amount import Amount
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.nothing import NONE

READS = ("attempts", "retry_on", "retries", "sends", "timeout", "latency", "silence", "errors", "needs", "replicas")
NEEDS = ("sends.concurrency", "retries")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the further tries that may run at once against the calls that may be under way at once."""
    sent = boundary.assumed.get("sends.concurrency")
    tries = attempts(boundary) or boundary.assumed.get("attempts")
    cap = _cap(boundary, tries) if tries is not None and tries.value != 1 else None
    if sent is None or cap is None or tries is None or not isinstance(sent.value, Amount):
        return
    again = asked_again(boundary, tries)
    most = floor(cap.value * sent.value.value) if cap.term == "retries.budget" else cap.value
    if again is False or sent.value.dimension != "count" or sent.value.value <= most:
        return
    statements = (
        Statement(cap, f"{caller(boundary)} lets {_shown(cap)} run at once{at_layer(boundary, cap)}"),
        Statement(tries, f"{caller(boundary)} tries {times(tries)}{at_layer(boundary, tries)}"),
        Statement(sent, f"{caller(boundary)} has up to {sent.text} calls under way"),
    )
    message = f"of {sent.text} calls that fail together at {boundary.subject} at most {most} are tried again at once"
    copies = _copies(boundary, cap)
    if again and cap.term == "retries.concurrent" and copies is not None and sent.value.value > most * copies:
        yield _mismatch(boundary, message, statements)
        return
    where = "" if cap.source == "contract" else " of one proxy"
    condition = f"holds only while at most {most} calls{where} need a further try at the same time"
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)


def _cap(boundary: Boundary, tries: Fact) -> Fact | None:
    """The cap of the layer that tries again; a budget takes the place of a number."""
    for term in ("retries.budget", "retries.concurrent"):
        for fact in boundary.assumed.all(term):
            if fact.layer is tries.layer and isinstance(fact.value, int | Fraction):
                return fact
    return None


def _copies(boundary: Boundary, cap: Fact) -> int | None:
    """How many times the cap holds: once for one who speaks of all its calls, else for each copy; None where unknown."""
    if cap.source == "contract":
        return 1
    side = boundary.system.party(boundary.consumer, boundary.view)
    most = side.get("replicas.max") or side.get("replicas")
    return most.value if most is not None and isinstance(most.value, int) else None


def _mismatch(boundary: Boundary, message: str, statements: tuple[Statement, ...]) -> Finding:
    cap, tries, sent = (statement.fact for statement in statements)
    side = boundary.system.party(boundary.consumer, boundary.view)
    copies = side.get("replicas.max") or side.get("replicas")
    sayings = [
        (cap, f"lets {_shown(cap)} run at once"),
        (tries, f"tries {times(tries)}"),
        (sent, f"has up to {sent.text} calls under way"),
    ]
    if cap.source != "contract" and copies is not None:
        sayings.append((copies, f"runs up to {copies.text} times"))
    follows = f"{boundary.provider} fails for all calls at once: {message.removeprefix('of ')}"
    witness = side_by_side("tries-not-cancelled", sayings, (cap, tries, sent), follows)
    wanted = int(sent.value.value)
    move = Move(boundary.consumer, f"let {wanted} further tries run at once", (exchanged(cap, wanted, str(wanted)),))
    moves = (move,) if boundary.consumer and cap.value is not NONE else ()
    return Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _shown(cap: Fact) -> str:
    if cap.term == "retries.budget":
        return f"further tries for {cap.text} of the calls under way"
    return f"{cap.value} further {'try' if cap.value == 1 else 'tries'}"
