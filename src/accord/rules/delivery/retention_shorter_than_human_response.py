"""Retention shorter than human response.

A message waits to be looked at, and is dropped when its time is over. The queue is right: it kept the message as long
as it said. Those who repair are right: they came as soon as they said, which after a free evening is longer than the
message was kept. Nobody was late, and what was to be repaired is gone.

A standard queue of Amazon SQS counts the age of a message from when it was first sent, also where it is set aside: a
place that keeps messages for less than the queue before it may drop one on its arrival.

## Example
```yaml file=orders/accord.yaml
party: orders-dead
kind: queue
promises:
  read:
    retention: 1d  # finding: mismatch
    detect: {by: OrdersSetAside, within: 5m}
    recover: {by: billing-oncall}
---
party: billing-oncall
kind: rota
promises: {page: {acknowledge: 30m, hands_on: 10m, hours: "Mon-Fri 09:00-18:00 Europe/Berlin"}}
```
### As promised
```yaml file=orders/accord.yaml
party: orders-dead
kind: queue
promises:
  read:
    retention: 1d  # finding: mismatch
    detect: {by: OrdersSetAside, within: 1h}
    recover: {by: billing, within: 2d}
```
### Dropped on arrival
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 1209600
      RedrivePolicy: {deadLetterTargetArn: !GetAtt OrdersDead.Arn, maxReceiveCount: 5}
  OrdersDead:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 345600  # finding: conditional
      Tags: [{Key: owner, Value: team-billing}]
```

## Not a gap
```yaml file=orders/accord.yaml
party: orders-dead
kind: queue
promises: {read: {retention: 14d, detect: {by: OrdersSetAside, within: 5m}, recover: {by: billing-oncall, within: 4d}}}
---
party: billing-oncall
kind: rota
promises: {page: {acknowledge: 30m, hands_on: 10m, hours: "Mon-Fri 09:00-18:00 Europe/Berlin"}}
```

## Unanswered
Who repairs it, and when, stands nowhere; nothing is said here:
```yaml file=orders/accord.yaml
{party: orders-dead, kind: queue, promises: {read: {retention: 1d, detect: {by: OrdersSetAside, within: 5m}}}}
```

## What to do
The queue: keep a message for longer than a weekend and a holiday. Those who repair: come sooner, or on more days.

## References
- Amazon SQS Developer Guide, Setting-up dead-letter queue retention
"""

from collections.abc import Iterator

from accord.boundaries.calls.deliveries import by_default
from accord.boundaries.calls.evidence import Saying
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import Boundary
from accord.boundaries.people.human_response import Late, latest_response
from accord.boundaries.reliance.questions import first_caller
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called, operation_of, provider_of

READS = ("retention", "recover", "detect", "hours", "acknowledge", "hands_on", "escalates", "steps", "shift", "zone",
         "dead_letter", "platform", "order", "kind")  # fmt: skip
NEEDS = ("retention",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds how long a message is kept against when somebody has looked at it at the latest, and against the queue before."""
    kept = boundary.promised.get("retention")
    if kept is None or kept.value is NONE or not first_caller(boundary):
        return
    late = latest_response(boundary, kept) if _is_queue(boundary) else None
    if late is not None:
        yield _gone(boundary, kept, late)
    yield from _dropped_on_arrival(boundary, kept)


def _is_queue(boundary: Boundary) -> bool:
    return boundary.system.party(boundary.provider, boundary.view).value("kind") == "queue"


def _gone(boundary: Boundary, kept: Fact, late: Late) -> Finding:
    after = show_duration(late.ends)
    message = f"{called(boundary.provider)} keeps a message for {kept.text}, it is looked at after up to {after}"
    sayings: tuple[Saying, ...] = ((kept, f"keeps a message for {kept.text}{by_default(kept)}"), *late.rests_on)
    statements = tuple(Statement(fact, f"{called(fact.says)} {words}") for fact, words in sayings)
    longer = Move(boundary.provider, f"keep a message for at least {after}", (exchanged(kept, late.ends, after),))
    return Finding(Verdict.MISMATCH, message, statements, "", *boundary.key[1:], witness=late.witness, moves=(longer,))


def _dropped_on_arrival(boundary: Boundary, kept: Fact) -> Iterator[Finding]:
    """The place where a standard queue of SQS sets aside keeps a message for less than the queue itself."""
    aside = boundary.promised.get("dead_letter")
    standard = boundary.promised.value("platform") == "sqs" and boundary.promised.value("order") == "none"
    for target in aside.value if aside is not None and aside.value is not NONE and standard else ():
        there = boundary.system.promised(provider_of(target), operation_of(target), boundary.view).get("retention")
        if there is None or there.value is NONE or there.value >= kept.value:
            continue
        queue, place = called(boundary.provider), called(provider_of(target))
        message = f"{place} keeps a message for {there.text} from when it was first sent, {queue} for {kept.text}"
        statements = (
            Statement(there, f"{place} keeps a message for {there.text}{by_default(there)}"),
            Statement(kept, f"{queue} keeps a message for {kept.text}{by_default(kept)}"),
        )
        condition = f"holds only while nothing older than {there.text} is set aside: it would be dropped at once"
        yield Finding(
            Verdict.CONDITIONAL, message, statements, "", provider_of(target), operation_of(target), condition=condition
        )
