"""Values as plain YAML writes them on one line, and blocks of text below one: each as libyaml reads it, or given up.

Lines and columns count from 0.
"""

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from accord.sources._nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode


class NotPlain(Exception):
    """Something that is left to libyaml."""


_NO_BEGINNING = frozenset(",[]{}#&*!|>'\"%@`")
_SIGNS = frozenset("-?:")
_END = r"(?: +#.*| *)\Z"
_DOUBLE = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_SINGLE = r"'([^']*(?:''[^']*)*)'"
_QUOTED = re.compile(f"(?:{_DOUBLE}|{_SINGLE}){_END}")
_OPEN = re.compile(r"""(?:"[^"\\]*(?:\\.[^"\\]*)*|'[^']*(?:''[^']*)*)\Z""")
_TAG = r"![A-Za-z0-9]+"
_TAGGED = re.compile(rf"({_TAG})(?: +|\Z)")
AT_END = re.compile(_END)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_ESCAPED = dict(zip('0abtnvfre "/\\N_LP', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True))
_BLOCK = re.compile(rf"[|>](?:([-+])([1-9])?|([1-9])([-+])?)?{_END}")
_DEEPEST_FLOW = 50
LONGEST_KEY = 250
"""Characters of a key; libyaml knows longer ones, but counts their escapes."""


def plain(text: str, line: int, column: int) -> ScalarNode:
    """A text without quotes, which begins at `column`."""
    comment = text.find(" #")
    text = (text if comment < 0 else text[:comment]).rstrip(" ")
    first = text[0]
    if first in _NO_BEGINNING or (first in _SIGNS and text[1:2] in ("", " ")):
        raise NotPlain
    if ": " in text or text[-1] == ":" or "\t" in text:
        raise NotPlain
    return ScalarNode(text, line, column)


def quoted(text: str, line: int, column: int) -> ScalarNode | None:
    """A text in quotes of either kind; None where they are not closed on the line."""
    quote = text[0]
    if text[-1] == quote and text.count(quote) == 2 and "\\" not in text and "\t" not in text:
        return ScalarNode(text[1:-1], line, column, quote)
    found = _QUOTED.match(text)
    if found is None and _OPEN.match(text):
        return None
    if found is None or "\t" in text:
        raise NotPlain
    return ScalarNode(unquoted(found[1], found[2]), line, column, quote)


def unquoted(double: str | None, single: str | None) -> str:
    """What stands between quotes, double or single ones, with its escapes resolved."""
    if double is None:
        return (single or "").replace("''", "'")
    return _ESCAPE.sub(_character, double) if "\\" in double else double


def _character(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    if digits is None:
        if escape[4] not in _ESCAPED:
            raise NotPlain
        return _ESCAPED[escape[4]]
    code = int(digits, 16)
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        raise NotPlain
    return chr(code)


# ---------------------------------------------------------------------- blocks of text


def block(lines: Sequence[str], line: int, header: str, column: int, above: int) -> tuple[ScalarNode, int]:
    """A block of text whose header stands in a line, below what is indented by `above`; and the line that follows it."""
    chomping, more = _SIGNS_OF_BLOCKS.get(header) or _read_header(header)
    width = above + more if more else _width(lines, line + 1, above)
    texts, end = _indented(lines, line + 1, width)
    if not any(texts):
        raise NotPlain
    ends_open = end == len(lines) and texts[-1] != ""  # no line end behind its last line
    if end == len(lines) and not ends_open:
        texts.pop()  # no line, but what stands behind the last line end
    kept = len(texts)
    while not texts[kept - 1]:
        kept -= 1
    value = "\n".join(texts[:kept]) if header[0] == "|" else _folded(texts[:kept])
    if chomping != "-" and not ends_open:
        value += "\n" * (len(texts) - kept + 1) if chomping else "\n"
    return ScalarNode(value, line, column, header[0]), end


def _read_header(header: str) -> tuple[str, int]:
    """What is said of the line ends behind a block of text, and of its indentation."""
    found = _BLOCK.match(header)
    if found is None or "\t" in header:
        raise NotPlain
    return found[1] or found[4] or "", int(found[2] or found[3] or 0)


_SIGNS_OF_BLOCKS = {sign + chomping: (chomping, 0) for sign in "|>" for chomping in ("", "-", "+")}


def _width(lines: Sequence[str], begin: int, above: int) -> int:
    """The blanks before the first line with a text; no line before it may have more."""
    longest = 0
    for number in range(begin, len(lines)):
        text = lines[number]
        rest = text.lstrip(" ")
        width = len(text) - len(rest)
        if rest:
            if width <= above or width < longest or rest[0] == "\t":
                raise NotPlain
            return width
        longest = max(longest, width)
    raise NotPlain


def _indented(lines: Sequence[str], begin: int, width: int) -> tuple[list[str], int]:
    """The lines of a block of text without their indentation, and the line before which it ends."""
    pad = " " * width
    texts: list[str] = []
    for number in range(begin, len(lines)):
        text = lines[number]
        if text.startswith(pad):
            texts.append(text[width:])
        elif not (rest := text.lstrip(" ")):
            texts.append("")
        elif rest[0] == "\t":
            raise NotPlain
        else:
            return texts, number
    return texts, len(lines)


def _folded(texts: Sequence[str]) -> str:
    """The lines joined: one line end between two texts is a blank, but beside a line that begins with one."""
    parts: list[str] = []
    empty, was_indented, is_first = 0, False, True
    for text in texts:
        if not text:
            empty += 1
            continue
        is_indented = text[0] in " \t"
        if not is_first:
            parts.append("\n" if was_indented or is_indented else "" if empty else " ")
        parts += ("\n" * empty, text)
        empty, was_indented, is_first = 0, is_indented, False
    return "".join(parts)


# ---------------------------------------------------------------------- lists and maps on one line

_FLOW = re.compile(
    r" *(?:([\[\]{},])"
    rf"|(?:{_DOUBLE}|{_SINGLE})(:?)"
    r"|((?:[^\s?:,\[\]{}#&*!|>'\"%@`-]|-(?=[\w.]))(?:[^\s,\[\]{}:#?]|:(?=[\w/.@-])| +(?=[^\s,\[\]{}:#?]))*)(:(?= ))?"
    rf"|({_TAG}) +)"
)


class _Flow:
    """Reads a list or a map that ends on the line on which it begins."""

    def __init__(self, text: str, line: int, column: int) -> None:
        self.text, self.line, self.column = text, line, column
        self.at = 0
        self.depth = 0

    def token(self) -> re.Match[str]:
        """What comes next."""
        found = _FLOW.match(self.text, self.at)
        if found is None:
            raise NotPlain
        self.at = found.end()
        return found

    def scalar(self, token: re.Match[str]) -> tuple[ScalarNode, bool]:
        """The scalar that a token is, and whether it is a key."""
        if token[5] is not None:
            return ScalarNode(token[5], self.line, self.column + token.start(5)), bool(token[6])
        begin = token.start(2) - 1 if token[2] is not None else token.start(3) - 1
        text = unquoted(token[2], token[3])
        return ScalarNode(text, self.line, self.column + begin, self.text[begin]), bool(token[4])

    def value(self, token: re.Match[str]) -> Node:
        """The value that begins with a token."""
        if token[7] is not None:
            return tagged(self.value(self.token()), token[7], self.column + token.start(7))
        if token[1] is None:
            found, is_key = self.scalar(token)
            if is_key:
                raise NotPlain
            return found
        self.depth += 1
        if token[1] not in ("[", "{") or self.depth > _DEEPEST_FLOW:
            raise NotPlain
        at = self.column + token.start(1)
        content: list[Node] | list[Entry] = self.items() if token[1] == "[" else self.entries()
        self.depth -= 1
        return (SequenceNode if token[1] == "[" else MappingNode)(content, self.line, at, token[1])

    def items(self) -> list[Node]:
        """The items of a list, and what closes it."""
        found: list[Node] = []
        token = self.token()
        while token[1] != "]":
            found.append(self.value(token))
            token = self.token()
            if token[1] == ",":
                token = self.token()
            elif token[1] != "]":
                raise NotPlain
        return found

    def entries(self) -> list[Entry]:
        """The entries of a map, and what closes it."""
        found: list[Entry] = []
        token = self.token()
        while token[1] != "}":
            if token[1] is not None or token[7] is not None:
                raise NotPlain
            key, is_key = self.scalar(token)
            if not is_key or len(key.value) > LONGEST_KEY:
                raise NotPlain
            value = self.value(self.token())
            found.append(Entry(key.value, value, value, key.line, key.column, key.style))
            token = self.token()
            if token[1] == ",":
                token = self.token()
            elif token[1] != "}":
                raise NotPlain
        return found


_WORDS = r"[^\s?:,\[\]{}#&*!|>'\"%@`-][^\s,\[\]{}:#?]*(?: [^\s,\[\]{}:#?]+)*"
_SIMPLE_MAP = re.compile(rf"\{{{_WORDS}: {_WORDS}(?:, {_WORDS}: {_WORDS})*\}}\Z")
_SIMPLE_LIST = re.compile(rf"\[{_WORDS}(?:, {_WORDS})*\]\Z")


def flow(text: str, line: int, column: int) -> Node:
    """A list or a map that begins with its bracket at `column`, with nothing but a comment behind it."""
    if len(text) < LONGEST_KEY:
        if _SIMPLE_MAP.match(text):
            return MappingNode(_simple_entries(text, line, column + 1), line, column, "{")
        if _SIMPLE_LIST.match(text):
            return SequenceNode(_simple_items(text, line, column + 1), line, column, "[")
    reader = _Flow(text, line, column)
    found = reader.value(reader.token())
    if "\t" in text or not AT_END.match(text, reader.at):
        raise NotPlain
    return found


def _simple_entries(text: str, line: int, column: int) -> list[Entry]:
    found: list[Entry] = []
    for part in text[1:-1].split(", "):
        key, _, words = part.partition(": ")
        value = ScalarNode(words, line, column + len(key) + 2)
        found.append(Entry(key, value, value, line, column))
        column += len(part) + 2
    return found


def _simple_items(text: str, line: int, column: int) -> list[ScalarNode]:
    found: list[ScalarNode] = []
    for part in text[1:-1].split(", "):
        found.append(ScalarNode(part, line, column))
        column += len(part) + 2
    return found


def moved(node: Any, line: int, column: int) -> Node:
    """A value in the first line and column as if it stood in another."""
    if type(node) is ScalarNode:
        return ScalarNode(node.value, line, column + node.column, node.style, node.tag)
    if type(node) is SequenceNode:
        items = [moved(item, line, column) for item in node.value]
        return SequenceNode(items, line, column + node.column, node.style, node.tag)
    content: list[Entry] = []
    for entry in node.value:
        value = moved(entry.value, line, column)
        content.append(Entry(entry.key, value, value, line, column + entry.column, entry.style))
    return MappingNode(content, line, column + node.column, node.style, node.tag)


# ---------------------------------------------------------------------- tags


class Tagged(Struct):
    """A tag before what opens behind it, so many columns on: a block of text, a list, a map, quotes, or what stands below it."""

    tag: str
    opens: str | None
    column: int


def tag_of(text: str) -> tuple[str, str]:
    """The tag that a text begins with, and what stands behind it from its first sign on; no more than one of the document's own."""
    found = _TAGGED.match(text)
    if found is None or text.startswith("!", found.end()):
        raise NotPlain
    return found[1], text[found.end() :]


def tagged(node: Node, tag: str, column: int) -> Node:
    """The node with a tag, where the tag stands."""
    if node.tag is not None:
        raise NotPlain
    node.tag, node.column = tag, column
    return node
