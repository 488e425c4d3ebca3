"""Templates of alerts, in Go's language: whether Prometheus can read one at all. Nothing is worked out.

After text/template of Go and template/template.go of Prometheus, whose functions and variables are listed here.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

_GO = "and or not call html index slice js len print printf println urlquery eq ne lt le gt ge break continue"
_PROMETHEUS = (
    "query first label value strvalue args reReplaceAll safeHtml match title toUpper toLower graphLink tableLink "
    "sortByLabel stripPort stripDomain humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp "
    "toTime toDuration now pathPrefix externalURL parseDuration tmpl urlQueryEscape"
)
_FUNCTIONS = frozenset(f"{_GO} {_PROMETHEUS} true false nil".split())
_GIVEN = frozenset(("$", "$labels", "$externalLabels", "$externalURL", "$value"))
_OPENING = ("if", "range", "with", "block", "define")
_NEED_A_VALUE = ("if", "range", "with")
_PLAIN = re.compile(
    r" *\$(?:labels\.\w+|externalLabels\.\w+|value)(?: *\| *humanize(?:1024|Duration|Percentage|Timestamp)?)? *"
)
"""What stands between the braces of most templates, told to be right at a glance."""

_ACTION = re.compile(
    r"\{\{(?:-\s)?(?P<inside>\s*/\*.*?\*/\s*|(?:\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|'(?:\\.|[^'\\\n])*'|(?!(?:\s-)?\}\})[^\"`'])*)(?:\s-)?\}\}",
    re.DOTALL,
)
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<literal>\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|'(?:\\.|[^'\\\n])*'|[+-]?\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)"
    r"|(?P<variable>\$\w*)|(?P<field>\.\w+)|(?P<dot>\.)|(?P<word>\w+)|(?P<sign>:=|[=|,()])"
)
_NUMBER = re.compile(r"[+-]?(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)i?")


class _Action(Struct, frozen=True):
    """What stands between braces: its keyword, the variables it uses and sets, and what is wrong with it by itself.

    `goes_on` says that it is an `else if`, after which another else may come.
    """

    keyword: str = ""
    uses: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    wrong: str = ""
    goes_on: bool = False


def template_error(text: str) -> str:
    """What is wrong with a template; empty where nothing is."""
    for part in text.split("{{")[1:]:
        inside, end, _ = part.partition("}}")
        if not end or not _is_plain(inside):
            break
    else:
        return ""
    scopes: list[tuple[str, set[str]]] = [("", set(_GIVEN))]
    position = text.find("{{")
    while position >= 0:
        found = _ACTION.match(text, position)
        if found is None:
            return f"the {{{{ at character {position + 1} is not closed"
        action = _action(found["inside"])
        wrong = action.wrong or _unbalanced(action, scopes)
        if wrong:
            return f"{found[0][:60]}: {wrong}"
        position = text.find("{{", found.end())
    return f"{{{{ {scopes[-1][0]} }}}} has no {{{{ end }}}}" if len(scopes) > 1 else ""


@lru_cache(maxsize=4096)
def _is_plain(inside: str) -> bool:
    return _PLAIN.fullmatch(inside) is not None


def _unbalanced(action: _Action, scopes: list[tuple[str, set[str]]]) -> str:
    """What is wrong with an action where it stands; the scopes are carried on."""
    if action.keyword in ("end", "else"):
        if len(scopes) == 1:
            return f"{action.keyword} without if, range or with"
        keyword, names = scopes.pop()
        if action.keyword == "else":
            if keyword == "else":
                return "a second else"
            scopes.append((keyword if action.goes_on else "else", names))
    if action.keyword in ("break", "continue") and all(opened != "range" for opened, _ in scopes):
        return f"{action.keyword} outside range"
    known = set().union(*(names for _, names in scopes))
    for name in action.uses:
        if name not in known:
            return f"the variable {name} is not defined"
    if action.keyword in _OPENING:
        scopes.append((action.keyword, set()))
    scopes[-1][1].update(action.sets)
    return ""


@lru_cache(maxsize=4096)
def _action(inside: str) -> _Action:
    """One action by itself."""
    if inside.strip().startswith("/*"):
        return _Action()
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(inside):
        found = _TOKEN.match(inside, position)
        if found is None:
            return _Action(wrong=f"unexpected {inside[position]!r}")
        tokens.append((str(found.lastgroup), found[0]))
        position = found.end()
    wrong = _wrong_neighbours(tokens)
    words = [token for token in tokens if token[0] != "space"]
    keyword = words[0][1] if words and words[0][0] == "word" else ""
    sets = _sets(words)
    rest = words[1:] if keyword in (*_OPENING, "else", "end", "template") else words
    wrong = wrong or _wrong_order(keyword, rest)
    uses = tuple(dict.fromkeys(text for kind, text in words if kind == "variable" and text not in sets))
    goes_on = keyword == "else" and bool(rest)
    return _Action(keyword, uses, sets, wrong, goes_on)


def _sets(words: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The variables that stand before `:=` or `=`."""
    for position, token in enumerate(words):
        if token in (("sign", ":="), ("sign", "=")):
            return tuple(text for kind, text in words[:position] if kind == "variable")
    return ()


def _wrong_neighbours(tokens: Sequence[tuple[str, str]]) -> str:
    """What stands where a blank must: `$labels.` or `5x`."""
    before = ("space", "")
    for kind, text in tokens:
        if kind == "dot" and before[0] in ("variable", "field", "word", "dot"):
            return "unexpected . after a name"
        if kind == "literal" and text[0] not in "\"`'" and not _NUMBER.fullmatch(text):
            return f"{text} is no number"
        if kind in ("literal", "variable") and before[0] in ("literal", "variable", "field", "word"):
            return f"unexpected {text} after {before[1]}"
        if text == "(" and kind == "sign" and before[0] in ("literal", "variable", "field", "word"):
            return f"unexpected ( after {before[1]}"
        before = (kind, text)
    return ""


def _wrong_order(keyword: str, words: Sequence[tuple[str, str]]) -> str:
    """What is missing, or stands where nothing can."""
    if keyword in ("define", "template", "block") and not (words and words[0][1][:1] in ('"', "`")):
        return f"{keyword} needs a name in quotes"
    if not words:
        needs = keyword in _NEED_A_VALUE or keyword not in (*_OPENING, "else", "end")
        return "nothing stands here" if needs else ""
    if keyword == "end":
        return "unexpected text after end"
    depth, begins, stage = 0, True, 1
    for position, (kind, text) in enumerate(words):
        before = words[:position]
        depth += {"(": 1, ")": -1}.get(text, 0) if kind == "sign" else 0
        if depth < 0 or (text in ("|", ",", "=", ":=") and kind == "sign" and begins):
            return f"unexpected {text}"
        if text == "," and kind == "sign" and keyword != "range":
            return "unexpected ,"
        if text in ("=", ":=") and kind == "sign" and any(one[0] != "variable" and one[1] != "," for one in before):
            return f"unexpected {text}"
        is_keyword = keyword == "else" and position == 0 and text in ("if", "with")
        if kind == "word" and text not in _FUNCTIONS and not is_keyword:
            return f"there is no function {text}"
        if begins and stage > 1 and kind in ("literal", "dot"):
            return f"{text} cannot stand after |"
        begins = kind == "sign" and text != ")"
        stage = stage + 1 if (kind, text) == ("sign", "|") else 1 if begins else stage
    return "a bracket is not closed" if depth else ""
