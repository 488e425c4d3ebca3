"""Facts of one text in columns: what many of them share is written once, and is one object again when it is read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from operator import eq
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from accord.model.fact import Fact, Layer, Scope, Stance
from accord.model.place import Place

Shared = tuple[list[str], list[int]]
"""The values of a column that differ, and for each fact which of them it has; the latter is empty where there is one."""


class Columns(Struct, frozen=True, array_like=True):
    """Facts, column by column. A value that is None is the text as typed; `provider` is None where it is who says it."""

    count: int
    says: Shared = ([], [])
    stance: tuple[list[Stance], list[int]] = ([], [])
    consumer: Shared = ([], [])
    provider: Shared | None = None
    operation: Shared = ([], [])
    term: Shared = ([], [])
    value: Sequence[Any] = ()
    text: Sequence[str] = ()
    root: Shared = ([], [])
    file: Shared = ([], [])
    line: Sequence[int] = ()
    column: Sequence[int] = ()
    layer: tuple[list[Layer], list[int]] = ([], [])
    scope: tuple[list[Scope], list[int]] = ([], [])
    source: Shared = ([], [])
    version: Shared = ([], [])


def in_columns(facts: Sequence[Fact], coded: Callable[[Any], Any]) -> Columns:
    """The facts as columns; `coded` gives the form in which a value that is no text is written."""
    if not facts:
        return Columns(0)
    says, stance, consumer, provider, operation, term, value, text, place, layer, scope, source, version = zip(
        *map(astuple, facts), strict=True
    )
    root, file, line, column = zip(*map(astuple, place), strict=True)
    return Columns(
        len(facts),
        _shared(says),
        _same(stance),
        _shared(consumer),
        None if all(map(eq, provider, says)) else _shared(provider),
        _shared(operation),
        _shared(term),
        [None if type(one) is str and one == said else coded(one) for one, said in zip(value, text, strict=True)],
        text,
        _shared(root),
        _shared(file),
        line,
        column,
        _same(layer),
        _same(scope),
        _shared(source),
        _shared(version),
    )


def facts_in(columns: Columns) -> tuple[Fact, ...]:
    """The facts that `in_columns` was given."""
    if not columns.count:
        return ()
    says = [*_each(columns.says, columns.count)]
    value = [said if one is None else one for one, said in zip(columns.value, columns.text, strict=True)]
    place = map(Place, _each(columns.root), _each(columns.file), columns.line, columns.column)
    return tuple(
        map(
            Fact,
            says,
            _each(columns.stance),
            _each(columns.consumer),
            says if columns.provider is None else _each(columns.provider),
            _each(columns.operation),
            _each(columns.term),
            value,
            columns.text,
            place,
            _each(columns.layer),
            _each(columns.scope),
            _each(columns.source),
            _each(columns.version),
        )
    )


def _shared(column: Sequence[str]) -> Shared:
    first = column[0]
    if column.count(first) == len(column):
        return [first], []
    return _numbered([*dict.fromkeys(column)], column)


def _same(column: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The same of objects that are dear to hash: those that differ are told apart by what they are."""
    first = column[0]
    if column.count(first) == len(column):
        return [first], []
    names = list(map(id, column))
    distinct = dict(zip(names, column, strict=True))
    return [*distinct.values()], _numbered([*distinct], names)[1]


def _numbered(distinct: list[Any], column: Sequence[Any]) -> tuple[list[Any], list[int]]:
    numbers = dict(zip(distinct, range(len(distinct)), strict=True))
    return distinct, list(map(numbers.__getitem__, column))


def _each(shared: tuple[list[Any], list[int]], count: int | None = None) -> Iterator[Any]:
    values, at = shared
    if len(values) > 1:
        return map(values.__getitem__, at)
    return repeat(values[0]) if count is None else repeat(values[0], count)
