"""Not promised to this caller.

A promise was made to some (`to`), and somebody else relies on it: calls it, pages it, has a step of a procedure done by
it. The caller is right, the promise exists; the one who promised is right, nobody asked. It works until the first time
it is refused, or nobody answers a page that nobody agreed to answer.

A promise to the owner of the caller is a promise to the caller, and what its own owner promises is known to it. A page, or a step of a procedure, may also be promised
to the party whose deviation leads there, or to its owner. A caller is certainly left out where its stated owner is, or
where none of those named can be an owner: by their kind, or since the list names callers one by one.

## Example
```yaml file=shop/accord.yaml
party: wallet
assumes:
  payments/charge: {timeout: 6s}   # finding: mismatch
---
party: ledger-oncall
kind: rota
owner: team-ledger
promises: {page: {acknowledge: 5m, hours: 24x7}}
escalates:
  - {after: 10m, unless: acknowledged, to: sre-duty}  # finding: mismatch
---
party: failover
kind: procedure
owner: team-ledger
steps:
  - {do: promote the replica, by: sre-duty, takes: 15m, done: promoted}  # finding: mismatch
```
```yaml file=others/accord.yaml
party: payments
promises: {charge: {latency: {max: 5s}, to: [checkout, subscriptions]}}
---
{party: subscriptions, assumes: {payments/charge: {timeout: 6s}}}
---
{party: checkout, owner: team-shop, assumes: {payments/charge: {timeout: 6s}}}
---
party: sre-duty
kind: rota
promises: {page: {acknowledge: 10m, hours: 24x7, to: [payments-oncall]}}
```

## Not a gap
```yaml file=shop/accord.yaml
party: wallet
owner: team-money
assumes: {payments/charge: {timeout: 6s}, payments/refund: {timeout: 6s}}
---
party: ledger-oncall
kind: rota
escalates: [{after: 10m, unless: acknowledged, to: vendor/support}]
---
party: payments
promises:
  charge: {latency: {max: 5s}, to: [team-money]}
  refund: {latency: {max: 5s}}
---
party: vendor
kind: external
promises: {support: {acknowledge: 4h, to: anyone}}
```

### The same owner
```yaml file=shop/accord.yaml
{party: payments-report, owner: team-pay, assumes: {payments/charge: {timeout: 6s}}}
---
{party: payments, owner: team-pay, promises: {charge: {latency: {max: 5s}, to: [team-shop]}}}
```
### On behalf of another
```yaml file=shop/accord.yaml
{party: ledger, owner: Team Ledger, promises: {post: {detect: {by: LedgerDown}, recover: {how: failover}}}}
---
{party: LedgerDown, kind: alert, escalates: [{to: duty}]}
---
{party: failover, kind: procedure, owner: team-docs, steps: [{do: promote the replica, by: duty, done: promoted}]}
---
{party: duty, kind: rota, promises: {page: {acknowledge: 5m, to: [team-ledger]}}}
```

## Unanswered
A caller that does not say who answers for it may belong to those named:
```yaml file=shop/accord.yaml
{party: wallet, assumes: {payments/charge: {timeout: 6s}}}  # finding: unanswered
---
{party: payments, promises: {charge: {latency: {max: 5s}, to: [team-money]}}}
```

## What to do
Who relies on it: ask, or rely on another. Who promises: add the caller to `to`, or open it (`to: anyone`).

## References
- Promise Theory, Burgess and Bergstra: a promise binds only the one who makes it
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.ownership import Standing, same_owner, standing
from accord.boundaries.reliance.uses import Use, calls, means, summons
from accord.model.fact import ANY, Fact, Stance
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import provider_of

READS = ("to", "escalates", "steps", "recover", "detect", "owner", "kind", "needs", "fallback", "dead_letter")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds everybody who uses a promise against those it was made to."""
    promises = list(_promises(system, view))
    summoned = summons(system, view) if promises else {}
    for promise, operation in promises:
        made_to = [provider_of(name) for name in promise.value] if promise.value is not NONE else []
        if "anyone" in made_to:
            continue
        named = [use for name, use in summoned.get(promise.provider, ()) if means(system, name) == operation]
        uses: dict[str, Use] = {}
        for use in (*calls(system, promise.provider, operation, view), *named):
            uses.setdefault(use.party, use)
        uses.pop(promise.provider, None)
        using = {party: use.fact for party, use in uses.items()}
        for use in uses.values():
            stand = {party: standing(system, party, made_to, using, view) for party in (use.party, *use.behalf)}
            if same_owner(system, use.party, promise.provider, view):
                continue
            yield from _held(promise, operation, use, made_to, stand)


def _promises(system: System, view: View) -> Iterator[tuple[Fact, str]]:
    """Each statement of whom a promise is made to that holds here, with every operation it speaks of."""
    for fact in system.about("to"):
        if fact.stance is Stance.PROMISES:
            for operation in (system.operations(fact.provider) or [ANY]) if fact.operation == ANY else [fact.operation]:
                if system.promised(fact.provider, operation, view).get("to") is fact:
                    yield fact, operation


def _held(promise: Fact, operation: str, use: Use, made_to: list[str], stand: dict[str, Standing]) -> Iterator[Finding]:
    """Whoever uses the promise, and those on whose behalf: one of them inside is enough."""
    if any(each.belongs for each in stand.values()):
        return
    subject = f"{promise.provider}/{operation}"
    to = f"to {promise.text} only" if made_to else "to nobody"
    says = f"{use.party} {use.how} {subject}"
    uses = Statement(replace(use.fact, place=use.place), says)
    only = Statement(promise, f"{promise.says} promises {operation} {to}")
    message = f"{says}, and {promise.provider} promises {operation} {to}"
    open_ones = [party for party, each in stand.items() if each.belongs is None] if made_to else []
    about = (use.party, promise.provider, operation)
    if open_ones:
        asks = tuple(Question(party, f"who answers for {party} (owner)", " or ".join(made_to)) for party in open_ones)
        yield Finding(Verdict.UNANSWERED, message, (uses, only), *about, questions=asks)
        return
    shown = [fact for each in stand.values() for fact in each.shown]
    witness = side_by_side(
        "promised-to-this-caller",
        ((use.fact, f"{use.how} {subject}"), (promise, f"promises {operation} {to}")),
        (use.fact, *shown),
        f"{promise.provider} has promised {use.party} nothing",
    )
    yield Finding(Verdict.MISMATCH, message, (uses, only), *about, witness=witness, moves=_moves(promise, use, made_to))


def _moves(promise: Fact, use: Use, made_to: list[str]) -> tuple[Move, ...]:
    names = (*(promise.value if made_to else ()), use.party)
    wider = replace(promise, value=names, text=", ".join(names))
    return (
        Move(promise.provider, f"promise it to {use.party} too", (Change(promise, wider),)),
        Move(use.party, f"rely on one who promises it to {use.party}"),
    )
