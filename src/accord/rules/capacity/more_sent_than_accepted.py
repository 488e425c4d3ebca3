"""More sent than accepted.

One side may put more on the other than that can take: calls a second, bytes in a request, days of running, words of a
set, rows of a file. The sender is right about what it needs, the receiver about what it was built for; the number that
both name stands in two files. A level that grows, or that its sender does not bound, outgrows a limit on a day that
can be computed now.

Either side may say `sends` and `accepts`; each name is held against the same name on the other side. What callers send
together, and what passes through a queue, have rules of their own.

## Example
```yaml file=shop/accord.yaml
party: shop
assumes:
  payments/charge:
    sends: {rate: 5/s, currency: [EUR, USD]}  # finding: mismatch # finding: mismatch
  store/files:
    sends: {file_size: {now: 1.8TB, as_of: 2026-09-01, grows: 40GB/30d}}  # finding: mismatch
  flags/file: {accepts: {flags: 200}}
```
```yaml file=others/accord.yaml
party: payments
promises:
  charge: {accepts: {rate: 100/min each, currency: [EUR]}}
---
party: store
promises: {files: {accepts: {file_size: 2TB}}}
---
party: flags
promises: {file: {sends: {flags: {now: 60, max: none}}}}  # finding: mismatch
```

## Not a gap
Equal is inside; what outgrows a limit after it is needed is inside too:
```yaml file=shop/accord.yaml
party: shop
assumes:
  payments/charge: {sends: {rate: 100/min, request_size: 64KiB, currency: [EUR]}}
  store/files:
    sends: {file_size: {now: 1.8TB, as_of: 2026-09-01, grows: 40GB/30d}}
    until: 2026-12-31
---
party: payments
promises: {charge: {accepts: {rate: 100/min each, request_size: 64KiB, currency: [EUR, USD]}}}
---
party: store
promises: {files: {accepts: {file_size: 2TB}}}
```

## Unanswered
One side names a quantity and the other does not, or not in a unit that can be compared:
```yaml file=craft/accord.yaml
party: navigation
assumes:
  ground/impulse-file: {accepts: {impulse: N.s}}  # finding: unanswered
  ground/orders: {sends: {count: 5}}              # finding: unanswered
---
party: ground
promises:
  impulse-file: {sends: {impulse: unknown}}
  orders: {accepts: {count: 5kB}}
```

## What to do
The sender: send no more, or split it. The receiver: accept more, and say so; or answer with the limit in its errors.

## References
- Handling Overload, Site Reliability Engineering, chapter 21
- Mars Climate Orbiter Mishap Investigation Board, Phase I Report, 1999
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.quantity import Fit, fit, settling
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.model.amount import Amount, Words
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS, ALIKE = ("accepts", "sends", "until", "sunset", "kind"), True
_PASSED_ON = ("rate", "concurrency", "connections", "request_size")
"""What a queue itself limits; any other quantity it passes on, so it is not asked."""
_OWN = (Stance.PROMISES, Stance.ASSUMES)


class _Pair(Struct, frozen=True):
    """One quantity: who sends it, who takes it, and what each says; None is not said."""

    name: str
    sender: str
    receiver: str
    sent: Fact | None
    taken: Fact | None


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds each quantity that one side sends against what the other accepts, both ways."""
    if not boundary.consumer:
        return
    unknown = []
    for pair in _pairs(boundary):
        found = fit(pair.sent, pair.taken, _needed_until(boundary)) if pair.sent and pair.taken else Fit(None)
        if found.inside is False:
            yield _beyond(boundary, pair, found)
        elif found.inside is None and (_both(pair) or not _by_the_way(boundary, pair)):
            unknown.append((pair, found))
    if unknown:
        yield _unknown(boundary, unknown)


def _pairs(boundary: Boundary) -> Iterator[_Pair]:
    consumer, provider = boundary.consumer, boundary.provider
    for sender, receiver, sends, accepts in (
        (consumer, provider, boundary.assumed, boundary.promised),
        (provider, consumer, boundary.promised, boundary.assumed),
    ):
        sent, taken = _stated(sends, "sends."), _stated(accepts, "accepts.")
        for name in sorted({*sent, *taken} - {"pages"}) if sent or taken else ():
            yield _Pair(name, sender, receiver, sent.get(name), taken.get(name))


def _stated(side: Side, family: str) -> dict[str, Fact]:
    return {fact.term.removeprefix(family): fact for fact in side.family(family) if fact.stance in _OWN}


def _both(pair: _Pair) -> bool:
    return pair.sent is not None and pair.taken is not None


def _by_the_way(boundary: Boundary, pair: _Pair) -> bool:
    """Whether nobody must answer: the other side says nothing at all, or is a queue that only passes it on."""
    silent = pair.sender if pair.sent is None else pair.receiver
    kind = boundary.system.kind(boundary.provider, boundary.view)
    queued = kind == "queue" and (pair.name not in _PASSED_ON or silent == boundary.provider == pair.sender)
    stated = pair.sent or pair.taken
    return queued or silent not in boundary.system.speaking or (stated is not None and stated.value is NONE)


def _needed_until(boundary: Boundary) -> date | None:
    """The last day on which the boundary is needed and promised."""
    ends = (boundary.assumed.get("until"), boundary.promised.get("sunset"))
    return min((fact.value for fact in ends if fact is not None and isinstance(fact.value, date)), default=None)


def _beyond(boundary: Boundary, pair: _Pair, found: Fit) -> Finding:
    assert pair.sent is not None and pair.taken is not None
    name = pair.name.replace("_", " ")
    sayings = ((pair.sent, f"sends {name} {pair.sent.text}"), (pair.taken, f"accepts {name} {pair.taken.text}"))
    beyond = found.how if not isinstance(pair.sent.value, Words) else f"{found.how} is not accepted"
    return Finding(
        Verdict.MISMATCH,
        f"{pair.sender} sends {name} {pair.sent.text}, {pair.receiver} accepts {pair.taken.text}: {beyond}",
        tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings),
        *boundary.key,
        witness=side_by_side(
            "counts-on-what-is-promised", sayings, (pair.taken, pair.sent), f"{name} of {boundary.subject}: {beyond}"
        ),
        moves=_moves(pair, pair.sent, pair.taken),
    )


def _moves(pair: _Pair, sent: Fact, taken: Fact) -> tuple[Move, ...]:
    most = taken.text.removesuffix(" each")
    limit = replace(taken.value, each=False) if isinstance(taken.value, Amount) else taken.value
    only = "send only" if isinstance(sent.value, Words) else "send at most"
    moves = [Move(pair.sender, f"{only} {most}", (exchanged(sent, limit, most),))]
    if isinstance(sent.value, Words) and isinstance(taken.value, Words):
        every = sorted(taken.value.words | sent.value.words)
        more = exchanged(taken, Words(frozenset(every)), ", ".join(every))
        moves.append(Move(pair.receiver, f"accept {', '.join(every)}", (more,)))
    elif isinstance(sent.value, Amount) and isinstance(taken.value, Amount):
        least = sent.text + (" each" if taken.value.each else "")
        more = exchanged(taken, replace(sent.value, each=taken.value.each), least)
        moves.append(Move(pair.receiver, f"accept at least {least}", (more,)))
    return tuple(moves)


def _unknown(boundary: Boundary, unknown: list[tuple[_Pair, Fit]]) -> Finding:
    """One finding for all quantities of the boundary that only one side names."""
    statements, questions, missing = [], [], []
    for pair, found in unknown:
        stated = pair.sent or pair.taken
        assert stated is not None
        is_sent, what = stated is pair.sent, pair.name.replace("_", " ")
        does, verb = ("sends", "accepts") if is_sent else ("accepts", "sends")
        other = pair.receiver if is_sent else pair.sender
        asks = f"what {what} {other} {verb} at {boundary.subject} ({verb}: {{{pair.name}: ...}})"
        statements.append(Statement(stated, f"{stated.says} {does} {what} {stated.text}"))
        questions.append(Question(other, asks, settling(stated, pair.name, is_sent)))
        missing.append(found.how or f"{other} does not say what {what} it {verb}")
    message = f"{statements[0].says}; {missing[0]}"
    return Finding(Verdict.UNANSWERED, message, tuple(statements), *boundary.key, questions=tuple(questions))
