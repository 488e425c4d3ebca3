"""The lines of a text as people see them: which hold content, and how far what begins on one reaches by its indentation."""

import re
from collections.abc import Sequence

from accord.model.waiver import Lines

_NO_CONTENT = re.compile(r"[ \t]*(?:#|\Z)")
_NONE_IN_CODE = re.compile(r"[ \t]*(?:#|//|/\*|\Z)")
_EDGE = re.compile(r"(?:---|\.\.\.)(?:\s|\Z)")
_BARE_EDGE = re.compile(r"(?:---|\.\.\.)[ \t]*(?:#|\Z)")


class Blocks:
    """The lines of one text, counted from 1; `begins` has where each starts. In `documents`, `---` parts them."""

    def __init__(self, text: str, begins: Sequence[int], documents: bool) -> None:
        ends = [*begins[1:], len(text)]
        self.lines = [text[begin:end].rstrip("\r\n") for begin, end in zip(begins, ends, strict=True)]
        self.documents = documents
        self._content = [self._has_content(line) for line in self.lines]
        self._last: list[int] = list(range(1, len(self.lines) + 1))
        self._next = self._nexts()
        self._heads: dict[int, int] = {}
        self._measure()

    def _has_content(self, line: str) -> bool:
        if not self.documents:
            return not _NONE_IN_CODE.match(line)
        return not (_NO_CONTENT.match(line) or line.startswith("%") or _BARE_EDGE.match(line))

    def _nexts(self) -> list[int]:
        """For each line the next one below that holds content or parts documents; 0 where there is none."""
        found, following = 0, [0] * len(self.lines)
        for index in range(len(self.lines) - 1, -1, -1):
            following[index] = found
            if self._content[index] or self._is_edge(self.lines[index]):
                found = index + 1
        return following

    def _is_edge(self, line: str) -> bool:
        return self.documents and _EDGE.match(line) is not None

    def _measure(self) -> None:
        """The last line of what begins on each line, and of each document by its first line."""
        open_: list[tuple[int, bool, int]] = []
        head = last = 0
        for number, line in enumerate(self.lines, start=1):
            edge = self._is_edge(line)
            if edge:
                self._close(open_, last)
                open_, head = [], 0
            if not self._content[number - 1]:
                continue
            if not head and self.documents:
                head = number
            if head:
                self._heads[head] = number
            indent = len(line) - len(line.lstrip())
            item = line.startswith(("- ", "-\t"), indent) or line[indent:] == "-"
            keep = len(open_)
            while keep and not _is_inside(indent, item, *open_[keep - 1][:2]):
                keep -= 1
            self._close(open_[keep:], last)
            open_[keep:] = [(indent, item, number)]
            last = number
        self._close(open_, last)

    def _close(self, closed: Sequence[tuple[int, bool, int]], last: int) -> None:
        for _, _, number in closed:
            self._last[number - 1] = last

    def is_content(self, line: int) -> bool:
        """Whether a line holds more than a comment."""
        return self._content[line - 1]

    def behind(self, line: int) -> Lines:
        """What a comment behind the content of a line is for: the line, and what is indented below it."""
        return Lines(line, self._last[line - 1])

    def below(self, line: int) -> Lines:
        """What a comment alone on its line is for: the next line with what is indented below it, or the document it heads."""
        following = self._next[line - 1]
        while following and not self._content[following - 1]:
            following = self._next[following - 1]
        if not following:
            return Lines(line, line)
        return Lines(following, self._heads.get(following, self._last[following - 1]))


def _is_inside(indent: int, item: bool, above: int, above_is_item: bool) -> bool:
    """Whether a line belongs to what began on a line above it; items may stand under the very column of their key."""
    return indent > above or (indent == above and item and not above_is_item)
