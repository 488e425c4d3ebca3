"""The plain part of YAML, line by line: what nearly every configuration file is written in, in a third of libyaml's time.

Gives the very nodes that libyaml composes, or gives the whole text up: to keys and lists in blocks, scalars on one line,
blocks of text, texts over several lines, lists and maps on one line, comments, tags of the document's own and `---`. Anchors, aliases, tabs
outside blocks of text, and all that is wrong, are left to libyaml, which also has the words for it.
"""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct

from accord.sources._nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from accord.sources._plain_folded import quoted_below, read_on
from accord.sources._plain_lines import BLOCKS, ENDS_BELOW, MOST_LINES, behind, heads, lines_known, understood
from accord.sources._plain_scalars import NotPlain, Tagged, block, flow, moved, tagged

LONGEST = 4_000_000
"""Characters of a text; a longer one is composed under a guard that counts its values."""

_DEEPEST = 200
_ASCII = bytes((9, 10, *range(32, 127)))
_ODD = re.compile("[\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BOUNDARY = re.compile(r"---(?: +#.*| *)\Z")
_ROOT = -1
_NOTHING = ScalarNode("", 0, 0)
"""Stands for the value of an entry until that is read."""


def read_plain(text: str) -> list[Node] | None:
    """The root nodes of a text's documents; None where it is not plain."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if len(text) > LONGEST or ("<" in text and "<%" in text) or not _is_readable(text):
        return None
    if len(lines_known) >= MOST_LINES:
        heads.clear()
        lines_known.clear()
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


class _Slot(Struct):
    """Waits for a value as an entry does, where it is an item or the root: appends it."""

    append: Callable[[Any], None]
    line: int
    at: Node | None = None

    @property
    def value(self) -> Node:
        return _NOTHING

    @value.setter
    def value(self, node: Node) -> None:
        self.append(node)


class _TaggedSlot(Struct):
    """Waits for a value behind whose key or dash a tag stands: the value stands where the tag does."""

    into: Entry | _Slot
    tag: str
    line: int
    column: int
    at: Node | None = None

    @property
    def value(self) -> Node:
        return _NOTHING

    @value.setter
    def value(self, node: Node) -> None:
        if type(node) is ScalarNode and not node.value and not node.style:
            raise NotPlain  # nothing stands there
        node.line = self.line
        self.into.value = self.into.at = tagged(node, self.tag, self.column)


def _stands_below(more: Any) -> bool:
    """Whether what is said of the value on a line is no more than its tag, if that."""
    return more is None or (type(more) is Tagged and more.opens is None)


_Waiting = Entry | _Slot | _TaggedSlot
_State = tuple[int, Callable[[Any], None], _Waiting | None, int]
"""The depth of the innermost open collection, what adds to it, and what waits for its value below; where nothing stands
there, that stands in the line of what waits, and at the last of these, a column."""


class _Plain:
    """Reads one text. The state is kept here only while somebody else than `read` reads."""

    __slots__ = ("add", "empty", "level", "lines", "numbered", "pending", "roots", "stack", "starts")

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.roots: list[Node] = []
        self.stack: list[tuple[int, Callable[[Any], None]]] = []
        self.numbered = enumerate(map(lines_known.get, self.lines))
        self.start(0, is_told=False)

    def start(self, line: int, is_told: bool) -> None:
        """Begins a document; one that is told is there even if nothing is in it."""
        self.stack.clear()
        self.level = _ROOT
        self.add: Callable[[Any], None] = self.roots.append
        self.pending: _Waiting | None = _Slot(self.add, line)
        self.empty = 0
        self.starts = is_told

    def read(self) -> list[Node]:
        """The root node of each document."""
        lines, stack = self.lines, self.stack
        level, add, pending, empty = self.level, self.add, self.pending, self.empty
        for number, known in self.numbered:
            if not known:
                known = understood(lines[number]) if known is None else known
                if known is None:
                    level, add, pending, empty = self.rest(number, (level, add, pending, empty))
                if not known:
                    continue
            depth, key, column, style, dashes, at, text, more = known
            if depth > level and pending is not None:
                content: list[Entry] = []
                pending.value = pending.at = MappingNode(content, number, column)
                stack.append((level, add))
                level, add, pending = depth, content.append, None
            elif dashes:
                level, add = self.of_items(number, column, dashes, (level, add, pending, empty))
                pending = None
            elif depth != level or pending is not None:
                if pending is not None:
                    pending.value = pending.at = ScalarNode("", pending.line, empty)
                    pending = None
                while level > depth:
                    level, add = stack.pop()
                if level != depth:
                    raise NotPlain
            if text is not None:
                value: Node = ScalarNode(text, number, at, more)
            elif more is None or _stands_below(more):
                entry, empty = Entry(key, _NOTHING, _NOTHING, number, column, style), at
                pending = entry if more is None else _TaggedSlot(entry, more.tag, number, at)
                add(entry)
                continue
            else:
                value = self.made(more, number, at, level)
            add(Entry(key, value, value, number, column, style))
        self.end(len(lines) - (not lines[-1]), (level, add, pending, empty))
        return self.roots

    # ------------------------------------------------------------------ lines

    def rest(self, number: int, state: _State) -> _State:
        """Reads a line that says nothing by itself: an item, a boundary, or a value below its key."""
        self.level, self.add, self.pending, self.empty = state
        line = self.lines[number]
        text = line.lstrip(" ")
        column = len(line) - len(text)
        if not column and text.startswith("---"):
            if line != "---" and not _BOUNDARY.match(line):
                raise NotPlain
            self.end(number, state)
            self.start(number, is_told=True)
        elif text == "-" or text.startswith("- "):
            self.item(number, line, column)
        elif not 0 <= self.level >> 1 < column:
            raise NotPlain
        elif self.pending is None:
            self.skip(number, read_on(self.lines, number, self.last(), self.level >> 1))
        elif (value := self.value(text, number, column)) is not None:
            if isinstance(value, Tagged):
                raise NotPlain
            self.attach(value)
        return self.level, self.add, self.pending, self.empty

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
            self.pending, self.empty = _Slot(self.add, number), dashes[-1] + 1
        elif type(value) is Tagged:
            self.pending = _TaggedSlot(_Slot(self.add, number), value.tag, number, column)
        else:
            self.add(value)

    def value(self, text: str, number: int, column: int) -> Node | Tagged | None:
        """The value that begins on a line; its tag where it stands below, None where nothing but a comment stands there."""
        at, found, more = behind(text, column)
        if found is not None:
            return ScalarNode(found, number, at, more)
        return more if _stands_below(more) else self.made(more, number, at, self.level)

    def made(self, more: Any, number: int, at: int, level: int) -> Node:
        """The block of text that begins with this header, the list or map that stands on a line, or the text whose quotes open."""
        if type(more) is Tagged:
            return tagged(self.made(more.opens, number, at + more.column, level), more.tag, at)
        if type(more) is not str:
            return moved(more, number, at)
        if more[0] not in ENDS_BELOW:
            return flow(more, number, at)
        below = block if more[0] in BLOCKS else quoted_below
        value, end = below(self.lines, number, more, at, level >> 1)
        self.skip(number, end)
        return value

    def skip(self, number: int, end: int) -> None:
        """Leaves out the lines behind one, up to another, that were read with it."""
        for _ in islice(self.numbered, end - number - 1):
            pass

    def last(self) -> ScalarNode:
        """The text that was added last."""
        added = getattr(self.add, "__self__")[-1]  # noqa: B009  the list that it appends to
        node = added.value if type(added) is Entry else added
        if type(node) is not ScalarNode:
            raise NotPlain
        return node

    # ------------------------------------------------------------------ collections

    def of_items(
        self, number: int, column: int, dashes: Sequence[int], state: _State
    ) -> tuple[int, Callable[[Any], None]]:
        """Closes and opens collections until a key behind dashes can be added: the first two of the state then."""
        level, add, pending, _ = state
        if pending is not None or level != 2 * dashes[-1] + 1 or len(dashes) > 1:
            self.level, self.add, self.pending, self.empty = state
            self.enter_items(number, dashes)
            level, add = self.level, self.add
        content: list[Entry] = []
        add(MappingNode(content, number, column))
        self.stack.append((level, add))
        return 2 * column, content.append

    def enter_items(self, number: int, dashes: Sequence[int]) -> None:
        """Closes and opens collections until an item behind dashes can be added."""
        first = dashes[0]
        depth = 2 * first + 1
        if self.pending is None or depth <= self.level:
            self.leave(depth)
        else:
            self.open(SequenceNode([], number, first), depth)
        for dash in dashes[1:]:
            self.open(SequenceNode([], number, dash), 2 * dash + 1)

    def leave(self, depth: int) -> None:
        """Closes collections down to the one of this depth; nothing stands where a value was waited for."""
        self.nothing()
        level = self.level
        while level > depth:
            level, self.add = self.stack.pop()
        if level != depth:
            raise NotPlain
        self.level = level

    def open(self, node: Node, depth: int) -> None:
        """Opens a collection as the value that is waited for, or as an item."""
        if len(self.stack) > _DEEPEST:
            raise NotPlain
        self.attach(node)
        self.stack.append((self.level, self.add))
        self.level, self.add = depth, node.value.append

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
            self.attach(ScalarNode("", self.pending.line, self.empty))

    def end(self, line: int, state: _State) -> None:
        """Ends a document before a line."""
        self.level, self.add, self.pending, self.empty = state
        if self.pending is None:
            return
        if self.level != _ROOT:
            self.nothing()
        elif self.starts:
            self.attach(ScalarNode("", line, 0))
