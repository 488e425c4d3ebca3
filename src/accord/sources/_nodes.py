"""Located nodes: what every reader of documents gives and every source walks.

Light, because a large landscape has millions of them: a key has no node, and a node no place, until somebody asks.
"""

from collections.abc import Iterator
from typing import Any

import yaml.nodes
from msgspec import Struct


class Node(Struct, eq=False):
    """One node; line and column count from 0.

    `style` is how it is written: "" without quotes or as a block, else the sign that opens it, one of `"'|>[{`.
    `mark` is where it was written, where that is not where it stands.
    """

    value: Any
    line: int
    column: int
    style: str = ""
    tag: str | None = None
    mark: Any = None

    @property
    def start_mark(self) -> Any:
        """What has the line and the column at which it was written."""
        return self if self.mark is None else self.mark

    @property
    def index(self) -> int:
        """Orders the nodes of one text; the next column has the next number."""
        return (self.line << 40) + self.column


class ScalarNode(Node, eq=False, gc=False):
    """A text; `value` is it without quotes and escapes."""


class SequenceNode(Node, eq=False):
    """A list; `value` are its nodes."""


class MappingNode(Node, eq=False):
    """A map; `value` are its entries as written, repeated keys and merge keys among them."""


class Entry(Struct, eq=False, gc=False):
    """One key of a mapping with its value; unpacks to both nodes.

    `key` is its text, `?` where it is no scalar. `at` is the node whose place the entry has: its value, or, where that is
    an alias, its key. Line, column and style are those of the key, and `typed` is its node where they do not say it all.
    """

    key: str
    value: Node
    at: Node
    line: int
    column: int
    style: str = ""
    typed: Node | None = None

    @property
    def key_node(self) -> Node:
        """The node of the key."""
        return ScalarNode(self.key, self.line, self.column, self.style) if self.typed is None else self.typed

    def __iter__(self) -> Iterator[Node]:
        yield self.key_node
        yield self.value


def text_of(node: Node) -> str | None:
    """The scalar's text as typed (an unquoted `!=` is text, not a tag), or None where the node is no scalar."""
    if type(node) is not ScalarNode:
        return None
    if node.tag is not None and node.tag.startswith(("!=", "!~")):
        return f"{node.tag} {node.value}" if node.value else str(node.tag)
    text: str = node.value
    return text


def precedes(node: Node, other: Node) -> bool:
    """Whether a node stands before another: where it is a part of that, it is there by an alias."""
    return node.line < other.line or (node.line == other.line and node.column < other.column)


def paired(key: Node, value: Node, at: Node | None = None) -> Entry:
    """The entry of two nodes."""
    name = text_of(key)
    if at is None:
        at = key if precedes(value, key) else value
    typed = None if name is not None and key.tag is None and key.mark is None else key
    return Entry("?" if name is None else name, value, at, key.line, key.column, key.style, typed)


def located(top: Any) -> Node:
    """The same nodes as PyYAML's; what an alias means is one node wherever it stands."""
    known: dict[int, Node] = {}
    waiting: list[tuple[Any, Node]] = []

    def made(node: Any) -> Node:
        found = known.get(id(node))
        if found is None:
            mark = node.start_mark
            if type(node) is yaml.nodes.ScalarNode:
                found = ScalarNode(node.value, mark.line, mark.column, node.style or "", node.tag)
            else:
                is_map = type(node) is yaml.nodes.MappingNode
                style = "" if not node.flow_style else "{" if is_map else "["
                found = (MappingNode if is_map else SequenceNode)([], mark.line, mark.column, style, node.tag)
                waiting.append((node, found))
            known[id(node)] = found
        return found

    result = made(top)
    while waiting:
        source, target = waiting.pop()
        if type(target) is MappingNode:
            target.value += [paired(made(key), made(value)) for key, value in source.value]
        else:
            target.value += map(made, source.value)
    return result
