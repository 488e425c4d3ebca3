"""Needed after sunset.

One side has said on which day its promise ends, the other until when it needs it. Both are plans made in good faith,
in two calendars. The day between them is known now.

## Example
```yaml file=billing/accord.yaml
party: subscriptions
assumes:
  payments/charge: {until: 2027-06-30}  # finding: mismatch
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {sunset: 2027-03-31, instead: payments/charge-v2}
  charge-v2: {latency: {max: 5s}}
```

## Not a gap
The last day itself is still promised; a promise that says `sunset: none` has no last day:
```yaml file=billing/accord.yaml
party: subscriptions
assumes:
  payments/charge: {until: 2027-03-31}
  payments/refund: {until: 2029-12-31}
---
party: payments
promises:
  charge: {sunset: 2027-03-31}
  refund: {sunset: none}
```

## Unanswered
```yaml file=billing/accord.yaml
party: subscriptions
assumes:
  payments/charge: {timeout: 5s}
  payments/refund: {until: 2029-12-31}  # finding: unanswered
---
party: payments
promises:
  charge: {sunset: 2027-03-31}          # finding: unanswered
  refund: {idempotent: always}
```

## What to do
The side that needs it: move to what follows (`instead`) in time. The side that promises it: keep it until nobody needs
it, or say what follows.

## References
- RFC 8594, The Sunset HTTP Header Field
- RFC 9745, The Deprecation HTTP Response Header Field
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = ("until", "sunset", "instead")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the day until which the consumer needs it against the last day of the promise."""
    until, sunset = boundary.assumed.get("until"), boundary.promised.get("sunset")
    if not boundary.consumer or (sunset is not None and sunset.value is NONE):
        return
    if sunset is None and until is not None and until.value is not NONE:
        asks = f"whether {boundary.subject} has a last day (sunset)"
        yield _open(
            boundary,
            until,
            f"{until.says} needs {boundary.subject} until {until.text}",
            boundary.provider,
            asks,
            f"not before {until.text}",
        )
    elif sunset is not None and until is None and boundary.consumer in boundary.system.speaking:
        asks = f"until when it needs {boundary.subject} (until)"
        says = f"{sunset.says} promises {boundary.subject} until {sunset.text}"
        yield _open(boundary, sunset, says, boundary.consumer, asks, f"at most until {sunset.text}")
    elif sunset is not None and until is not None and (until.value is NONE or until.value > sunset.value):
        yield _too_late(boundary, until, sunset)


def _open(boundary: Boundary, fact: Fact, says: str, to: str, asks: str, bound: str) -> Finding:
    message = f"{says}; {to} does not say {asks.partition(' (')[0]}"
    return Finding(
        Verdict.UNANSWERED, message, (Statement(fact, says),), *boundary.key, questions=(Question(to, asks, bound),)
    )


def _too_late(boundary: Boundary, until: Fact, sunset: Fact) -> Finding:
    needed = "without an end" if until.value is NONE else f"until {until.text}"
    instead = boundary.promised.get("instead")
    follows = f", then {instead.text}" if instead is not None and instead.value is not NONE else ""
    sayings = ((until, f"needs {boundary.subject} {needed}"), (sunset, f"promises it until {sunset.text}{follows}"))
    moves = [
        Move(
            boundary.consumer,
            f"need it until {sunset.text}",
            (Change(until, replace(until, value=sunset.value, text=sunset.text)),),
        )
    ]
    longer = replace(sunset, value=until.value, text=until.text)
    moves.append(Move(boundary.provider, f"promise it {needed}", (Change(sunset, longer),)))
    return Finding(
        Verdict.MISMATCH,
        f"{boundary.consumer} {sayings[0][1]}, {boundary.provider} {sayings[1][1]}",
        tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings),
        *boundary.key,
        witness=side_by_side(
            "counts-on-what-is-promised",
            sayings,
            (sunset, until),
            f"after {sunset.text} nobody promises {boundary.subject}",
        ),
        moves=tuple(moves),
    )
