"""One failure repeats the batch.

A receiver takes several messages at once, and one of them fails. The receiver is right: the run failed. The platform is
right: it was told of one failure, not of which. So all of the batch come again, and those that were done are done
twice; a message that always fails takes the others of its batch along each time, to the dead letters in the end.

## Example
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:eu-west-1:123456789012:dead", maxReceiveCount: 5}
  Billing:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Order:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
            BatchSize: 5  # finding: note
```

## Not a gap
The receiver reports which failed:
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:eu-west-1:123456789012:dead", maxReceiveCount: 5}
  Billing:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Order:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
            FunctionResponseTypes: [ReportBatchItemFailures]
```

## Unanswered
Nobody says what a failure repeats, and nothing is said here:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {timeout: {attempt: 5m}}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 2s}, accepts: {batch: 10}}}
```

## What to do
The receiver: report which messages failed, take one at a time, or let a repeat act once.

## References
- AWS Lambda Developer Guide, Using Lambda with Amazon SQS: reporting batch item failures
"""

from collections.abc import Iterator

from accord.boundaries.calls.deliveries import acts_once, by_default, messages
from accord.boundaries.join.system import Boundary
from accord.model.finding import Finding, Statement, Verdict
from accord.model.subject import called

READS = ("failures", "accepts", "idempotent", "platform")
NEEDS = ("failures", "accepts.batch")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Tells of batches that are repeated whole."""
    repeats, batch = boundary.assumed.get("failures"), boundary.assumed.get("accepts.batch")
    if repeats is None or batch is None or repeats.value != "all" or messages(batch) < 2 or acts_once(boundary):
        return
    receiver, queue = called(boundary.consumer), called(boundary.provider)
    message = f"one message that fails has all of its batch, up to {messages(batch)}, delivered to {receiver} again"
    statements = (
        Statement(batch, f"{receiver} takes up to {messages(batch)} messages from {queue} at once{by_default(batch)}"),
        Statement(repeats, f"{receiver} does not report which of them failed"),
    )
    yield Finding(Verdict.NOTE, message, statements, *boundary.key)
