"""Receiver cannot take what passes through.

A queue takes a message in and delivers it: it keeps its word at both ends. What the producer puts in and what the
receiver can take never meet in one file, and the queue does not look inside. Sizes, units, currencies, versions: what
the receiver cannot take comes back again and again, and ends among the dead letters.

A rate through a queue is different: a peak is what a queue is for. It holds only while the average fits.

## Example
```yaml file=queue/accord.yaml
party: orders
kind: queue
promises:
  publish: {accepts: {request_size: 256KiB}}
  to-billing: {delivery: at-least-once}
```
```yaml file=others/accord.yaml
party: marketplace
assumes:
  orders/publish: {sends: {currency: [EUR, USD]}}  # finding: mismatch
---
party: billing
assumes:
  orders/to-billing: {accepts: {currency: [EUR]}}
```

## Not a gap
```yaml file=queue/accord.yaml
party: orders
kind: queue
promises: {publish: {accepts: {rate: 60/s}}, to-billing: {delivery: at-least-once}}
---
party: shop
assumes: {orders/publish: {sends: {currency: EUR, rate: 40/s}}}
---
party: billing
assumes: {orders/to-billing: {accepts: {currency: [EUR, USD], rate: 80/s}}}
```

## Unanswered
```yaml file=queue/accord.yaml
party: orders
kind: queue
promises: {publish: {accepts: {rate: 60/s}}, to-billing: {delivery: at-least-once}}
---
party: shop
assumes:
  orders/publish:
    sends:
      rate: 40/s   # finding: conditional
      weight: 5    # finding: unanswered
---
party: billing
assumes: {orders/to-billing: {accepts: {rate: 30/s, weight: 5kB}}}
```

## What to do
The producer: send only what every receiver takes, or to a queue of its own. The receiver: take it, or put it aside by
a rule that both know.

## References
- Enterprise Integration Patterns: Invalid Message Channel, Message Filter
"""

from collections.abc import Iterator
from fractions import Fraction

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.passage import Passage, passages
from accord.boundaries.calls.quantity import Fit, fit, show_amount
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.amount import Amount, Words
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict

READS = ("accepts", "sends", "kind")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds what each producer puts into a queue against what each receiver takes from it."""
    for passage in passages(system, view):
        if passage.name == "rate":
            yield from _rate(passage)
            continue
        for sent in passage.sent:
            found = fit(sent, passage.taken)
            if found.inside is False:
                yield _beyond(passage, sent, found)
            elif found.inside is None:
                yield _open(passage, sent, found)


def _rate(passage: Passage) -> Iterator[Finding]:
    taken, rates = passage.taken, [fact for fact in passage.sent if isinstance(fact.value, Amount)]
    together = sum((fact.value.value for fact in rates), Fraction(0))
    if not isinstance(taken.value, Amount) or not rates or together <= taken.value.value:
        return
    shown = show_amount(replace(taken.value, value=together), taken.text)
    message = f"up to {shown} enter {passage.queue}, {taken.consumer} takes {taken.text}"
    condition = f"holds only while no more than {taken.text} enter {passage.queue} on average"
    yield _finding(passage, rates[0], Verdict.CONDITIONAL, message, _sayings(passage, rates), condition=condition)


def _beyond(passage: Passage, sent: Fact, found: Fit) -> Finding:
    taken, name = passage.taken, passage.name.replace("_", " ")
    beyond = f"{found.how} is not taken" if isinstance(sent.value, Words) else found.how
    message = f"{sent.consumer} sends {name} {sent.text} through {passage.queue}, {taken.consumer} takes {taken.text}: {beyond}"
    sayings = _sayings(passage, [sent])
    less = Change(sent, replace(sent, value=taken.value, text=taken.text))
    moves = [Move(sent.consumer, f"send only {taken.text}", (less,))]
    if type(sent.value) is type(taken.value):
        more = replace(taken, value=sent.value, text=sent.text)
        if isinstance(sent.value, Words):
            both = sorted(sent.value.words | taken.value.words)
            more = replace(taken, value=Words(frozenset(both)), text=", ".join(both))
        moves.append(Move(taken.consumer, f"take {more.text}", (Change(taken, more),)))
    told = (*sayings, (passage.kind, "is a queue"))
    witness = side_by_side(
        "counts-on-what-is-promised", told, (taken, sent), f"{passage.queue} delivers to {taken.consumer}: {beyond}"
    )
    return _finding(passage, sent, Verdict.MISMATCH, message, sayings, witness=witness, moves=tuple(moves))


def _open(passage: Passage, sent: Fact, found: Fit) -> Finding:
    name = passage.name.replace("_", " ")
    message = f"{sent.consumer} sends {name} {sent.text} through {passage.queue}, {passage.taken.consumer} takes {passage.taken.text}: {found.how}"
    question = Question(sent.consumer, f"what {name} it sends through {passage.queue}", f"inside {passage.taken.text}")
    return _finding(passage, sent, Verdict.UNANSWERED, message, _sayings(passage, [sent]), questions=(question,))


def _sayings(passage: Passage, sent: list[Fact]) -> tuple[tuple[Fact, str], ...]:
    name = passage.name.replace("_", " ")
    return (
        *((fact, f"sends {name} {fact.text}") for fact in sent),
        (passage.taken, f"takes {name} {passage.taken.text}"),
    )


def _finding(
    passage: Passage, sent: Fact, verdict: Verdict, message: str, sayings: tuple[tuple[Fact, str], ...], **more: object
) -> Finding:
    statements = tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings)
    via = f"{passage.queue}/{passage.entry}"
    return Finding(verdict, message, statements, sent.consumer, passage.taken.consumer, "", via, **more)  # type: ignore[arg-type]
