"""Dead letters nobody reads.

A message that cannot be handled is set aside, so that it stops no other and somebody can look at it. The queue is
right: it keeps the message as long as it said. The receiver is right: it refused what it could not handle. But no
signal says that something was set aside, nobody answers for the place, nothing reads it and no procedure begins there:
the message is lost, later and more quietly than without.

Only what was read counts. An alarm that stands elsewhere makes the condition true; name it here, and it is silent. So it is
where anything is given the name of the place that may read it, and where somebody is permitted to receive from it. What
puts into it, and a permission that lets nobody receive (of a key, to send, a denial), is no reader. A queue that sets
nothing aside is another matter: `delivery/failing-message-never-set-aside`.

## Example
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt OrdersDead.Arn  # finding: conditional
        maxReceiveCount: 5
  OrdersDead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
```

### A permission to send only
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt OrdersDead.Arn, maxReceiveCount: 5}  # finding: conditional
  OrdersDead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  Sends:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument:
        Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt OrdersDead.Arn}]
```

## Not a gap
An alarm about the place, or an owner of it:
```yaml file=orders/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt OrdersDead.Arn, maxReceiveCount: 5}
  OrdersDead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  OrdersDeadAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{Name: QueueName, Value: !GetAtt OrdersDead.QueueName}]
```
```yaml file=billing/accord.yaml
{party: bills, kind: queue, promises: {to-billing: {dead_letter: bills-dead/read, attempts: 5}}}
---
{party: bills-dead, kind: queue, owner: team-billing, promises: {read: {retention: 14d}}}
```

## Unanswered
Where the messages end is not known here, so nothing is said of it:
```yaml file=billing/accord.yaml
{party: bills, kind: queue, promises: {to-billing: {dead_letter: bills-dead/read, attempts: 5}}}
```

## What to do
Whoever answers for the receiver: an alarm on the first message that is set aside, and a procedure for it.

## References
- Amazon SQS Developer Guide, Creating alarms for dead-letter queues using Amazon CloudWatch
- Enterprise Integration Patterns: Dead Letter Channel
"""

from collections.abc import Iterator

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.boundaries.join.vocabulary import vocabulary
from accord.boundaries.reliance.questions import first_caller
from accord.model.fact import Fact
from accord.model.finding import Finding, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called, operation_of, provider_of

READS = (
    "dead_letter",
    "detect",
    "recover",
    "owner",
    "tag",
    "retention",
    "work",
    "accepts",
    "vocabulary",
    "to",
    "mentioned",
)
NEEDS = ("dead_letter",)
_ANSWERS = ("detect", "recover", "to", "hours", "acknowledge")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Looks for anybody who learns of what is set aside, once for all queues that set aside there."""
    aside = boundary.promised.get("dead_letter")
    if aside is None or aside.value is NONE or not first_caller(boundary):
        return
    for target in aside.value:
        side = boundary.system.promised(provider_of(target), operation_of(target), boundary.view)
        if side.terms and _is_first(boundary, aside, target) and not _somebody(boundary, target, side):
            yield _finding(boundary, aside, target, side)


def _is_first(boundary: Boundary, aside: Fact, target: str) -> bool:
    """Whether no statement before this one sets aside in the same place."""
    others = (fact for fact in boundary.system.about("dead_letter") if fact.value is not NONE and not fact.scope)
    first = min((fact for fact in others if target in fact.value), key=lambda fact: fact.place.spot, default=aside)
    return aside.place == first.place or aside.place.spot < first.place.spot


def _somebody(boundary: Boundary, target: str, side: Side) -> bool:
    """Whether anything was read of a signal, an owner, a reader or a repair; `none` is an answer that another rule judges."""
    system, view, party = boundary.system, boundary.view, provider_of(target)
    if any(term.partition(".")[0] in _ANSWERS for term in side.terms):
        return True
    own = system.party(party, view).terms
    owners = {f"tag.{word.lower()}" for word in vocabulary(system, view).owner}
    if "owner" in own or "mentioned" in own or any(term.lower() in owners for term in own):
        return True
    return any(system.callers(party, operation) for operation in system.operations(party))


def _finding(boundary: Boundary, aside: Fact, target: str, side: Side) -> Finding:
    place, queue, kept = called(provider_of(target)), called(boundary.provider), side.get("retention")
    ends = f" and dropped after {kept.text}" if kept is not None and kept.value is not NONE else ""
    message = (
        f"what {queue} sets aside is kept in {place}{ends}; nothing read here tells or names anybody who looks there"
    )
    statements = [Statement(aside, f"{queue} sets aside in {place} what cannot be handled")]
    if kept is not None and kept.value is not NONE:
        statements.append(Statement(kept, f"{place} keeps a message for {kept.text}"))
    often = f" within {kept.text}" if ends and kept is not None else ""
    condition = f"holds only while somebody looks into {place}{often} without being told"
    asks = f"who learns that something was set aside in {place}, and how (owner, detect, recover)"
    return Finding(
        Verdict.CONDITIONAL,
        message,
        tuple(statements),
        "",
        provider_of(target),
        operation_of(target),
        questions=(Question(provider_of(target), asks),),
        condition=condition,
    )
