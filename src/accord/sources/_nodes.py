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


class _Locating:
    """Makes nodes of PyYAML's; where any may be shared, by an alias, each is made once."""

    def __init__(self, shared: bool) -> None:
        self.known: dict[int, Node] | None = {} if shared else None
        self.waiting: list[tuple[Any, Any]] = []

    def made(self, node: Any) -> Node:
        """The node; what is in a collection comes later."""
        if self.known is not None and id(node) in self.known:
            return self.known[id(node)]
        mark, kind = node.start_mark, type(node)
        found: Node
        if kind is yaml.nodes.ScalarNode:
            found = ScalarNode(node.value, mark.line, mark.column, node.style or "", node.tag)
        else:
            is_map = kind is yaml.nodes.MappingNode
            style = "" if not node.flow_style else "{" if is_map else "["
            found = (MappingNode if is_map else SequenceNode)([], mark.line, mark.column, style, node.tag)
            self.waiting.append((node.value, found))
        if self.known is not None:
            self.known[id(node)] = found
        return found

    def entry(self, key: Any, value: Any) -> Entry:
        """The entry of two nodes."""
        if self.known is not None or type(key) is not yaml.nodes.ScalarNode or key.tag is not None:
            return paired(self.made(key), self.made(value))
        mark, found = key.start_mark, self.made(value)
        return Entry(key.value, found, found, mark.line, mark.column, key.style or "")


def located(top: Any, shared: bool = True) -> Node:
    """The same nodes as PyYAML's; where one may be `shared`, by an alias, it is one node wherever it stands."""
    locating = _Locating(shared)
    result, waiting, made, entry = locating.made(top), locating.waiting, locating.made, locating.entry
    while waiting:
        parts, target = waiting.pop()
        if type(target) is MappingNode:
            target.value += [entry(key, value) for key, value in parts]
        else:
            target.value += map(made, parts)
    return result
