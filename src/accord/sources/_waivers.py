"""Waivers that stand in the files themselves: `# accord: allow[family/name] until 2027-03-31 because ...`.

Behind a statement such a comment is for that line, on a line of its own for the next one that is no comment; both with
what is indented below. Above the first line of a YAML document it is for the document. What only looks like a comment,
in a quoted text or a block, is none.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

import yaml

from accord.model.place import Place
from accord.model.waiver import Lines, Waiver
from accord.sources._blocks import Blocks

_MARK = re.compile(
    r"(?:#|//|/\*)[#/* \t]*accord(?:[ \t]*:[ \t]*(?:allow\b|[\w-]+[ \t]*\[[\w-]+/)|[ \t]+allow[ \t]*\[)", re.IGNORECASE
)
_WORDS = re.compile(r"accord[ \t]*(:?)[ \t]*([\w-]+)[ \t]*(?:\[([^\]]*)(\]?))?(.*)", re.IGNORECASE | re.DOTALL)
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_BOUNDARY = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_LINES_OF_NO_EDITOR = re.compile("[\x85\u2028\u2029]")
_HEREDOC = re.compile(r"<<[-~]?\"?(\w+)\"?\s*$")
_RULE = re.compile(r"[^\s,]+")
_EXAMPLE = "# accord: allow[family/name] until 2027-03-31 because ..."
_SHOWN = 60


def may_hold_any(text: str) -> bool:
    """Whether a text has the word with which a waiver begins."""
    return "ccord" in text and ("accord" in text or "Accord" in text)


def waivers_in(text: str, start: Place, comments: Sequence[str] | None = None, quotes: str = '"') -> list[Waiver]:
    """The waivers in the comments of a text; one that cannot be understood says why.

    `comments` are the marks that begin a comment, `quotes` those around a text that has none; without `comments` it is
    YAML, where only what libyaml takes for no content is one.
    """
    marks = [match.start() for match in _MARK.finditer(text)] if may_hold_any(text) else []
    if not marks or (comments is not None and not comments):
        return []
    text = _LINES_OF_NO_EDITOR.sub(" ", text)
    begins = [0, *(match.end() for match in _LINE_ENDS.finditer(text))]
    if comments is None:
        real = list(_outside_scalars(text, marks))
    else:
        real = list(_in_comments(text, marks, begins, tuple(comments), quotes))
    blocks = Blocks(text, begins, comments is None)
    waivers: list[Waiver] = []
    for position, mark in enumerate(real):
        line = bisect_right(begins, mark)
        end = begins[line] if line < len(begins) else len(text)
        if position + 1 < len(real):
            end = min(end, real[position + 1])
        lines = blocks.behind(line) if blocks.is_content(line) else blocks.below(line)
        waivers += _waivers(text[mark:end], Place(start.root, start.file, line, mark - begins[line - 1] + 1), lines)
    return waivers


# ---------------------------------------------------------------------- what is a comment


def _outside_scalars(text: str, marks: Sequence[int]) -> Iterator[int]:
    """Those of the marks that lie in no scalar; of a document that libyaml refuses, those before the place that it refuses."""
    edges = [0, *(match.start() for match in _BOUNDARY.finditer(text) if match.start()), len(text)]
    waiting = list(reversed(marks))
    for begin, end in pairwise(edges):
        inside: list[int] = []
        while waiting and waiting[-1] < end:
            inside.append(waiting.pop() - begin)
        if inside:
            yield from (begin + mark for mark in _outside_scalars_of(text[begin:end], inside))


def _outside_scalars_of(part: str, marks: list[int]) -> Iterator[int]:
    waiting = list(reversed(marks))
    try:
        for token in yaml.scan(part, yaml.CLoader):
            if type(token) is yaml.ScalarToken:
                begin = token.start_mark.index
                if token.style in ("|", ">"):  # behind what opens a block of text a comment is one
                    ends = _LINE_ENDS.search(part, begin)
                    begin = ends.start() if ends else begin
                while waiting and waiting[-1] < begin:
                    yield waiting.pop()
                while waiting and waiting[-1] < token.end_mark.index:
                    waiting.pop()
                if not waiting:
                    return
    except (yaml.YAMLError, UnicodeEncodeError):
        return
    yield from reversed(waiting)


def _in_comments(
    text: str, marks: Sequence[int], begins: Sequence[int], comments: tuple[str, ...], quotes: str
) -> Iterator[int]:
    """Those of the marks that begin a comment, or stand in one, by quotes, escapes and heredocs of their line alone."""
    heredocs = _heredoc_lines(text, begins)
    known: dict[int, int] = {}
    for mark in marks:
        line = bisect_right(begins, mark)
        if line not in known:
            end = begins[line] if line < len(begins) else len(text)
            known[line] = end if line in heredocs else _comment_begin(text, begins[line - 1], end, comments, quotes)
        if mark >= known[line]:
            yield mark


def _comment_begin(text: str, position: int, end: int, comments: tuple[str, ...], quotes: str) -> int:
    """Where the comment of a line begins; `end` where it has none."""
    quoted, after_blank = "", True
    while position < end:
        char = text[position]
        if char == "\\":
            position += 1
        elif char in quotes and quoted in ("", char):
            quoted = "" if quoted else char
        elif not quoted and after_blank and text.startswith(comments, position):
            return position
        after_blank = char.isspace()
        position += 1
    return end


def _heredoc_lines(text: str, begins: Sequence[int]) -> set[int]:
    lines: set[int] = set()
    ends = ""
    for number, line in enumerate(_LINE_ENDS.split(text), start=1) if "<<" in text else ():
        if ends:
            lines.add(number)
            ends = "" if line.strip() == ends else ends
        else:
            opened = _HEREDOC.search(line)
            ends = opened[1] if opened else ""
    return lines


# ---------------------------------------------------------------------- what it says


def _waivers(comment: str, place: Place, lines: Lines) -> Iterator[Waiver]:
    """One waiver for each rule that a comment names, with the place of its name."""
    found = _WORDS.search(comment)
    assert found is not None
    colon, word, rules, closed, rest = found.groups()
    names = list(_RULE.finditer(rules or ""))
    if word != "allow" or not colon or not names or not closed:
        yield Waiver("", place, lines=lines, wrong=f"expected `{_EXAMPLE}`, read {_shown(comment)}")
        return
    until, owner, because, wrong = _terms(rest)
    for name in names:
        at = Place(place.root, place.file, place.line, place.column + found.start(3) + name.start())
        yield Waiver(name[0], at, because, owner, until, lines, wrong=wrong)


def _terms(rest: str) -> tuple[date | None, str, str, str]:
    """The last day, the owner, the reason, and what is wrong or ""."""
    before, because, reason = re.match(r"(.*?)(?:\b(because)\b:?(.*))?$", rest.strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    said = {"until": "", "owner": ""}
    words = before.split()
    for name, value in zip(words[::2], [*words[1::2], ""], strict=False):
        if name not in said or said[name] or not value:
            return None, "", "", f"expected `until DATE`, `owner NAME` or `because REASON`, read {name!r}"
        said[name] = value
    reason = (reason or "").strip().removesuffix("*/").strip()
    if not because or not reason:
        return None, "", "", "expected a reason: `because ...`"
    try:
        until = _date(said["until"])
    except ValueError:
        return None, "", "", f"until: expected a date such as 2027-03-31, read {said['until']!r}"
    return until, said["owner"], reason, ""


def _date(text: str) -> date | None:
    if text and len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text) if text else None


def _shown(comment: str) -> str:
    text = " ".join(comment.split())
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 3] + '...'}`"
