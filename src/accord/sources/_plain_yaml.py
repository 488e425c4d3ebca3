"""The plain part of YAML, line by line: what nearly every configuration file is written in, in a third of libyaml's time.

Gives the very nodes that libyaml composes, or gives the whole text up: to keys and lists in blocks, scalars on one line,
blocks of text, lists and maps on one line, comments and `---`. Anchors, aliases, tags, texts over several lines, tabs
outside blocks of text, and all that is wrong, are left to libyaml, which also has the words for it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from accord.sources._nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from accord.sources._plain_scalars import LONGEST_KEY, NotPlain, block, flow, plain, quoted

LONGEST = 4_000_000
"""Characters of a text; a longer one is composed under a guard that counts its values."""

_DEEPEST = 200
_MOST_HEADS = 20_000
_ASCII = bytes((9, 10, *range(32, 127)))
_ODD = re.compile("[\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_HEAD = re.compile(
    r"""( *)((?:- +)*)(?:"([^"\\\t]+)"|'([^'\t]+)'|(?!\.\.\.)([^\s?:,\[\]{}#&*!|>'"%@`-](?:[^\t#]*[^\s#:])?))\Z"""
)
_BOUNDARY = re.compile(r"---(?: +#.*| *)\Z")
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.$(^+~<=")
_ENDS = frozenset(" :")
_BEGINNING = -1
_NEVER = -2
_BEHIND_DASHES = -3

Head = tuple[int, str, int, int, str, tuple[int, ...]]
"""What stands before a value: the indentation where it needs nothing but its map (else `_BEHIND_DASHES`), the key, its
column, the column of a value one blank behind the colon, the style of the key, and the columns of the dashes before it."""

_heads: dict[str, Head] = {}
"""By what stands before `: `: files have few heads, and many lines."""

_bare: dict[str, Head] = {}
"""By whole lines that end with their colon."""


def read_plain(text: str) -> list[Node] | None:
    """The root nodes of a text's documents; None where it is not plain."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if len(text) > LONGEST or "<%" in text or not _is_readable(text):
        return None
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


def _head_of(before: str) -> Head | None:
    """The head that a line begins with; None where it is none that is plain."""
    found = _HEAD.match(before) if len(before) <= LONGEST_KEY else None
    if found is None:
        return None
    indent, column = len(found[1]), found.end(2)
    dashes = tuple(place for place in range(indent, column) if before[place] == "-")
    key, style = next((found[at], style) for at, style in ((3, '"'), (4, "'"), (5, "")) if found[at] is not None)
    return _BEHIND_DASHES if dashes else indent, key, column, len(before) + 2, style, dashes


class _Plain:
    """Reads one text. `level` is the column of the innermost open collection, and `add` adds to it.

    `indent` is the level where a key may follow as it is. `pending` is what waits for its value below: a head, or None for
    an item and the root, with its line and the column at which nothing stands otherwise.
    """

    __slots__ = ("add", "done", "indent", "is_map", "level", "lines", "pending", "roots", "safe", "stack", "starts")

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.safe = frozenset() if "\t" in text else _SAFE
        self.roots: list[Node] = []
        self.done = 0
        self.start(0, is_told=False)

    def start(self, line: int, is_told: bool) -> None:
        """Begins a document; one that is told is there even if nothing is in it."""
        self.stack: list[tuple[int, bool, Callable[[Any], None]]] = []
        self.level, self.is_map, self.indent = _BEGINNING, False, _NEVER
        self.add: Callable[[Any], None] = self.roots.append
        self.pending: tuple[Head | None, int, int] | None = (None, line, 0)
        self.starts = is_told

    def read(self) -> list[Node]:
        """The root node of each document."""
        heads, bare, safe = _heads, _bare, self.safe
        for number, line in enumerate(self.lines):
            if number < self.done:
                continue
            before, colon, text = line.partition(": ")
            head = heads.get(before) if colon else bare.get(line)
            if head is None:
                head = self.other(number, line, before, colon)
                if head is None:
                    continue
            indent, key, column, at, style, dashes = head
            if indent != self.indent:
                self.enter(number, column, dashes)
            if text[:1] in safe and ": " not in text and " #" not in text and text[-1] not in _ENDS:
                value: Node = ScalarNode(text, number, at)
            elif not text or (found := self.value(text, number, at)) is None:
                self.pending, self.indent = (head, number, at - 1), _NEVER
                continue
            else:
                value = found
            self.add(Entry(key, value, value, number, column, style))
        self.end(len(self.lines) - (not self.lines[-1]))
        return self.roots

    # ------------------------------------------------------------------ lines

    def other(self, number: int, line: str, before: str, colon: str) -> Head | None:
        """The head of a line that is met for the first time; None where it has none, and is read."""
        if colon or line[-1:] == ":":
            head = _head_of(before if colon else line[:-1])
            if head is not None:
                known = _heads if colon else _bare
                if len(known) >= _MOST_HEADS:
                    known.clear()
                known[before] = head
                return head
        self.rest(number, line)
        return None

    def rest(self, number: int, line: str) -> None:
        """A line that begins with no key: an item, a boundary, a comment, or a value below its key."""
        text = line.lstrip(" ")
        if not text or text[0] == "#":
            return
        column = len(line) - len(text)
        if not column and text.startswith("---"):
            if not _BOUNDARY.match(line):
                raise NotPlain
            self.end(number)
            self.start(number, is_told=True)
        elif text == "-" or text.startswith("- "):
            self.item(number, line, column)
        elif self.pending is None or not 0 <= self.level < column:
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
            self.pending, self.indent = (None, number, dashes[-1] + 1), _NEVER
        else:
            self.add(value)

    def value(self, text: str, number: int, column: int) -> Node | None:
        """The value that begins on a line; None where nothing but a comment stands there."""
        if text[:1] == " ":
            typed = len(text)
            text = text.lstrip(" ")
            column += typed - len(text)
        first = text[:1]
        if first == '"' or first == "'":
            return quoted(text, number, column)
        if first == "|" or first == ">":
            found, self.done = block(self.lines, number, text, column, self.level)
            return found
        if first == "{" or first == "[":
            return flow(text, number, column)
        return plain(text, number, column) if first and first != "#" else None

    # ------------------------------------------------------------------ collections

    def enter(self, number: int, column: int, dashes: Sequence[int]) -> None:
        """Closes and opens collections until a key in a column, behind dashes or not, can be added."""
        if dashes:
            if self.pending is None and len(dashes) == 1:
                self.leave(dashes[0], False)
            else:
                self.enter_items(number, dashes)
        elif self.pending is None or column <= self.level:
            self.nothing()
            self.leave(column, True)
            return
        self.open(MappingNode([], number, column), column, True)

    def enter_items(self, number: int, dashes: Sequence[int]) -> None:
        """Closes and opens collections until an item behind dashes can be added."""
        first = dashes[0]
        if self.pending is not None and (first > self.level or (first == self.level and self.is_map)):
            self.open(SequenceNode([], number, first), first, is_map=False)
        else:
            if self.pending is not None:
                self.nothing()
            self.leave(first, is_map=False)
        for dash in dashes[1:]:
            self.open(SequenceNode([], number, dash), dash, is_map=False)

    def leave(self, column: int, is_map: bool) -> None:
        """Closes collections down to the one of this kind in a column."""
        level, kind, stack = self.level, self.is_map, self.stack
        while level > column or (level == column and kind != is_map):
            if not stack:
                raise NotPlain
            level, kind, self.add = stack.pop()
        if level != column:
            raise NotPlain
        self.level, self.is_map, self.indent = level, is_map, column if is_map else _NEVER

    def open(self, node: Node, column: int, is_map: bool) -> None:
        """Opens a collection as the value that is waited for, or as an item."""
        stack = self.stack
        if len(stack) > _DEEPEST:
            raise NotPlain
        self.attach(node)
        stack.append((self.level, self.is_map, self.add))
        self.level, self.is_map, self.add = column, is_map, node.value.append
        self.indent = column if is_map else _NEVER

    def attach(self, value: Node) -> None:
        """Adds a value where one is waited for, or as an item."""
        if self.pending is None:
            self.add(value)
            return
        head, line, _ = self.pending
        self.pending = None
        self.add(value if head is None else Entry(head[1], value, value, line, head[2], head[4]))

    def nothing(self) -> None:
        """Nothing stands where a value is waited for."""
        if self.pending is not None:
            _, line, column = self.pending
            self.attach(ScalarNode("", line, column))

    def end(self, line: int) -> None:
        """Ends a document before a line."""
        if self.pending is None:
            return
        if self.level != _BEGINNING:
            self.nothing()
        elif self.starts:
            self.attach(ScalarNode("", line, 0))
