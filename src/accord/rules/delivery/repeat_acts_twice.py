"""Repeat acts twice.

A queue that promises a message at least once delivers it again when it has heard nothing in time, and it cannot know
whether the receiver was done. The queue is right: it promised no less and no more. The receiver is right: it never said
that the same message twice is harmless. One message then acts twice, and both sides count a success.

A receiver that knows a repeat by a key for some time acts again on a delivery that begins after it.

## Example
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {delivery: at-least-once, timeout: {attempt: 30s}, attempts: 5}}
---
party: billing
assumes:
  orders/to-billing: {work: {max: 8s}, idempotent: never}  # finding: mismatch
```
### A key that is forgotten before the last delivery
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {delivery: at-least-once, timeout: {attempt: 1h}, attempts: 5}}
---
party: billing
assumes:
  orders/to-billing:
    work: {max: 8s}
    idempotent: {key: order_id, for: 2h}  # finding: mismatch
```

## Not a gap
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {delivery: at-least-once, timeout: {attempt: 30s}, attempts: 5}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 8s}, idempotent: {key: order_id, for: 7d}}}
```

## Unanswered
At least once, and nobody says after what time or how often:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {delivery: at-least-once}}
---
party: billing
assumes:
  orders/to-billing: {work: {max: 8s}, idempotent: never}  # finding: conditional
```

## What to do
The receiver: let the same message act once, by a key that it remembers longer than the queue delivers. The queue:
deliver once only, where losing one is less bad.

## References
- Enterprise Integration Patterns: Idempotent Receiver
- Amazon SQS Developer Guide, at-least-once delivery
"""

from collections.abc import Iterator

from accord.boundaries.calls.deliveries import deliveries, redelivery
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Idempotence
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called
from accord.model.witness import Step, Witness

READS = ("delivery", "timeout", "attempts", "idempotent", "work", "platform")
NEEDS = ("idempotent",)
ALIKE = True
_MOST_TOLD = 40


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds what the receiver does with a repeat against whether the queue delivers again."""
    does, promised = boundary.assumed.get("idempotent"), boundary.promised.get("delivery")
    if does is None or not boundary.consumer or not isinstance(does.value, Idempotence) or does.value.kind == "always":
        return
    if promised is None or promised.value != "at-least-once":
        return
    again, tries = redelivery(boundary), deliveries(boundary)
    number = _acting(does.value, again, tries)
    statements = (
        Statement(does, _says(boundary, does)),
        Statement(promised, f"{called(boundary.provider)} delivers at least once"),
    )
    message = f"{called(boundary.provider)} delivers at least once, {_says(boundary, does)}"
    if number and again is not None and tries is not None:
        witness = _witness(boundary, again, tries, does, number)
        moves = (
            Move(
                boundary.consumer,
                "act once however often it comes",
                (exchanged(does, Idempotence("always"), "always"),),
            ),
        )
        told = (*statements, Statement(again, f"{called(boundary.provider)} delivers again after {again.text}"))
        yield Finding(Verdict.MISMATCH, message, told, *boundary.key, witness=witness, moves=moves)
    elif does.value.kind == "never" and not (tries is not None and tries.value == 1):
        condition = "holds only while no message comes twice"
        yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)


def _says(boundary: Boundary, does: Fact) -> str:
    kept = does.value.remembered
    if does.value.kind == "never":
        return f"{called(boundary.consumer)} acts each time"
    return f"{called(boundary.consumer)} knows a message again for {show_duration(kept) if kept else 'a time not said'}"


def _acting(does: Idempotence, again: Fact | None, tries: Fact | None) -> int:
    """The number of the delivery that acts again; 0 where none does, or that is not known."""
    if again is None or tries is None:
        return 0
    if does.kind == "never":
        number = 2
    elif does.remembered is None or not again.value:
        return 0
    else:
        number = -(-does.remembered // again.value) + 1
    return number if number <= _MOST_TOLD and (tries.value is NONE or tries.value >= number) else 0


def _witness(boundary: Boundary, again: Fact, tries: Fact, does: Fact, number: int) -> Witness:
    queue, receiver, about = boundary.provider, boundary.consumer, boundary.subject
    steps = []
    for each in range(1, number + 1):
        at = (each - 1) * again.value
        steps.append(Step(at, queue, "calls", f"delivers the message (delivery {each})", tries, about, each))
        if each in (1, number):
            acts = "acts on it; its confirmation is lost" if each == 1 else "acts on it again"
            steps.append(Step(at, receiver, "acts", acts, does, about, each))
        if each < number:
            silence = f"has heard nothing for {again.text}"
            steps.append(Step(at + again.value, queue, "gives-up", silence, again, about, each))
    end = "one message, and it was done twice"
    steps.append(Step(steps[-1].at, "", "concludes", end, None, about, 0, 2))
    return Witness(tuple(steps), "effect-once", (does,))
