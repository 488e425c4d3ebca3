"""Tables of the configuration that come several times, `[[scope]]` and `[[waiver]]`: each with its values and its place."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from accord.files.keys import PLATFORM_KEY, Key, suggestion, typed
from accord.files.toml import Keys, Toml
from accord.model.place import Place
from accord.model.problem import Problem, Refused


class Listed(Struct, frozen=True):
    """One such table as typed: where it and each of its keys stand, and the values of those that can be used.

    A table in it (`platforms`) is for whoever asks for it.
    """

    path: Keys
    table: dict[str, Any]
    values: dict[str, Any]
    place: Place
    places: dict[str, Place]


def listed_tables(toml: Toml, name: str, keys: Sequence[Key], problems: list[Problem]) -> Iterator[Listed]:
    """The tables of this name, in order; what is wrong with them goes to `problems`."""
    tables = toml.tables.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(Problem(toml.place((name,)), f"{name}: expected [[{name}]], one for each {_FOR[name]}"))
        return
    for position, table in enumerate(tables):
        yield _listed(toml, (name, position), table, keys, problems)


_FOR = {"scope": "pattern", "waiver": "selection"}


def _listed(toml: Toml, path: Keys, table: dict[str, Any], keys: Sequence[Key], problems: list[Problem]) -> Listed:
    known = {key.word: key for key in keys}
    values: dict[str, Any] = {}
    places = {word: toml.place((*path, word)) for word in table}
    for word, value in table.items():
        if word not in known:
            problems.append(unknown(toml, (*path, word), known))
            continue
        try:
            if word != PLATFORM_KEY.table:
                values[word] = typed(known[word], value)
        except Refused as refusal:
            problems.append(Problem(places[word], str(refusal)))
    return Listed(path, table, values, toml.place(path), places)


def unknown(toml: Toml, path: Keys, words: Iterable[str]) -> Problem:
    """The refusal of a key that does not exist, with those that do."""
    return Problem(toml.place(path), f"unknown key {str(path[-1])!r}; {suggestion(str(path[-1]), words)}")
