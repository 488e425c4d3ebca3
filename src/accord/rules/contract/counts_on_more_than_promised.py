"""Counts on more than promised.

One side counts on a term, the other promises less of it. The promise is honest, and what is counted on is what the
product needs: nobody held the two side by side, and what happens between them is a failure in which every promise was
kept. Shares, percentiles and maxima, age of data, retention, delivery and order are held against each other term by
term; a stronger percentile or a maximum answers for a weaker one.

A percentile of another share decides nothing by itself, and a share over a longer window says nothing of a shorter
one: both are questions. Hours, times of day, quantities, recovery and the end of a promise have rules of their own.

## Example
```yaml file=web/accord.yaml
party: web
assumes:
  search/query:
    availability: 99.95%     # finding: mismatch
    latency: {p99: 200ms}    # finding: mismatch
  search/index: {freshness: 1h, retention: 7d}
  search/events:
    delivery: exactly-once   # finding: mismatch
    order: per-key           # finding: mismatch
```
```yaml file=search/accord.yaml
party: search
promises:
  query: {availability: 99.9%, latency: {p99: 300ms}}
  index: {freshness: 10m, retention: 30d}
  events: {delivery: at-least-once, order: none}
```
### Refused
The provider has answered that it promises none:
```yaml file=web/accord.yaml
party: web
assumes:
  search/query: {availability: 99.9%}  # finding: mismatch
---
party: search
promises: {query: {availability: none}}
```

## Not a gap
Equal, stronger, or covered by a stronger statement:
```yaml file=web/accord.yaml
party: web
assumes:
  search/query: {availability: 99.9%, latency: {p99: 300ms, p90: 400ms}}
  search/events: {delivery: at-least-once, order: per-key}
---
party: search
promises:
  query: {availability: 99.9%, latency: {max: 300ms}, over: 30d}
  events: {delivery: exactly-once, order: total}
```

## Unanswered
```yaml file=web/accord.yaml
party: web
assumes:
  search/query:
    latency: {p99: 200ms}                    # finding: unanswered
    availability: 99.9%                      # finding: unanswered
    over: 1d
  search/index: {freshness: 1h}              # finding: unanswered
---
party: search
promises:
  query: {latency: {p99.9: 300ms}, availability: 99.9%, over: 30d}
  index: {at: POST /index}
```

## What to do
The side that counts on it: count on what is promised, or say what it does beyond. The side that promises: promise
more, or say `none`, so that nobody counts on it.

## References
- Implementing Service Level Objectives, chapter 8; OpenSLO specification
- Designing Data-Intensive Applications, chapter 11, on delivery
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import Boundary
from accord.boundaries.reliance.comparison import Comparison, comparisons, in_words
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = ("availability", "over", "latency", "freshness", "acknowledge", "hands_on", "retention", "delivery", "order")
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds each term the consumer counts on against the provider's promise of it."""
    for found in comparisons(boundary):
        if found.inside is False and found.promised is not None:
            yield _outside(boundary, found.counted, found.promised)
        elif found.inside is None:
            yield _open(boundary, found)


def _outside(boundary: Boundary, counted: Fact, promised: Fact) -> Finding:
    sayings = ((counted, f"counts on {in_words(counted)}"), (promised, f"promises {in_words(promised)}"))
    follows = f"{boundary.provider} gives {in_words(promised)}, as promised, and {boundary.consumer} needs more"
    return Finding(
        Verdict.MISMATCH,
        f"{boundary.consumer} counts on {in_words(counted)} from {boundary.subject}, {boundary.provider} promises {in_words(promised)}",
        tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings),
        *boundary.key,
        witness=side_by_side("counts-on-what-is-promised", sayings, (promised, counted), follows),
        moves=_moves(boundary, counted, promised),
    )


def _open(boundary: Boundary, found: Comparison) -> Finding:
    counted, promised = found.counted, found.promised
    statements = [Statement(counted, f"{counted.says} counts on {in_words(counted)}")]
    message = f"{boundary.consumer} counts on {in_words(counted)} from {boundary.subject}; nobody promises it"
    if promised is not None:
        statements.append(Statement(promised, f"{promised.says} promises {in_words(promised)}"))
        message = f"{boundary.consumer} counts on {in_words(counted)} from {boundary.subject}; {in_words(promised)} does not decide it"
    question = Question(
        _addressee(boundary), f"what {boundary.subject} promises of {counted.term.replace('.', ' ')}", found.bound
    )
    return Finding(Verdict.UNANSWERED, message, tuple(statements), *boundary.key, questions=(question,))


def _addressee(boundary: Boundary) -> str:
    """An outsider writes no file: whoever relies on it must say what it has read."""
    outside = boundary.system.party(boundary.provider, boundary.view).value("kind") == "external"
    return boundary.consumer if outside else boundary.provider


def _moves(boundary: Boundary, counted: Fact, promised: Fact) -> tuple[Move, ...]:
    more = replace(promised, value=counted.value, text=counted.text)
    moves = [Move(boundary.provider, f"promise {in_words(counted)}", (Change(promised, more),))]
    if promised.value is not NONE and promised.term == counted.term:
        less = replace(counted, value=promised.value, text=promised.text)
        moves.insert(0, Move(boundary.consumer, f"count on {in_words(promised)}", (Change(counted, less),)))
    else:
        moves.insert(0, Move(boundary.consumer, f"count on no {in_words(counted)}", (Change(counted, None),)))
    return tuple(moves)
