"""What a line of plain YAML says all by itself; a line that other files have too is looked at once."""

import re
from typing import Any

from msgspec import Struct

from accord.sources._nodes import ScalarNode
from accord.sources._plain_scalars import LONGEST_KEY, Tagged, flow, plain, quoted, tag_of

_MOST_HEADS = 5_000
MOST_LINES = 20_000
_MOST_OF_A_HEAD = 50
_HEAD = re.compile(
    r"""( *)((?:- +)*)(?:"([^"\\\t]+)"|'([^'\t]+)'|(?!\.\.\.)([^\s?:,\[\]{}#&*!|>'"%@`-](?:[^\t#]*[^\s#:])?))\Z"""
)
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.$(^+~<=")
_ENDS = frozenset(" :")
BLOCKS = frozenset("|>")
_QUOTES = frozenset("\"'")
ENDS_BELOW = BLOCKS | _QUOTES
_OPENING = frozenset("|>{[")
BEHIND_DASHES = -2

Line = tuple[int, str, int, str, tuple[int, ...], int, str | None, Any]
"""What a line with a key says all by itself: the depth of the map that it needs and nothing else (or `BEHIND_DASHES`), the
key, its column, its style, the columns of the dashes before it, and the column, text and style of the scalar behind it.

Or, with no text, in place of the style: the header of a block of text; a text from its quotes on that ends below; a list or a
map as it would be in the first line and column, or as it is written; a scalar with a tag, or the tag of what is none; or None where nothing but a comment stands there, and then the column is the one behind the colon.

The depth of a map is twice the column of its keys, that of a list one more than twice the column of its dashes: of two
collections the inner one is the deeper one."""


class _Head(Struct):
    """What stands before a value; `at` is the column of one that is one blank behind the colon.

    `kept` counts the lines that are known: behind some keys stands something else every time.
    """

    depth: int
    key: str
    column: int
    style: str
    dashes: tuple[int, ...]
    at: int
    kept: int = 0


heads: dict[str, _Head] = {}
"""By what stands before `: `: files have few heads, and many lines."""

lines_known: dict[str, Line | tuple[()]] = {}
"""Most lines of a landscape stand in many of its files. Nothing is said by one that is empty, or a comment."""


def understood(line: str) -> Line | tuple[()] | None:
    """What a line says; None where it has no key that is plain, or its meaning lies in others."""
    before, colon, text = line.partition(": ")
    if not colon:
        before = line[:-1] if line[-1:] == ":" else ""
    head = heads.get(before) or (_head_of(before) if before else None)
    if head is None:
        return _kept(line, ()) if line.lstrip(" ")[:1] in ("", "#") else None
    depth, key, column, style, dashes, at = head.depth, head.key, head.column, head.style, head.dashes, head.at
    if text[:1] in _SAFE and ": " not in text and " #" not in text and text[-1] not in _ENDS and "\t" not in text:
        known: Line = (depth, key, column, style, dashes, at, text, "")
    else:
        known = (depth, key, column, style, dashes, *behind(text, at))
    if head.kept > _MOST_OF_A_HEAD:
        return known
    head.kept += 1
    more = known[7]
    if known[6] is None and type(more) is str and more[0] not in ENDS_BELOW:
        known = (*known[:7], flow(more, 0, 0))
    return _kept(line, known)


def _kept(line: str, known: Line | tuple[()]) -> Line | tuple[()]:
    if len(line) <= LONGEST_KEY and len(lines_known) < MOST_LINES:
        lines_known[line] = known
    return known


def _head_of(before: str) -> _Head | None:
    """The head that a line begins with; None where it is none that is plain."""
    found = _HEAD.match(before) if len(before) <= LONGEST_KEY else None
    if found is None:
        return None
    indent, column = len(found[1]), found.end(2)
    dashes = tuple(place for place in range(indent, column) if before[place] == "-")
    key, style = next((found[at], style) for at, style in ((3, '"'), (4, "'"), (5, "")) if found[at] is not None)
    head = _Head(BEHIND_DASHES if dashes else 2 * indent, key, column, style, dashes, len(before) + 2)
    if len(heads) >= _MOST_HEADS:
        heads.clear()
    heads[before] = head
    return head


def behind(text: str, column: int) -> tuple[int, str | None, Any]:
    """What stands behind a key or dashes, from a column on: the last three of a line."""
    value = text.lstrip(" ")
    first = value[:1]
    if not first or first == "#":
        return column - 1, None, None
    column += len(text) - len(value)
    if first in _OPENING:
        return column, None, value
    if first == "!":
        tag, rest = tag_of(value)
        at, scalar, more = behind(rest, column + len(value) - len(rest))
        return column, None, Tagged(tag, more, at - column) if scalar is None else ScalarNode(scalar, 0, 0, more, tag)
    found = quoted(value, 0, column) if first in _QUOTES else plain(value, 0, column)
    return (column, None, value) if found is None else (column, found.value, found.style)
