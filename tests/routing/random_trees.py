"""Routing files and labels at random: every operator in old and new spelling, patterns, absent labels, deep and wide trees."""

from random import Random
from typing import Any

NAMES = ("team", "severity", "job")
VALUES = ("a", "b", "ab", "a.b", "axb", "a|b", "x y", "", 'q"q', "back\\slash", "(a)", "ä", "A", "a\nb")
PATTERNS = (
    "a|b",
    "a.*",
    ".*b",
    "(a|ab)",
    "",
    ".+",
    ".*",
    "[ab]+",
    "a\\.b",
    "^a$",
    "a$|^b",
    "(?i)a",
    "x\\sy",
    "a{2}|b?",
    "ä|ö",
)


def labels(dice: Random) -> dict[str, str]:
    """The labels of one alert; a name that is missing is absent."""
    return {name: dice.choice(VALUES) for name in NAMES if dice.random() < 0.75}


def tree(dice: Random) -> dict[str, Any]:
    """A whole routing file that Alertmanager takes; nearly every route has a receiver of its own."""
    names: list[str] = []
    root = _route(dice, names, 0)
    for key in ("match", "match_re", "matchers", "continue"):
        root.pop(key, None)
    root["receiver"] = "r0"
    return {"route": root, "receivers": [{"name": name} for name in dict.fromkeys(["r0", *names])]}


def _route(dice: Random, names: list[str], depth: int) -> dict[str, Any]:
    route: dict[str, Any] = {}
    if dice.random() < 0.9:
        names.append(f"r{len(names) + 1}")
        route["receiver"] = names[-1]
    if dice.random() < 0.35:
        route["continue"] = True
    for _ in range(dice.choice((0, 1, 1, 1, 1, 2))):
        _ask(dice, route)
    if depth < 4:
        route["routes"] = [
            _route(dice, names, depth + 1)
            for _ in range(dice.choice((3, 2, 4, 0, 1, 0)[: 6 - depth] if depth else (3, 4, 5)))
        ]
    return route


def _ask(dice: Random, route: dict[str, Any]) -> None:
    name = dice.choice(NAMES)
    kind = dice.randrange(4)
    if kind == 0:
        route.setdefault("match", {})[name] = dice.choice(VALUES)
    elif kind == 1:
        route.setdefault("match_re", {})[name] = dice.choice(PATTERNS)
    else:
        operator = dice.choice(("=", "!=", "=~", "!~"))
        value = dice.choice(VALUES if operator in ("=", "!=") else PATTERNS)
        route.setdefault("matchers", []).append(f"{name}{dice.choice(('', ' '))}{operator}{_written(dice, value)}")


def _written(dice: Random, value: str) -> str:
    """The value in quotes, or bare where that means the same."""
    if value and value.isalnum() and dice.random() < 0.5:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
