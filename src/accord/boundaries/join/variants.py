"""Alternatives: one object defined in several places, of which one is applied at a time, never accuses another."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.in_runs import InRuns, Ways
from accord.model.fact import Fact, Scope

VARIANT = "variant:"
_ROOT = attrgetter("place.root")
_KEPT_APART = ("env", "cluster")
_Definition = tuple[str, str]  # the root and `file:line` where an object is defined


def defined_once(facts: Iterable[Fact]) -> frozenset[int]:
    """The ids of the scopes that say no more than of which object a fact is, where that is defined once.

    What `separate` would do in the end is done for nearly all of them where names are linked (`without_saying`), so that the
    steps between need not look at them.
    """
    read = Facts.of(facts)
    under = [read[spot] for spot in read.spots_of_conditions]
    if len({fact.place.root for fact in under}) != 1:
        return frozenset()
    several, alone = _defined(read.scopes.values())
    return frozenset(
        [key for key, dimension in alone.items() if dimension not in several and dimension.startswith(VARIANT)]
    )


def _distinct(scopes: Sequence[Scope]) -> Iterable[Scope]:
    """Each scope once; those that are equal and not the same stay apart, as to hash one takes long."""
    return dict(zip(map(id, scopes), scopes, strict=True)).values()


def _defined(scopes: Iterable[Scope]) -> tuple[set[str], dict[int, str]]:
    """The dimensions that have different values in these scopes, and by the id of each scope of one dimension which that is."""
    known: dict[str, tuple[str, ...]] = {}
    several, alone = set(), {}
    for scope in scopes:
        for dimension, values in scope:
            first = known.setdefault(dimension, values)
            if first is not values and first != values:
                several.add(dimension)
        if len(scope) == 1:
            alone[id(scope)] = scope[0][0]
    return several, alone


def separate(facts: Iterable[Fact] | InRuns) -> Facts:
    """The facts, those of an object defined more than once scoped by the file that defines it.

    A source gives every fact of an object the scope `variant:<object>` with the place of its definition; where that is
    the only one, the scope is taken away here. Definitions for different environments are no alternatives.
    """
    read = InRuns.of(facts)
    names = _Names(read)
    return read.said_anew(read.under(VARIANT), names.of).written


class _Names:
    """What each scope becomes, by the root and the scope that a fact has."""

    def __init__(self, read: InRuns) -> None:
        self.several: dict[str, dict[Scope, dict[_Definition, str]]] = {}
        """By object that is defined more than once, in each environment apart, the names of its definitions."""
        firsts = [read.first(number) for number in range(len(read.facts.runs))]
        one_root = len(frozenset(map(_ROOT, firsts))) == 1
        by_dimension = read.facts.by_dimension
        for dimension in _defined(_distinct([fact.scope for fact in firsts]))[0] if one_root else by_dimension:
            if dimension.startswith(VARIANT):
                named = dict(_several(dimension, by_dimension[dimension], read))
                if named:
                    self.several[dimension] = named

    def of(self, fact: Fact, ways: Ways) -> Ways:
        """The ways of a run, their scopes with the names of definitions that there are several of, without the others."""
        return tuple([(operation, self.separated(fact.place.root, scope)) for operation, scope in ways])

    def separated(self, root: str, scope: Scope) -> Scope:
        """The scope with the names of definitions that there are several of, without the others."""
        left = []
        for pair in scope:
            dimension, values = pair
            if not dimension.startswith(VARIANT):
                left.append(pair)
            elif dimension in self.several:
                names = self.several[dimension].get(_apart(scope))
                if names:
                    left.append((dimension, (names[(root, values[0])],)))
        return tuple(left)


def _several(dimension: str, runs: Iterable[int], read: InRuns) -> Iterator[tuple[Scope, dict[_Definition, str]]]:
    """In each environment apart, the names of the definitions of an object where there are several."""
    definitions: dict[Scope, dict[_Definition, None]] = {}
    for number in runs:
        root = read.first(number).place.root
        for _, scope in read.ways(number):
            definitions.setdefault(_apart(scope), {})[(root, dict(scope)[dimension][0])] = None
    for apart, places in definitions.items():
        if len(places) > 1:
            yield apart, _told_apart(tuple(places))


def _apart(scope: Scope) -> Scope:
    return tuple([pair for pair in scope if pair[0] in _KEPT_APART]) if len(scope) > 1 else ()


def _told_apart(places: tuple[_Definition, ...]) -> dict[_Definition, str]:
    """The name of each of several definitions: its file, as short as tells it from the others.

    Wherever the roots lie it is the same, but for what the folder of a root is called.
    """
    roots = _called([*dict.fromkeys(root for root, _ in places)])
    files = [(root, where.rpartition(":")[0]) for root, where in places]
    names = {}
    for place, (root, file) in zip(places, files, strict=True):
        name = file if files.count((root, file)) == 1 else place[1]
        is_alone = all(other == root for other, same in files if same == file)
        names[place] = name if is_alone else f"{roots[root]}/{name}"
    return names


def _called(roots: list[str]) -> dict[str, str]:
    """What each of some roots is called: its folder, and its number where several folders are called so."""
    folders = [root.rstrip("/").rpartition("/")[2] for root in roots]
    numbered = (f"{folder} ({number})" for number, folder in enumerate(folders, 1))
    return {
        root: folder if folders.count(folder) == 1 else own
        for root, folder, own in zip(roots, folders, numbered, strict=True)
    }
