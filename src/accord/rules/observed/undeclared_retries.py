"""Undeclared retries.

More tries were seen than the caller says it makes. Who wrote the contract was right about the code, and the library, the
SDK or a proxy of the caller is right to do as it does by default. The provider counts on the number that was said: what it
must carry, and what a repeat may do, were worked out from it.

A try is counted where its span says which it is (`http.request.resend_count`, `accord.attempt`); else a call for the same
thing after one that failed is taken for one, and the verdict rests on that. What several layers may try multiplies; what a
proxy alone states says nothing of the code, whose calls these are.

## Example
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 1  # finding: breach
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, try_1: 280, try_2: 12, try_3: 8, told_again: 20}
```

## Not a gap
As many as the layers of the caller may make together:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {attempts: 3}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, try_1: 280, try_2: 12, try_3: 8, told_again: 20}
```

## Unanswered
The caller does not say how often it tries:
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: {attempt: 2s}}
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout  # finding: unanswered
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, try_1: 280, try_2: 20}
```
### Tries that no span tells of
```yaml file=checkout/accord.yaml
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {attempts: 1}  # finding: conditional
```
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 300, paired: 300, try_1: 280, try_2: 20}
```

## What to do
The caller: find what asks again, turn it off or say it (`attempts`), and have spans tell which try they are. The provider:
promise what a repeat does.

## References
- OpenTelemetry semantic conventions for HTTP: `http.request.resend_count`
"""

from collections.abc import Iterator
from math import prod

from accord.boundaries.calls.wording import times
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.words import condition, many, statement
from accord.model.fact import Fact, Layer
from accord.model.finding import Finding, Question, Statement, Verdict

READS = ()
_MOST = 5
_UNTOLD = "holds if a call for the same thing after one that failed is a try: no span says which try it is"


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the tries that were seen against those that the caller says it makes."""
    for sighting in sightings(system):
        if not sighting.comparable or sighting.boundary.consumer not in system.parties:
            continue
        stated = sighting.boundary.assumed.all("attempts")
        if any(fact.layer is Layer.CODE for fact in stated):
            yield from _more(sighting, stated)
        else:
            yield from _unsaid(sighting)


def _more(sighting: Sighting, stated: tuple[Fact, ...]) -> Iterator[Finding]:
    if not all(isinstance(fact.value, int) for fact in stated):
        return
    most = prod(fact.value for fact in stated)
    beyond = _tries(sighting, most + 1)
    if not beyond:
        return
    which = "a further try" if most == 1 else "tries beyond these"
    says = f"{many(beyond, 'call')} of {sighting.seen.count('calls')} {'was' if beyond == 1 else 'were'} {which}"
    told = statement(sighting, f"seen.try_{_last(sighting)}", says)
    said = [_said(fact) for fact in stated]
    rests_on = condition(sighting)
    if sighting.seen.count("told_again") < _tries(sighting, 2):
        rests_on = "; ".join(filter(None, (_UNTOLD, rests_on)))
    message = f"{'; '.join(one.says for one in said)}; {told.says}"
    verdict = Verdict.CONDITIONAL if rests_on else Verdict.BREACH
    yield Finding(verdict, message, (*said, told), *sighting.boundary.key, condition=rests_on)


def _unsaid(sighting: Sighting) -> Iterator[Finding]:
    boundary, again = sighting.boundary, _tries(sighting, 2)
    if not again:
        return
    last = _last(sighting)
    says = f"{many(again, 'call')} of {sighting.seen.count('calls')} {'was' if again == 1 else 'were'} a further try"
    told = statement(sighting, f"seen.try_{last}", says)
    question = Question(
        boundary.consumer,
        f"how often it tries {boundary.subject} (attempts)",
        f"{last} were seen" if last < _MOST else "",
    )
    message = f"{told.says}; {boundary.consumer} does not say how often it tries"
    yield Finding(Verdict.UNANSWERED, message, (told,), *boundary.key, questions=(question,))


def _tries(sighting: Sighting, first: int) -> int:
    """How many calls were this try or a later one; the fifth stands for all after it, so beyond it nothing is known."""
    return sum(sighting.seen.count(f"try_{number}") for number in range(first, _MOST + 1))


def _last(sighting: Sighting) -> int:
    return max(number for number in range(1, _MOST + 1) if sighting.seen.count(f"try_{number}"))


def _said(fact: Fact) -> Statement:
    tries = "once" if fact.value == 1 else f"up to {times(fact)}"
    return Statement(fact, f"{fact.consumer or fact.says} tries {tries}")
