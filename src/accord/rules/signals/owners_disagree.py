"""Owners disagree.

One thing has two owners: the label of an alert says one team and CODEOWNERS another for its file, or the catalogue, the
contract and the labels of an object name different teams for one service. Each was right when it was written. When it fails,
each team is right to think that the other one has it.

Two names are two teams only where some artefact uses both of them, and neither is a group inside the other: `@shop/team-a` and
`team-a` are one, and names that never meet in one place may be. A line of CODEOWNERS that is for every file, and one for a
file whose alerts or entities belong to several teams, says who reviews it, not whose they are. People are passed over: they may belong
to the team.

## Example
```text file=.github/CODEOWNERS
/services/shop/    @example/team-shop
/services/ledger/  @example/team-ledger  # finding: note
```
```yaml file=services/ledger/accord.yaml
party: ledger
owner: team-shop
promises: {post: {latency: {max: 2s}}}
```
### A contract and the catalogue
```yaml file=ledger/accord.yaml
party: ledger
owner: team-shop  # finding: note
names: {backstage: "component:default/ledger"}
promises: {post: {latency: {max: 2s}}}
```
```yaml file=ledger/catalog-info.yaml
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger}
spec: {type: service, lifecycle: production, owner: team-ledger}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout}
spec: {type: service, lifecycle: production, owner: team-shop}
```

## Not a gap
### One name, spelled twice
```text file=CODEOWNERS
/services/ledger/  @example/team-ledger
/services/shop/    @example/team-shop
```
```yaml file=services/ledger/accord.yaml
party: ledger
owner: team-ledger
promises: {post: {latency: {max: 2s}}}
```
### A name that the other artefact never uses
```text file=CODEOWNERS
/services/ledger/  @example/gl-core
```
```yaml file=services/ledger/accord.yaml
party: ledger
owner: team-ledger
promises: {post: {latency: {max: 2s}}}
```

## Unanswered
Whether two names are one team, where no artefact uses both: nothing is said.

## What to do
Either side: name the team that answers today. Where both do, say which does what: an owner is one.

## References
- GitHub, About code owners; GitLab, Code Owners
- Backstage Software Catalog, `spec.owner`
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.owned_files import code_owners, path_of
from accord.boundaries.people.owners import ALERT, LINE, Naming, Owners, plain, stated_owners
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict

READS = ("owner", "owns", "tag", "label", "annotation", "alert", "kind", "group", "vocabulary")
HANDFUL = 5
_FOR_ALL = frozenset(("*", "**", "/**", "/", "/*", "**/*", "/**/*"))


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the owners of each thing side by side."""
    said = stated_owners(system, view)
    yield from _of_things(said)
    yield from _of_files(said, system, view)


def _of_things(said: Owners) -> Iterator[Finding]:
    """Things that several artefacts, or one of them twice, say the owner of."""
    for every in () if said.is_told_once else said.things.values():
        if len(every) < 2 or all(naming.key == every[0].key for naming in every[1:]):
            continue  # most of them
        named = [naming for naming in every if naming.by != LINE]
        first = named[0] if named else every[0]
        others = [naming for naming in named[1:] if said.are_two(first.key, naming.key)]
        if others:
            names = ", ".join(dict.fromkeys(naming.name for naming in (first, *others)))
            message = f"{first.thing} has several owners: {names}"
            yield Finding(Verdict.NOTE, message, _statements([first, *others]), "", first.fact.provider)


def _of_files(said: Owners, system: System, view: View) -> Iterator[Finding]:
    """Lines of CODEOWNERS, and what the files that they are for say of the owners of what is in them."""
    lines = code_owners(system, view)
    if lines.is_empty:
        return
    apart: dict[tuple[Fact, str], list[Naming]] = {}
    known: dict[tuple[int, str], bool] = {}
    for path, named in _by_file(said).items():
        name = named[0].key
        if len(named) > 1 and any(naming.key != name for naming in named):
            continue
        for line in lines.of_path(path):
            asked = (id(line), name)  # a line is for many files
            if asked not in known:
                known[asked] = _are_others(line, name, said)
            if known[asked]:
                apart.setdefault((line, name), []).extend(named)
    for (line, _), named in apart.items():
        yield _apart(line, named)


def _by_file(said: Owners) -> dict[str, list[Naming]]:
    """By the path of its file, what anybody but CODEOWNERS says."""
    inside: dict[str, list[Naming]] = {}
    root = file = ""
    named: list[Naming] = []
    for naming in said.named:
        if naming.by != LINE:
            place = naming.fact.place
            if not named or place.file is not file or place.root is not root:  # what stands in one file mostly follows
                root, file = place.root, place.file
                named = inside.setdefault(path_of(place), [])
            named.append(naming)
    return inside


def _are_others(line: Fact, name: str, said: Owners) -> bool:
    """Whether a line names teams, and each is certainly another than this one."""
    owners = line.value.owners
    if not owners or plain(owners[0]) == name or line.value.pattern in _FOR_ALL:
        return False
    if not all("/" in owner and owner[0] == "@" for owner in owners):
        return False
    return all(said.are_two(plain(owner), name) for owner in owners)


def _apart(line: Fact, named: list[Naming]) -> Finding:
    owners, first = " ".join(line.value.owners), named[0]
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    message = f"CODEOWNERS gives {line.value.pattern} to {owners}, and {first.thing}{more} there to {first.name}"
    told = Statement(line, f"{line.value.pattern} belongs to {owners}")
    return Finding(Verdict.NOTE, message, (told, *_statements(named)), "", "" if more else first.fact.provider)


def _statements(named: list[Naming]) -> tuple[Statement, ...]:
    return tuple(Statement(naming.fact, f"{_kind(naming)}{naming.thing} is owned by {naming.name}") for naming in named)


def _kind(naming: Naming) -> str:
    return "alert " if naming.by == ALERT else ""
