"""Callers together exceed.

Each caller alone stays inside what the provider accepts, and all of them together do not. No caller can see it, since
none knows the others; the provider sees it when it happens. Rates, connections and concurrent calls add up over
callers unless the provider accepts so much from `each`. A caller that is beyond it alone is told by itself.

## Example
```yaml file=orders/accord.yaml
party: orders
promises: {publish: {accepts: {rate: 60/s}}}
```
```yaml file=shops/accord.yaml
party: shop
assumes:
  orders/publish:
    sends: {rate: 40/s}  # finding: mismatch
---
party: marketplace
assumes:
  orders/publish:
    sends: {rate: 25/s}
```

## Not a gap
```yaml file=orders/accord.yaml
party: orders
promises:
  publish: {accepts: {rate: 60/s}}
  read: {accepts: {rate: 50/s each}}
---
party: shop
assumes: {orders/publish: {sends: {rate: 40/s}}, orders/read: {sends: {rate: 40/s}}}
---
party: marketplace
assumes: {orders/publish: {sends: {rate: 20/s}}, orders/read: {sends: {rate: 40/s}}}
```

## Unanswered
What a caller does not say is asked of it at its own boundary, with what is left; here the known part fits:
```yaml file=orders/accord.yaml
party: orders
promises: {publish: {accepts: {rate: 60/s}}}
---
party: shop
assumes: {orders/publish: {sends: {rate: 40/s}}}
---
party: marketplace
assumes: {orders/publish: {timeout: 1s}}
```

## What to do
The callers: send less, or spread it. The provider: accept the sum, or so much from `each` caller.

## References
- Handling Overload, Site Reliability Engineering, chapter 21
"""

from collections.abc import Iterator
from fractions import Fraction

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.passage import callers
from accord.boundaries.calls.quantity import SUMMED, show_amount
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.amount import Amount
from accord.model.fact import ANY, Fact, Stance
from accord.model.finding import Change, Finding, Move, Statement, Verdict

READS = ("accepts", "sends")


def concerns(system: System) -> bool:
    """Whether any operation has several known callers."""
    called = [(provider, operation) for consumer, provider, operation in system.keys if consumer]
    return len(set(called)) < len(called)


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Adds up what the known callers of each operation send."""
    for taken, operation in _limits(system, view):
        sent = _sent(system, taken, operation, view)
        together = sum((fact.value.value for fact in sent), Fraction(0))
        if (
            len(sent) > 1
            and together > taken.value.value
            and all(fact.value.value <= taken.value.value for fact in sent)
        ):
            yield _finding(taken, operation, sent, show_amount(replace(taken.value, value=together), taken.text))


def _limits(system: System, view: View) -> Iterator[tuple[Fact, str]]:
    """Each limit on all callers together that holds here, with every operation it is a limit of."""
    for fact in system.about(*(f"accepts.{name}" for name in SUMMED)):
        if fact.stance is Stance.PROMISES and isinstance(fact.value, Amount) and not fact.value.each:
            for operation in (system.operations(fact.provider) or [ANY]) if fact.operation == ANY else [fact.operation]:
                several = len(system.callers(fact.provider, operation)) > 1
                if several and system.promised(fact.provider, operation, view).get(fact.term) is fact:
                    yield fact, operation


def _sent(system: System, taken: Fact, operation: str, view: View) -> list[Fact]:
    term = taken.term.replace("accepts.", "sends.")
    stated = [side.get(term) for _, side in callers(system, taken.provider, operation, view)]
    own = [fact for fact in stated if fact is not None and fact.consumer and isinstance(fact.value, Amount)]
    return sorted(
        (fact for fact in own if fact.value.dimension == taken.value.dimension), key=lambda fact: fact.place.spot
    )


def _finding(taken: Fact, operation: str, sent: list[Fact], together: str) -> Finding:
    name = taken.term.removeprefix("accepts.")
    subject = f"{taken.provider}/{operation}"
    sayings = (
        *((fact, f"sends {name} {fact.text}") for fact in sent),
        (taken, f"accepts {name} {taken.text} from all callers together"),
    )
    who = "+".join(fact.consumer for fact in sent)
    message = f"{' and '.join(fact.consumer for fact in sent)} together send {name} {together}, {taken.provider} accepts {taken.text}"
    more = replace(
        taken, value=replace(taken.value, value=sum((fact.value.value for fact in sent), Fraction(0))), text=together
    )
    return Finding(
        Verdict.MISMATCH,
        message,
        tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings),
        who,
        taken.provider,
        operation,
        witness=side_by_side(
            "counts-on-what-is-promised", sayings, (taken, *sent), f"{name} {together} arrives at {subject}"
        ),
        moves=(
            Move(taken.provider, f"accept at least {together}", (Change(taken, more),)),
            Move(who, f"send at most {taken.text} together"),
        ),
    )
