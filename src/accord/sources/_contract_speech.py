"""The small readings that every key of a contract is made of: maps, scalars, lists, and what is refused in them."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

from accord.model.fact import Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._yaml import (
    Document,
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    entries,
    items,
    place_of,
    text_of,
)
from accord.sources.contract_keys import ASSUME_KEYS, OTHER_WORDS, PARTY_KEYS, PROMISE_KEYS, Key, parse_text

PROMISES, ASSUMES, _CODE = Stance.PROMISES, Stance.ASSUMES, Layer.CODE  # looking one up takes as long as making a fact


class Subject(Struct, frozen=True):
    """Who says it about what: the part of a fact that the terms of one operation share."""

    stance: Stance
    consumer: str
    provider: str
    operation: str


class Speech:
    """What one document says so far: its facts and problems; a refused value never stops the rest."""

    def __init__(self, document: Document) -> None:
        self.root, self.file = document.root, document.file
        self.scope = document.scope
        self.homes = document.homes
        self.is_scoped = True
        self.party = ""
        self.layer = _CODE
        self.facts: list[Fact] = []
        self.problems: list[Problem] = []

    # ------------------------------------------------------------------ small things

    def refuse(self, node: Node, reason: str) -> None:
        """Records what is wrong with a node, at its place."""
        self.problems.append(Problem(place_of(node, self.root, self.file), reason))

    def place(self, node: Node) -> Place:
        """Where the node stands."""
        mark = node.mark or node
        return Place(self.root, self.file, mark.line + 1, mark.column + 1)

    def add(self, subject: Subject, term: str, value: Any, text: str, at: Node) -> None:
        """Records one fact."""
        mark = at.mark or at
        self.facts.append(
            Fact(
                self.party,
                subject.stance,
                subject.consumer,
                subject.provider,
                subject.operation,
                term,
                value,
                text,
                Place(self.root, self.file, mark.line + 1, mark.column + 1),
                self.layer,
                self.scope,
            )
        )

    def entries(self, node: Node, expected: str) -> list[Entry]:
        """The entries of a map whose keys are those of the language; keys that begin with `x-` are the author's own."""
        if type(node) is MappingNode and _are_plain(tuple([entry.key for entry in node.value])):
            plain: list[Entry] = node.value
            return plain
        return [entry for entry in self.named(node, expected) if not entry.key.startswith("x-")]

    def named(self, node: Node, expected: str) -> list[Entry]:
        """The entries of a map whose keys are names; nothing where the value is empty or `unknown`."""
        if type(node) is not MappingNode:
            if text_of(node) not in ("", "unknown"):
                self.refuse(node, f"expected {expected}, read {shown(node)}")
            return []
        if len(node.value) == 1 and node.value[0].key != "<<":
            single: list[Entry] = node.value
            return single
        duplicates: list[tuple[Node, str]] = []
        found = entries(node, duplicates)
        for key_node, key in duplicates:
            self.refuse(key_node, f"the key {key} stands here a second time; one place per fact")
        return found

    def known(self, entry: Entry, table: dict[str, Key]) -> Key | None:
        """The key of the table that an entry has; an unknown one is refused."""
        key = table.get(entry.key)
        if key is None:
            self.refuse(
                entry.key_node,
                _elsewhere(entry.key, table) or f"unknown key {entry.key!r}{_suggestion(entry.key, table)}",
            )
        return key

    def scalar(self, node: Node, parse: Callable[[str], Any], name: str) -> tuple[Any, str] | None:
        """The parsed value and its text; None where it was refused or is `unknown`."""
        text = node.value if type(node) is ScalarNode and node.tag is None else self.odd_text(node, name)
        if not text:
            if text is not None:
                self.refuse(node, f"{name}: expected a value, read nothing; leave the key out where nothing is known")
            return None
        if text == "unknown":
            return None
        try:
            return parse(text), text
        except Refused as refusal:
            self.refuse(node, f"{name}: {_templated(text) or refusal}")
            return None

    def odd_text(self, node: Node, name: str) -> str | None:
        """The text of a node that is no plain scalar: an unquoted `!=` is text, anything else is refused."""
        text = text_of(node)
        if text is not None and text.startswith("!="):
            return text
        self.refuse(node, f"{name}: expected one value, read {shown(node)}")
        return None

    def name_of(self, entry: Entry, parse: Callable[[str], str]) -> str | None:
        """The name that a key is; None where it was refused, as reserved words are."""
        try:
            return parse(entry.key)
        except Refused as refusal:
            self.refuse(entry.key_node, f"name: {_templated(entry.key) or refusal}")
            return None

    def each(self, node: Node) -> list[Node]:
        """The items of a list, or the node itself."""
        return items(node) if type(node) is SequenceNode else [node]

    def texts(self, node: Node, name: str) -> list[tuple[str, Node]]:
        """The texts of a list, or of one scalar; `none` is no text."""
        found = [(self.scalar(item, parse_text, name), item) for item in self.each(node)]
        return [(text[0], item) for text, item in found if text]

    def parts(self, node: Node, table: tuple[Key, ...], name: str) -> dict[str, tuple[Any, str, Node]]:
        """The scalar and word-list members of a small map: value, text and node of each."""
        known, listed = _by_name(table)
        found: dict[str, tuple[Any, str, Node]] = {}
        for entry in self.entries(node, listed):
            key = known.get(entry.key) or self.known(entry, known)
            if key is None:
                continue
            value = self.value(key, entry.value, f"{name}.{key.name}")
            if value is not None:
                found[key.name] = (*value, entry.at)
        return found

    def value(self, key: Key, node: Node, name: str) -> tuple[Any, str] | None:
        """The value and text of a scalar or word list; None where it was refused or is unknown."""
        text = node.value if type(node) is ScalarNode else None
        if text == "none" and key.none:
            return NONE, "none"
        if text == "unknown" and "unknown" in key.grammar.split():
            return text, text
        if key.shape == "scalar":
            return self.scalar(node, parse_text if key.parse is str else key.parse, name)
        if text and text != "none" and node.tag is None:
            word = self.scalar(node, key.parse, name)
            return ((word[0],), word[1]) if word else None
        words = []
        for text, item in self.texts(node, name):
            parsed = self.scalar(item, key.parse, name)
            if parsed:
                words.append((parsed[0], text))
        if not words:
            return None
        return tuple(word for word, _ in words), ", ".join(text for _, text in words)


@lru_cache(maxsize=4096)
def _are_plain(keys: tuple[str, ...]) -> bool:
    """Whether these keys of a map are each there once, none of them merges another map, and none is the author's own."""
    return len(set(keys)) == len(keys) and "<<" not in keys and not any(key.startswith("x-") for key in keys)


@cache
def _by_name(table: tuple[Key, ...]) -> tuple[dict[str, Key], str]:
    """The keys of a small map by name, and what to say where no such map stands."""
    return {key.name: key for key in table}, f"a map of {' '.join(key.name for key in table)}"


def shown(node: Node) -> str:
    """What a node is, for a message."""
    if type(node) is MappingNode:
        return "a map"
    if type(node) is SequenceNode:
        return "a list"
    if node.tag is not None:
        return f"the YAML tag {node.tag}; tags have no meaning here"
    return repr(text_of(node))


def unknown_in(node: Node) -> list[Node]:
    """The node itself, or the values and items of values in its map, that are the word `unknown`."""
    values = [entry.value for entry in entries(node) if not entry.key.startswith("x-")]
    parts = [node, *values, *(item for value in values for item in items(value))]
    return [part for part in parts if text_of(part) == "unknown"]


def _templated(text: str) -> str:
    for mark in ("{{", "<%", "%{"):
        if mark in text:
            return f"cannot read: template ({mark}); check the rendered file instead"
    return ""


_PLACES = ((PROMISE_KEYS, "under promises"), (ASSUME_KEYS, "under assumes"), (PARTY_KEYS, "beside party"))


def _elsewhere(word: str, table: dict[str, Key]) -> str:
    """Where a key of the language belongs that stands at another place of it; "" for any other word."""
    here = next((place for keys, place in _PLACES if keys is table), "")
    there = [place for keys, place in _PLACES if word in keys]
    if not here or not there:
        return ""
    at = "in an operation " if there[0] != "beside party" else ""
    return f"the key {word!r} stands {at}{' or '.join(there)}, not {here}"


def _suggestion(word: str, table: dict[str, Key]) -> str:
    if word in OTHER_WORDS:
        return f"; Accord's word is {OTHER_WORDS[word]}"
    close = get_close_matches(word, table, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; expected one of {' '.join(table)}" if len(table) <= 12 else ""
