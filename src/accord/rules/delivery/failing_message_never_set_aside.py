"""Failing message never set aside.

A queue delivers a message again until it is confirmed, and nothing says after how many deliveries it stops. The queue
is right: at least once was promised. The receiver is right: it cannot handle what it cannot read. A message that always
fails is delivered until the queue drops it for age, takes the place of others each time, and then nothing is left of
it; in an ordered queue all that follow it in its group wait as long.

## Example
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue  # default: kept for four days
  Billing:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Order:  # finding: note
          Type: SQS
          Properties: {Queue: !GetAtt Orders.Arn}
```

## Not a gap
The queue sets a message aside:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {attempts: 5, dead_letter: orders-dead/read, retention: 4d}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 2s}}}
```

## Unanswered
Nobody says how often it is delivered, and nothing is said here:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {retention: 4d}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 2s}}}
```

## What to do
The queue: set a message aside after a number of deliveries, where somebody is told of it. The receiver: confirm what
it can never handle, and record it elsewhere.

## References
- AWS Lambda Developer Guide, Using Lambda with Amazon SQS: a dead-letter queue, with at least five receives
- Enterprise Integration Patterns: Invalid Message Channel
"""

from collections.abc import Iterator

from accord.boundaries.calls.deliveries import by_default, deliveries
from accord.boundaries.join.system import Boundary
from accord.boundaries.reliance.questions import first_caller
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called

READS = ("attempts", "dead_letter", "retention", "order", "work", "accepts", "platform")
NEEDS, ALIKE = ("attempts",), True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Tells of a queue that delivers without end to a receiver that is known."""
    endless, aside = deliveries(boundary), boundary.promised.get("dead_letter")
    is_open = endless is None or endless.value is not NONE or (aside is not None and aside.value is not NONE)
    if is_open or endless is None or not boundary.consumer or not first_caller(boundary):
        return
    first = _receives(boundary)
    if first is None:
        return
    queue, kept = called(boundary.provider), boundary.promised.get("retention")
    lasts = f" for {kept.text}, then drops it" if kept is not None and kept.value is not NONE else ""
    blocks = "; all that follow in its group wait" if boundary.promised.value("order") in ("per-key", "total") else ""
    message = f"{queue} delivers a message that always fails again and again{lasts}{blocks}"
    statements = [
        Statement(first, f"{called(boundary.consumer)} receives from {queue}"),
        Statement(endless, f"{queue} sets nothing aside{by_default(endless)}"),
    ]
    if lasts and kept is not None:
        statements.append(Statement(kept, f"{queue} keeps a message for {kept.text}{by_default(kept)}"))
    yield Finding(Verdict.NOTE, message, tuple(statements), *boundary.key)


def _receives(boundary: Boundary) -> Fact | None:
    """The first statement by which the receiver takes from the queue."""
    whole = boundary.system.assumed(boundary.key, boundary.view)  # a statement about any term will do
    own = [fact for facts in whole.terms.values() for fact in facts if fact.says == boundary.consumer]
    return min(own, key=lambda fact: fact.place.spot, default=None)
