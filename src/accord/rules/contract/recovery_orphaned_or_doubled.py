"""Recovery orphaned or doubled.

When it breaks, exactly one party must repair it. Each side may be right about its own part and still name the other:
then both wait. Or both claim it, and two repairs meet. Or the provider has said that nobody recovers, while somebody
relies on it. Whoever relies on it may recover it itself, count on no recovery (`recover: none`), or say what happens
instead (`fallback`); then nothing is amiss.

## Example
Each names the other:
```yaml file=shop/accord.yaml
party: feed
owner: team-feed
promises:
  prices: {recover: {by: shop-oncall, within: 2h}}
---
party: shop
owner: team-shop
assumes:
  feed/prices: {recover: {by: feed-oncall, within: 2h}}  # finding: mismatch
---
{party: shop-oncall, owner: team-shop}
---
{party: feed-oncall, owner: team-feed}
```
### Both claim it
```yaml file=shop/accord.yaml
party: feed
promises:
  prices: {recover: {by: feed, within: 2h}}
---
party: shop
assumes:
  feed/prices: {recover: {by: shop}}  # finding: mismatch
```
### Nobody
```yaml file=router/accord.yaml
party: order-router
promises:
  route: {recover: none}  # finding: mismatch
---
{party: brokers, assumes: {order-router/route: {timeout: 1s}}}
```

## Not a gap
```yaml file=shop/accord.yaml
party: feed
promises:
  prices: {recover: none}
  stock: {recover: {by: feed-oncall}}
---
{party: feed-oncall, kind: rota}
---
party: shop
assumes:
  feed/prices: {recover: {by: shop}}
  feed/stock: {recover: {by: feed}}
---
{party: mirror, assumes: {feed/prices: {fallback: the prices of yesterday}}}
```

## Unanswered
The one who recovers is nobody who speaks or is spoken of here:
```yaml file=shop/accord.yaml
party: feed
promises:
  prices: {recover: {by: night-desk, within: 2h}}  # finding: unanswered
---
{party: shop, assumes: {feed/prices: {timeout: 1s}}}
```
### Two names
```yaml file=shop/accord.yaml
party: feed
promises:
  prices: {recover: {by: data-desk, within: 2h}}
---
{party: data-desk, kind: team}
---
{party: web-desk, kind: team}
---
party: shop
assumes:
  feed/prices: {recover: {by: web-desk}}  # finding: unanswered
```

## What to do
The provider: name one party that repairs it (`recover: {by: ...}`). The one who relies on it: name the same party,
recover it itself, or say that it counts on no recovery (`recover: none`).

## References
- SEC Release 34-70694, Knight Capital Americas LLC, 2013
- Site Reliability Engineering, chapter 14, Managing Incidents
"""

from collections.abc import Iterator

from accord.boundaries.evidence import side_by_side
from accord.boundaries.ownership import owners_around, side_of
from accord.boundaries.questions import counts_on_others, first_caller
from accord.boundaries.reliance import Reliance, reliances
from accord.boundaries.system import Boundary
from accord.boundaries.wording import exchanged
from accord.model.fact import Fact, Stance
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Witness

READS = ("recover", "fallback", "owner")
NEEDS = ("recover",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds who recovers by the provider's word against who recovers by the caller's."""
    nobody = boundary.promised.get("recover")
    by = boundary.promised.get("recover.by")
    if nobody is not None and nobody.value is NONE:
        yield from _nobody(boundary, nobody)
    elif by is not None and by.value is not NONE:
        if first_caller(boundary):
            yield from _stranger(boundary, by)
        counted = boundary.assumed.get("recover.by")
        if counted is not None and counted.value is not NONE and counted.consumer:
            yield from _two_words(boundary, by, counted)


def _nobody(boundary: Boundary, none: Fact) -> Iterator[Finding]:
    """Told once for the operation, by the first of those who call it and count on somebody."""
    system, view = boundary.system, boundary.view
    relied = reliances(system, boundary.provider, boundary.operation, view) if first_caller(boundary) else []
    sides = [(each, system.assumed((each.party, *boundary.key[1:]), view)) for each in relied if each.calls]
    counting = [(each, side) for each, side in sides if counts_on_others(each.party, side)]
    if not counting:
        return
    reliance, side = counting[0]
    counted = side.get("recover.within") or reliance.fact
    told = "counts on recovery of" if counted.term == "recover.within" else reliance.told
    nobody = Statement(none, f"{boundary.provider} says that nobody recovers {boundary.subject}")
    relies = Statement(counted, f"{reliance.party} {told} {boundary.subject}")
    changes = tuple(Change(None, _counts_on_none(boundary, each)) for each, _ in counting)
    who = reliance.party if len(counting) == 1 else "each caller"
    moves = (
        Move(boundary.provider, f"name who recovers {boundary.subject}, and within what (recover)"),
        Move(who, "count on no recovery (recover: none), and say what happens instead (fallback)", changes),
    )
    message = f"nobody recovers {boundary.subject}, and {relies.says}"
    witness = _witness(boundary, "question-answered", (nobody, relies), "nobody repairs it")
    yield Finding(Verdict.MISMATCH, message, (nobody, relies), "", *boundary.key[1:], witness=witness, moves=moves)


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
    if by.value and not any(provider_of(name) in boundary.system.parties for name in by.value):
        who = ", ".join(by.value)
        says = Statement(by, f"{boundary.provider} says that {who} recovers {boundary.subject}")
        question = Question(boundary.provider, f"who {who} is: a party with page: {{acknowledge, hours}}")
        message = f"{who} recovers {boundary.subject}, and nothing is known of {who}"
        yield Finding(Verdict.UNANSWERED, message, (says,), "", *boundary.key[1:], questions=(question,))


def _witness(
    boundary: Boundary, expectation: str, statements: tuple[Statement, ...], follows: str, owners: tuple[Fact, ...] = ()
) -> Witness:
    sayings = tuple((each.fact, each.says.partition(" ")[2]) for each in statements)
    told = (*sayings, *((owner, f"has the owner {owner.text}") for owner in owners))
    expects = [each.fact for each in statements]
    return side_by_side(expectation, told, expects, f"{boundary.subject} deviates, and {follows}", boundary.subject)
