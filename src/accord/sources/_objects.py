"""Kubernetes objects as they stand in manifests: kind, namespace and name, lists opened, wrong shapes refused."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from accord.model.fact import Fact, Scope
from accord.model.problem import Problem, Refused
from accord.sources._yaml import (
    Document,
    Entry,
    MappingNode,
    Node,
    SequenceNode,
    child,
    is_null,
    members,
    place_of,
    text_of,
)

VARIANT = "variant:"
"""Scope dimension of every fact of an object, until it is known whether the object is defined elsewhere too."""
_PLACEHOLDER = re.compile(r"<[^<>]*>")
"""What stands for a name in a text that is to be filled in by hand: `<NAME>`; no object can be called so."""
_TEMPLATE_MARKS = ("{{", "<%", "%{", "{%", "${", "$(")
_MOST_LISTS = 100_000


class Object(Struct, frozen=True):
    """One object of a manifest; `namespace` is empty where the manifest has none."""

    version: str
    kind: str
    namespace: str
    name: str
    document: Document

    @property
    def party(self) -> str:
        """Its local name, `kubernetes:shop/payments`."""
        return f"kubernetes:{self.namespace}/{self.name}"

    @property
    def path(self) -> str:
        """`shop/payments`, or `payments` where the manifest has no namespace."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def scope(self) -> Scope:
        """The scope of the document, and which definition of this object it is, should there be several."""
        line = self.document.node.start_mark.line + 1
        variant = (f"{VARIANT}{self.kind}/{self.path}", (f"{self.document.file}:{line}",))
        return tuple(sorted((*self.document.scope, variant)))


def opened(document: Document) -> Iterable[Document]:
    """The document, or, where it is a list of objects (`kind: List`), each of its items as a document."""
    return (document,) if _items(document.node) is None else _opened(document)


def _opened(document: Document) -> Iterator[Document]:
    waiting, seen = [document], 0
    while waiting and seen < _MOST_LISTS:
        current = waiting.pop(0)
        seen += 1
        parts = _items(current.node)
        if parts is None:
            yield current
        else:
            waiting[:0] = [Document(current.root, current.file, part, current.scope, current.homes) for part in parts]


def _items(node: Node) -> list[Node] | None:
    if type(node) is not MappingNode or "items" not in [entry.key for entry in node.value]:
        return None
    kind = api = False
    found = None
    for entry in node.value:
        key, value = entry.key, entry.value
        if key == "kind":
            kind = (text_of(value) or "").endswith("List")
        elif key == "apiVersion":
            api = True
        elif key == "items" and type(value) is SequenceNode:
            found = list(value.value)
    return found if kind and api else None


def kind_of(document: Document) -> tuple[str, str]:
    """The `apiVersion` and `kind` of a document; empty where it has none."""
    node = document.node
    if node is not _last.node:  # every source asks, one document after another
        _last.kind, _last.node = _kind_of(node), node
    return _last.kind


class _Last:
    """The node that was asked about last, and what it is."""

    node: Node | None = None
    kind: tuple[str, str] = ("", "")


_last = _Last()


def _kind_of(node: Node) -> tuple[str, str]:
    version = kind = ""
    if type(node) is MappingNode:
        for entry in node.value:
            if entry.key == "apiVersion":
                version = text_of(entry.value) or ""
            elif entry.key == "kind":
                kind = text_of(entry.value) or ""
    return version, kind


class Reader:
    """Walks one object, collecting facts and problems; what has the wrong shape is refused with its place."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.facts: list[Fact] = []
        self.problems: list[Problem] = []

    @property
    def found(self) -> Iterable[Fact | Problem]:
        """Everything collected."""
        return (*self.facts, *self.problems)

    def refuse(self, node: Node, what: str, reason: str) -> None:
        """Notes that `what` cannot be read."""
        place = place_of(node, self.document.root, self.document.file)
        problem = Problem(place, f"cannot read {what}: {reason}")
        if problem not in self.problems:
            self.problems.append(problem)

    def object(self) -> Object | None:
        """Which object this is; None, with a problem, where it has no plain name; of a job the beginning of one will do."""
        version, kind = kind_of(self.document)
        metadata = self.children(self.document.node, "metadata")
        given = metadata.get("generateName") if version.startswith("batch/") else None
        name = self.text(metadata.get("name") or given, f"the name of this {kind}")
        namespace = self.text(metadata.get("namespace"), f"the namespace of this {kind}")
        if name is not None and _PLACEHOLDER.search(name):
            at = metadata["name"].at if "name" in metadata else self.document.node
            self.refuse(at, f"the name of this {kind}", _template("<"))
            return None
        if name is None or (namespace is None and _is_said(metadata.get("namespace"))):
            if not self.problems:
                self.refuse(self.document.node, f"this {kind}", "it has no metadata.name")
            return None
        return Object(version, kind, namespace or "", name, self.document)

    def children(self, node: Node | None, key: str, what: str = "") -> dict[str, Entry]:
        """The members of the map under `key`, by name; empty where it is absent or refused."""
        return self.members(child(node, key), what or key)

    def members(self, node: Node | None, what: str) -> dict[str, Entry]:
        """The members of a map, by name; empty where it is absent, null or refused."""
        if node is None or is_null(node):
            return {}
        if type(node) is not MappingNode:
            self.refuse(node, what, f"expected a map, read {shown(node)}")
            return {}
        if _is_template(node):
            self.refuse(node, what, _template("{{"))
            return {}
        repeated: list[tuple[Node, str]] = []
        found = members(node, repeated)
        for key_node, key in repeated:
            self.refuse(key_node, f"{what}.{key}", "it stands here a second time, so neither is read")
            found.pop(key, None)
        return found

    def sequence(self, entry: Entry | None, what: str) -> list[Node]:
        """The items of a list; empty where it is absent, null or refused."""
        if entry is None or is_null(entry.value):
            return []
        if type(entry.value) is not SequenceNode:
            self.refuse(
                entry.value,
                what,
                _template("{{") if _is_template(entry.value) else f"expected a list, read {shown(entry.value)}",
            )
            return []
        return list(entry.value.value)

    def text(self, entry: Entry | None, what: str) -> str | None:
        """The text of a scalar; None where it is absent, null or refused."""
        return None if entry is None else self.scalar(entry.value, what)

    def scalar(self, node: Node, what: str) -> str | None:
        """The text of a scalar node; None where it is null or refused."""
        if is_null(node):
            return None
        text = text_of(node)
        if text is None:
            self.refuse(
                node, what, _template("{{") if _is_template(node) else f"expected one value, read {shown(node)}"
            )
            return None
        for mark in _TEMPLATE_MARKS:
            if mark in text:
                self.refuse(node, what, _template(mark))
                return None
        return text

    def value(self, entry: Entry | None, what: str, parse: Callable[[str], Any]) -> tuple[Any, str] | None:
        """The parsed value of a scalar and its text; None where it is absent, null or refused."""
        text = self.text(entry, what)
        if entry is None or text is None:
            return None
        try:
            return parse(text), text
        except Refused as refusal:
            self.refuse(entry.value, what, str(refusal))
            return None


def _is_said(entry: Entry | None) -> bool:
    return entry is not None and not is_null(entry.value)


def _is_template(node: Node) -> bool:
    """Whether an unquoted `{{ .Values.x }}` stands here, which YAML reads as a map whose key is a map."""
    return type(node) is MappingNode and bool(node.value) and type(node.value[0].typed) is MappingNode


def _template(mark: str) -> str:
    return f"template ({mark}); check the rendered manifest instead"


def shown(node: Node) -> str:
    """A node in the words of a message."""
    if type(node) is MappingNode:
        return "a map"
    if type(node) is SequenceNode:
        return "a list"
    return repr(text_of(node))
