"""Between nodes and values of Terraform: what a node comes to, and a value as a node that stands where it was written."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from accord.model.place import Place
from accord.sources._hcl_expressions import Expressions, NotHcl
from accord.sources._hcl_trees import Expression
from accord.sources._terraform_evaluation import Inside, Names, worked_out
from accord.sources._terraform_values import (
    Known,
    Many,
    Mapped,
    Named,
    Open,
    Partly,
    Value,
    members_of,
    open_of,
    placed,
    shown,
    text_of,
)
from accord.sources._yaml import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    child,
    entries,
    items,
    paired,
    place_of,
)
from accord.sources._yaml import text_of as text_of_node

_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}
_AS_IT_STANDS = ("lifecycle",)
_MOST_BLOCKS = 50


class Elsewhere(Struct, frozen=True):
    """Where a value was written that stands here by reference; line and column count from 0."""

    place: Place

    @property
    def line(self) -> int:
        """Its line."""
        return self.place.line - 1

    @property
    def column(self) -> int:
        """Its column."""
        return self.place.column - 1


def place_in(node: Node, start: Place) -> Place:
    """Where a node was written: in the file that begins at `start`, or elsewhere."""
    mark = node.start_mark
    return mark.place if isinstance(mark, Elsewhere) else place_of(node, start.root, start.file)


@lru_cache(maxsize=16_384)
def expression_of(text: str) -> Expression | None:
    """The expression that a text with `${...}` is; None where it is none."""
    scanner = Expressions(text)
    try:
        return scanner.template(len(text))
    except (NotHcl, RecursionError):
        return None


def value_of(node: Node, names: Names, start: Place) -> Value:
    """What a node comes to."""
    at = place_in(node, start)
    if type(node) is SequenceNode:
        return Many(tuple(value_of(item, names, start) for item in node.value), at)
    if type(node) is MappingNode:
        return _mapped(node, names, start, at)
    text = text_of_node(node) or ""
    if "${" in text or "%{" in text:
        found = expression_of(text)
        return placed(worked_out(found, names), at) if found is not None else Open()
    if type(node) is ScalarNode and not node.style:
        if text in _LITERALS:
            return Known(_LITERALS[text], at)
        if text.isascii() and text.isdigit() and len(text) < 40:
            return Known(Fraction(text), at)
    return Known(text, at)


def _mapped(node: Node, names: Names, start: Place, at: Place) -> Value:
    members: dict[str, Value] = {}
    for entry in entries(node):
        key = text_of(_key(entry.key, names))
        value = value_of(entry.value, names, start)
        if key is None:
            return open_of(value_of(each.value, names, start) for each in entries(node))
        members[key] = value
    return Mapped(members, at)


def _key(text: str, names: Names) -> Value:
    found = expression_of(text) if "${" in text else None
    return worked_out(found, names) if found is not None else Known(text)


# ---------------------------------------------------------------------- the other way


def filled(node: Node, names: Names, start: Place) -> Node:
    """The node with everything worked out in it, each value with the place where it was written."""
    if type(node) is SequenceNode:
        return replace(node, value=[filled(item, names, start) for item in node.value])
    if type(node) is MappingNode:
        return _filled_map(node, names, start)
    text = text_of_node(node) or ""
    return node_of(value_of(node, names, start), node) if "${" in text else node


def _filled_map(node: MappingNode, names: Names, start: Place) -> MappingNode:
    found: list[Entry] = []
    for entry in entries(node):
        if entry.key in _AS_IT_STANDS:
            found.append(paired(entry.key_node, entry.value))
        elif entry.key == "dynamic":
            found += _generated(entry.value, entry.key_node, names, start)
        else:
            found.append(paired(entry.key_node, filled(entry.value, names, start)))
    return replace(node, value=_gathered(found))


def _gathered(members: list[Entry]) -> list[Entry]:
    """Blocks of one type under one key, whether they were written or generated."""
    found: dict[str, Entry] = {}
    for key, value in members:
        before = found.get(key.value)
        if before is None:
            found[key.value] = paired(key, value)
        elif type(before.value) is SequenceNode and type(value) is SequenceNode:
            found[key.value] = paired(key, replace(value, value=[*before.value.value, *value.value]))
    return list(found.values())


def _generated(node: Node, at: Node, names: Names, start: Place) -> Iterator[Entry]:
    """The blocks that a `dynamic` block makes; itself where how many cannot be told."""
    for part in [node] if type(node) is MappingNode else items(node):
        for entry in entries(part):
            for body in [entry.value] if type(entry.value) is MappingNode else items(entry.value):
                among, content = child(body, "for_each"), child(body, "content")
                content = items(content)[0] if items(content) else content
                each = members_of(value_of(among, names, start)) if among is not None else None
                if each is None or content is None or len(each) > _MOST_BLOCKS:
                    left = _standing(MappingNode, [paired(entry.key_node, filled(body, names, start))], at)
                    yield paired(at, _standing(SequenceNode, [left], at))
                    continue
                word = text_of_node(child(body, "iterator") or entry.key_node) or ""
                word = word.removeprefix("${").removesuffix("}")
                made = [filled(content, _iterated(names, word, *pair), start) for pair in each]
                if made:
                    yield paired(entry.key_node, _standing(SequenceNode, made, entry.key_node))


def _iterated(names: Names, word: str, key: Value, value: Value) -> Names:
    return Inside(names, {word: Mapped({"key": key, "value": value})})


def _standing(kind: type[Node], value: Any, here: Node, mark: Any = None, style: str = "") -> Node:
    """A node of another value in place of `here`, written there too or at `mark`."""
    return kind(value, here.line, here.column, style, None, here.mark if mark is None else mark)


def node_of(value: Value, here: Node) -> Node:
    """A value as a node in place of another."""
    if isinstance(value, Named | Open):
        return _standing(ScalarNode, shown(value), here)
    mark = Elsewhere(value.at) if value.at is not None else None
    if isinstance(value, Many):
        return _standing(SequenceNode, [node_of(item, here) for item in value.items], here, mark)
    if isinstance(value, Mapped):
        members = [
            paired(_standing(ScalarNode, key, here, mark), node_of(item, here)) for key, item in value.members.items()
        ]
        return _standing(MappingNode, members, here, mark)
    if isinstance(value, Partly):
        return _standing(ScalarNode, value.text, here, mark, '"')
    text = "null" if value.value is None else text_of(value) or ""
    return _standing(ScalarNode, text, here, mark, '"' if isinstance(value.value, str) else "")
