"""Kubernetes objects as they stand in manifests: kind, namespace and name, lists opened, wrong shapes refused."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from accord.model.fact import Fact, Scope
from accord.model.problem import Problem, Refused
from accord.sources._yaml import (
    NULLS,
    Document,
    Entry,
    MappingNode,
    Node,
    ScalarNode,
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
    """One object of a manifest; `namespace` is empty where the manifest has none.

    `named` is where it says its name, or how the name begins that it will be given (`generateName`). `scope` is that of the
    document, and which definition of this object it is, should there be several. `party` is its local name,
    `kubernetes:shop/payments`, and `path` `shop/payments`, or `payments` where the manifest has no namespace.
    """

    version: str
    kind: str
    namespace: str
    name: str
    document: Document
    named: Entry
    scope: Scope
    party: str
    path: str


def _scope(document: Document, kind: str, path: str) -> Scope:
    node = document.node
    variant = (f"{VARIANT}{kind}/{path}", (f"{document.file}:{(node.mark or node).line + 1}",))
    return tuple(sorted((*document.scope, variant))) if document.scope else (variant,)


def opened(document: Document) -> Iterable[Document]:
    """The document, or, where it is a list of objects (`kind: List`), each of its items as a document."""
    return _opened(document) if kind_of(document)[1].endswith("List") else (document,)


def _opened(document: Document) -> Iterable[Document]:
    waiting, seen = [document], 0
    while waiting and seen < _MOST_LISTS:
        current = waiting.pop(0)
        seen += 1
        parts = _items(current)
        if parts is None:
            yield current
        else:
            waiting[:0] = [Document(current.root, current.file, part, current.scope, current.homes) for part in parts]


def _items(document: Document) -> list[Node] | None:
    if not kind_of(document)[1].endswith("List"):
        return None
    api, found = False, None
    for entry in document.node.value:
        if entry.key == "apiVersion":
            api = True
        elif entry.key == "items" and type(entry.value) is SequenceNode:
            found = list(entry.value.value)
    return found if api else None


def kind_of(document: Document) -> tuple[str, str]:
    """The `apiVersion` and `kind` of a document; empty where it has none."""
    node, seen = document.node, _last[0]
    if seen[0] is not node:  # every source asks, one document after another
        seen = _last[0] = (node, _kind_of(node))
    return seen[1]


_last: list[tuple[Node | None, tuple[str, str]]] = [(None, ("", ""))]
"""The node that was asked about last, and what it is."""


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
        top: dict[str, Node] = {}
        for entry in document.node.value if type(document.node) is MappingNode else ():
            top[entry.key] = entry.value
        self._top = top if len(top) == len(document.node.value) and "<<" not in top else None
        self._children: dict[str, dict[str, Entry]] = {}

    @property
    def found(self) -> Iterable[Fact | Problem]:
        """Everything collected."""
        return (*self.facts, *self.problems) if self.problems else self.facts

    def refuse(self, node: Node, what: str, reason: str) -> None:
        """Notes that `what` cannot be read."""
        place = place_of(node, self.document.root, self.document.file)
        problem = Problem(place, f"cannot read {what}: {reason}")
        if problem not in self.problems:
            self.problems.append(problem)

    def object(self) -> Object | None:
        """Which object this is; None, with a problem, where it has no plain name; of a job the beginning of one will do."""
        version, kind = kind_of(self.document)
        metadata = self.children("metadata")
        named = metadata.get("name") or (metadata.get("generateName") if version.startswith("batch/") else None)
        name = self.text(named, f"the name of this {kind}")
        within = metadata.get("namespace")
        namespace = self.text(within, f"the namespace of this {kind}")
        if name is not None and "<" in name and _PLACEHOLDER.search(name):
            at = metadata["name"].at if "name" in metadata else self.document.node
            self.refuse(at, f"the name of this {kind}", _template("<"))
            return None
        if named is None or name is None or (namespace is None and _is_said(within)):
            if not self.problems:
                self.refuse(self.document.node, f"this {kind}", "it has no metadata.name")
            return None
        path, party = f"{namespace}/{name}" if namespace else name, f"kubernetes:{namespace or ''}/{name}"
        scope = _scope(self.document, kind, path)
        return Object(version, kind, namespace or "", name, self.document, named, scope, party, path)

    def top(self, key: str) -> Node | None:
        """What stands under a key of the document; None where it is absent."""
        return child(self.document.node, key) if self._top is None else self._top.get(key)

    def children(self, key: str) -> dict[str, Entry]:
        """The members of the map under a key of the document, by name; empty where it is absent or refused."""
        found = self._children.get(key)
        if found is None:
            node = child(self.document.node, key) if self._top is None else self._top.get(key)
            found = self._children[key] = self.members(node, key)
        return found

    def members(self, node: Node | None, what: str) -> dict[str, Entry]:
        """The members of a map, by name; empty where it is absent, null or refused."""
        if type(node) is MappingNode:
            found: dict[str, Entry] = {}
            for entry in node.value:  # a comprehension is a call more, and maps are small
                found[entry.key] = entry
            if len(found) == len(node.value) and "<<" not in found and "?" not in found:
                return found
        return {} if node is None or is_null(node) else self._odd_members(node, what)

    def _odd_members(self, node: Node, what: str) -> dict[str, Entry]:
        """The same of a map with keys that are merged, said twice or no text, and of what is no map."""
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
        if entry is None:
            return []
        node = entry.value
        if type(node) is SequenceNode:
            return list(node.value)
        if not is_null(node):
            is_open = _is_template(node)
            self.refuse(node, what, _template("{{") if is_open else f"expected a list, read {shown(node)}")
        return []

    def text(self, entry: Entry | None, what: str) -> str | None:
        """The text of a scalar; None where it is absent, null or refused."""
        return None if entry is None else self.scalar(entry.value, what)

    def scalar(self, node: Node, what: str) -> str | None:
        """The text of a scalar node; None where it is null or refused."""
        if type(node) is not ScalarNode or node.tag is not None:
            return self._untemplated(node, text_of(node), what)
        text: str = node.value
        if "{" in text or "%" in text or "$" in text:  # each of the marks of a template has one of these
            return self._untemplated(node, text, what)
        return None if text in NULLS and not node.style else text

    def _untemplated(self, node: Node, text: str | None, what: str) -> str | None:
        """The text that a node has; None, and refused, where it has none, or is a template."""
        if text is None:
            is_open = _is_template(node)
            self.refuse(node, what, _template("{{") if is_open else f"expected one value, read {shown(node)}")
            return None
        mark = next((mark for mark in _TEMPLATE_MARKS if mark in text), None)
        if mark is not None:
            self.refuse(node, what, _template(mark))
        return text if mark is None else None

    def value(self, entry: Entry | None, what: str, parse: Callable[[str], Any]) -> tuple[Any, str] | None:
        """The parsed value of a scalar and its text; None where it is absent, null or refused."""
        text = None if entry is None else self.scalar(entry.value, what)
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
