"""Path patterns, and the scope that a path gives the facts of its files."""

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from accord.files.platforms import Running
from accord.model.fact import Scope


class ScopeRule(Struct, frozen=True):
    """One `[[scope]]`: which paths it is for, the conditions under which their facts hold, where it stands, and which
    versions of platforms it says are in use under them.
    """

    path: str
    conditions: Scope
    origin: str = ""
    running: tuple[Running, ...] = ()


def scope_of(rules: Iterable[ScopeRule], path: str) -> Scope:
    """The conditions of all rules whose pattern matches; for one dimension the last rule wins."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        if pattern(rule.path).fullmatch(path):
            found.update(rule.conditions)
    return tuple(sorted(found.items()))


@lru_cache(maxsize=512)
def pattern(text: str) -> re.Pattern[str]:
    """A path pattern as an expression: `*` and `?` stay within a name, `**` runs over folders, `[ab]` is one of them.

    A pattern that ends in `/` is for everything below that folder.
    """
    text = text.removeprefix("./")
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]|.", text + "**" if text.endswith("/") else text, re.DOTALL)
    return re.compile("".join(_expression(part) for part in parts), re.DOTALL)


def _expression(part: str) -> str:
    if part in _EXPRESSIONS:
        return _EXPRESSIONS[part]
    if len(part) == 1:
        return re.escape(part)
    negated = part[1] in "!^" and len(part) > 3
    members = re.sub(r"([^\w-])", r"\\\1", part[2:-1] if negated else part[1:-1])
    return f"[^/{members}]" if negated else f"[{members}]"


_EXPRESSIONS = {"**/": "(?:[^/]*/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
