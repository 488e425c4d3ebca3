"""Stated tries that cannot all happen.

A caller states a number of tries, a limit on each and a limit on all of them, and the last does not leave room for the
tries: the ones at the end never begin. Each number is sensible alone: tries bridge a short failure, a limit on each
keeps one slow answer from taking all the time, a limit on all protects who waits. Together the promised tries do not exist.

Only a last try that cannot even begin is a mismatch. One that begins, be it at the very end, and is cut short is a condition.

## Example
```yaml file=reports/accord.yaml
party: reports
assumes:
  warehouse/query:
    timeout:
      request: 400ms
      attempt: 200ms
    attempts: 5  # finding: mismatch
    retry_on: [timeout]
```

## Not a gap
Three tries of 20 s fit into 61 s:
```yaml file=events/accord.yaml
party: events
assumes:
  broker/publish:
    timeout: {request: 61s, attempt: 20s}
    attempts: 3
```

### Each try is answered sooner
The provider promises an answer before the limit on each try, so that no try takes its whole time:
```yaml file=reports/accord.yaml
party: reports
assumes:
  warehouse/query: {timeout: {request: 400ms, attempt: 200ms}, attempts: 5, retry_on: [timeout]}
---
party: warehouse
promises: {query: {latency: {max: 200ms}}}
```

## Unanswered
The last try begins, and is cut short:
```yaml file=events/accord.yaml
party: events
assumes:
  broker/publish:
    timeout: {request: 50s, attempt: 20s}
    attempts: 3  # finding: conditional
```

## What to do
The caller: allow all tries together at least as long as the tries and the pauses between them take, or state fewer
tries, or a shorter limit on each. The provider: a promised maximum below the limit on one try makes the others needless.

## References
- Envoy, route_components.proto: `timeout` includes all retries, `per_try_timeout` limits each
- Gateway API, HTTPRoute `timeouts.request` and `timeouts.backendRequest`
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.calls.causes import can_run_out
from accord.boundaries.calls.limits import attempts, ends_every_try, tries_again
from accord.boundaries.calls.wording import caller
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Backoff
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.witness import Step, Witness

READS = ("timeout", "attempts", "backoff", "retry_on", "latency", "silence", "needs")
NEEDS = ("attempts", "timeout")
ALIKE = True


class _Tries(Struct, frozen=True):
    """What one layer states of one request."""

    attempts: Fact
    each: Fact
    all: Fact
    pause: Fact | None

    @property
    def wait(self) -> int:
        """The shortest pause that the caller states between two tries."""
        return self.pause.value.first if self.pause is not None and isinstance(self.pause.value, Backoff) else 0

    @property
    def first_limit(self) -> Fact:
        """What ends the first try."""
        return min(self.each, self.all, key=lambda fact: int(fact.value))

    def begins(self, number: int) -> int:
        """When try `number` begins if each one before it takes all its time."""
        return (number - 1) * (int(self.each.value) + self.wait)

    @property
    def needed(self) -> int:
        """The time that all tries and pauses may take."""
        return self.begins(self.attempts.value) + int(self.each.value)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the tries that one layer states against the time that the same layer leaves them."""
    tries = _stated(boundary)
    if tries is None or tries.needed <= tries.all.value or not can_run_out(boundary, tries.first_limit):
        return
    happen = next(
        number for number in range(1, tries.attempts.value + 1) if tries.begins(number + 1) >= tries.all.value
    )
    never = tries.begins(tries.attempts.value) > tries.all.value
    statements = (
        Statement(tries.attempts, f"{caller(boundary)} states {tries.attempts.value} tries at {boundary.subject}"),
        Statement(tries.all, f"{caller(boundary)} ends all tries together after {tries.all.text}"),
        Statement(tries.each, f"{caller(boundary)} ends each try after {tries.each.text}"),
    )
    if never:
        message = (
            f"{tries.attempts.value} tries of {tries.each.text} do not fit into {tries.all.text}: {happen} can begin"
        )
        yield Finding(
            Verdict.MISMATCH,
            message,
            statements,
            *boundary.key,
            witness=_witness(boundary, tries, happen),
            moves=_moves(boundary, tries),
        )
        return
    left = show_duration(tries.all.value - tries.begins(tries.attempts.value))
    message = f"{tries.attempts.value} tries of {tries.each.text} do not fit into {tries.all.text}: the last has {left}"
    condition = f"holds only while the last try needs at most {left}, or the ones before it end sooner"
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)


def _stated(boundary: Boundary) -> _Tries | None:
    tries = attempts(boundary)
    if tries is None or tries.value is NONE or not tries_again(boundary, tries):
        return None

    def at_layer(term: str) -> Fact | None:
        return next(
            (fact for fact in boundary.assumed.all(term) if fact.layer is tries.layer and fact.value is not NONE), None
        )

    silence = at_layer("timeout.idle")
    each = at_layer("timeout.attempt") or (None if silence and ends_every_try(boundary, silence) else silence)
    together = at_layer("timeout.request")
    if each is None or together is None:
        return None
    return _Tries(tries, each, together, at_layer("backoff"))


def _witness(boundary: Boundary, tries: _Tries, happen: int) -> Witness:
    who, about = boundary.consumer, boundary.subject
    steps = []
    for number in range(1, happen + 1):
        begun = tries.begins(number)
        call = f"calls {about} (try {number} of {tries.attempts.value})"
        steps.append(Step(begun, who, "calls", call, tries.attempts, about, number))
        if begun + tries.each.value < tries.all.value:
            does = "gives up the try"
            steps.append(Step(begun + tries.each.value, who, "gives-up", does, tries.each, about, number))
    over = tries.all.value
    if tries.begins(happen) + tries.each.value >= over:
        steps.append(Step(over, who, "gives-up", f"has no time left after {tries.all.text}", tries.all, about, happen))
    steps.append(Step(over, who, "fails", f"tells its caller that {about} failed", None, about))
    rest = tries.attempts.value - happen
    steps.append(
        Step(
            over,
            "",
            "concludes",
            f"{happen} of {tries.attempts.value} stated tries happened, {rest} never began",
            None,
            about,
        )
    )
    bearing = (tries.attempts, tries.all, tries.each, *((tries.pause,) if tries.pause is not None else ()))
    return Witness(tuple(steps), "tries-happen", bearing)


def _moves(boundary: Boundary, tries: _Tries) -> tuple[Move, ...]:
    needed = show_duration(tries.needed)
    longer = Change(tries.all, replace(tries.all, value=tries.needed, text=needed))
    return (Move(boundary.consumer or tries.all.says, f"allow all tries together {needed}", (longer,)),)
