"""Texts over several lines, without quotes or in them, as libyaml folds them, or given up.

A line end between two lines is a blank, and each empty line between them a line end. Lines and columns count from 0.
"""

import re
from collections.abc import Sequence

from accord.sources._nodes import ScalarNode
from accord.sources._plain_scalars import AT_END, NotPlain, unquoted

_CLOSING = {'"': re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"'), "'": re.compile(r"[^']*+(?:''[^']*+)*+'")}


def read_on(lines: Sequence[str], line: int, node: ScalarNode, above: int) -> int:
    """Adds to a text without quotes what stands for it below, from a line on; gives the line that follows.

    Below is what has more blanks before it than `above`.
    """
    before = line - 1
    while not lines[before].strip(" "):
        before -= 1
    if before != node.line or node.style or " #" in lines[before]:
        raise NotPlain
    parts, end, empty = [node.value], line, 0
    for number in range(before + 1, len(lines)):
        text = lines[number].lstrip(" ")
        if not text:
            empty += 1
            continue
        if len(lines[number]) - len(text) <= above or text[0] == "#":
            break
        text = text.rstrip(" ")
        if ": " in text or text[-1] == ":" or " #" in text or "\t" in text:
            raise NotPlain
        parts += ("\n" * empty or " ", text)
        end, empty = number + 1, 0
    node.value = "".join(parts)
    return end


def quoted_below(lines: Sequence[str], line: int, begin: str, column: int, above: int) -> tuple[ScalarNode, int]:
    """A text that opens with quotes at a column of a line and ends on one below; and the line that follows."""
    if "\t" in begin:
        raise NotPlain
    quote = begin[0]
    parts, empty = [_piece(begin[1:], quote)], 0
    for number in range(line + 1, len(lines)):
        text = lines[number].lstrip(" ")
        if not text:
            empty += 1
            continue
        if len(lines[number]) - len(text) <= above or "\t" in text:
            raise NotPlain
        parts.append("\n" * empty or " ")
        empty = 0
        closing = _CLOSING[quote].match(text)
        if closing is None:
            parts.append(_piece(text, quote))
        elif AT_END.match(text, closing.end()):
            value = "".join((*parts, text[: closing.end() - 1]))
            texts = (value, None) if quote == '"' else (None, value)
            return ScalarNode(unquoted(*texts), line, column, quote), number + 1
        else:
            break
    raise NotPlain


def _piece(text: str, quote: str) -> str:
    """What a line within quotes adds, its last blanks left out; one that goes on without a blank is given up."""
    text = text.rstrip(" ")
    if quote == '"' and text.endswith("\\"):
        raise NotPlain
    return text
