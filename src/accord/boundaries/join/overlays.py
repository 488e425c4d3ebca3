"""What kustomizations apply together: objects that no one of them takes both of are never there at the same time.

A kustomization takes files and other kustomizations (`resources`, `bases`, `components`). Those that no other one takes
are what is applied: `overlays/dev`, `overlays/prod`. What a base says of a workload holds in all that take it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from posixpath import commonpath

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.laid_over import VARIANT
from accord.model.fact import PARTY, Fact

APPLIES = "applies"
OVERLAY = "overlay:"
"""Scope dimension: which of the kustomizations below this folder, which share files, is applied."""
_FORMAT = "kubernetes"
_MOST_COMPARED = 100
_Party = tuple[str, str]  # the root, and the party or the dimension


def applied_apart(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, those of a workload that is put together differently scoped by what is applied; what takes what is left out."""
    read = Facts.of(facts)
    return _Overlays(read).apart() if APPLIES in read.terms else read


class _Overlays:
    """What is applied in each root, by the paths of the files that it takes."""

    def __init__(self, facts: Facts) -> None:
        taken: dict[str, dict[str, set[str]]] = {}
        for fact in facts:
            if fact.term == APPLIES:
                folder = fact.place.file.rpartition("/")[0]
                taken.setdefault(fact.place.root, {}).setdefault(folder, set()).update(fact.value)
        self.facts = tuple(fact for fact in facts if fact.term != APPLIES)
        self.tops = {root: _applied(of_root) for root, of_root in taken.items()}
        self.folders = {
            root: _shared(set(map(frozenset, files.values()))) for root, files in self.tops.items() if files
        }

    def apart(self) -> tuple[Fact, ...]:
        """All facts, scoped where two statements about one party are never applied together."""
        if not self.folders:
            return self.facts
        parties: dict[_Party, set[frozenset[str]]] = {}
        defined: dict[_Party, dict[str, frozenset[str]]] = {}
        for fact in self.facts:
            tops = self.of(fact)
            if tops:
                parties.setdefault((fact.place.root, fact.provider), set()).add(tops)
            for name, values in fact.scope:
                if name.startswith(VARIANT):
                    defined.setdefault((fact.place.root, name), {})[values[0]] = self.file(fact)
        apart = {party for party, several in parties.items() if _some_never_meet(list(several))}
        told = {name for name, places in defined.items() if _none_meet(list(places.values()))}
        return tuple(
            self.scoped(fact, told) if (fact.place.root, fact.provider) in apart else fact for fact in self.facts
        )

    def file(self, fact: Fact) -> frozenset[str]:
        """What is applied and takes the file of a fact."""
        return self.tops.get(fact.place.root, {}).get(fact.place.file, frozenset())

    def of(self, fact: Fact) -> frozenset[str]:
        """What is applied and takes what a fact says of a party as a whole."""
        return self.file(fact) if fact.source == _FORMAT and fact.operation == PARTY else frozenset()

    def scoped(self, fact: Fact, told: set[_Party]) -> Fact:
        """The fact, where one of these is applied; which definition of its object it is of goes without saying then."""
        tops = self.of(fact)
        if not tops:
            return fact
        scope = {name: values for name, values in fact.scope if (fact.place.root, name) not in told}
        folder = self.folders[fact.place.root][next(iter(tops))]
        return replace(fact, scope=tuple(sorted({**scope, f"{OVERLAY}{folder}": tuple(sorted(tops))}.items())))


def _applied(taken: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """By path of a file the folders that are applied and take it, directly or not; nothing where there is one alone."""
    inner = {path for folder, paths in taken.items() for path in paths if path in taken and path != folder}
    tops = [folder for folder in taken if folder not in inner]
    files: dict[str, set[str]] = {}
    for top in tops if len(tops) > 1 else ():
        for path in _below(top, taken):
            files.setdefault(path, set()).add(top)
    return {path: frozenset(found) for path, found in files.items()}


def _below(top: str, taken: Mapping[str, set[str]]) -> Iterator[str]:
    waiting, seen = [top], {top}
    while waiting:
        for path in taken.get(waiting.pop(), ()):
            if path not in seen:
                seen.add(path)
                yield path
                waiting.append(path)


def _shared(sets: set[frozenset[str]]) -> dict[str, str]:
    """By folder that is applied the folder below which all lie that share a file with it, however indirectly."""
    groups: dict[str, set[str]] = {}
    for tops in sets:
        group = set(tops).union(*(groups.get(top, ()) for top in tops))
        groups.update(dict.fromkeys(group, group))
    return {top: commonpath(group) if all(group) else "" for top, group in groups.items()}


def _some_never_meet(several: Sequence[frozenset[str]]) -> bool:
    return len(several) > _MOST_COMPARED or any(not one & two for one, two in combinations(several, 2))


def _none_meet(several: Sequence[frozenset[str]]) -> bool:
    """Whether of several definitions each is applied, and no two are together."""
    return len(several) > 1 and all(several) and sum(map(len, several)) == len(frozenset().union(*several))
