"""Located reading of YAML and JSON: every key and value with its line and column, every scalar as text.

Nodes are composed by libyaml. No tag is ever acted on; what a scalar means is for the term that asks.
"""

from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct
from yaml.cyaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from accord.model.fact import EVERYWHERE, Scope
from accord.model.place import Place
from accord.model.problem import Problem

__all__ = [
    "Document",
    "Entry",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "child",
    "documents",
    "entries",
    "items",
    "place_of",
    "text_of",
]

LARGEST_EXPANSION = 1_000_000
"""Nodes that one document may have once its aliases are written out; more is refused as an alias bomb."""

_TEMPLATE_MARKS = ("{{", "<%", "{%")


class Document(Struct, frozen=True):
    """One YAML document: its root node, and the scope that its path gives it."""

    root: str
    file: str
    node: Node
    scope: Scope = EVERYWHERE


class Entry(Struct, frozen=True, gc=False):
    """One key of a mapping; `at` is the node whose place the entry has: its own, or the one that uses an alias."""

    key: str
    key_node: Node
    value: Node
    at: Node


class _Parser(CParser):  # type: ignore[misc]
    """libyaml's composer with tag resolution switched off: a scalar stays text."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> None:
        return None

    def descend_resolver(self, parent: Any, index: Any) -> None:
        return None

    def ascend_resolver(self) -> None:
        return None


def documents(text: str, root: str, file: str, scope: Scope = EVERYWHERE) -> Iterator[Document | Problem]:
    """Every document of a YAML or JSON text; what cannot be read becomes a Problem with its place.

    After an error, reading goes on at the next line that starts with `---`.
    """
    aliased = "&" in text and "*" in text
    start = 0
    while True:
        parser = _Parser("\n" * start + _after(text, start) if start else text)
        try:
            while parser.check_node():
                node = parser.get_node()
                refusal = _expansion_refusal(node) if aliased else ""
                if refusal:
                    yield Problem(place_of(node, root, file), refusal, fatal=True)
                elif node is not None:
                    yield Document(root, file, node, scope)
            return
        except yaml.MarkedYAMLError as error:
            problem = _problem(error, text, root, file)
            yield problem
            start = _next_document(text, max(problem.place.line, start + 1))
        except yaml.YAMLError as error:
            yield _unreadable_character(error, text, root, file)
            return
        if not start:
            return


def _after(text: str, lines: int) -> str:
    return "".join(text.splitlines(keepends=True)[lines:])


def _next_document(text: str, after_line: int) -> int:
    """The number of lines before the next `---` that follows line `after_line`, or 0."""
    for index, line in enumerate(text.splitlines()):
        if index >= after_line and line.startswith("---"):
            return index
    return 0


def _problem(error: yaml.MarkedYAMLError, text: str, root: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    template = _template_line(text)
    if template:
        place = Place(root, file, template[0], template[1])
        return Problem(place, f"cannot read: template ({template[2]}); check its rendered output instead", fatal=True)
    return Problem(Place(root, file, line, column), f"not YAML: {_plain(error)}", fatal=True)


def _plain(error: yaml.MarkedYAMLError) -> str:
    words = str(error.problem or error.context or "unreadable")
    if "cannot start any token" in words and "\\t" in words:
        return "a tab where spaces are expected; indent with spaces"
    if error.context and error.problem:
        return f"{error.problem} {error.context}"
    return words


def _unreadable_character(error: yaml.YAMLError, text: str, root: str, file: str) -> Problem:
    for number, line in enumerate(text.split("\n"), start=1):
        for column, character in enumerate(line, start=1):
            if not (character.isprintable() or character in "\t\r\x85\ufeff" or character > "\x9f"):
                reason = f"not YAML: the control character U+{ord(character):04X} is not allowed"
                return Problem(Place(root, file, number, column), reason, fatal=True)
    return Problem(Place(root, file, 1, 1), f"not YAML: {str(error).splitlines()[0]}", fatal=True)


def _template_line(text: str) -> tuple[int, int, str] | None:
    for number, line in enumerate(text.splitlines(), start=1):
        for mark in _TEMPLATE_MARKS:
            if mark in line and not line.lstrip().startswith("#"):
                return number, line.index(mark) + 1, mark
    return None


def _expansion_refusal(top: Node | None) -> str:
    """Why the document must not be walked: it contains itself, or is too large once its aliases are written out."""
    sizes: dict[int, int] = {}
    under_way: set[int] = set()
    stack: list[tuple[Node, bool]] = [(top, False)] if top is not None else []
    while stack:
        node, finished = stack.pop()
        key = id(node)
        if finished:
            under_way.discard(key)
            sizes[key] = 1 + sum(sizes[id(part)] for part in _parts(node))
            if sizes[key] > LARGEST_EXPANSION:
                return f"an alias bomb: more than {LARGEST_EXPANSION:,} values once its aliases are written out"
            continue
        if key in sizes:
            continue
        if key in under_way:
            return "a value that contains itself through an alias"
        under_way.add(key)
        stack.append((node, True))
        for part in _parts(node):
            if id(part) in under_way:
                return "a value that contains itself through an alias"
            stack.append((part, False))
    return ""


def _parts(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def text_of(node: Node) -> str | None:
    """The scalar's text as typed (an unquoted `!=` is text, not a tag), or None where the node is no scalar."""
    if type(node) is not ScalarNode:
        return None
    if node.tag is not None and not node.value and node.tag.startswith("!="):
        return str(node.tag)
    return str(node.value)


def place_of(node: Node, root: str, file: str) -> Place:
    """Line and column of a node, both from 1."""
    mark = node.start_mark
    return Place(root, file, mark.line + 1, mark.column + 1)


def entries(node: Node, duplicates: list[tuple[Node, str]] | None = None) -> list[Entry]:
    """The entries of a mapping in order, merge keys resolved; own keys win over merged ones.

    A repeated key keeps its first value and is appended to `duplicates`. An entry whose value is an alias, or that
    comes from a merge, has the place of the entry that uses it.
    """
    if type(node) is not MappingNode:
        return []
    result: list[Entry] = []
    seen: set[str] = set()
    merges: list[tuple[Node, Node]] = []
    for key_node, value in node.value:
        key = text_of(key_node)
        if key is None:
            key = "?"
        elif key == "<<":
            merges.append((key_node, value))
            continue
        if key in seen:
            if duplicates is not None:
                duplicates.append((key_node, key))
            continue
        seen.add(key)
        mark = value.start_mark
        aliased = mark.index < key_node.start_mark.index
        result.append(Entry(key, key_node, value, key_node if aliased else value))
    for key_node, value in merges:
        _merge(result, seen, key_node, value)
    return result


def _merge(result: list[Entry], seen: set[str], using: Node, value: Node) -> None:
    for source in value.value if isinstance(value, SequenceNode) else [value]:
        for entry in entries(source):
            if entry.key not in seen:
                seen.add(entry.key)
                result.append(Entry(entry.key, using, entry.value, using))


def child(node: Node | None, *path: str) -> Node | None:
    """The value under a path of keys, merge keys included; None where the path is absent."""
    for key in path:
        if node is None:
            return None
        for entry in entries(node):
            if entry.key == key:
                node = entry.value
                break
        else:
            return None
    return node


def items(node: Node | None) -> list[Node]:
    """The items of a sequence; empty for anything else."""
    return list(node.value) if isinstance(node, SequenceNode) else []
