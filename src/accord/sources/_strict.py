"""Reading as Prometheus' programs do: an unknown key, a wrong type or a key said twice costs the whole file."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from accord.model.fact import PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._prometheus_duration import parse_prometheus_duration
from accord.sources._yaml import (
    NULLS,
    Document,
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    is_null,
    members,
    text_of,
)

_SHOWN = 60
_PROMISES, _PLATFORM = Stance.PROMISES, Layer.PLATFORM  # looking one up takes twice as long as making a fact
MOST_PROBLEMS = 50
"""Reasons why one document is refused that are told; by then nobody doubts it."""


class Strict:
    """Walks one document and collects what is refused, each reason between the words `before` and `after`.

    `at` is the place of everything where the text has none of its own.
    """

    def __init__(self, document: Document, before: str = "", after: str = "", at: Place | None = None) -> None:
        self.document, self.before, self.after, self.at = document, before, after, at
        self.problems: list[Problem] = []
        self.refused = False

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        if self.at is not None:
            return self.at
        mark, document = node.mark or node, self.document
        return Place(document.root, document.file, mark.line + 1, mark.column + 1)

    def refuse(self, node: Node, reason: str) -> None:
        """Notes why the document cannot be used."""
        self.refused = True
        problem = Problem(self.place(node), f"{self.before}{reason}{self.after}", fatal=True)
        if problem not in self.problems and len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def members(self, node: Node | None, what: str) -> dict[str, Entry]:
        """The members of a map by name, each once; empty where it is absent, null or refused."""
        if type(node) is not MappingNode:
            if node is not None and not is_null(node):
                self.refuse(node, f"{what}: expected a map, read {shown(node)}")
            return {}
        plain: dict[str, Entry] = {}
        for entry in node.value:  # a comprehension is a call more, and maps are small
            plain[entry.key] = entry
        if len(plain) == len(node.value) and "<<" not in plain:
            return plain
        repeated: list[tuple[Node, str]] = []
        found = members(node, repeated)
        for key_node, key in repeated:
            self.refuse(key_node, f"{key} stands a second time in {what}")
        return found

    def sequence(self, entry: Entry | None, what: str) -> list[Node]:
        """The items of a list; empty where it is absent, null or refused."""
        if entry is None or is_null(entry.value):
            return []
        if type(entry.value) is not SequenceNode:
            self.refuse(entry.value, f"{what}: expected a list, read {shown(entry.value)}")
            return []
        return list(entry.value.value)


class Stating(Strict):
    """Collects the facts of one document; after a refusal it has none of them.

    `whole` is what is not loaded then, in words: `file` or `object`.
    """

    def __init__(self, document: Document, format_: str, program: str, whole: str = "file") -> None:
        super().__init__(document, after=f"; {program} loads nothing of this {whole}")
        self.format = format_
        self.facts: list[Fact] = []

    @property
    def found(self) -> Iterable[Fact | Problem]:
        """Every fact, or, where anything is refused, what is."""
        return self.problems if self.refused else [*self.facts, *self.problems] if self.problems else self.facts

    def note(self, node: Node, reason: str) -> None:
        """Notes what is wrong and costs nothing but itself."""
        self.problems.append(Problem(self.place(node), reason))

    # ------------------------------------------------------------------ shapes

    def fields(self, node: Node | None, what: str, known: Iterable[str] = (), ending: str = "\n") -> dict[str, Entry]:
        """The members of a map by name; one that is not among `known`, where any are given, nor ends so, is refused."""
        found = self.members(node, what)
        if known and not (known := frozenset(known)).issuperset(found):
            for key in found:
                if key not in known and not key.endswith(ending):
                    self.refuse(found[key].key_node, _unknown(key, what, known))
        return found

    def text(self, entry: Entry | None, what: str) -> str:
        """The text of a scalar; empty where it is absent or null."""
        if entry is None:
            return ""
        node = entry.value
        if type(node) is not ScalarNode or node.tag is not None:
            return self.scalar(node, what)
        text: str = node.value
        return text if node.style or text not in NULLS else ""

    def scalar(self, node: Node, what: str) -> str:
        """The text of a node; empty where it is null, or refused."""
        if type(node) is ScalarNode and node.style and node.tag is None:
            return str(node.value)
        text = text_of(node)
        if text is None:
            self.refuse(node, f"{what}: expected one value, read {shown(node)}")
            return ""
        return "" if is_null(node) else text

    def parsed(self, entry: Entry | None, what: str, parse: Callable[[str], Any]) -> tuple[Any, str] | None:
        """The value of a scalar with its text; None where it is absent, null or refused."""
        if entry is None:
            return None
        text = self.text(entry, what)
        if not text and is_null(entry.value):
            return None
        try:
            return parse(text), text
        except Refused as refusal:
            self.refuse(entry.value, f"{what}: {refusal}")
            return None

    def duration(self, entry: Entry | None, what: str) -> tuple[int, str] | None:
        """Nanoseconds, and as typed; None where it is absent, null or refused."""
        return self.parsed(entry, what, parse_prometheus_duration)

    # ------------------------------------------------------------------ facts

    def say(self, party: str, term: str, value: Any, text: str, place: Place, scope: Scope | None = None) -> None:
        """Adds what the party says of itself."""
        self.facts.append(
            Fact(
                party,
                _PROMISES,
                "",
                party,
                PARTY,
                term,
                value,
                text,
                place,
                _PLATFORM,
                self.document.scope if scope is None else scope,
                self.format,
            )
        )


def shown(node: Node) -> str:
    """A node in the words of a message."""
    if type(node) is MappingNode:
        return "a map"
    if type(node) is SequenceNode:
        return "a list"
    return repr((text_of(node) or "")[:_SHOWN])


def _unknown(key: str, what: str, known: Iterable[str]) -> str:
    return f"{what}: unknown key {key!r}{is_meant(key, known)}"


def is_meant(name: str, known: Iterable[str]) -> str:
    """`; is team-a meant?`, or "" where no known name is near; ready to stand after a message."""
    near = get_close_matches(name, sorted(known), 1)
    return f"; is {near[0]} meant?" if near else ""
