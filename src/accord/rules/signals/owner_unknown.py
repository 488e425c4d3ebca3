"""Owner unknown.

A component, an alert or a line of CODEOWNERS names an owner, and the catalogue that is read here lists its groups and has
none of that name. Whoever wrote the name was right when the team was called so; whoever keeps the catalogue is right to
list the teams there are. When it fails, the page, the review and the question all go to a name that nobody answers to.

An owner is looked for by its name alone, whichever way it is spelled (`@shop/team-a`, `group:default/team-a`); in a
catalogue an owner without a kind is a group of the namespace of whoever names it, as Backstage has it. A mismatch only
where at least two thirds of the owners that artefacts of one kind name are listed (a name that was never filled in is not
counted among them). Where fewer are, the list is partial or the names are of another kind.
Addresses, templates and, where none is listed, users are passed over; where contracts list the teams, their owners are for
ownership/owner-unknown.

## Example
```yaml file=catalogue/all.yaml
{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: team-shop}, spec: {type: team, children: []}}
---
{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: team-ledger}, spec: {type: team, children: []}}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout}
spec:
  type: service
  lifecycle: production
  owner: team-shop
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger}
spec:
  type: service
  lifecycle: production
  owner: group:default/team-ledger
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: fraud}
spec:
  type: service
  lifecycle: production
  owner: team-phoenix  # finding: mismatch
```
### A line of CODEOWNERS
```yaml file=catalogue/all.yaml
{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: team-shop}, spec: {type: team, children: []}}
---
{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: team-ledger}, spec: {type: team, children: []}}
```
```text file=.github/CODEOWNERS
/shop/    @example/team-shop
/ledger/  @example/team-ledger
/fraud/   @example/team-phoenix  # finding: mismatch
```

## Not a gap
No group is listed here:
```yaml file=catalog-info.yaml
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout}
spec: {type: service, lifecycle: production, owner: team-phoenix}
```

## Unanswered
### A list that is partial
```yaml file=catalogue/all.yaml
{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: team-shop}, spec: {type: team, children: []}}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: fraud}
spec:
  type: service
  lifecycle: production
  owner: team-phoenix  # finding: note
```

## What to do
Whoever names the owner: name the group that answers today. Whoever keeps the catalogue: list the group, or keep its old
name until nothing refers to it.

## References
- Backstage Software Catalog, entity references and `spec.owner`
- GitHub, About code owners
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import vocabulary
from accord.boundaries.people.owners import (
    CATALOGUE,
    CONTRACT,
    TEAM,
    Naming,
    Owners,
    is_placeholder,
    plain,
    shown,
    stated_owners,
)
from accord.boundaries.people.owners_unlisted import counted, meant_by, name_of, naming_likewise, without_a_group
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Severity, Statement, Verdict

READS = ("owner", "kind", "owns", "tag", "label", "annotation", "alert", "vocabulary")
HANDFUL = 5


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks each owner up among the groups of the catalogue."""
    said = stated_owners(system, view)
    if not any(fact.value == TEAM for fact in said.groups.values()):
        return
    strangers: dict[str, list[Naming]] = {}
    elsewhere = any(fact.value == TEAM for fact in said.teams.values())
    for (by, _), named in said.by_kind.items():
        certain, doubtful = without_a_group(named, said) if by != CONTRACT or not elsewhere else ([], [])
        for naming in certain:
            strangers.setdefault(naming.key, []).append(naming)
        if doubtful:
            yield _partial(doubtful, said)
    for named in strangers.values():
        named.sort(key=lambda naming: naming.fact.place.spot)
        yield _nobody(named, said, _interrupts(named, system, view))


def _partial(doubtful: list[Naming], said: Owners) -> Finding:
    names = sorted({shown(naming.name) for naming in doubtful})
    more = f" and {len(names) - HANDFUL} more" if len(names) > HANDFUL else ""
    listed = ", ".join(plain(party) for party in list(said.groups)[:HANDFUL])
    message = (
        f"named as owner and not among the groups of the catalogue ({listed}), which may be read in part: "
        f"{', '.join(names[:HANDFUL])}{more}"
    )
    return Finding(Verdict.NOTE, message, tuple(_statement(naming) for naming in doubtful[:HANDFUL]))


def _interrupts(named: list[Naming], system: System, view: View) -> bool:
    words = vocabulary(system, view)
    return any(naming.alert is not None and words.interrupts(naming.alert.severity(words)) for naming in named)


def _nobody(named: list[Naming], said: Owners, interrupts: bool) -> Finding:
    first, name = named[0], name_of(named[0], said)
    meant = meant_by(first, said)
    groups = [fact for fact in said.groups.values() if fact.value == TEAM]
    hint = "; was it never filled in?" if is_placeholder(first.name) else f"; did it mean {meant}?" if meant else ""
    message = f"no group of the catalogue is called {name}, and {_counted(named)} as owner{hint}"
    sayings = [(naming.fact, f"names {naming.name} as its owner") for naming in named]
    witness = side_by_side(
        "owner-exists",
        sayings,
        (*groups, *naming_likewise(named, said)),
        f"nobody listed among {len(groups)} groups is {name}",
    )
    changes = tuple(_renamed(naming.fact, meant) for naming in named if meant and naming.by == CATALOGUE)
    moves = (
        Move(
            named[0].thing if len(named) == 1 else counted(named),
            f"name {meant or 'a group that is listed'} as owner",
            changes,
        ),
        Move("the catalogue", f"list {name} as a group"),
    )
    severity = Severity.ERROR if interrupts else Severity.WARNING
    statements = tuple(_statement(naming) for naming in named)
    return Finding(Verdict.MISMATCH, message, statements, "", name, severity=severity, witness=witness, moves=moves)


def _counted(named: list[Naming]) -> str:
    return f"{counted(named)} {'names it' if len(named) == 1 else 'name it'}"


def _statement(naming: Naming) -> Statement:
    return Statement(naming.fact, f"{naming.thing} is owned by {naming.name}")


def _renamed(fact: Fact, meant: str) -> Change:
    return Change(fact, replace(fact, value=f"backstage:{meant}", text=meant))
