"""Redelivered while still working.

A queue takes a delivery for lost when nobody has confirmed it in time, and delivers the message again. The queue is
right: a receiver that died confirms nothing. The receiver is right: the message is a long one, or the last of its batch.
The message is worked on twice at the same time, the first confirmation may count no more, and one that is always long
is never confirmed at all: it ends among the dead letters although it was done each time.

A time that a platform gives one run (a function's timeout) does not contain handing the message over and confirming it:
where less than a second is left for these, that is a condition. AWS advises a visibility timeout of six times that of
the function, plus the time for which a batch is collected, because a batch whose run was throttled is tried again; a function that may run
longer than the queue waits is refused when the two are connected, or when that is changed.

## Example
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises:
  to-billing:
    timeout: {attempt: 30s}
    attempts: 5
  to-search: {timeout: {attempt: 1m}}
```
```yaml file=billing/accord.yaml
party: billing
assumes:
  orders/to-billing: {work: {max: 2m}}  # finding: mismatch
```
### The last message of a batch
```yaml file=search/accord.yaml
party: search
assumes:
  orders/to-search: {work: {max: 8s}, accepts: {batch: 10}}  # finding: mismatch
---
party: orders
kind: queue
promises: {to-search: {timeout: {attempt: 1m}}}
```

## Not a gap
The work ends in time, or a repeat acts once by nature:
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises:
  to-billing: {timeout: {attempt: 30s}, attempts: 5}
  to-search: {timeout: {attempt: 1m}}
---
party: billing
assumes: {orders/to-billing: {work: {max: 30s}}}
---
party: search
assumes: {orders/to-search: {work: {max: 2m}, idempotent: always}}
```

## Unanswered
```yaml file=orders/accord.yaml
party: orders
kind: queue
promises: {to-billing: {timeout: {attempt: 30s}, attempts: 5}}
---
party: billing
assumes: {orders/to-billing: {work: {p99: 2s}}}  # finding: conditional
---
party: mailer
assumes: {orders/to-billing: {accepts: {rate: 5/s}}}  # finding: unanswered
```

## What to do
The queue: wait longer before it delivers again. The receiver: take fewer messages at once, end its work earlier, or
prolong the time while it works (a heartbeat).

## References
- AWS Lambda Developer Guide (docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html): six times, and what is refused
- Apache Kafka, consumer configuration: max.poll.interval.ms
"""

from collections.abc import Iterator

from accord.boundaries.calls.deliveries import (
    Kept,
    acts_once,
    advised,
    deliveries,
    delivers_again,
    is_ended_by_platform,
    kept,
    redelivery,
    statements_of,
)
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import Boundary
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import called
from accord.model.witness import Step, Witness

READS = ("timeout", "attempts", "work", "accepts", "gathers", "idempotent", "platform")
NEEDS, ALIKE = ("timeout",), True
_TIGHT = 1_000_000_000


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds how long the receiver may keep a delivery against the time after which it is delivered again."""
    again = redelivery(boundary)
    if again is None or not boundary.consumer or acts_once(boundary):
        return
    keeps = kept(boundary)
    if keeps is None:
        yield from _open(boundary, again)
    elif keeps.longest > again.value:
        yield _mismatch(boundary, again, keeps)
    elif is_ended_by_platform(keeps.work):
        yield from _tight(boundary, again, keeps)


def _mismatch(boundary: Boundary, again: Fact, keeps: Kept) -> Finding:
    message = f"{called(boundary.provider)} delivers again after {again.text}, {_works(boundary, keeps)}"
    if advised(boundary, keeps) is not None and keeps.work.value > again.value:
        message += "; AWS Lambda refuses to connect the two, or to change how they are"
    moves, witness = _moves(boundary, again, keeps), _witness(boundary, again, keeps)
    statements = statements_of(boundary, again, keeps)
    return Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _works(boundary: Boundary, keeps: Kept) -> str:
    lasts = show_duration(keeps.longest)
    if keeps.batch is not None:
        return f"{called(boundary.consumer)} may keep the last of {keeps.batch.text} messages for {lasts}"
    return f"{called(boundary.consumer)} may keep a message for {lasts if keeps.gathers else keeps.work.text}"


def _witness(boundary: Boundary, again: Fact, keeps: Kept) -> Witness:
    queue, receiver, about, tries = boundary.provider, boundary.consumer, boundary.subject, deliveries(boundary)
    steps = [
        Step(0, queue, "calls", "delivers a message", again, about, 1),
        Step(again.value, queue, "gives-up", f"has heard nothing for {again.text}", again, about, 1),
    ]
    repeats = tries is not None and (tries.value is NONE or tries.value > 1)
    if repeats:
        steps.append(Step(again.value, queue, "calls", "delivers the message again", tries, about, 2))
    done = f"confirms the first delivery, which {called(queue)} has taken for lost"
    steps.append(Step(keeps.longest, receiver, "answers", done, keeps.work, about, 1))
    end = f"{called(receiver)} has done the message, and {'is doing it again' if repeats else f'{called(queue)} does not know it'}"
    steps.append(Step(keeps.longest, "", "concludes", end, None, about))
    return Witness(tuple(steps), "asker-learns-outcome", keeps.bearing)


def _moves(boundary: Boundary, again: Fact, keeps: Kept) -> tuple[Move, ...]:
    lasts = show_duration(keeps.longest)
    longer = Move(boundary.provider, f"deliver again after at least {lasts}", (exchanged(again, keeps.longest, lasts),))
    if keeps.batch is not None:
        fewer = again.value // keeps.work.value
        return (longer, Move(boundary.consumer, f"take at most {fewer} at once")) if fewer else (longer,)
    left = again.value - (keeps.longest - keeps.work.value)
    if left <= 0:
        return (longer,)
    sooner = exchanged(keeps.work, left, show_duration(left))
    return (longer, Move(boundary.consumer, f"work on a message for at most {show_duration(left)}", (sooner,)))


def _tight(boundary: Boundary, again: Fact, keeps: Kept) -> Iterator[Finding]:
    """What the platform gives a run ends in time, if barely; below what is advised a throttled run is tried too late."""
    left, statements = again.value - keeps.longest, statements_of(boundary, again, keeps)
    message = f"{called(boundary.provider)} delivers again after {again.text}, {_works(boundary, keeps)}"
    if left <= _TIGHT:
        within = f"less than {show_duration(left)}" if left else "no time"
        condition = f"holds only while handing a message over and confirming it take {within}, or no run lasts as long"
        yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)
        return
    advice = advised(boundary, keeps)
    if advice is not None and again.value < advice:
        more = f"{message}; AWS advises {show_duration(advice)}, so that a throttled run can be tried again"
        yield Finding(Verdict.NOTE, more, statements, *boundary.key)


def _open(boundary: Boundary, again: Fact) -> Iterator[Finding]:
    """No longest time is stated: a percentile inside the time says how much is left open."""
    shares = [fact for fact in boundary.assumed.family("work.p") if fact.value is not NONE]
    inside = next((fact for fact in reversed(shares) if fact.value <= again.value), None)
    asks = f"how long it keeps a message of {boundary.subject} at the longest (work: {{max: ...}})"
    question = Question(boundary.consumer, asks, f"at most {again.text}")
    message = f"{called(boundary.provider)} delivers again after {again.text}"
    if inside is not None:
        share = f"{inside.term.removeprefix('work.p')} % of messages"
        said = Statement(inside, f"{called(boundary.consumer)} is done with {share} after {inside.text}")
        verdict, condition = Verdict.CONDITIONAL, f"holds only while no message is kept for longer than {again.text}"
        message = f"{message}, {called(boundary.consumer)} may keep some messages for longer"
    elif boundary.consumer in boundary.system.speaking and boundary.assumed.terms:  # or only its needs tell of the call
        everything = (fact for facts in boundary.assumed.terms.values() for fact in facts)
        first = min(everything, key=lambda fact: fact.place.spot)
        said = Statement(first, f"{called(boundary.consumer)} receives from {boundary.subject}")
        verdict, condition = Verdict.UNANSWERED, ""
        message = f"{message}; nobody says how long {called(boundary.consumer)} keeps a message"
    else:
        return
    statements = (said, delivers_again(boundary, again))
    yield Finding(verdict, message, statements, *boundary.key, questions=(question,), condition=condition)
