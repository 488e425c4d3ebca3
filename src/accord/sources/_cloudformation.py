"""Templates of CloudFormation, and of SAM, as they stand: resources, parameters, and what a value means before it is deployed.

A value is what is written, or the default of a parameter; what `Fn::If`, `Fn::ImportValue` and the like give is not known.
A local name is `cloudformation:<file>#<logical id>`.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct

from accord.model.fact import PARAMETER, PARTY, Fact, Layer, Stance
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._yaml import (
    Document,
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    child,
    entries,
    items,
    place_of,
    text_of,
)

FORMAT = "cloudformation"
_NUMBER = re.compile(r"\d{1,9}(?:\.0{1,9})?", re.ASCII)
_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]{1,255})(?:\.[A-Za-z0-9.]{1,255})?\}", re.ASCII)
_LAST_PART = re.compile(r"[A-Za-z0-9_-]{1,80}(?:\.fifo)?", re.ASCII)
_SHORT = re.compile(r"![A-Za-z0-9:]{1,64}", re.ASCII)


class Resource(Struct, frozen=True):
    """One resource: its logical id, its type, its properties, and where its id stands."""

    name: str
    type: str
    properties: Node | None
    at: Node


class Known(Struct, frozen=True):
    """A plain text that a value is, where it stands, and the parameter whose default it is ("" for none)."""

    text: str
    at: Node
    parameter: str = ""


class Template:
    """One template: what it holds, and what its values mean. Collects what it says and what it refuses."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.facts: list[Fact] = []
        self.problems: list[Problem] = []
        self.parameters = {entry.key: entry.value for entry in entries(child(document.node, "Parameters"))}
        self.resources = {resource.name: resource for resource in _resources(document.node)}

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, in the order of the template."""
        return (resource for resource in self.resources.values() if resource.type in types)

    def party(self, name: str) -> str:
        """The local name of a resource."""
        return f"{FORMAT}:{self.document.file}#{name}"

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return place_of(node, self.document.root, self.document.file)

    # ------------------------------------------------------------------ what a value means

    def known(self, entry: Entry | None) -> Known | None:
        """The text of a value, or that of the parameter it refers to; None where it is absent or worked out later."""
        if entry is None:
            return None
        function = _function(entry.value)
        if function is None:
            text = text_of(entry.value)
            return None if text is None or _is_later(text) else Known(text, entry.at)
        name = text_of(function[1]) if function[0] == "Ref" else None
        default = child(self.parameters.get(name or ""), "Default")
        text = text_of(default) if default is not None else None
        return None if name is None or text is None or _is_later(text) else Known(text, entry.at, name)

    def number(self, entry: Entry | None, what: str) -> tuple[int, Known] | None:
        """A whole number that is not negative; None where it is not known, and with a problem where it is none."""
        found = self.known(entry)
        if found is None or (found.parameter and not _NUMBER.fullmatch(found.text)):
            return None
        if not _NUMBER.fullmatch(found.text):
            self.refuse(found.at, what, f"expected a whole number, read {found.text[:80]!r}")
            return None
        return int(found.text.partition(".")[0]), found

    def target(self, node: Node | None) -> str:
        """The logical id of the resource that a value (its name, ARN or address) means; "" where that is not known."""
        if node is None:
            return ""
        function = _function(node)
        if function is None:
            return self._named(text_of(node) or "")
        name, argument = function
        text = text_of(argument) or ""
        if name == "Ref":
            found = text
        elif name == "Fn::GetAtt":
            parts = items(argument)
            found = (text_of(parts[0]) or "") if parts else text.partition(".")[0]
        elif name == "Fn::Sub":
            found = self._in_text(text if not items(argument) else "")
        else:
            found = ""
        return found if found in self.resources else ""

    def inside(self, node: Node | None, passed_over: Callable[[str, Node], bool] | None = None) -> set[str]:
        """Every resource that is referred to anywhere inside a value, but for the members that are passed over."""
        found: set[str] = set()
        stack = [node] if node is not None else []
        while stack:
            current = stack.pop()
            function = _function(current)
            if function is not None:
                found.add(self.target(current))
                found.update(_IN_TEXT.findall(text_of(function[1]) or ""))
            stack += _parts(current, passed_over)
        return found & self.resources.keys()

    @cached_property
    def is_part(self) -> bool:
        """Whether the file is joined with others before it is deployed: it refers to what stands in none of its parts.

        What is absent here may then stand elsewhere.
        """
        keys = {entry.key for entry in entries(self.document.node)}
        if keys.isdisjoint(("AWSTemplateFormatVersion", "Transform")):
            return True
        own = (*self.resources, "Serverless", "AWS")
        known = self.parameters.keys()
        stack = [resource.properties for resource in self.resources.values() if resource.properties is not None]
        while stack:
            node = stack.pop()
            name = _referred(node)
            if name and name not in known and not name.startswith(own):
                return True
            stack += _parts(node, None)
        return False

    def _in_text(self, text: str) -> str:
        """The one resource of this template that a text with `${...}` is about, by its last part."""
        last = _last_part(text)
        whole = _IN_TEXT.fullmatch(last)
        if whole:
            return str(whole[1])
        return self._named(text) if "${" not in last else ""

    def _named(self, text: str) -> str:
        """The queue whose own name ends an ARN or an address that is written out."""
        last = _last_part(text)
        if last == text or not _LAST_PART.fullmatch(last):
            return ""
        named = self.queues_named.get(last, [])
        return named[0] if len(named) == 1 else ""

    @cached_property
    def queues_named(self) -> dict[str, list[str]]:
        """The queues by the name that each is given, as it is written."""
        found: dict[str, list[str]] = {}
        for queue in self.of_type("AWS::SQS::Queue"):
            written = child(queue.properties, "QueueName")
            text = text_of(written) if written is not None else None
            if text:
                found.setdefault(text, []).append(queue.name)
        return found

    # ------------------------------------------------------------------ what is said

    def say(
        self,
        party: str,
        term: str,
        value: object,
        text: str,
        at: Node,
        operation: str = PARTY,
        layer: Layer = Layer.PLATFORM,
        consumer: str = "",
        parameter: str = "",
        says: str = "",
    ) -> None:
        """Adds one fact: what `consumer`, or without one the party itself, says."""
        stance = Stance.ASSUMES if consumer else Stance.PROMISES
        version = f"{PARAMETER}{parameter}" if parameter else ""
        who = says or consumer or party
        place, scope = self.place(at), self.document.scope
        self.facts.append(
            Fact(who, stance, consumer, party, operation, term, value, text, place, layer, scope, FORMAT, version)
        )

    def refuse(self, node: Node, what: str, reason: str) -> None:
        """Notes that `what` cannot be read."""
        problem = Problem(self.place(node), f"cannot read {what}: {reason}")
        if problem not in self.problems:
            self.problems.append(problem)


_NOTHING = ScalarNode("", 0, 0)


def properties(node: Node | None) -> dict[str, Entry]:
    """The members of a map by name; empty where it is none or is worked out later (`Fn::If`)."""
    if type(node) is not MappingNode or _function(node) is not None:
        return {}
    return {entry.key: entry for entry in entries(node)}


def is_later(entry: Entry | None) -> bool:
    """Whether a value is worked out by a function, so that it may be absent as well (`AWS::NoValue`)."""
    return entry is not None and _function(entry.value) is not None


def _resources(root: Node) -> Iterator[Resource]:
    for entry in entries(child(root, "Resources")):
        kind = text_of(child(entry.value, "Type") or _NOTHING) or ""
        if kind:
            yield Resource(entry.key, kind, child(entry.value, "Properties"), entry.key_node)


def _function(node: Node) -> tuple[str, Node] | None:
    """The function that a node calls, in its full name, and its argument: `!Ref X`, `{Ref: X}`, `!GetAtt X.Arn`."""
    tag = node.tag
    if isinstance(tag, str) and _SHORT.fullmatch(tag):
        return ("Ref" if tag == "!Ref" else f"Fn::{tag[1:]}"), node
    if type(node) is MappingNode and len(node.value) == 1:
        key = node.value[0].key
        if key == "Ref" or key.startswith("Fn::"):
            return key, node.value[0].value
    return None


def _referred(node: Node) -> str:
    """The name that `Ref` or `Fn::GetAtt` refers to; "" for any other node, or where that is worked out."""
    function = _function(node)
    if function is None or function[0] not in ("Ref", "Fn::GetAtt"):
        return ""
    parts = items(function[1])
    text = text_of(parts[0] if parts else function[1]) or ""
    return text.partition(".")[0]


def _is_later(text: str) -> bool:
    """Whether a text is filled in at deployment or by another tool before it."""
    return "{{" in text or "${" in text or "<%" in text


def _last_part(text: str) -> str:
    """What follows the last `:` or `/` outside of braces: of an ARN or an address the name of the resource."""
    outside = re.sub(r"\$\{[^}]{0,255}\}", lambda found: "x" * len(found[0]), text)
    return text[max(outside.rfind(":"), outside.rfind("/")) + 1 :]


def _parts(node: Node, passed_over: Callable[[str, Node], bool] | None) -> list[Node]:
    if type(node) is MappingNode:
        pairs = node.value
        if passed_over is not None:
            pairs = [(key, value) for key, value in pairs if not passed_over(text_of(key) or "", node)]
        return [part for pair in pairs for part in pair]
    return list(node.value) if type(node) is SequenceNode else []
