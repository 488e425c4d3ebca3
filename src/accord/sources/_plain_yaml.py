"""The plain part of YAML, line by line: what nearly every configuration file is written in, in a third of libyaml's time.

Gives the very nodes that libyaml composes, or gives the whole text up: to keys and lists in blocks, scalars on one line,
blocks of text, lists and maps on one line, comments and `---`. Anchors, aliases, tags, texts over several lines, tabs
outside blocks of text, and all that is wrong, are left to libyaml, which also has the words for it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from accord.sources._nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from accord.sources._plain_scalars import LONGEST_KEY, NotPlain, block, flow, moved, plain, quoted

LONGEST = 4_000_000
"""Characters of a text; a longer one is composed under a guard that counts its values."""

_DEEPEST = 200
_MOST_HEADS = 5_000
_ASCII = bytes((9, 10, *range(32, 127)))
_ODD = re.compile("[\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_HEAD = re.compile(
    r"""( *)((?:- +)*)(?:"([^"\\\t]+)"|'([^'\t]+)'|(?!\.\.\.)([^\s?:,\[\]{}#&*!|>'"%@`-](?:[^\t#]*[^\s#:])?))\Z"""
)
_BOUNDARY = re.compile(r"---(?: +#.*| *)\Z")
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.$(^+~<=")
_ENDS = frozenset(" :")
_BLOCKS = ("|", ">")
_BEHIND_DASHES = -3
_WAITING = -2
_ROOT = -1
_NOTHING = ScalarNode("", 0, 0)
"""Stands for the value of an entry until that is read."""


class Head(Struct):
    """What stands before a value.

    `depth` is that of the map which it needs and nothing else (or `_BEHIND_DASHES`): for a map twice the column of its
    keys, for a list one more than twice the column of its dashes, so that a collection inside another is the deeper one.
    `at` is the column of a value one blank behind the colon. `unkept` counts down to when no more lines are kept.
    """

    depth: int
    key: str
    column: int
    style: str
    dashes: tuple[int, ...]
    at: int
    unkept: int = 50


Line = tuple[int, str, int, str, tuple[int, ...], int, str | None, Any]
"""The first five of a head with what stands behind it: the column, text and style of a scalar; or, with no text, a list or
a map on one line as it would be in the first line and column, or None where nothing but a comment stands there."""

_heads: dict[str, Head] = {}
"""By what stands before `: `: files have few heads, and many lines."""

_lines: dict[str, Line | tuple[()]] = {}
"""By the line, where it says all by itself: most lines of a landscape stand in many of its files. `()`: nothing is said."""


def read_plain(text: str) -> list[Node] | None:
    """The root nodes of a text's documents; None where it is not plain."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if len(text) > LONGEST or "<%" in text or not _is_readable(text):
        return None
    if len(_heads) > _MOST_HEADS:
        _heads.clear()
        _lines.clear()
    try:
        return _Plain(text).read()
    except NotPlain:
        return None


def _is_readable(text: str) -> bool:
    """Whether there is no character that YAML forbids, nor any line end but one."""
    if not text.isascii():
        return "\u2028" not in text and "\u2029" not in text and not _ODD.search(text) and _is_readable_ascii(text)
    return not text.encode().translate(None, _ASCII)


def _is_readable_ascii(text: str) -> bool:
    return not text.encode("ascii", "ignore").translate(None, _ASCII)


def _learnt(before: str) -> Head | None:
    """The head that a line begins with, known from then on; None where it is none that is plain."""
    found = _HEAD.match(before) if len(before) <= LONGEST_KEY else None
    if found is None:
        return None
    indent, column = len(found[1]), found.end(2)
    dashes = tuple(place for place in range(indent, column) if before[place] == "-")
    key, style = next((found[at], style) for at, style in ((3, '"'), (4, "'"), (5, "")) if found[at] is not None)
    head = Head(_BEHIND_DASHES if dashes else 2 * indent, key, column, style, dashes, len(before) + 2)
    _heads[before] = head
    return head


class _Slot:
    """Waits for a value as an entry does, where it is an item or the root: appends it."""

    __slots__ = ("append", "at", "line")
    at: Node

    def __init__(self, append: Callable[[Any], None], line: int) -> None:
        self.append, self.line = append, line

    @property
    def value(self) -> Node:
        return _NOTHING

    @value.setter
    def value(self, node: Node) -> None:
        self.append(node)


class _Plain:
    """Reads one text. `depth` is that of the innermost open collection, and `add` adds to it.

    `ready` is the depth where a key may follow as it is. `pending` waits for its value below, and where nothing stands there,
    that stands at the column `at`.
    """

    __slots__ = ("add", "at", "depth", "done", "lines", "pending", "ready", "roots", "stack", "starts")

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.roots: list[Node] = []
        self.done = 0
        self.start(0, is_told=False)

    def start(self, line: int, is_told: bool) -> None:
        """Begins a document; one that is told is there even if nothing is in it."""
        self.stack: list[tuple[int, Callable[[Any], None]]] = []
        self.depth, self.ready = _ROOT, _WAITING
        self.add: Callable[[Any], None] = self.roots.append
        self.pending: Entry | _Slot | None = _Slot(self.add, line)
        self.at = 0
        self.starts = is_told

    def read(self) -> list[Node]:
        """The root node of each document."""
        for number, known in enumerate(map(_lines.get, self.lines)):
            if not known:
                if known is None and number >= self.done:
                    self.other(number, self.lines[number])
                continue
            if number < self.done:
                continue
            depth, key, column, style, dashes, at, text, more = known
            if depth != self.ready:
                self.enter(number, depth, column, dashes)
            if text is not None:
                value = ScalarNode(text, number, at, more)
                self.add(Entry(key, value, value, number, column, style))
            elif more is None:
                entry = Entry(key, _NOTHING, _NOTHING, number, column, style)
                self.add(entry)
                self.pending, self.at, self.ready = entry, at, _WAITING
            else:
                made = moved(more, number, at)
                self.add(Entry(key, made, made, number, column, style))
        self.end(len(self.lines) - (not self.lines[-1]))
        return self.roots

    # ------------------------------------------------------------------ lines

    def other(self, number: int, line: str) -> None:
        """A line that is not known."""
        before, colon, text = line.partition(": ")
        if not colon:
            before = line[:-1] if line[-1:] == ":" else ""
        head = _heads.get(before) or (_learnt(before) if before else None)
        if head is None:
            self.rest(number, line)
            return
        depth, key, column = head.depth, head.key, head.column
        if depth != self.ready:
            self.enter(number, depth, column, head.dashes)
        if text[:1] in _SAFE and ": " not in text and " #" not in text and text[-1] not in _ENDS and "\t" not in text:
            value: Node | None = ScalarNode(text, number, head.at)
        else:
            value = self.value(text, number, head.at)
        if head.unkept:
            head.unkept -= 1
            _keep(line, head, value)
        if value is None:
            self.pending, self.at, self.ready = (
                Entry(key, _NOTHING, _NOTHING, number, column, head.style),
                head.at - 1,
                _WAITING,
            )
            self.add(self.pending)
        else:
            self.add(Entry(key, value, value, number, column, head.style))

    def rest(self, number: int, line: str) -> None:
        """A line that begins with no key: an item, a boundary, a comment, or a value below its key."""
        text = line.lstrip(" ")
        if not text or text[0] == "#":
            _lines[line] = ()
            return
        column = len(line) - len(text)
        if not column and text.startswith("---"):
            if line != "---" and not _BOUNDARY.match(line):
                raise NotPlain
            self.end(number)
            self.start(number, is_told=True)
        elif text == "-" or text.startswith("- "):
            self.item(number, line, column)
        elif self.pending is None or not 0 <= self.depth >> 1 < column:
            raise NotPlain
        elif (value := self.value(text, number, column)) is not None:
            self.attach(value)

    def item(self, number: int, line: str, column: int) -> None:
        """An item that begins with no key."""
        dashes: list[int] = []
        while line.startswith("- ", column) or line[column:] == "-":
            dashes.append(column)
            if len(dashes) > _DEEPEST:
                raise NotPlain
            column += 1
            while line[column : column + 1] == " ":
                column += 1
        self.enter_items(number, dashes)
        value = self.value(line[column:], number, column)
        if value is None:
            self.pending, self.at, self.ready = _Slot(self.add, number), dashes[-1] + 1, _WAITING
        else:
            self.add(value)

    def value(self, text: str, number: int, column: int) -> Node | None:
        """The value that begins on a line; None where nothing but a comment stands there."""
        first = text[:1]
        if first == " ":
            typed = len(text)
            text = text.lstrip(" ")
            column += typed - len(text)
            first = text[:1]
        if first == '"' or first == "'":
            return quoted(text, number, column)
        if first == "|" or first == ">":
            found, self.done = block(self.lines, number, text, column, self.depth >> 1)
            return found
        if first == "{" or first == "[":
            return flow(text, number, column)
        return plain(text, number, column) if first and first != "#" else None

    # ------------------------------------------------------------------ collections

    def enter(self, number: int, depth: int, column: int, dashes: Sequence[int]) -> None:
        """Closes and opens collections until a key in a column, behind dashes or not, can be added."""
        pending = self.pending
        if pending is not None and depth > self.depth:
            content: list[Entry] = []
            pending.value = pending.at = MappingNode(content, number, column)
            self.pending = None
            if len(self.stack) > _DEEPEST:
                raise NotPlain
            self.stack.append((self.depth, self.add))
            self.depth, self.ready, self.add = depth, depth, content.append
        elif dashes:
            self.enter_items(number, dashes)
            self.open(MappingNode([], number, column), 2 * column)
            self.ready = self.depth
        else:
            self.leave(depth)
            self.ready = depth

    def enter_items(self, number: int, dashes: Sequence[int]) -> None:
        """Closes and opens collections until an item behind dashes can be added."""
        first = dashes[0]
        depth = 2 * first + 1
        if self.pending is None or depth <= self.depth:
            self.leave(depth)
        else:
            self.open(SequenceNode([], number, first), depth)
        for dash in dashes[1:]:
            self.open(SequenceNode([], number, dash), 2 * dash + 1)
        self.ready = _WAITING

    def leave(self, depth: int) -> None:
        """Closes collections down to the one of this depth; nothing stands where a value was waited for."""
        if self.pending is not None:
            self.nothing()
        current = self.depth
        if current > depth:
            stack = self.stack
            while current > depth:
                current, self.add = stack.pop()
            self.depth = current
        if current != depth:
            raise NotPlain

    def open(self, node: Node, depth: int) -> None:
        """Opens a collection as the value that is waited for, or as an item."""
        if len(self.stack) > _DEEPEST:
            raise NotPlain
        self.attach(node)
        self.stack.append((self.depth, self.add))
        self.depth, self.add = depth, node.value.append

    def attach(self, value: Node) -> None:
        """Adds a value where one is waited for, or as an item."""
        pending = self.pending
        if pending is None:
            self.add(value)
        else:
            pending.value = pending.at = value
            self.pending = None

    def nothing(self) -> None:
        """Nothing stands where a value is waited for."""
        if self.pending is not None:
            self.attach(ScalarNode("", self.pending.line, self.at))

    def end(self, line: int) -> None:
        """Ends a document before a line."""
        if self.pending is None:
            return
        if self.depth != _ROOT:
            self.nothing()
        elif self.starts:
            self.attach(ScalarNode("", line, 0))


def _keep(line: str, head: Head, value: Node | None) -> None:
    """Knows a line from now on, if it says all by itself."""
    first = (head.depth, head.key, head.column, head.style, head.dashes)
    if value is None:
        _lines[line] = (*first, head.at - 1, None, None)
    elif type(value) is not ScalarNode:
        _lines[line] = (*first, value.column, None, moved(value, -value.line, -value.column))
    elif value.style not in _BLOCKS:
        _lines[line] = (*first, value.column, value.value, value.style)
