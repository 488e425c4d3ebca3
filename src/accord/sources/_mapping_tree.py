"""Several files read as one: a later file goes before an earlier one, maps key by key, values and lists whole."""

from msgspec import Struct

from accord.model.place import Place
from accord.sources._yaml import Entry, MappingNode, Node, ScalarNode, SequenceNode, entries, items, text_of

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
NAME = "name"
"""The key by which an item of a list is called."""

TEMPLATED = ("{{", "<%", "%{", "${")
"""What shows that a value is written by a program, and not the value itself."""


class Part(Struct, frozen=True):
    """A value in one file: its node, the node whose place it has, and the file."""

    node: Node
    at: Node
    root: str
    file: str

    @property
    def place(self) -> Place:
        """Where it stands."""
        mark = self.at.start_mark
        return Place(self.root, self.file, mark.line + 1, mark.column + 1)


class Value(Struct, frozen=True):
    """A value in several files, the winning one first; more than one only where all are maps, which are read as one.

    `overridden` is the value that the winning one replaces, where an earlier file has one.
    """

    parts: tuple[Part, ...]
    overridden: Part | None = None

    @property
    def place(self) -> Place:
        """Where the winning value stands."""
        return self.parts[0].place

    @property
    def text(self) -> str | None:
        """The text of a scalar; None for a map or a list."""
        return text_of(self.parts[0].node)

    @property
    def texts(self) -> list[str] | None:
        """The texts of a list of scalars; None for anything else."""
        node = self.parts[0].node
        found = [text_of(item) for item in items(node)]
        is_plain = type(node) is SequenceNode and all(text is not None for text in found)
        return [text for text in found if text is not None] if is_plain else None


class Lookup:
    """Looks values up by their keys; the keys of each map are listed once."""

    def __init__(self) -> None:
        self._keys: dict[int, tuple[Node, dict[str, Entry]]] = {}
        self._names: dict[int, tuple[Node, dict[str | None, Node]]] = {}

    def get(self, value: Value, path: tuple[str, ...]) -> Value | None:
        """The value under a path of keys; None where it is absent or null."""
        found: Value | None = value
        for key in path:
            found = self._child(found, key) if found is not None else None
        return found

    def nearest(self, value: Value, path: tuple[str, ...]) -> Value:
        """The value under as much of a path as there is."""
        for key in path:
            following = self._child(value, key)
            if following is None:
                break
            value = following
        return value

    def members(self, value: Value) -> list[tuple[str, Value]]:
        """The items of a list, numbered from 0, or of a map, with their keys."""
        first = value.parts[0]
        if type(first.node) is SequenceNode:
            listed = enumerate(items(first.node))
            return [(str(number), Value((Part(item, item, first.root, first.file),))) for number, item in listed]
        keys = dict.fromkeys(key for part in reversed(value.parts) for key in self._entries(part.node))
        found = [(key, self._child(value, key)) for key in keys]
        return [(key, member) for key, member in found if member is not None]

    def _child(self, value: Value, key: str) -> Value | None:
        found: list[Part] = []
        overridden = None
        for part in value.parts:
            child = self._in(part, key)
            if child is None:
                continue
            if is_null(child.node):
                break
            if found and not (type(child.node) is type(found[0].node) is MappingNode):
                overridden = child
                break
            found.append(child)
        return Value(tuple(found), overridden) if found else None

    def _in(self, part: Part, key: str) -> Part | None:
        node = part.node
        if type(node) is SequenceNode:
            item = self._listed(node, key)
            return Part(item, item, part.root, part.file) if item is not None else None
        entry = self._entries(node).get(key)
        return Part(entry.value, entry.at, part.root, part.file) if entry is not None else None

    def _listed(self, node: Node, key: str) -> Node | None:
        """The item of a list that has this number, or else is a map of this name."""
        listed = node.value
        if key.isdigit() and len(key) < 7:
            return listed[int(key)] if int(key) < len(listed) else None
        known = self._names.get(id(node))
        if known is None:
            named = ((entry.value, item) for item in listed if (entry := self._entries(item).get(NAME)) is not None)
            found = {text_of(name): item for name, item in reversed(list(named))}
            known = self._names[id(node)] = (node, found)
        return known[1].get(key)

    def _entries(self, node: Node) -> dict[str, Entry]:
        if type(node) is not MappingNode:
            return {}
        known = self._keys.get(id(node))
        if known is None:
            known = self._keys[id(node)] = (node, {entry.key: entry for entry in entries(node)})
        return known[1]


def is_null(node: Node) -> bool:
    """Whether a node says that nothing stands there, by its word or by its tag."""
    if type(node) is not ScalarNode or node.style:
        return False
    return node.value in NULLS and (node.tag is None or node.tag.endswith(":null"))


def template_mark(text: str) -> str:
    """The mark that shows a templated text; "" for any other."""
    return next((mark for mark in TEMPLATED if mark in text), "")
