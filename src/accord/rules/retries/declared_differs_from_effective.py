"""Declared tries differ from those that happen.

A policy of tries is written down, and the program that reads it does something else: it makes no more tries than its own
cap, refuses the whole config because the policy states no number, or has no time left for what the policy allows. Whoever
wrote the policy counts on it; the program does what its own documentation says. Nobody is told of the difference.

What a program does with a policy is its default and is cited with its source. Other programs read the same files, so that
each difference holds under a condition. A pause that no deadline leaves room for is only told: it does no harm.

## Example
```yaml file=payments/service_config.json
{"methodConfig": [{
  "name": [{"service": "shop.Payments", "method": "Get"}, {"service": "shop.Payments", "method": "List"}],
  "timeout": "10s",
  "retryPolicy": {
    "maxAttempts": 8,  # finding: conditional
    "initialBackoff": "0.1s",
    "maxBackoff": "60s",  # finding: note
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]}
```
### No number of tries
```yaml file=ledger/service_config.json
{"methodConfig": [{
  "name": [{"service": "shop.Ledger"}],
  "timeout": "5s",
  "retryPolicy": {  # finding: conditional
    "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]}
```
### A deadline for all tries together
```yaml file=stock/service_config.json
{"methodConfig": [{
  "name": [{"service": "shop.Stock"}],
  "timeout": "5s",
  "retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "DEADLINE_EXCEEDED"]}}]}  # finding: conditional
```

## Not a gap
```yaml file=payments/service_config.json
{"methodConfig": [{
  "name": [{"service": "shop.Payments", "method": "Get"}],
  "timeout": "10s",
  "retryPolicy": {"maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]}
```

## Unanswered
Nothing is asked: which program reads a file stands nowhere, and each difference says for which it holds. Without a
deadline of its own a call may well be tried again after another one's:
```yaml file=stock/service_config.json
{"methodConfig": [{
  "name": [{"service": "shop.Stock"}],
  "retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["DEADLINE_EXCEEDED"]}}]}
```

## What to do
Whoever writes the policy: state what its readers do, or give them what they need for it. Whoever reads it: raise the cap
where the program has one to raise.

## References
- gRPC proposal A6, client retries: limits on retries, and one deadline for all attempts
"""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.calls.wording import times
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.platforms.programs import by_default
from accord.defaults.reader import platforms
from accord.model.contract_values import Backoff
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict
from accord.model.nothing import NONE

READS = ("attempts", "retry_on", "timeout", "backoff")
NEEDS = ("attempts.policy",)
_OWN_DEADLINE = "DEADLINE_EXCEEDED"


class _Policy(Struct, frozen=True):
    """One policy as it stands for the first of the operations that it is for, and how many more there are."""

    said: dict[str, Fact]
    more: int

    @property
    def key(self) -> tuple[str, str, str]:
        """The first operation."""
        fact = self.said["attempts.policy"]
        return (fact.consumer, fact.provider, fact.operation)

    @property
    def others(self) -> str:
        """The other operations, in words that end a message."""
        return f"; so for {self.more} more {'operation' if self.more == 1 else 'operations'}" if self.more else ""


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds each policy against what the program that reads its format does with it."""
    for policy in _policies(system, view):
        for look in (_capped, _refused, _deadline, _pause):
            yield from look(policy)


def _policies(system: System, view: View) -> Iterator[_Policy]:
    """Every policy once, however many operations it is for."""
    programs = frozenset(platforms())
    found: dict[object, list[Fact]] = {}
    for fact in system.about("attempts.policy"):
        if fact.source in programs and holds_in(fact.scope, view):
            found.setdefault((fact.place, fact.scope), []).append(fact)
    beside = _beside(system) if found else {}
    for facts in found.values():
        yield _Policy({**beside.get(_where(facts[0]), {}), facts[0].term: facts[0]}, len(facts) - 1)


@once
def _beside(system: System) -> dict[object, dict[str, Fact]]:
    """What each file says of the operations that it has a policy for, by term."""
    found: dict[object, dict[str, Fact]] = {_where(fact): {} for fact in system.about("attempts.policy")}
    for fact in system.about("attempts", "retry_on", "timeout.request", "backoff"):
        if _where(fact) in found:
            found[_where(fact)][fact.term] = fact
    return found


def _where(fact: Fact) -> object:
    return (fact.place.root, fact.place.file, fact.source, fact.consumer, fact.provider, fact.operation)


def _finding(policy: _Policy, message: str, *statements: Statement, condition: str = "") -> Finding:
    verdict = Verdict.CONDITIONAL if condition else Verdict.NOTE
    return Finding(verdict, message, statements, *policy.key, condition=condition)


def _capped(policy: _Policy) -> Iterator[Finding]:
    tries = policy.said.get("attempts")
    cap = by_default(tries.source, "attempts.cap", tries) if tries is not None else None
    if tries is None or cap is None or tries.value is NONE or tries.value <= cap.value:
        return
    message = f"{tries.text} tries are stated, {cap.source} makes {cap.text} at most{policy.others}"
    yield _finding(
        policy,
        message,
        Statement(tries, f"calls of {tries.subject} are tried up to {times(tries)}"),
        Statement(cap, f"{cap.source} makes at most {cap.text} tries, whatever is stated"),
        condition=f"holds only where the client's own cap is raised to at least {tries.text}",
    )


def _refused(policy: _Policy) -> Iterator[Finding]:
    stated = policy.said["attempts.policy"]
    does = by_default(stated.source, "attempts.missing", stated)
    if does is None or "attempts" in policy.said:
        return
    yield _finding(
        policy,
        f"{stated.text} states no number of tries, {does.source} requires one{policy.others}",
        Statement(stated, f"{stated.text} of {stated.subject} states no number of tries"),
        Statement(does, f"{does.source} requires a number of tries: {does.text}"),
        condition=f"holds only where what reads the file is no {does.source} client, and has a number of tries of its own",
    )


def _deadline(policy: _Policy) -> Iterator[Finding]:
    again, limit = policy.said.get("retry_on"), policy.said.get("timeout.request")
    if again is None or limit is None or limit.value is NONE or _OWN_DEADLINE not in again.value:
        return
    each = by_default(again.source, "timeout.attempt", again)
    if each is None or each.value is not NONE:
        return
    yield _finding(
        policy,
        f"{_OWN_DEADLINE} is tried again, and the deadline of {limit.text} is for all tries together{policy.others}",
        Statement(again, f"calls of {again.subject} are tried again after {again.text}"),
        Statement(limit, f"all tries together end after {limit.text}"),
        Statement(each, f"{each.source} has no deadline for one try"),
        condition=f"holds only where the server itself answers {_OWN_DEADLINE}, before {limit.text}: at its own deadline a call ends",
    )


def _pause(policy: _Policy) -> Iterator[Finding]:
    pause, limit = policy.said.get("backoff"), policy.said.get("timeout.request")
    if pause is None or limit is None or limit.value is NONE or not isinstance(pause.value, Backoff):
        return
    if pause.value.longest > limit.value:
        longest = pause.text.rpartition("..")[2]
        yield _finding(
            policy,
            f"a pause of {longest} is allowed, and no try can follow it: all end after {limit.text}{policy.others}",
            Statement(pause, f"pauses between tries of {pause.subject} are {pause.text}"),
            Statement(limit, f"all tries together end after {limit.text}"),
        )
