"""Recovery orphaned or doubled.

When it breaks, exactly one party must repair it. Each side may be right about its own part and still name the other:
then both wait. Or both claim it, and two repairs meet.

Or the provider has said that nobody recovers (`recover: none`). That breaks only what counts on a recovery: a caller
that says so (`recover: {within}`, or `by` the provider), one that has nothing instead (`fallback: none`) and promises
to be there again itself, or one that says nothing of what is instead while the effect cannot be taken back
(`undo: none`). Any other is asked; recovering itself, `recover: none` and a `fallback` are answers.

## Example
Each names the other:
```yaml file=shop/accord.yaml
{party: feed, owner: team-feed, promises: {prices: {recover: {by: shop-oncall, within: 2h}}}}
---
{party: shop, owner: team-shop, assumes: {feed/prices: {recover: {by: feed-oncall, within: 2h}}}}  # finding: mismatch
---
{party: shop-oncall, owner: team-shop}
---
{party: feed-oncall, owner: team-feed}
```
### Both claim it
```yaml file=shop/accord.yaml
{party: feed, promises: {prices: {recover: {by: feed, within: 2h}}}}
---
{party: shop, assumes: {feed/prices: {recover: {by: shop}}}}  # finding: mismatch
```
### Nobody
```yaml file=router/accord.yaml
{party: order-router, promises: {route: {recover: none, undo: none}}}  # finding: mismatch
---
{party: brokers, assumes: {order-router/route: {timeout: 1s}}}
```
### A promise that rests on it
```yaml file=shop/accord.yaml
{party: payments, promises: {charge: {recover: none}}}  # finding: mismatch
---
party: checkout
promises: {buy: {needs: [payments/charge], recover: {by: checkout, within: 30m}}}
assumes: {payments/charge: {fallback: none}}
```

## Not a gap
```yaml file=shop/accord.yaml
{party: feed, promises: {prices: {recover: none}, stock: {recover: {by: feed-oncall}}}}
---
{party: feed-oncall, kind: rota}
---
{party: shop, assumes: {feed/prices: {recover: {by: shop}}, feed/stock: {recover: {by: feed}}}}
---
{party: mirror, assumes: {feed/prices: {fallback: the prices of yesterday}}}
```

## Unanswered
A caller that says nothing of it may do without:
```yaml file=shop/accord.yaml
{party: payments, promises: {charge: {recover: none}}}  # finding: unanswered
---
{party: checkout, assumes: {payments/charge: {timeout: 1s}}}
```
### Somebody unknown
The one who recovers is nobody who speaks or is spoken of here:
```yaml file=shop/accord.yaml
{party: feed, promises: {prices: {recover: {by: night-desk, within: 2h}}}}  # finding: unanswered
---
{party: shop, assumes: {feed/prices: {timeout: 1s}}}
```
### Two names
```yaml file=shop/accord.yaml
{party: feed, promises: {prices: {recover: {by: data-desk, within: 2h}}}}
---
{party: data-desk, kind: team}
---
{party: web-desk, kind: team}
---
{party: shop, assumes: {feed/prices: {recover: {by: web-desk}}}}  # finding: unanswered
```

## What to do
The provider: name one party that repairs it (`recover: {by: ...}`). The one who relies on it: name the same party,
recover it itself, or say that it counts on no recovery (`recover: none`).

## References
- SEC Release 34-70694, Knight Capital Americas LLC, 2013
- Site Reliability Engineering, chapter 14, Managing Incidents
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import Boundary
from accord.boundaries.people.ownership import owners_around, side_of
from accord.boundaries.reliance.counting import Counting, on_recovery
from accord.boundaries.reliance.questions import answer, first_caller
from accord.boundaries.reliance.relying import Reliance, reliances
from accord.model.fact import Fact, Stance
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Witness

READS = ("recover", "fallback", "owner", "undo", "handles", "needs", "availability")
NEEDS, ALIKE, NAMED, KNOWN = ("recover",), ("recover",), ("recover.by", "recover.how"), ("recover.by",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds who recovers by the provider's word against who recovers by the caller's."""
    promised = boundary.promised
    by = promised.get("recover.by")
    answered = by if by is not None and promised.get("recover") is None else answer(promised, "recover", "by")
    if answered is not None and answered.value is NONE:
        yield from _nobody(boundary, answered) if promised.get("recover.how") is None else ()
    elif by is not None and by.value is not NONE:
        if first_caller(boundary):
            yield from _stranger(boundary, by)
        counted = boundary.assumed.get("recover.by")
        if counted is not None and counted.value is not NONE and counted.consumer:
            yield from _two_words(boundary, by, counted)


def _nobody(boundary: Boundary, none: Fact) -> Iterator[Finding]:
    """Told once for the operation: against who counts on a recovery, else asked of those who do not say."""
    relied = reliances(boundary.system, boundary.provider, boundary.operation, boundary.view)
    held = [on_recovery(boundary, each) for each in relied if each.calls] if first_caller(boundary) else []
    nobody = Statement(none, f"{boundary.provider} says that nobody recovers {boundary.subject}")
    counting, silent = [each for each in held if each.fact], [each for each in held if each.is_open]
    for each in (counting or silent)[:1]:
        fact = each.fact or each.by.fact
        relies = Statement(fact, f"{each.by.party} {each.told or each.by.told} {boundary.subject}")
        message = f"nobody recovers {boundary.subject}, and {relies.says}"
        statements, about = (nobody, relies), ("", *boundary.key[1:])
        if not counting:
            asks = f"whether it counts on a recovery of {boundary.subject} (recover: {{within: ...}}, or none)"
            questions = tuple(Question(other.by.party, asks) for other in silent)
            yield Finding(Verdict.UNANSWERED, message, statements, *about, questions=questions)
            return
        witness = _witness(boundary, "question-answered", statements, "nobody repairs it", each.permits)
        moves = _moves(boundary, counting)
        yield Finding(Verdict.MISMATCH, message, (*statements, *each.shown), *about, witness=witness, moves=moves)


def _moves(boundary: Boundary, counting: list[Counting]) -> tuple[Move, ...]:
    changes = tuple(Change(None, _counts_on_none(boundary, each.by)) for each in counting)
    who = counting[0].by.party if len(counting) == 1 else "each caller"
    return (
        Move(boundary.provider, f"name who recovers {boundary.subject}, and within what (recover)"),
        Move(who, "count on no recovery (recover: none), and say what happens instead (fallback)", changes),
    )


def _counts_on_none(boundary: Boundary, by: Reliance) -> Fact:
    _, provider, operation = boundary.key
    place, scope = by.fact.place, by.fact.scope
    return Fact(by.party, Stance.ASSUMES, by.party, provider, operation, "recover", NONE, "none", place, scope=scope)


def _two_words(boundary: Boundary, by: Fact, counted: Fact) -> Iterator[Finding]:
    ours, theirs = (side_of(boundary, fact) for fact in (by, counted))
    same = {provider_of(name) for name in by.value} & {provider_of(name) for name in counted.value}
    if same or (ours and ours == theirs) or (ours == boundary.consumer) != (theirs == boundary.provider):
        return
    promised = Statement(by, f"{boundary.provider} says that {by.text} recovers {boundary.subject}")
    assumed = Statement(counted, f"{boundary.consumer} says that {counted.text} recovers {boundary.subject}")
    message = f"{promised.says}, {boundary.consumer} that {counted.text} does"
    if not (ours and theirs):
        asks = f"whether {by.text} or {counted.text} recovers {boundary.subject} (recover: {{by: ...}})"
        question = Question(boundary.provider, asks)
        yield Finding(Verdict.UNANSWERED, message, (assumed, promised), *boundary.key, questions=(question,))
        return
    follows = "each waits for the other" if ours == boundary.consumer else "both repair it at once"
    moves = (
        Move(boundary.consumer, f"count on {by.text}", (exchanged(counted, by.value, by.text),)),
        Move(boundary.provider, f"name {counted.text}", (exchanged(by, counted.value, counted.text),)),
    )
    owners = owners_around(boundary, by, counted)
    witness = _witness(boundary, "one-recovers", (assumed, promised), follows, owners)
    yield Finding(Verdict.MISMATCH, message, (assumed, promised), *boundary.key, witness=witness, moves=moves)


def _stranger(boundary: Boundary, by: Fact) -> Iterator[Finding]:
    """Whoever recovers is no party here: nobody can tell when it is on duty, or that it knows."""
    if boundary.system.are_strangers(by) and by.value:
        who = ", ".join(by.value)
        says = Statement(by, f"{boundary.provider} says that {who} recovers {boundary.subject}")
        question = Question(boundary.provider, f"who {who} is: a party with page: {{acknowledge, hours}}")
        message = f"{who} recovers {boundary.subject}, and nothing is known of {who}"
        yield Finding(Verdict.UNANSWERED, message, (says,), "", *boundary.key[1:], questions=(question,))


def _witness(
    boundary: Boundary,
    expectation: str,
    statements: tuple[Statement, ...],
    follows: str,
    further: tuple[Fact, ...] = (),
) -> Witness:
    sayings = tuple((each.fact, each.says.partition(" ")[2]) for each in statements)
    expects = (*(each.fact for each in statements), *further)
    return side_by_side(expectation, sayings, expects, f"{boundary.subject} deviates, and {follows}", boundary.subject)
