"""Alternatives: one object defined in several places, of which one is applied at a time, never accuses another."""

from collections.abc import Iterable

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.model.fact import Fact, Scope

VARIANT = "variant:"
_KEPT_APART = ("env", "cluster")
_Definition = tuple[str, str]  # the root and `file:line` where an object is defined


def separate(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, those of an object defined more than once scoped by the file that defines it.

    A source gives every fact of an object the scope `variant:<object>` with the place of its definition; where that is
    the only one, the scope is taken away here. Definitions for different environments are no alternatives.
    """
    read = Facts.of(facts)
    if not read.has_dimension(VARIANT):
        return read
    definitions: dict[object, dict[_Definition, None]] = {}
    for fact in read:
        for dimension, values in fact.scope:
            if dimension.startswith(VARIANT):
                definitions.setdefault((dimension, _apart(fact.scope)), {})[(fact.place.root, values[0])] = None
    names = {group: _names(tuple(places)) for group, places in definitions.items()}
    return tuple([_separated(fact, names) if fact.scope else fact for fact in read])


def _separated(fact: Fact, names: dict[object, dict[_Definition, str]]) -> Fact:
    apart, scope = _apart(fact.scope), []
    for pair in fact.scope:
        dimension, values = pair
        if not dimension.startswith(VARIANT):
            scope.append(pair)
            continue
        name = names[(dimension, apart)][(fact.place.root, values[0])]
        if name:
            scope.append((dimension, (name,)))
    separated = tuple(scope)
    return fact if separated == fact.scope else replace(fact, scope=separated)


def _apart(scope: Scope) -> Scope:
    return tuple([pair for pair in scope if pair[0] in _KEPT_APART])


def _names(places: tuple[_Definition, ...]) -> dict[_Definition, str]:
    """The name of each definition: its file, as short as tells it from the others; "" for the only one.

    Wherever the roots lie it is the same, but for what the folder of a root is called.
    """
    if len(places) == 1:
        return {places[0]: ""}
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
