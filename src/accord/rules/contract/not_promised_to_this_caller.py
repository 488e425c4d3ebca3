"""Not promised to this caller.

A promise was made to some (`to`), and somebody else relies on it: calls it, pages it, has a step of a procedure done by
it. The caller is right, the promise exists; the one who promised is right, nobody asked. It works until the first time
it is refused, or nobody answers a page that nobody agreed to answer.

A promise to the owner of the caller is a promise to the caller. A step of a procedure may also be promised to the
party whose recovery the procedure is.

## Example
```yaml file=shop/accord.yaml
party: wallet
assumes:
  payments/charge: {timeout: 6s}   # finding: mismatch
---
party: ledger-oncall
kind: rota
promises: {page: {acknowledge: 5m, hours: 24x7}}
escalates:
  - {after: 10m, unless: acknowledged, to: sre-duty}  # finding: mismatch
---
party: failover
kind: procedure
steps:
  - {do: promote the replica, by: sre-duty, takes: 15m, done: promoted}  # finding: mismatch
```
```yaml file=others/accord.yaml
party: payments
promises: {charge: {latency: {max: 5s}, to: [checkout, subscriptions]}}
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

## Unanswered
Nothing can be unknown here: a promise that does not say to whom is made to everybody, and is accepted by being written.

## What to do
Who relies on it: ask, or rely on another. Who promises: add the caller to `to`, or open it (`to: anyone`).

## References
- Promise Theory, Burgess and Bergstra: a promise binds only the one who makes it
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.evidence import side_by_side
from accord.boundaries.ownership import owner_of
from accord.boundaries.reliance import reliances
from accord.boundaries.system import System
from accord.boundaries.view import View, holds_in
from accord.model.fact import ANY, Fact, Stance
from accord.model.finding import Change, Finding, Move, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.subject import operation_of, provider_of

READS = ("to", "escalates", "steps", "recover", "owner", "needs", "fallback", "dead_letter")


class _Use(Struct, frozen=True):
    """Somebody relies on a promise by `fact`, at `place`; `how` stands before the name of what is promised.

    `repairs` are the parties whose recovery is the procedure that uses it.
    """

    party: str
    fact: Fact
    place: Place
    how: str
    repairs: frozenset[str] = frozenset()


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds everybody who uses a promise against those it was made to."""
    promises = list(_promises(system, view))
    summons = _summons(system, view) if promises else {}
    for promise, operation in promises:
        made_to = {provider_of(name) for name in promise.value} if promise.value is not NONE else set()
        if "anyone" in made_to:
            continue
        named = [use for name, use in summons.get(promise.provider, ()) if _means(system, name) == operation]
        seen = {promise.provider}
        for use in (*_calls(system, promise, operation, view), *named):
            allowed = {use.party, owner_of(system, use.party, view), *use.repairs} & made_to
            if not allowed and use.party not in seen:
                seen.add(use.party)
                yield _finding(promise, operation, use)


def _promises(system: System, view: View) -> Iterator[tuple[Fact, str]]:
    """Each statement of whom a promise is made to that holds here, with every operation it speaks of."""
    for fact in system.about("to"):
        if fact.stance is Stance.PROMISES:
            for operation in (system.operations(fact.provider) or [ANY]) if fact.operation == ANY else [fact.operation]:
                if system.promised(fact.provider, operation, view).get("to") is fact:
                    yield fact, operation


def _calls(system: System, promise: Fact, operation: str, view: View) -> Iterator[_Use]:
    for reliance in reliances(system, promise.provider, operation, view):
        yield _Use(reliance.fact.consumer or reliance.fact.provider, reliance.fact, reliance.fact.place, reliance.told)


def _summons(system: System, view: View) -> dict[str, list[tuple[str, _Use]]]:
    """For each party, the ladders, steps and recoveries that name it, each with the name they use."""
    found: dict[str, list[tuple[str, _Use]]] = {}
    repaired: dict[str, set[str]] = {}
    here = [fact for fact in system.facts if fact.value is not NONE and (not fact.scope or holds_in(fact.scope, view))]
    for fact in here:
        if fact.term == "recover.how":
            for name in fact.value:
                repaired.setdefault(provider_of(name), set()).add(fact.provider)
    for fact in here:
        for name, place, how in _named(fact):
            repairs = frozenset(repaired.get(fact.provider, ())) if fact.term == "steps" else frozenset()
            found.setdefault(provider_of(name), []).append((name, _Use(fact.provider, fact, place, how, repairs)))
    return found


def _named(fact: Fact) -> Iterator[tuple[str, Place, str]]:
    if fact.term == "escalates":
        yield from ((rung.to, rung.place, "pages") for rung in fact.value)
    elif fact.term == "steps":
        yield from (
            (step.by, step.place, f"has step {number} done by")
            for number, step in enumerate(fact.value, start=1)
            if step.by
        )
    elif fact.term == "recover.by" and not fact.consumer:
        yield from ((name, fact.place, "is recovered by") for name in fact.value)


def _means(system: System, name: str) -> str:
    """The operation named; of a bare party that is to act, to be paged, or the only one there is."""
    party, operation = provider_of(name), operation_of(name)
    operations = system.operations(party)
    return operation or ("page" if "page" in operations else operations[0] if len(operations) == 1 else "")


def _finding(promise: Fact, operation: str, use: _Use) -> Finding:
    subject = f"{promise.provider}/{operation}"
    only = (
        f"promises {operation} to {promise.text} only"
        if promise.value is not NONE
        else f"promises {operation} to nobody"
    )
    sayings = ((use.fact, f"{use.how} {subject}"), (promise, only))
    names = (use.party,) if promise.value is NONE else (*promise.value, use.party)
    wider = replace(promise, value=names, text=", ".join(names))
    return Finding(
        Verdict.MISMATCH,
        f"{use.party} {use.how} {subject}, and {promise.provider} {only}",
        (
            Statement(replace(use.fact, place=use.place), f"{use.party} {use.how} {subject}"),
            Statement(promise, f"{promise.says} {only}"),
        ),
        use.party,
        promise.provider,
        operation,
        witness=side_by_side(
            "promised-to-this-caller", sayings, (use.fact,), f"{promise.provider} has promised {use.party} nothing"
        ),
        moves=(
            Move(promise.provider, f"promise it to {use.party} too", (Change(promise, wider),)),
            Move(use.party, f"rely on one who promises it to {use.party}"),
        ),
    )
