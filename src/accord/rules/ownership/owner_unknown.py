"""Owner unknown.

A party promises something, or somebody relies on it, and nobody is said to answer for it. Each who relies on it is
right to take it as it is; whoever built it may be right to have moved on. When it fails, the first hour goes into
finding out whose it is.

Who is an owner by itself (teams, rotas, outsiders), belongs to one that is (alerts), or is made in a file that has a code
owner is not asked. A name that is
given but is no party is a mismatch only where the teams are listed: where at least two thirds of the owners named are
parties, or where it differs from a listed team by a slip. Where fewer are, the list is taken to be partial.

## Example
```yaml file=shop/accord.yaml
party: checkout
owner: team-checkout
promises: {order: {latency: {max: 2s}}}
---
party: payments
owner: team-paymnets  # finding: mismatch
promises: {charge: {latency: {max: 2s}}}
---
party: stock
owner: team-payments
promises: {reserve: {latency: {max: 2s}}}
---
{party: team-checkout, kind: team}
---
{party: team-payments, kind: team}
```

## Not a gap
No team is listed here, so nothing can be said of a name:
```yaml file=shop/accord.yaml
party: payments
owner: team-payments
promises: {charge: {latency: {max: 2s}}}
```

### The file has a code owner
```text file=CODEOWNERS
/shop/ @shop/payments
```
```yaml file=shop/accord.yaml
party: payments
promises: {charge: {latency: {max: 2s}}}
```

## Unanswered
```yaml file=shop/accord.yaml
party: payments
promises:
  charge:
    latency: {max: 2s}  # finding: unanswered
```
### None, by its own word
```yaml file=shop/accord.yaml
party: payments
owner: none  # finding: note
promises: {charge: {latency: {max: 2s}}}
---
{party: shop, owner: team-shop, assumes: {payments/charge: {timeout: 2s}}}
```
### A partial list
```yaml file=shop/accord.yaml
party: ledger
owner: team-ledger  # finding: note
promises: {post: {latency: {max: 2s}}}
---
party: db-admin
kind: team
promises: {grant: {acknowledge: 1h}}
```

## What to do
The party: name the group that answers for it (`owner`). Whoever lists the teams: list them all, as they are named.

## References
- Backstage Software Catalog, `spec.owner`
- Resolving Outages Faster with Better Ownership, SREcon
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.listed import has_operations, is_document
from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View
from accord.boundaries.people.first_said import firsts_of, has_code_owner
from accord.boundaries.people.owned_files import code_owners
from accord.boundaries.people.owners import CATALOGUE, TEAM, is_slip, plain, stated_owners
from accord.boundaries.people.ownership import plain_name, surely_owned
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = ("owner", "kind", "owns")
HANDFUL = 5
_NOT_ASKED = frozenset(("team", "rota", "external", "alert"))


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Asks who answers for each party, and whether those named are parties."""
    yield from _without(system, view)
    yield from _strangers(system, view)


# ---------------------------------------------------------------------- no owner


def _without(system: System, view: View) -> Iterator[Finding]:
    relied = {provider for consumer, provider, _ in system.keys if consumer}
    unowned, owned = [], surely_owned(system)
    for party in [party for party in system.parties if party not in owned]:
        if party not in relied and not system.operations(party):
            continue
        own = system.party(party, view)
        owner = own.get("owner")
        if owner is not None and owner.value is not NONE:
            continue
        if owner is not None and owner.value is NONE and party in relied:
            none = Statement(owner, f"{party} says that it has no owner")
            yield Finding(Verdict.NOTE, f"nobody answers for {party}, and others rely on it", (none,), "", party)
        asked_of = own.value("kind") not in _NOT_ASKED and not is_document(party)
        if owner is None and asked_of and (party in relied or has_operations(system, party)):
            unowned.append(party)
    firsts = firsts_of(system, unowned)
    files = code_owners(system, view)
    asked = [
        (party, firsts[party]) for party in unowned if party in firsts and not has_code_owner(firsts[party], files)
    ]
    if len(asked) <= HANDFUL:
        for party, first in asked:
            message = f"nobody is said to answer for {party}"
            yield Finding(Verdict.UNANSWERED, message, (_spoken(first),), "", party, questions=(_question(party),))
    else:
        names = ", ".join(party for party, _ in asked[:HANDFUL])
        message = f"nobody is said to answer for {len(asked)} parties: {names} and {len(asked) - HANDFUL} more"
        says = tuple(_spoken(first) for _, first in asked)
        yield Finding(Verdict.UNANSWERED, message, says, questions=tuple(_question(party) for party, _ in asked))


def _spoken(first: Fact) -> Statement:
    return Statement(first, f"{first.says} speaks of {first.subject}")


def _question(party: str) -> Question:
    return Question(party, f"who answers for {party} (owner)")


# ---------------------------------------------------------------------- an owner who is nobody


def _strangers(system: System, view: View) -> Iterator[Finding]:
    """Where contracts list the teams; where only a catalogue does, signals/owner-unknown looks their owners up there."""
    said = stated_owners(system, view)
    teams = [kind for kind in said.teams.values() if kind.value == TEAM]
    if not teams:
        return
    owners = [
        owner
        for name in telling(system, "owner")
        if (owner := system.party(name, view).get("owner")) is not None
        and owner.source != CATALOGUE
        and isinstance(owner.value, str)
    ]
    listed = said.listed
    known = {
        owner.value for owner in owners if plain_name(owner.value) in system.parties or plain(owner.value) in listed
    }
    unknown = {owner.value for owner in owners if "@" not in owner.value} - known
    partial = []
    for owner in owners:
        if owner.value in unknown:
            meant = next((team.provider for team in teams if is_slip(plain_name(owner.value), team.provider)), "")
            if known and (len(known) >= 2 * len(unknown) or meant):
                yield _nobody(owner, teams, meant)
            else:
                partial.append(owner)
    if partial:
        names = ", ".join(sorted({owner.value for owner in partial}))
        message = f"{names}: named as owner, and not among the teams listed here ({', '.join(team.provider for team in teams[:HANDFUL])})"
        says = tuple(Statement(owner, f"{owner.says} is owned by {owner.text}") for owner in partial)
        yield Finding(Verdict.NOTE, message, says, "", partial[0].provider if len(partial) == 1 else "")


def _nobody(owner: Fact, teams: list[Fact], meant: str) -> Finding:
    hint = f"; did it mean {meant}?" if meant else ""
    listed = ", ".join(team.provider for team in teams[:HANDFUL])
    message = f"{owner.says} is owned by {owner.text}, which is none of the teams listed ({listed}){hint}"
    told = ((owner, f"names {owner.text} as its owner"), *((team, "is a team") for team in teams[:HANDFUL]))
    statements = tuple(Statement(fact, f"{fact.says} {words}") for fact, words in told)
    witness = side_by_side("owner-exists", told, teams[:HANDFUL], f"nobody here is {owner.text}")
    changes = (Change(owner, replace(owner, value=meant, text=meant)),) if meant else ()
    move = Move(owner.says, f"name {meant} as owner" if meant else "name one of the teams listed as owner", changes)
    return Finding(Verdict.MISMATCH, message, statements, "", owner.provider, witness=witness, moves=(move,))
