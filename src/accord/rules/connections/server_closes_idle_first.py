"""Server closes an idle connection first.

A provider closes a connection on which nothing came for a while; the caller would have kept it for longer. The provider is
right: idle connections cost memory. The caller is right: a connection that is open already saves the time to make one.
Together they fail: a call that is sent in the moment of closing meets a reset, and nobody knows whether it was read. It is
rare, comes in quiet hours, and looks like a network that loses calls.

The caller must let go first. A caller that keeps a connection exactly as long as the provider holds it open is not reported.
Where a call that meets a closed connection is made again, a reset is hidden, not prevented: that is a condition.

## Example
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    keep_alive: 60s  # finding: mismatch
    attempts: 1
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {keep_alive: 5s}
```

## Not a gap
The caller lets go first; a provider that closes none:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {keep_alive: 4s, attempts: 1}
  payments/refund: {keep_alive: 60s, attempts: 1}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {keep_alive: 5s}
  refund: {keep_alive: none}
```
### The caller handles a reset
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {keep_alive: 60s, attempts: 1, handles: [reset]}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {keep_alive: 5s}
```

## Unanswered
A reset is asked again; or nobody says what follows one:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    keep_alive: 60s  # finding: conditional
    attempts: 2
    retry_on: [reset]
  payments/refund:
    keep_alive: none  # finding: conditional
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {keep_alive: 5s, idempotent: always}
  refund: {keep_alive: 5s}
```

## What to do
The caller: keep idle connections for less time than the provider. The provider: keep them for longer than its callers do.

## References
- RFC 9112, section 9.5: a client may send a request while the server closes the connection
- Node.js, `server.keepAliveTimeout`; Envoy, `idle_timeout` of upstream connections, 1 hour by default
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import Saying, side_by_side
from accord.boundaries.calls.wording import at_layer, caller, exchanged
from accord.boundaries.join.system import Boundary
from accord.boundaries.platforms.connections import Kept, kept
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = ("keep_alive", "attempts", "retry_on", "handles", "platform")
NEEDS = ("keep_alive",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the time for which the caller keeps an idle connection against that of the provider."""
    found, handled = kept(boundary), boundary.assumed.value("handles")
    if found is None or (isinstance(handled, tuple) and not {"reset", "any"}.isdisjoint(handled)):
        return
    statements = (
        Statement(found.caller, f"{caller(boundary)} {_keeps(boundary, found)}"),
        Statement(found.provider, f"{boundary.provider} closes a connection that is idle for {found.provider.text}"),
    )
    message = f"{caller(boundary)} {_keeps(boundary, found)}, {boundary.provider} closes it after {found.provider.text}"
    if found.once:
        witness = side_by_side(
            "connection-open-when-used",
            _sayings(boundary, found),
            (found.caller, found.provider),
            f"a call that is sent {found.provider.text} after the one before meets a closed connection, and fails",
        )
        yield Finding(
            Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=_moves(boundary, found)
        )
        return
    yield _conditional(boundary, found, message, statements)


def _conditional(boundary: Boundary, found: Kept, message: str, statements: tuple[Statement, ...]) -> Finding:
    if found.again is not None:
        again = Statement(found.again, f"{caller(boundary)} asks again after {found.again.text}")
        condition = "holds only while a call that meets a closed connection was not begun, and is asked again"
        return Finding(
            Verdict.CONDITIONAL, message, (*statements, again), *boundary.key, condition=condition,
            moves=_moves(boundary, found),
        )  # fmt: skip
    asks = f"whether {boundary.consumer or 'each caller'} asks again when a connection is closed under it (retry_on)"
    condition = "holds only while a call that meets a closed connection is asked again"
    questions = (Question(boundary.consumer or boundary.provider, asks),)
    return Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition, questions=questions)


def _keeps(boundary: Boundary, found: Kept) -> str:
    time = "without end" if found.caller.value is NONE else f"for {found.caller.text}"
    return f"keeps an idle connection {time}{at_layer(boundary, found.caller)}"


def _sayings(boundary: Boundary, found: Kept) -> Iterator[Saying]:
    yield found.provider, f"closes a connection that is idle for {found.provider.text}"
    yield found.caller, _keeps(boundary, found)
    if found.because is not None:
        yield found.because, _asks(found.because)


def _asks(fact: Fact) -> str:
    if fact.term == "attempts":
        return "asks once"
    return "asks again after nothing" if fact.value is NONE else f"asks again after {fact.text} only"


def _moves(boundary: Boundary, found: Kept) -> tuple[Move, ...]:
    shorter = (exchanged(found.caller, found.provider.value, found.provider.text),)
    moves = [Move(boundary.consumer, f"keep idle connections for less than {found.provider.text}", shorter)]
    if found.caller.value is not NONE:
        longer = (exchanged(found.provider, found.caller.value, found.caller.text),)
        moves.append(Move(boundary.provider, f"keep idle connections for more than {found.caller.text}", longer))
    return tuple(move for move in moves if move.party)
