"""Key forgotten while kept.

A message that was set aside can be put back as long as it is kept. The place is right: keeping it long gives people
time. The receiver is right: it knows a repeat by its key, for as long as it said. A message that is put back after that
is new to it, and whatever was done before it was set aside is done again.

## Example
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {delivery: at-least-once, timeout: {attempt: 30s}, attempts: 5, dead_letter: orders-dead/read}}
---
party: orders-dead
kind: queue
owner: team-platform
promises: {read: {retention: 14d}}
---
party: billing
assumes:
  orders/to-billing: {work: {max: 8s}, idempotent: {key: order_id, for: 7d}}  # finding: mismatch
```

## Not a gap
The key outlives the message:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {delivery: at-least-once, attempts: 5, dead_letter: orders-dead/read}}
---
{party: orders-dead, kind: queue, owner: team-platform, promises: {read: {retention: 4d}}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 8s}, idempotent: {key: order_id, for: 7d}}}
```

## Unanswered
How long the place keeps a message stands nowhere, and nothing is said here:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {delivery: at-least-once, attempts: 5, dead_letter: orders-dead/read}}
---
{party: orders-dead, kind: queue, owner: team-platform, promises: {read: {hours: 24x7}}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 8s}, idempotent: {key: order_id, for: 7d}}}
```

## What to do
The receiver: remember a key for longer than a message is kept. The place: keep it no longer than keys are remembered,
or put nothing back that is older.

## References
- Enterprise Integration Patterns: Idempotent Receiver, Dead Letter Channel
- Amazon SQS Developer Guide, dead-letter queue redrive
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Idempotence
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called, operation_of, provider_of

READS = ("idempotent", "dead_letter", "retention", "platform")
NEEDS = ("idempotent", "dead_letter")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds how long the receiver knows a message against how long it can be put back."""
    does, aside = boundary.assumed.get("idempotent"), boundary.promised.get("dead_letter")
    if does is None or aside is None or aside.value is NONE or not boundary.consumer:
        return
    if not isinstance(does.value, Idempotence) or does.value.kind != "key" or does.value.remembered is None:
        return
    for target in aside.value:
        place = boundary.system.promised(provider_of(target), operation_of(target), boundary.view)
        kept = place.get("retention")
        if kept is not None and kept.value is not NONE and kept.value >= does.value.remembered:
            yield _finding(boundary, does, aside, kept, target)


def _finding(boundary: Boundary, does: Fact, aside: Fact, kept: Fact, target: str) -> Finding:
    receiver, place = called(boundary.consumer), called(provider_of(target))
    known = show_duration(does.value.remembered)
    sayings = (
        (does, f"knows a message again for {known}"),
        (aside, f"sets aside in {target} what cannot be handled"),
        (kept, f"keeps a message for {kept.text}, and so long it can be put back"),
    )
    follows = f"a message is put back after {kept.text}, and {receiver} takes it for a new one"
    longer = exchanged(does, Idempotence("key", does.value.key, kept.value + 1), f"longer than {kept.text}")
    return Finding(
        Verdict.MISMATCH,
        f"{place} keeps a message for {kept.text}, {receiver} knows it again for {known}",
        tuple(Statement(fact, f"{called(fact.says)} {words}") for fact, words in sayings),
        boundary.consumer,
        provider_of(target),
        operation_of(target),
        witness=side_by_side("key-outlives-message", sayings, (does, kept), follows),
        moves=(Move(boundary.consumer, f"remember a key for longer than {kept.text}", (longer,)),),
    )
