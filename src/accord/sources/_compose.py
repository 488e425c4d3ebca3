"""Composing nodes by libyaml, and what a document may not be: too deep, too large, a circle, a template.

libyaml's composer calls itself for every level, so a text that may nest deeply is composed under a guard.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from yaml._yaml import CParser
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from accord.sources._compose_events import composed_from_events
from accord.sources._refusals import Refusal, Unbounded, template_reason

DEEPEST = 1_000
"""Levels that a document may nest; one of few brackets, which no guard needs to watch, may nest somewhat deeper."""

MOST_VALUES = 2_000_000
"""Values that one document may hold; each takes some 500 bytes of memory while it is read."""

FEW_BRACKETS = 4 * DEEPEST
"""Those that open, up to which no guard watches over a text."""

LARGEST = 2 * MOST_VALUES
"""Characters up to which a text cannot hold too many values."""

LARGEST_EXPANSION = 250_000
"""Values that the aliases of one document may add once they are written out; more is refused as an alias bomb."""

MOST_DIRECTIVES = 100
"""Lines that begin with %; libyaml compares each with all before it."""

_DEEP_INDENT = re.compile(rf"\n[ ?:\-]{{{DEEPEST // 2}}}")
_BOUNDARY = re.compile(r"^---(?=\s)", re.MULTILINE)
_ANCHOR = re.compile(r"&(?<![^\s\[{,:]&)[^\s,\[\]{}]")
_ALIAS = re.compile(r"\*(?<![^\s\[{,:]\*)[^\s,\[\]{}]")


class _Parser(CParser):
    """libyaml's composer with tag resolution switched off: a scalar stays text."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> None:
        return None

    def descend_resolver(self, parent: Any, index: Any) -> None:
        return None

    def ascend_resolver(self) -> None:
        return None


class _GuardedParser(_Parser):
    """The same, counting levels and values; slower by a third."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        self.depth = self.values = 0

    def descend_resolver(self, parent: Any, index: Any) -> None:
        self.depth += 1
        self.values += 1
        if parent is None:
            self.depth = self.values = 1
        elif self.depth > DEEPEST:
            raise Unbounded(f"nested more than {DEEPEST:,} deep", parent.start_mark)
        elif self.values > MOST_VALUES:
            raise Unbounded(f"more than {MOST_VALUES:,} values in one document", parent.start_mark)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def composed(text: str) -> Iterator[Node]:
    """The root node of each document; raises yaml.YAMLError, or UnicodeEncodeError for half a surrogate pair."""
    parser = (_GuardedParser if may_be_unbounded(text) else _Parser)(text)
    if "%" in text and text.count("\n%") > MOST_DIRECTIVES:
        raise Unbounded(f"more than {MOST_DIRECTIVES} lines that begin with %", None)
    given = 0
    try:
        while parser.check_node():
            node = parser.get_node()
            if node is not None:
                yield node
                given += 1
    except ComposerError as error:
        if "duplicate anchor" not in str(error.context):
            raise
        yield from islice(composed_from_events(_GuardedParser(text)), given, None)


def may_be_unbounded(text: str) -> bool:
    """Whether this text can nest too deeply, or hold too many values, at all."""
    if len(text) <= FEW_BRACKETS:
        return False
    if len(text) > LARGEST or text.count("\r") != text.count("\r\n"):
        return True
    if _DEEP_INDENT.search(text) or not text[: DEEPEST // 2].strip(" ?:-"):
        return True
    if text.count("[") + text.count("{") <= FEW_BRACKETS:
        return False
    return any(part.count("[") + part.count("{") > FEW_BRACKETS for part in _BOUNDARY.split(text))


def content_check(text: str) -> Callable[[Node], Refusal | None] | None:
    """What to ask of each document of this text, or None where nothing needs asking."""
    aliased = "&" in text and "*" in text and _ANCHOR.search(text) and _ALIAS.search(text)
    templated = _may_be_template(text)
    if not aliased and not templated:
        return None

    def check(top: Node) -> Refusal | None:
        refusal = _expansion_refusal(top) if aliased else None
        return refusal or (_template_refusal(top) if templated else None)

    return check


def may_be_refused(text: str) -> bool:
    """Whether a document without directives that libyaml's parser reads to its end, and that is not unbounded, can be refused all the same."""
    return _may_have_alias(text) or _may_be_template(text)


def _may_have_alias(text: str) -> bool:
    return "*" in text and any(_may_begin(text, found.start()) for found in _ALIAS.finditer(text))


def _may_begin(text: str, position: int) -> bool:
    """Whether a value can begin here, by what stands before it."""
    before = position - 1
    while before >= 0 and text[before] in " \t":
        before -= 1
    return before < 0 or text[before] in ":,?[{-\r\n"


def _may_be_template(text: str) -> bool:
    return "<%" in text or _begins_with_braces(text)


def _begins_with_braces(text: str) -> bool:
    """Whether `{{` stands anywhere where a value can begin."""
    found = text.find("{{")
    while found >= 0:
        if _may_begin(text, found):
            return True
        found = text.find("{{", found + 1)
    return False


def _refused(node: Node, reason: str, template: bool = False) -> Refusal:
    mark = node.start_mark
    return Refusal(mark.line + 1, mark.column + 1, reason, mark.index, template)


def _template_refusal(top: Node) -> Refusal | None:
    """Why the document is no statement: `{{ x }}` is a map in a map to YAML, `<%= x %>` a text."""
    stack = [top]
    while stack:
        node = stack.pop()
        if type(node) is ScalarNode:
            if not node.style and "<%" in node.value:
                return _refused(node, template_reason("<%"), template=True)
            continue
        if type(node) is MappingNode and node.value:
            inner = node.value[0][0]
            if type(inner) is MappingNode and inner.start_mark.index == node.start_mark.index + 1 and inner.flow_style:
                return _refused(node, template_reason("{{"), template=True)
        stack += reversed(_parts(node))
    return None


def _expansion_refusal(top: Node) -> Refusal | None:
    """Why the document must not be walked: it contains itself, or is too large or deep once its aliases are written out."""
    sizes: dict[int, int] = {}
    depths: dict[int, int] = {}
    under_way: set[int] = set()
    stack: list[tuple[Node, bool]] = [(top, False)]
    while stack:
        node, finished = stack.pop()
        key = id(node)
        parts = _parts(node)
        if finished:
            under_way.discard(key)
            sizes[key] = 1 + sum(sizes[id(part)] for part in parts)
            depths[key] = 1 + max((depths[id(part)] for part in parts), default=0)
            if sizes[key] > LARGEST_EXPANSION + len(sizes):
                reason = f"an alias bomb: its aliases, written out, add more than {LARGEST_EXPANSION:,} values"
                return _refused(node, f"cannot read: {reason}")
            if depths[key] > DEEPEST:
                return _refused(
                    node, f"cannot read: nested more than {DEEPEST:,} deep once its aliases are written out"
                )
        elif key in under_way:
            return _refused(node, "cannot read: a value that contains itself through an alias")
        elif key not in sizes:
            under_way.add(key)
            stack.append((node, True))
            stack += [(part, False) for part in parts]
    return None


def _parts(node: Node) -> list[Node]:
    if type(node) is MappingNode:
        return [part for pair in node.value for part in pair]
    return node.value if type(node) is SequenceNode else []
