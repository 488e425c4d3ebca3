"""Facts that travelled in an exported file: where they are said to stand, and the day they are from.

A place of theirs names a file that need not be here, so it is given below the exported file: its root is the path of
that file, its file the path at home.
"""

from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from accord.model.contract_values import Rung, WorkStep
from accord.model.fact import Fact
from accord.model.place import Place
from accord.sources import exported as source
from accord.sources._yaml import Document

EXPORTED = source.FORMAT
_HEAD = 200
_QUOTED = f'"{source.KEY}"'


class Exported(Struct, frozen=True):
    """The facts of one exported file, the root that their places have here, and the day of the export if it says so."""

    facts: list[Fact]
    root: str
    day: date | None


class _Head(Struct):
    exported_at: date | None = None


def quickly(text: str, start: Place) -> Exported | None:
    """The facts of an exported file that is whole and right; None for any other text, which is read like any other."""
    if _QUOTED not in text[:_HEAD]:
        return None
    facts = source.quick(text)
    if facts is None:
        return None
    try:
        day = msgspec.json.decode(text, type=_Head).exported_at
    except msgspec.MsgspecError:
        day = None
    root = _root(start)
    return Exported([_below(fact, root) for fact in facts], root, day)


def exported(facts: list[Fact], document: Document) -> Exported:
    """The facts that were read from a document of an exported file."""
    root = _root(Place(document.root, document.file, 1, 1))
    return Exported([_below(fact, root) for fact in facts], root, source.exported_at(document))


def _root(start: Place) -> str:
    return start.file if start.root in ("", ".") else f"{start.root.rstrip('/')}/{start.file}"


def _below(fact: Fact, root: str) -> Fact:
    return replace(fact, place=_moved(fact.place, root), value=_value(fact.value, root))


def _moved(place: Place, root: str) -> Place:
    return Place(root, _root(place), place.line, place.column)


def _value(value: Any, root: str) -> Any:
    """The value, the places inside it moved too: a ladder's rungs and a procedure's steps have places of their own."""
    if not isinstance(value, tuple) or not value or not isinstance(value[0], Rung | WorkStep):
        return value
    return tuple(_step(item, root) for item in value)


def _step(item: Rung | WorkStep, root: str) -> Rung | WorkStep:
    if isinstance(item, Rung):
        return replace(item, place=_moved(item.place, root))
    places = tuple((name, _moved(place, root)) for name, place in item.places)
    return replace(item, place=_moved(item.place, root), places=places)
