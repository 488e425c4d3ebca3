"""Alternatives: one object defined in several places, of which one is applied at a time, never accuses another."""

from collections.abc import Iterable

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.model.fact import Fact, Scope

VARIANT = "variant:"
_KEPT_APART = ("env", "cluster")
_Definition = tuple[str, str]  # the root and `file:line` where an object is defined
_Stated = tuple[str, Scope]  # the root and the scope that a fact has


def separate(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, those of an object defined more than once scoped by the file that defines it.

    A source gives every fact of an object the scope `variant:<object>` with the place of its definition; where that is
    the only one, the scope is taken away here. Definitions for different environments are no alternatives.
    """
    read = Facts.of(facts)
    if not read.has_dimension(VARIANT):
        return read
    names = _Names(dict.fromkeys([(fact.place.root, fact.scope) for fact in read.conditional]))
    return tuple([_separated(fact, names) if fact.scope else fact for fact in read])


def _separated(fact: Fact, names: "_Names") -> Fact:
    scope = names.scopes[(fact.place.root, fact.scope)]
    return fact if scope == fact.scope else replace(fact, scope=scope)


class _Names:
    """What each scope becomes, by the root and the scope that a fact has; many facts share one."""

    def __init__(self, stated: Iterable[_Stated]) -> None:
        definitions: dict[object, dict[_Definition, None]] = {}
        for root, scope in stated:
            apart = _apart(scope)
            for dimension, values in scope:
                if dimension.startswith(VARIANT):
                    definitions.setdefault((dimension, apart), {})[(root, values[0])] = None
        self.several = {group: _told_apart(tuple(places)) for group, places in definitions.items() if len(places) > 1}
        self.scopes = {own: self.separated(*own) for own in stated}

    def separated(self, root: str, scope: Scope) -> Scope:
        """The scope with the names of definitions that there are several of, without the others."""
        apart, left = _apart(scope), []
        for pair in scope:
            dimension, values = pair
            if not dimension.startswith(VARIANT):
                left.append(pair)
            elif names := self.several.get((dimension, apart)):
                left.append((dimension, (names[(root, values[0])],)))
        return tuple(left)


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
