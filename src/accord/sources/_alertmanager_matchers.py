"""Matchers as texts: `team="x", severity=~"page|critical"`, by the older grammar and, where that refuses, the newer one.

After github.com/prometheus/alertmanager, pkg/labels/parse.go and matchers/parse, release 0.27, whose parser takes the
older reading wherever the two differ.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from accord.model.alerting import Matcher
from accord.model.pattern import compiled
from accord.model.problem import Refused

LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_SPACE = "[ \t\n\f\r]*"
_OLDER = re.compile(rf"{_SPACE}([a-zA-Z_:][a-zA-Z0-9_:]*){_SPACE}(=~|=|!=|!~){_SPACE}(.*?){_SPACE}", re.DOTALL)
_WORD = r"""[^\s{}!=~,\\"'`]+|"(?:[^"\\]|\\.)*\""""
_NEWER = re.compile(rf"\s*({_WORD})\s*(=~|=|!=|!~)\s*({_WORD})\s*(,|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}
_EXPECTED = 'expected a matcher such as team="payments" or severity=~"page|critical"'
_LONGEST = 10_000


@lru_cache(maxsize=4096)  # routes ask alike, and each text is checked before it is read
def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Every matcher of a text, separated by commas, in braces or not. Raises Refused."""
    if len(text) > _LONGEST:
        raise Refused(f"{_EXPECTED}, read {len(text):,} characters")
    try:
        return tuple(_older(part) for part in _parts(text))
    except Refused as refusal:
        found = _newer(text)
        if found is None:
            raise refusal
        return found


def matcher(label: str, operator: str, value: str) -> Matcher:
    """The matcher; raises Refused where its pattern is none."""
    if operator in ("=~", "!~"):
        compiled(value)
    return Matcher(label, operator, value)


def _parts(text: str) -> Iterator[str]:
    """The text between the commas that stand in no quotes, without the braces around all of it."""
    text = text.removeprefix("{").removesuffix("}")
    quoted = escaped = False
    begin = 0
    for position, character in enumerate(text):
        if character == "," and not quoted:
            yield text[begin:position]
            begin = position + 1
            continue
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = character == "\\" and not escaped
    if text[begin:].strip():
        yield text[begin:].strip()


def _older(text: str) -> Matcher:
    match = _OLDER.fullmatch(text)
    if not match:
        raise Refused(f"{_EXPECTED}, read {text[:64]!r}")
    return matcher(match[1], match[2], _value(match[3]))


def _value(raw: str) -> str:
    """The value without its quotes and escapes; a backslash before any other character is one."""
    opened = raw.startswith('"')
    rest = raw[1:] if opened else raw
    found, escaped = [], False
    for position, character in enumerate(rest):
        last = position == len(rest) - 1
        if escaped:
            found.append({"n": "\n", '"': '"', "\\": "\\"}.get(character, "\\" + character))
            escaped = False
        elif character == "\\" and not last:
            escaped = True
        elif character == '"':
            if not opened or not last:
                raise Refused(f"{_EXPECTED}, read quotes inside the value {raw[:64]!r}")
            opened = False
        else:
            found.append(character)
    if opened:
        raise Refused(f"{_EXPECTED}, read {raw[:64]!r}, whose quotes are not closed")
    return "".join(found)


def _newer(text: str) -> tuple[Matcher, ...] | None:
    """By the grammar that lets every label and value be quoted; None where it refuses too."""
    text = text.strip()
    if text.startswith("{") != text.endswith("}"):
        return None
    rest = text.removeprefix("{").removesuffix("}").strip()
    found, position = [], 0
    while position < len(rest):
        match = _NEWER.match(rest, position)
        label, value = (_unquoted(match[1]), _unquoted(match[3])) if match else (None, None)
        if match is None or not label or value is None:
            return None
        found.append(matcher(label, match[2], value))
        position = match.end()
    return tuple(found)


def _unquoted(text: str) -> str | None:
    """A text in quotes as Go reads it; None where an escape means nothing."""
    if not text.startswith('"'):
        return text
    strange = False

    def escape(match: re.Match[str]) -> str:
        nonlocal strange
        word = match[1]
        if word in _ESCAPED:
            return _ESCAPED[word]
        number = int(word[1:], 16) if word[0] in "xuU" and len(word) > 1 else int(word, 8) if len(word) == 3 else -1
        strange = strange or not 0 <= number < 0x110000
        return "" if strange else chr(number)

    found = _ESCAPE.sub(escape, text[1:-1])
    return None if strange or "\n" in text else found
