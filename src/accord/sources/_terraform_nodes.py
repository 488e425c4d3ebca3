"""Between nodes and values of Terraform: what a node comes to, and a value as a node that stands where it was written."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from yaml.error import Mark

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
from accord.sources._yaml import MappingNode, Node, ScalarNode, SequenceNode, child, entries, items, place_of
from accord.sources._yaml import text_of as text_of_node

_NONE: Any = None
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}
_AS_IT_STANDS = ("lifecycle",)
_MOST_BLOCKS = 50


class Elsewhere(Mark):
    """Where a value was written that stands here by reference."""

    def __init__(self, place: Place, index: int) -> None:
        super().__init__(_NONE, index, place.line - 1, place.column - 1, None, _NONE)
        self.place = place


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
        parts = [filled(item, names, start) for item in node.value]
        return SequenceNode(node.tag, parts, node.start_mark, node.end_mark)
    if type(node) is MappingNode:
        return _filled_map(node, names, start)
    text = text_of_node(node) or ""
    return node_of(value_of(node, names, start), node) if "${" in text else node


def _filled_map(node: MappingNode, names: Names, start: Place) -> MappingNode:
    pairs: list[tuple[Node, Node]] = []
    for entry in entries(node):
        if entry.key in _AS_IT_STANDS:
            pairs.append((entry.key_node, entry.value))
        elif entry.key == "dynamic":
            pairs += _generated(entry.value, entry.key_node, names, start)
        else:
            pairs.append((entry.key_node, filled(entry.value, names, start)))
    return MappingNode(node.tag, _gathered(pairs), node.start_mark, node.end_mark)


def _gathered(pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """Blocks of one type under one key, whether they were written or generated."""
    found: dict[str, tuple[Node, Node]] = {}
    for key, value in pairs:
        before = found.get(key.value)
        if before is None:
            found[key.value] = key, value
        elif type(before[1]) is SequenceNode and type(value) is SequenceNode:
            both = [*before[1].value, *value.value]
            found[key.value] = key, SequenceNode(value.tag, both, value.start_mark, value.end_mark)
    return list(found.values())


def _generated(node: Node, at: Node, names: Names, start: Place) -> Iterator[tuple[Node, Node]]:
    """The blocks that a `dynamic` block makes; itself where how many cannot be told."""
    for part in [node] if type(node) is MappingNode else items(node):
        for entry in entries(part):
            for body in [entry.value] if type(entry.value) is MappingNode else items(entry.value):
                among, content = child(body, "for_each"), child(body, "content")
                content = items(content)[0] if items(content) else content
                each = members_of(value_of(among, names, start)) if among is not None else None
                if each is None or content is None or len(each) > _MOST_BLOCKS:
                    left = MappingNode(_NONE, [(entry.key_node, filled(body, names, start))], *_marks(at))
                    yield at, SequenceNode(_NONE, [left], *_marks(at))
                    continue
                word = text_of_node(child(body, "iterator") or entry.key_node) or ""
                word = word.removeprefix("${").removesuffix("}")
                made = [filled(content, _iterated(names, word, *pair), start) for pair in each]
                if made:
                    yield entry.key_node, SequenceNode(_NONE, made, *_marks(entry.key_node))


def _iterated(names: Names, word: str, key: Value, value: Value) -> Names:
    return Inside(names, {word: Mapped({"key": key, "value": value})})


def _marks(node: Node) -> tuple[Mark, Mark]:
    return node.start_mark, node.end_mark


def node_of(value: Value, here: Node) -> Node:
    """A value as a node in place of another."""
    if isinstance(value, Named | Open):
        return ScalarNode(_NONE, shown(value), *_marks(here))
    mark = Elsewhere(value.at, here.start_mark.index) if value.at is not None else here.start_mark
    if isinstance(value, Many):
        return SequenceNode(_NONE, [node_of(item, here) for item in value.items], mark, mark)
    if isinstance(value, Mapped):
        pairs = [(ScalarNode(_NONE, key, mark, mark), node_of(item, here)) for key, item in value.members.items()]
        return MappingNode(_NONE, pairs, mark, mark)
    if isinstance(value, Partly):
        return ScalarNode(_NONE, value.text, mark, mark, style='"')
    style = '"' if isinstance(value.value, str) else None
    return ScalarNode(_NONE, "null" if value.value is None else text_of(value) or "", mark, mark, style=style)
