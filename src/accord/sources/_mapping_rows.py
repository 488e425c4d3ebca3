"""What a mapping reads: which files belong together, and what it gives for each of them."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from accord.model.fact import Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._mapping_files import Bindings
from accord.sources._mapping_gives import Filler, Item, read_item
from accord.sources._mapping_keep import Relation, related
from accord.sources._mapping_text import EACH
from accord.sources._mapping_tree import Lookup, Part, Value
from accord.sources._yaml import Document, MappingNode, SequenceNode
from accord.sources.mapping import Mapping, Row

MOST_GROUPS = 20_000
"""Groups of files that one mapping may read."""

MOST_ITEMS = 200_000
"""Items that one mapping may read."""


class Mapped(Struct, frozen=True):
    """A file that a pattern matches: which pattern, what the placeholders are, and the path that names it."""

    pattern: int
    bound: Bindings
    name: str


Opened = Callable[[str], Document | None]
"""The one document of a file, by the path that names it; None where it cannot be read."""


class _Group(Struct, frozen=True):
    """Files that are read as one, in the order in which they override each other."""

    bound: dict[str, str]
    row: Row
    files: tuple[str, ...]


def given(mapping: Mapping, files: Sequence[Mapped], opened: Opened) -> Iterator[Fact | Problem]:
    """The facts that a mapping gives for these files, each value with its own place, and what was refused, once."""
    yield from _Reading(mapping, opened).all(files)


class _Reading:
    """One mapping over its files."""

    def __init__(self, mapping: Mapping, opened: Opened) -> None:
        self.mapping, self.opened = mapping, opened
        self.lookup = Lookup()
        self.said: dict[tuple[object, ...], Fact] = {}
        self.told: set[Problem] = set()
        self.found = self.items = 0
        self.kept: dict[int, int] = {}

    def all(self, files: Sequence[Mapped]) -> Iterator[Fact | Problem]:
        groups = _groups(self.mapping, files)
        if isinstance(groups, Problem):
            yield groups
            return
        for group in groups:
            if self.items <= MOST_ITEMS:
                yield from self._group(group)
        if self.items > MOST_ITEMS:
            yield Problem(self.mapping.place, f"not read from here on: {MOST_ITEMS:,} items were")
        yield from self._silent(files, groups)

    def _silent(self, files: Sequence[Mapped], groups: list[_Group]) -> Iterator[Fact]:
        mapping = self.mapping
        if not files:
            yield mapping.silent(f"no file matches {' or '.join(pattern.text for pattern in mapping.patterns)}")
        elif not self.found:
            yield mapping.silent(
                f"none of its paths stands in the {len({file.name for file in files})} files that match"
            )
        else:
            for row in mapping.rows:
                if all(group.row is not row for group in groups):
                    yield mapping.silent("no file matches this row", row.place)
            for number, relation in enumerate(mapping.relations):
                if not self.kept.get(number):
                    mark = relation.node.start_mark
                    place = Place(mapping.place.root, mapping.place.file, mark.line + 1, mark.column + 1)
                    yield mapping.silent("one side of this relation stands in none of the files", place)

    def _group(self, group: _Group) -> Iterator[Fact | Problem]:
        documents = [document for name in group.files if (document := self.opened(name)) is not None]
        parts = tuple(Part(each.node, each.node, each.root, each.file) for each in reversed(documents))
        if not parts:
            return
        scope = tuple(sorted({pair for each in documents for pair in dict(each.scope).items()}))
        top = Value(_read_as_one(parts))
        for key, value in self._items(top):
            self.items += 1
            if self._wanted(group.row, value):
                bound = group.bound if self.mapping.each is None else {**group.bound, EACH: key}
                yield from self._item(Item(value, bound, scope, self.mapping.each is not None))
            if self.items > MOST_ITEMS:
                return

    def _items(self, top: Value) -> list[tuple[str, Value]]:
        if self.mapping.each is None:
            return [("", top)]
        found = self.lookup.get(top, self.mapping.each)
        return self.lookup.members(found) if found is not None else []

    def _wanted(self, row: Row, value: Value) -> bool:
        for path, text in row.wanted:
            found = self.lookup.get(value, path)
            if found is None or found.text != text:
                return False
        return True

    def _item(self, item: Item) -> Iterator[Fact | Problem]:
        mapping = self.mapping
        facts: list[Fact] = []
        problems: list[Problem] = []
        if mapping.gives is not None:
            facts, problems, found = read_item(mapping.gives, mapping.document, mapping.speaker, item, self.lookup)
            self.found += found or (item.is_listed and len(facts))
        for number, relation in enumerate(mapping.relations):
            filler = Filler(mapping.document, item, self.lookup)
            sides = list(self._related(number, relation, filler, item.scope))
            facts += [side for side in sides if isinstance(side, Fact)]
            problems += [*filler.problems, *(side for side in sides if isinstance(side, Problem))]
            self.found += filler.found
        for problem in problems:
            if problem not in self.told:
                self.told.add(problem)
                yield problem
        for fact in facts:
            yield from self._once(fact)

    def _related(self, number: int, relation: Relation, filler: Filler, scope: Scope) -> Iterator[Fact | Problem]:
        sides = list(
            related(relation, filler, self.mapping.name, f"{number + 1}-{self.kept.get(number, 0) + 1}", scope)
        )
        if sides:
            self.kept[number] = self.kept.get(number, 0) + 1
        yield from sides

    def _once(self, fact: Fact) -> Iterator[Fact | Problem]:
        """The fact, unless another item said the same; two values of one term are refused."""
        key = (fact.says, fact.stance, fact.consumer, fact.provider, fact.operation, fact.term, fact.scope)
        first = self.said.setdefault(key, fact)
        if first is fact:
            yield fact
        elif first.value != fact.value and fact.term != "mentioned":
            at = f"{first.place.file}:{first.place.line}"
            yield Problem(
                fact.place,
                f"the mapping {self.mapping.name} gives {fact.subject} {fact.term} as {fact.text} here and as {first.text} "
                f"at {at}; only the first counts",
            )


def _read_as_one(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The top of the files, the winning one first: maps are read as one; a file that is a list stands alone."""
    kinds = (MappingNode, SequenceNode)
    first = next((part for part in parts if type(part.node) in kinds), parts[0])
    if type(first.node) is not MappingNode:
        return (first,)
    return tuple(part for part in parts if type(part.node) is MappingNode)


_Matched = dict[Bindings, list[str]]
"""The files of one pattern by what its placeholders are in them."""


def _groups(mapping: Mapping, files: Sequence[Mapped]) -> list[_Group] | Problem:
    """The groups of files that belong together: for each row, what its placeholders leave open is what the files bind."""
    by_pattern: list[_Matched] = [{} for _ in mapping.patterns]
    for file in files:
        by_pattern[file.pattern].setdefault(file.bound, []).append(file.name)
    found: list[_Group] = []
    for row in mapping.rows or (Row(),):
        choices = _joined(dict(row.bound), by_pattern)
        if choices is None or len(found) + len(choices) > MOST_GROUPS:
            reason = f"more than {MOST_GROUPS:,} groups of files; say in `where` which belong together"
            return Problem(row.place or mapping.place, f"the mapping {mapping.name} would read {reason}")
        for bound in choices:
            names = dict.fromkeys(name for matched in by_pattern for name in _of(matched, bound))
            if names:
                found.append(_Group(bound, row, tuple(names)))
    return found


def _of(matched: _Matched, bound: dict[str, str]) -> list[str]:
    """The files of a pattern in which its placeholders are these."""
    first = next(iter(matched), ())
    if any(name not in bound for name, _ in first):
        return []
    return matched.get(tuple((name, bound[name]) for name, _ in first), [])


def _joined(bound: dict[str, str], by_pattern: list[_Matched]) -> list[dict[str, str]] | None:
    """Every choice of placeholders that these files allow; None where there are too many."""
    found = [bound]
    for matched in by_pattern:
        names = [name for name, _ in next(iter(matched), ())]
        if not names:
            continue
        sharing: dict[tuple[str, ...], dict[tuple[str, ...], list[Bindings]]] = {}
        following: list[dict[str, str]] = []
        used: set[Bindings] = set()
        for known in found:
            shared = tuple(name for name in names if name in known)
            if shared not in sharing:
                sharing[shared] = _by_values(matched, shared)
            agreeing = sharing[shared].get(tuple(known[name] for name in shared), [])
            used.update(agreeing)
            following += [{**known, **dict(each)} for each in agreeing] or [known]
            if len(following) > MOST_GROUPS:
                return None
        missed = [each for each in matched if each not in used and all(bound.get(name, to) == to for name, to in each)]
        found = [*following, *({**bound, **dict(each)} for each in missed)]
    return found


def _by_values(matched: _Matched, names: tuple[str, ...]) -> dict[tuple[str, ...], list[Bindings]]:
    found: dict[tuple[str, ...], list[Bindings]] = {}
    for each in matched:
        of = dict(each)
        found.setdefault(tuple(of[name] for name in names), []).append(each)
    return found
