"""Which line of a CODEOWNERS file holds for a file, by the rules of the host that reads it.

GitHub: patterns as in .gitignore, but `docs/*` is for the files right in docs alone, and there is no `!` and no `[ ]`; the last
line that matches holds. GitLab: a pattern without a leading slash matches at any depth, one that names a folder needs a slash at
its end; the last line of each section holds, and what a section leaves out by `!` is out of it for good.
"""

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import lru_cache

from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View, holds_in
from accord.model.fact import Fact
from accord.model.ownership import OwnedFiles
from accord.model.place import Place

PREFIX = "codeowners:"
"""How the party of such a file begins."""

_FOLDERS = {".github": 0, "docs": 2, ".gitlab": 3}
_TOP = 1
"""Where the file may lie below the top of its repository, and its rank: of several the first is read, on either host."""

_ANY = "**"
_ALL = "*"
"""The pattern for all files, however deep, on either host."""
_SIGNS = frozenset("*?[\\")


class CodeOwners:
    """The lines of every CODEOWNERS file of one view, by the folder that each is for."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        files: dict[tuple[str, int], list[Fact]] = {}
        for fact in facts:
            folder, rank = _repository(path_of(fact.place))
            files.setdefault((folder, rank), []).append(fact)
        self.lines: dict[str, _Lines] = {}
        for (folder, _), lines in sorted(files.items(), key=lambda one: one[0]):
            if folder not in self.lines:
                self.lines[folder] = _Lines(lines)
        self._around: dict[str, tuple[str, ...]] = {"": ("",) if "" in self.lines else ()}

    @property
    def is_empty(self) -> bool:
        """Whether no such file was read."""
        return not self.lines

    def of(self, place: Place) -> tuple[Fact, ...]:
        """The lines that hold for the file of a place: one, or one of each section; none where nobody is named for it.

        A folder with a CODEOWNERS file inside another such folder may be a repository of its own or a copy: nothing is said.
        """
        return self.of_path(path_of(place))

    def of_path(self, path: str) -> tuple[Fact, ...]:
        """The same for a path as `path_of` spells it."""
        tops = self._tops(path.rpartition("/")[0])
        return self.lines[tops[0]].of(path.removeprefix(tops[0]).lstrip("/")) if len(tops) == 1 else ()

    def _tops(self, folder: str) -> tuple[str, ...]:
        """The folders with such a file, of a folder and those around it."""
        unknown = []
        while folder not in self._around:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        tops = self._around[folder]
        for below in reversed(unknown):
            tops = self._around[below] = (*tops, below) if below in self.lines else tops
        return tops


class _Lines:
    """The lines of one file; those that spell a path out are found by it."""

    def __init__(self, lines: Iterable[Fact]) -> None:
        self.spelled: dict[str, list[Fact]] = {}
        self.others: list[Fact] = []
        for line in lines:
            pattern = line.value.pattern
            if pattern == _ALL:
                self.spelled.setdefault("", []).append(line)
            elif pattern.startswith("/") and "//" not in pattern and pattern != "/" and _SIGNS.isdisjoint(pattern):
                self.spelled.setdefault(pattern.strip("/"), []).append(line)
            else:
                self.others.append(line)
        self._is_plain = not self.others and all(
            line.value.syntax != "gitlab" for lines in self.spelled.values() for line in lines
        )
        self._known: dict[str, tuple[Fact, ...]] = {}

    def of(self, path: str) -> tuple[Fact, ...]:
        """The lines that hold for a path.

        Where every line spells out a folder, or is for all files, and none this very path, so do they for all files of its folder.
        """
        is_alone = bool(self.others) or path in self.spelled
        alike = path if is_alone else path[: path.rfind("/") + 1]
        known = self._known.get(alike)
        if known is None:
            near = self.near(path)  # below a folder that is spelled out its line matches, by the rules of GitHub
            known = tuple(near[-1:]) if self._is_plain and not is_alone else holding(near, path)
            self._known[alike] = known
        return known

    def near(self, path: str) -> list[Fact]:
        """The lines that may be for a path, in order."""
        found = [*self.others, *self.spelled.get("", ())]
        end = len(path)
        while end > 0:
            found += self.spelled.get(path[:end], ())
            end = path.rfind("/", 0, end)
        return sorted(found, key=lambda line: line.place.line) if len(found) > 1 else found


def code_owners(system: System, view: View) -> CodeOwners:
    """What the CODEOWNERS files say in this view; worked out once."""
    key = ("code owners", tuple(sorted(view.items())))
    known = system.memory.get(key)
    if known is None:
        lines = [
            fact
            for party in telling(system, *(term for term in system.terms if term.startswith("owns.")))
            if party.startswith(PREFIX)
            for fact in system.said_of(party)
            if fact.term.startswith("owns.") and holds_in(fact.scope, view)
        ]
        known = system.memory[key] = CodeOwners(lines)
    return known


def path_of(place: Place) -> str:
    """The path of a file from where the check was started, in one spelling."""
    root = "" if place.root in ("", ".", place.file) else place.root.rstrip("/")
    path = f"{root}/{place.file}" if root else place.file
    while path.startswith("./"):
        path = path[2:]
    return path


def _repository(path: str) -> tuple[str, int]:
    """The top folder that a CODEOWNERS file is for, and its rank among several."""
    folder = path.rpartition("/")[0]
    above, _, last = folder.rpartition("/")
    return (above, _FOLDERS[last]) if last in _FOLDERS else (folder, _TOP)


def holding(lines: Sequence[Fact], path: str) -> tuple[Fact, ...]:
    """Of the lines of one file, in order, those that hold for a path: per section the last that matches."""
    found: dict[str, Fact] = {}
    excluded: set[str] = set()
    for line in reversed(lines):
        said: OwnedFiles = line.value
        if said.syntax == "gitlab" and said.pattern.startswith("!"):
            if matches(said.pattern[1:], path, said.syntax):
                excluded.add(said.section)
        elif said.section not in found and matches(said.pattern, path, said.syntax):
            if said.syntax != "gitlab":
                return (line,)
            found[said.section] = line
    kept = (line for section, line in found.items() if section not in excluded)
    return tuple(sorted(kept, key=lambda line: line.place.line))


# ---------------------------------------------------------------------- patterns


def matches(pattern: str, path: str, syntax: str = "github") -> bool:
    """Whether a pattern is for a file; the path begins below the top of the repository, without a slash."""
    return any(_walk(parts, path.split("/")) for parts in _forms(pattern, syntax))


@lru_cache(maxsize=4096)
def _forms(pattern: str, syntax: str) -> tuple[tuple[str, ...], ...]:
    """The pattern as parts of a path; `**` stands for any number of folders, none included."""
    parts = pattern.split("/")
    if pattern in ("", "/"):
        return ()
    return _gitlab(parts) if syntax == "gitlab" else _github(parts)


def _github(parts: list[str]) -> tuple[tuple[str, ...], ...]:
    if not parts[0]:
        parts = parts[1:]
    elif len([part for part in parts if part]) == 1:
        parts = [_ANY, *parts]
    if parts[-1] in ("", _ANY):
        return ((*parts[:-1], "*", _ANY),)  # what lies inside, however deep
    if parts[-1] == "*":
        return (tuple(parts),)
    return ((*parts, _ANY),)  # the file, or all below the folder of that name


def _gitlab(parts: list[str]) -> tuple[tuple[str, ...], ...]:
    if parts == ["*"]:
        return ((_ANY, "*"),)
    parts = parts[1:] if not parts[0] else [_ANY, *parts]
    if not parts[-1]:
        return ((*parts[:-1], _ANY, "*"),)
    return ((*parts[:-1], "*" if parts[-1] == _ANY else parts[-1]),)


def _walk(parts: tuple[str, ...], names: list[str]) -> bool:
    """Whether the parts match all the names; going back to the last `**` is enough, so it takes no more than their product."""
    part = name = 0
    again: tuple[int, int] | None = None
    while name < len(names):
        if part < len(parts) and parts[part] == _ANY:
            part += 1
            again = (part, name)
        elif part < len(parts) and _is_named(parts[part], names[name]):
            part, name = part + 1, name + 1
        elif again is not None:
            part, name = again[0], again[1] + 1
            again = (part, name)
        else:
            return False
    return all(rest == _ANY for rest in parts[part:])


def _is_named(part: str, name: str) -> bool:
    return part == name if _SIGNS.isdisjoint(part) else _expression(part).fullmatch(name) is not None


@lru_cache(maxsize=4096)
def _expression(part: str) -> re.Pattern[str]:
    """One part of a path: `*` and `?` stay within it, a backslash takes the meaning from the sign behind it."""
    return re.compile(translate(re.sub(r"\\(.)", _plain, part, flags=re.DOTALL)))


def _plain(escaped: re.Match[str]) -> str:
    return f"[{escaped[1]}]" if escaped[1] in "*?[" else escaped[1]
