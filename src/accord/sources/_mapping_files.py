"""The patterns of a mapping's files: `charts/<chart>/values.yaml`, matched segment by segment, never out of the folder."""

import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from accord.model.problem import Refused

LONGEST = 1_000
"""Characters that a pattern may have."""

MOST_PLACEHOLDERS = 16
"""Placeholders that a pattern may have."""

ANY_FOLDERS = "**"

_PART = re.compile(r"<([A-Za-z_][\w-]{0,63})>|(\*+)|(\?)|([^*?<>]+)|([<>])")

Bindings = tuple[tuple[str, str], ...]
"""What placeholders stand for: pairs, in order of name."""


class Segment(Struct, frozen=True):
    """One name of a pattern: `text` as typed, and its expression (None where it is that very name, or any folders)."""

    text: str
    names: tuple[str, ...] = ()
    expression: str = ""

    @property
    def is_literal(self) -> bool:
        """Whether it is one very name."""
        return not self.expression and self.text != ANY_FOLDERS

    def match(self, name: str, bound: dict[str, str]) -> dict[str, str] | None:
        """What the placeholders are with this name, those bound before included; None where it is another one."""
        if not self.expression:
            return bound if self.text == name else None
        found = _compiled(self.expression).fullmatch(name)
        if found is None:
            return None
        result = dict(bound)
        for placeholder, value in zip(self.names, found.groups(), strict=True):
            if result.setdefault(placeholder, value) != value:
                return None
        return result


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    import re2  # type: ignore[import-untyped]  # imported late: most checks have no mapping

    return re2.compile(expression)


class Pattern(Struct, frozen=True):
    """One pattern: its segments, and the placeholders it binds."""

    text: str
    segments: tuple[Segment, ...]

    @property
    def names(self) -> frozenset[str]:
        """The placeholders that it binds."""
        return frozenset(name for segment in self.segments for name in segment.names)

    def match(self, path: str) -> Bindings | None:
        """What the placeholders are for a path with posix separators; None where it does not match."""
        waiting = [(0, 0, dict[str, str]())]
        names, seen = path.split("/"), set()
        while waiting:
            position, number, bound = waiting.pop()
            if position == len(self.segments):
                if number == len(names):
                    return tuple(sorted(bound.items()))
                continue
            state = (position, number, tuple(sorted(bound.items())))
            if state in seen or number >= len(names):
                continue
            seen.add(state)
            segment = self.segments[position]
            if segment.text == ANY_FOLDERS:
                waiting += [(position, number + 1, bound), (position + 1, number, bound)]
                continue
            matched = segment.match(names[number], bound)
            if matched is not None:
                waiting.append((position + 1, number + 1, matched))
        return None


def parse_pattern(text: str) -> Pattern:
    """The pattern that a text means. Raises Refused for one that is too long, unclear, or leaves the folder."""
    if not text or len(text) > LONGEST:
        raise Refused(f"expected a path of at most {LONGEST:,} characters, read {len(text):,}")
    names = [name for name in text.removeprefix("./").split("/") if name != "."]
    if text.startswith(("/", "\\", "~")) or ".." in names or "\\" in text or "\0" in text or ":" in names[0]:
        raise Refused(f"expected a path below the folder of the mapping, read {text[:80]!r}")
    if "" in names:
        raise Refused(f"expected a path to files, read {text[:80]!r}")
    segments: list[Segment] = []
    for name in names:
        if not (name == ANY_FOLDERS and segments and segments[-1].text == ANY_FOLDERS):
            segments.append(_segment(name, text))
    if segments[-1].text == ANY_FOLDERS:
        segments.append(Segment("*", (), "[^/]*"))
    pattern = Pattern(text, tuple(segments))
    if sum(len(segment.names) for segment in segments) > MOST_PLACEHOLDERS:
        raise Refused(f"expected at most {MOST_PLACEHOLDERS} placeholders, read more")
    return pattern


def _segment(name: str, text: str) -> Segment:
    if name == ANY_FOLDERS:
        return Segment(name)
    parts = list(_PART.finditer(name))
    if all(part[4] for part in parts):
        return Segment(name)
    expression, names, open_before = [], [], False
    for part in parts:
        if part[5]:
            raise Refused(f"expected placeholders such as <service>, read {text[:80]!r}")
        if part[1] and open_before:
            raise Refused(f"expected a character between a placeholder and what stands before it, read {text[:80]!r}")
        names += [part[1]] if part[1] else []
        expression.append("(.+)" if part[1] else ".*" if part[2] else "." if part[3] else re.escape(part[4]))
        open_before = bool(part[1] or part[2])
    return Segment(name, tuple(names), f"(?s){''.join(expression)}")
