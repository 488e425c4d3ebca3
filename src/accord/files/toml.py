"""The configuration file: finding it, and reading TOML so that each key knows its line.

The parser of the standard library tells no positions, so a key is found again by parsing statement by statement.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from accord.files.keys import ConfigRefused
from accord.model.place import Place
from accord.model.problem import Problem

FILE_NAME = "accord.toml"
SHARED = "pyproject.toml"
LARGEST = 1_000_000
"""Bytes that a configuration file may have."""

_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_HEADER = re.compile(r"\s*\[.*\]\s*(?:#.*)?")

Keys = tuple[str | int, ...]
"""Keys and list positions from the top: ("scope", 0, "env")."""


class Toml(Struct, frozen=True):
    """The tables of one configuration file that speak to this program, the line of each key, from 1, and all its lines."""

    file: str
    tables: dict[str, Any]
    lines: dict[Keys, int]
    text: tuple[str, ...]

    def place(self, path: Keys) -> Place:
        """Where a key stands, or the nearest table around it."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        line = self.lines.get(known, 1)
        column = self.text[line - 1].find(str(path[-1])) + 1 if path else 1
        return _place(self.file, line, max(column, 1))


def find(argument: str) -> str:
    """The nearest configuration file from the folder of an argument upward; "" where there is none."""
    shown = Path(argument)
    if not shown.is_dir():
        shown = shown.parent
    folder = shown.absolute()
    while True:
        for name in (FILE_NAME, SHARED):
            if (folder / name).is_file() and (name == FILE_NAME or _is_ours(folder / name)):
                return os.path.normpath(shown / name)
        if folder.parent == folder:
            return ""
        folder, shown = folder.parent, shown / os.pardir


def read_toml(file: str, largest: int = LARGEST) -> Toml:
    """The tables of a configuration file; raises ConfigRefused with the place of what is wrong."""
    text = _text(file, largest).replace("\r\n", "\n")
    prefix: Keys = ("tool", "accord") if Path(file).name == SHARED else ()
    try:
        tables: Any = _loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigRefused([_not_toml(file, text, error)]) from None
    for name in prefix:
        tables = tables.get(name, {}) if isinstance(tables, dict) else {}
    if not isinstance(tables, dict):
        raise ConfigRefused([Problem(_place(file, 1, 1), "tool.accord: expected a table")])
    lines = {keys[len(prefix) :]: line for keys, line in _statements(text) if keys[: len(prefix)] == prefix}
    return Toml(file, tables, lines, tuple(text.split("\n")))


def _loads(text: str) -> dict[str, Any]:
    import tomllib  # a check without a configuration file does not pay for it

    return tomllib.loads(text)


def _place(file: str, line: int, column: int) -> Place:
    path = Path(file)
    return Place(str(path.parent), path.name, line, column)


def _is_ours(path: Path) -> bool:
    """Whether a shared file has a table for this program."""
    try:
        return path.stat().st_size <= LARGEST and b"[tool.accord" in path.read_bytes()
    except OSError:
        return False


def _text(file: str, largest: int) -> str:
    content, whole = b"", Place("", file, 0, 0)
    try:
        if not Path(file).is_file():
            raise ConfigRefused([Problem(whole, "no such configuration file", fatal=True)])
        content = Path(file).read_bytes()
        if len(content) > largest:
            raise ConfigRefused([Problem(whole, f"larger than {largest:,} bytes", fatal=True)])
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigRefused(
            [Problem(_place(file, line, 1), "not TOML: a byte that is not UTF-8", fatal=True)]
        ) from None
    except OSError as error:
        raise ConfigRefused([Problem(whole, f"cannot be read: {error.strerror}", fatal=True)]) from None


def _not_toml(file: str, text: str, error: Exception) -> Problem:
    words = str(error)
    found = _POSITION.search(words)
    end = len(text.rstrip("\n").split("\n"))
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (end, 1)
    reason = _POSITION.sub("", words) if isinstance(error, ValueError) else "nested too deeply"
    return Problem(_place(file, min(line, end), column), f"not TOML: {reason[:1].lower()}{reason[1:]}", fatal=True)


def _statements(text: str) -> Iterator[tuple[Keys, int]]:
    """Each key with the line that its statement begins in."""
    lines = text.split("\n")
    table: Keys = ()
    arrays: dict[Keys, int] = {}
    number = 0
    while number < len(lines):
        begin, chunk = number, lines[number]
        number += 1
        is_header = _HEADER.fullmatch(chunk) is not None
        parsed = _parsed(chunk)
        while parsed is None and number < len(lines) and not is_header:
            chunk, number = f"{chunk}\n{lines[number]}", number + 1
            parsed = _parsed(chunk)
        if is_header and parsed:
            table = _table(parsed, arrays)
            yield table, begin + 1
        elif parsed:
            yield from (((*table, *keys), begin + 1) for keys in _paths(parsed))


def _parsed(chunk: str) -> dict[str, Any] | None:
    try:
        return _loads(chunk)
    except (ValueError, RecursionError):
        return None


def _table(parsed: dict[str, Any], arrays: dict[Keys, int]) -> Keys:
    """The table that a header opens; the tables of an array are counted."""
    path: Keys = ()
    value: Any = parsed
    while value:
        name, value = next(iter(value.items()))
        path = (*path, name)
        if isinstance(value, list):
            arrays[path] = arrays.get(path, -1) + 1
            value = value[0]
            path = (*path, arrays[path])
        elif path in arrays:
            path = (*path, arrays[path])
    return path


def _paths(parsed: dict[str, Any]) -> Iterator[Keys]:
    for name, value in parsed.items():
        yield (name,)
        if isinstance(value, dict):
            yield from ((name, *keys) for keys in _paths(value))
        elif isinstance(value, list):
            for position, item in enumerate(value):
                if isinstance(item, dict):
                    yield from ((name, position, *keys) for keys in _paths(item))
