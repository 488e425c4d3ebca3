"""Why a text cannot be read as YAML or JSON, in words for people, at the place to look at.

Lines and columns count from 1 and always lie inside the text.
"""

import re
from collections.abc import Callable
from shlex import quote

import yaml
from msgspec import Struct
from yaml._yaml import CParser

ERROR_KEY_LENGTH = 1024
"""The longest key that libyaml recognises without a `?` before it."""

_TEMPLATE = re.compile(r"\{\{|\{%|\{#|<%")
_OF_A_CHART = re.compile(r"\{\{-?[^{}\n]{0,200}?(?:\.(?:Values|Release|Chart|Capabilities)\b|\binclude \")")
_CLOSED_BY = {"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>"}
_MOST_CANDIDATES = 20
_LONGEST_LOOK_BACK = 1_000_000
FORMAT_KEYS = (
    *("apiVersion", "groups", "route", "receivers", "scrape_configs", "services", "Resources"),
    *("methodConfig", "static_resources"),
)
"""A key, near the margin, that a document of one of the formats cannot do without."""

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no YAML text may hold."""


class Refusal(Struct, frozen=True):
    """One refusal; `index` is where in the text it was noticed, `template` says that the whole text is a template."""

    line: int
    column: int
    reason: str
    index: int
    template: bool = False


class Spot(Struct, frozen=True):
    """A position of a text: `index` counts characters from 0, line and column from 1."""

    index: int
    line: int
    column: int


class Unbounded(yaml.MarkedYAMLError):
    """A text that would take too much time or memory."""

    def __init__(self, reason: str, mark: yaml.Mark | None) -> None:
        super().__init__(problem=reason, problem_mark=mark)


def spot_at(text: str, index: int) -> Spot:
    """The position of a character."""
    begin = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    return Spot(index, lines_before(text, begin) + 1, index - begin + 1)


def lines_before(text: str, begin: int) -> int:
    """How many lines end before this character, which begins a line."""
    if "\r" not in text:
        return text.count("\n", 0, begin)
    return text.count("\n", 0, begin) + text.count("\r", 0, begin) - text.count("\r\n", 0, begin)


def template_reason(mark: str) -> str:
    """What is said of a text that is a template, by the mark that shows it."""
    return f"cannot read: template ({mark}); check its rendered output instead"


def chart_of(text: str, file: str) -> str:
    """The folder of the Helm chart that a template belongs to, by its own folder `templates` and what it asks for; "" for none."""
    folder, inside, _ = f"/{file}".rpartition("/templates/")
    return (folder[1:] or ".") if inside and _OF_A_CHART.search(text) else ""


def rendered_by(chart: str) -> str:
    """How what stands in a chart becomes what can be read."""
    return f": `helm template {quote(chart)} > rendered.yaml` writes it" if chart else ""


def character_refused(error: Exception, text: str, begin: int) -> Refusal:
    """The refusal of the first character from `begin` on that YAML does not allow."""
    found = FORBIDDEN.search(text, begin)
    if found is None:
        spot = spot_at(text, begin)
        return Refusal(spot.line, spot.column, f"not YAML: {str(error).partition(chr(10))[0]}", begin)
    spot = spot_at(text, found.start())
    reason = f"not YAML: the character U+{ord(found[0]):04X} is not allowed"
    if found[0] == "\0" and text.count("\0", 0, 4096) > 16:
        reason += "; this looks like UTF-16 without a byte order mark, or like no text at all"
    return Refusal(spot.line, spot.column, reason, spot.index)


def error_refused(error: yaml.MarkedYAMLError, text: str, begin: int, moved: int) -> Refusal:
    """The refusal that an error of the parser means, which read from `begin` on.

    `moved` is what to add to the error's character indices to have those of `text`.
    """
    problem, context = (_spot(mark, moved) for mark in (error.problem_mark, error.context_mark))
    noticed = problem or context or spot_at(text, begin)
    if isinstance(error, Unbounded):
        at = _inside(text, noticed, begin)
        return Refusal(at.line, at.column, f"cannot read: {error.problem}", noticed.index)
    template = _template_near(text, noticed.index, own_begin(text, begin, noticed.index))
    if template:
        spot = spot_at(text, template.start())
        return Refusal(spot.line, spot.column, template_reason(template[0]), noticed.index, template=True)
    at, reason = _worded(error, text, noticed, context)
    at = _inside(text, at, begin)
    return Refusal(at.line, at.column, f"not YAML: {reason}", noticed.index)


def _spot(mark: yaml.Mark | None, moved: int) -> Spot | None:
    return Spot(mark.index + moved, mark.line + 1, mark.column + 1) if mark else None


def _inside(text: str, spot: Spot, begin: int) -> Spot:
    """The position itself, or the last character before it where it lies behind the end of the text."""
    if spot.index < len(text):
        return spot
    written = len(text.rstrip())
    return spot_at(text, max(written - 1, begin, 0))


def own_begin(text: str, begin: int, index: int) -> int:
    """Where the document that holds a character begins: at the last `---` that starts a line after `begin`, or at `begin`."""
    while True:
        found = text.rfind("\n---", begin, index)
        if found < 0:
            return begin
        if text[found + 4 : found + 5] in ("", " ", "\t", "\r", "\n"):
            return found + 1
        index = found + 3


# ---------------------------------------------------------------------- templates


def _template_near(text: str, index: int, begin: int) -> re.Match[str] | None:
    """The nearest template mark, at the error or before it, that is no part of an ordinary text."""
    line_end = text.find("\n", index)
    found = list(_TEMPLATE.finditer(text, begin, len(text) if line_end < 0 else line_end))[-_MOST_CANDIDATES:]
    for candidate in reversed(found):
        if _is_cut_short(text, candidate, index) or _stands_alone(text, candidate.start(), begin):
            return candidate
    return None


def _is_cut_short(text: str, mark: re.Match[str], index: int) -> bool:
    """Whether the error lies between the mark and its closing: `"{{ default "x" }}"` ends the text too early."""
    closing = text.find(_CLOSED_BY[mark[0]], mark.end())
    return mark.start() <= index < closing and "\n" not in text[mark.start() : index]


def _stands_alone(text: str, index: int, begin: int) -> bool:
    """Whether a value of its own would begin here, not the middle of a text or a comment.

    Put to the scanner as a character that may stand in any text but begins none.
    """
    if index - begin > _LONGEST_LOOK_BACK:
        return False
    try:
        CParser(text[begin:index] + "@").raw_scan()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return mark is not None and mark.index == index - begin and "cannot start any token" in str(error.problem)
    except yaml.YAMLError:
        pass
    return False


# ---------------------------------------------------------------------- words

_Wording = Callable[[str, Spot, Spot | None], tuple[Spot, str]]


def _worded(error: yaml.MarkedYAMLError, text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    problem = str(error.problem or error.context or "unreadable")
    said = f"{problem} {error.context or ''}"
    if "\t" in text[at.index : at.index + 1] or "found a tab" in said:
        return at, "a tab where spaces are expected; indent with spaces"
    for phrase, wording in _WORDINGS:
        if phrase in said:
            return wording(text, at, context)
    return at, f"{problem} {error.context}" if error.context and error.problem else problem


def _says(reason: str) -> _Wording:
    return lambda text, at, context: (at, reason)


def _says_at_its_begin(reason: str) -> _Wording:
    return lambda text, at, context: (context or at, reason)


def _cannot_begin(text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    return at, f"a text cannot begin with {text[at.index : at.index + 1]}; put it in quotes"


def _sigil(text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    begin = context or at
    sigil = text[begin.index : begin.index + 1]
    if sigil == "!":
        word = re.compile(r"[^\s,\[\]{}]*").match(text, begin.index)
        return begin, f"{word[0] if word else sigil} is read as a tag here; put it in quotes"
    return begin, f"a text cannot begin with {sigil}; put it in quotes"


def _not_closed(text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    if context is None:
        return at, "expected a comma or a closing bracket here"
    opening = text[context.index : context.index + 1]
    closing = {"{": "}", "[": "]"}.get(opening, "bracket")
    if at.index >= len(text.rstrip()) or text.startswith(("---", "..."), at.index):
        return context, f"this {opening} is not closed; expected {closing}"
    if text.startswith(":", at.index) and at.index - text.rfind("\n", 0, at.index) > ERROR_KEY_LENGTH:
        return at, f"a key longer than {ERROR_KEY_LENGTH:,} characters"
    return (
        at,
        f"expected a comma or {closing}, which closes the {opening} of line {context.line}, column {context.column}",
    )


def _no_value(text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    return at, "the text ends where a value is expected" if at.index >= len(text.rstrip()) else "expected a value here"


def _not_aligned(text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    since = f" of the map that begins in line {context.line}" if context else ""
    return at, f"expected a key{since}, aligned with its other keys"


def _escape(text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    escape = text[at.index : at.index + 2]
    return at, f"unknown escape {escape} in a double-quoted text; write \\{escape} or use single quotes"


def _alias(text: str, at: Spot, context: Spot | None) -> tuple[Spot, str]:
    name = re.compile(r"\*[\w-]*").match(text, at.index)
    return (at, f"the alias {name[0] if name else '*'} has no anchor before it; a text that begins with * needs quotes")


_WORDINGS: tuple[tuple[str, _Wording], ...] = (
    ("cannot start any token", _cannot_begin),
    (
        "mapping values are not allowed",
        _says("a `: ` that begins no value here; put a text that holds one in quotes, or align this line with its neighbours"),
    ),
    ("could not find expected ':'", _says_at_its_begin("expected `: ` after this key")),
    ("did not find expected key", _not_aligned),
    ("did not find expected '-'", _says("expected `- `, as the items of this list before it")),
    ("did not find expected ','", _not_closed),
    ("found undefined alias", _alias),
    ("while scanning an alias", _sigil),
    ("while scanning an anchor", _sigil),
    ("scanning a tag", _sigil),
    ("found undefined tag handle", _sigil),
    ("found unknown escape character", _escape),
    ("found unexpected end of stream while scanning a quoted", _says_at_its_begin("the quotes that open here are not closed")),
    ("found unexpected document indicator while scanning a quoted", _says_at_its_begin("the quotes that open here are not closed")),
    ("block sequence entries are not allowed", _says("`- ` cannot stand here; a list begins on a line of its own")),
    ("expected <document start>", _says("a second value after the end of the first; put --- between documents")),
    ("did not find expected node content", _no_value),
)  # fmt: skip
