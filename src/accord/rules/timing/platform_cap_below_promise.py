"""Platform cap below promise.

A gateway or a balancer ends each call after a time of its own. It is right: that is its limit, and its page says so.
The program behind it is right: its platform lets it run longer. What takes longer than the gateway waits is done and
answered to nobody, and the caller reads an error of a party that it never called.

How long a program may run is no promise that it does: so this is a condition, unless the program promises a longest
time itself, which `timing/caller-gives-up-first` holds against the same limit.

## Example
```yaml file=report/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 60  # finding: conditional
      Events:
        Get: {Type: Api, Properties: {Path: /report, Method: get}}
```

## Not a gap
The program is ended first:
```yaml file=report/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 25
      Events:
        Get: {Type: HttpApi, Properties: {Path: /report, Method: get}}
```

## Unanswered
How long the program may run is worked out elsewhere, and nothing is said here:
```yaml file=report/template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: !If [Large, 60, 20]
      Events:
        Get: {Type: Api, Properties: {Path: /report, Method: get}}
```

## What to do
The program: end before the gateway does, or answer at once and work later. The gateway: wait longer, where its quota
may be raised.

## References
- Amazon API Gateway Developer Guide, quotas: integration timeout
"""

from collections.abc import Iterator

from accord.boundaries.calls.deliveries import by_default
from accord.boundaries.calls.limits import first_limit
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact, Layer
from accord.model.finding import Finding, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called

READS = ("timeout", "killed_after", "latency", "platform")
NEEDS = ("timeout",)
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds how long the provider's platform lets it run against the first limit of a gateway before it."""
    cap = first_limit(boundary)
    runs = _killed_after(boundary) if cap is not None and cap.layer is Layer.GATEWAY else None
    if cap is None or runs is None or runs.value is NONE:
        return
    if runs.value <= cap.value or boundary.promised.get("latency.max") is not None:
        return
    gateway, program = called(boundary.consumer), called(boundary.provider)
    ends = f"{gateway} ends a {'silent ' if cap.term == 'timeout.idle' else ''}call after {cap.text}"
    message = f"{ends}, {program} may run for {runs.text}"
    statements = (
        Statement(runs, f"{program} is ended after {runs.text}{by_default(runs)}"),
        Statement(cap, f"{ends}{by_default(cap)}"),
    )
    question = Question(
        boundary.provider, f"how late {program} may answer (latency: {{max: ...}})", f"at most {cap.text}"
    )
    condition = f"holds only while {program} always answers within {cap.text}"
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, questions=(question,), condition=condition)


def _killed_after(boundary: Boundary) -> Fact | None:
    """How long the platform lets this operation run, or whatever the provider runs."""
    own = boundary.promised.get("killed_after")
    return own or boundary.system.party(boundary.provider, boundary.view).get("killed_after")
