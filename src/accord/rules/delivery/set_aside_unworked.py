"""Set aside unworked.

A platform fetches messages for a receiver before it knows whether the receiver has room. The platform is right: there
are messages. The receiver is right: it may run only so many times at once. What it has no room for goes back and counts
as delivered all the same; after a few such rounds the queue sets aside a message that nobody has ever looked at.

AWS advises at least five deliveries where a function takes from a queue, so that throttled runs have a few chances, and
no more fetched at once than the function has reserved. How many rounds a full function costs a message is not promised:
this is a condition, never more.

## Example
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:eu-west-1:123456789012:dead", maxReceiveCount: 3}
  Billing:
    Type: AWS::Serverless::Function
    Properties:
      ReservedConcurrentExecutions: 2  # finding: conditional
      Events:
        Order:
          Type: SQS
          Properties: {Queue: !GetAtt Orders.Arn, FunctionResponseTypes: [ReportBatchItemFailures]}
```

## Not a gap
No more is fetched than may run:
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:eu-west-1:123456789012:dead", maxReceiveCount: 3}
  Billing:
    Type: AWS::Serverless::Function
    Properties:
      ReservedConcurrentExecutions: 2
      Events:
        Order:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 2}
```

## Unanswered
Nobody says how much is fetched at once for a receiver, and nothing is said here:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {timeout: {attempt: 5m}, attempts: 3}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 2s}}}
```

## What to do
The receiver: let no more be fetched at once than may run (`MaximumConcurrency`). The queue: deliver more often before it
sets a message aside.

## References
- AWS Lambda Developer Guide, Configuring scaling behavior for SQS event source mappings: 1,250 at once; reserved and
  maximum concurrency
- AWS Lambda Developer Guide, Understanding SQS retries (docs.aws.amazon.com/lambda/latest/dg/sqs-retries.html): a
  maxReceiveCount of at least 5
"""

from collections.abc import Iterator

from accord.boundaries.calls.deliveries import by_default, deliveries
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called

READS = ("fetched", "parallel", "attempts")
NEEDS = ("fetched", "parallel", "attempts")
ADVISED = 5
"""Deliveries before a message is set aside, where a function takes from the queue: AWS Lambda Developer Guide, sqs-retries."""


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds what is fetched for a receiver at once against what it may work on at once."""
    fetched, room = boundary.assumed.get("fetched"), boundary.assumed.get("parallel")
    tries = deliveries(boundary)
    if fetched is None or room is None or tries is None or tries.value is NONE or tries.value >= ADVISED:
        return
    if 0 < room.value < fetched.value:
        yield _finding(boundary, fetched, room, tries)


def _finding(boundary: Boundary, fetched: Fact, room: Fact, tries: Fact) -> Finding:
    receiver, queue = called(boundary.consumer), called(boundary.provider)
    often = "1 delivery" if tries.value == 1 else f"{tries.value} deliveries"
    message = f"{queue} sets a message aside after {often}, whether or not {receiver}, which may run {room.text} times at once, had room for it"
    statements = (
        Statement(room, f"{receiver} may run {room.text} times at once{by_default(room)}"),
        Statement(fetched, f"up to {fetched.text} batches are fetched for {receiver} at once{by_default(fetched)}"),
        Statement(tries, f"{queue} delivers a message at most {tries.text} times{by_default(tries)}"),
    )
    condition = f"holds only while no more than {room.text} batches for {receiver} are there at once"
    return Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)
