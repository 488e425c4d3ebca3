"""The settings of a channel out of a table of the configuration: everything that is wrong is said at once."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from accord.channels._kinds import Address, Kind
from accord.model.delivery import Secret, Table

BY_ENVIRONMENT, BY_FILE = "_env", "_file"
"""What the name of a secret ends in where its variable, or its file, is named."""

LookUp = Callable[[Secret], str]
"""Gives the text of a secret by its origin; raises Refused where there is none."""


class Wrong(Struct, frozen=True):
    """A key of the table, or "" for all of it, and what is wrong with it."""

    key: str
    reason: str


def read(kind: Kind, table: Table) -> tuple[Any | None, tuple[Wrong, ...]]:
    """The settings that a table gives, secrets by their origin only; None where anything is wrong with them."""
    wanted = fields(kind.Settings)
    values: dict[str, Any] = {}
    wrong = [_unknown(key, wanted) for key in table if key not in {word for one in wanted for word in words(one)}]
    for one in wanted:
        found = _value(one, table)
        if isinstance(found, Wrong):
            wrong.append(found)
        elif found is not NODEFAULT:
            values[one.name] = found
    if wrong:
        return None, tuple(wrong)
    settings = kind.Settings(**values)
    refused = tuple(wrong_with(kind, settings, secrets=False))
    return (None if refused else settings), refused


def with_secrets(settings: Any, look_up: LookUp) -> Any:
    """The same, each secret with its text."""
    found = {one.name: getattr(settings, one.name) for one in fields(type(settings))}
    secrets = {name: Secret(one.origin, look_up(one)) for name, one in found.items() if isinstance(one, Secret)}
    return msgspec.structs.replace(settings, **secrets)


def wrong_with(kind: Kind, settings: Any, secrets: bool = True) -> Iterator[Wrong]:
    """What the kind itself refuses; its secrets only where they have been looked up."""
    refusals = getattr(kind, "refusals", None)
    for key, reason in refusals(settings) if refusals else ():
        if secrets or not isinstance(getattr(settings, key, None), Secret):
            yield Wrong(key, reason)


def address_refusal(kind: Kind, address: str) -> str:
    """Why nobody is reached by this address on a channel of the kind; "" where somebody may be."""
    if kind.ADDRESS is Address.NEEDED and not address:
        return "expected an address: each person has an own one on this channel"
    if kind.ADDRESS is Address.NONE and address:
        return "expected no address: this channel has one for all"
    refusal = getattr(kind, "address_refusal", None)
    return str(refusal(address)) if refusal else ""


def words(one: FieldInfo) -> tuple[str, ...]:
    """The keys that give a field: its name, or for a secret the variable or the file that it is in."""
    return (one.name + BY_ENVIRONMENT, one.name + BY_FILE) if is_secret(one) else (one.name,)


def is_secret(one: FieldInfo) -> bool:
    """Whether the field is a secret, needed or not."""
    return one.type is Secret or Secret in getattr(one.type, "__args__", ())


def origin_of(key: str, text: str) -> str:
    """How the origin of a secret is said: `variable NAME` or `file PATH`."""
    return f"variable {text}" if key.endswith(BY_ENVIRONMENT) else f"file {text}"


def _value(one: FieldInfo, table: Mapping[str, Any]) -> Any:
    """The value, NODEFAULT where it is left to its default, or what is wrong."""
    given = [key for key in words(one) if key in table]
    if not given:
        return Wrong("", f"expected `{'` or `'.join(words(one))}`") if one.required else NODEFAULT
    if len(given) > 1:
        return Wrong(given[1], f"expected one of `{'` and `'.join(given)}`")
    value = table[given[0]]
    if is_secret(one):
        named = isinstance(value, str) and value.strip()
        return Secret(origin_of(given[0], value)) if named else Wrong(given[0], _expected(_NAMED[given[0][-4:]], value))
    return _typed(one, value)


_NAMED = {BY_ENVIRONMENT: "the name of a variable", BY_FILE[-4:]: "the path of a file"}
_TYPES: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    tuple[str, ...]: "a list of texts",
}


def _typed(one: FieldInfo, value: Any) -> Any:
    try:
        return msgspec.convert(value, one.type, strict=True)
    except msgspec.ValidationError:
        choices = (
            [str(word) for word in one.type] if isinstance(one.type, type) and issubclass(one.type, StrEnum) else []
        )
        expected = f"one of {' '.join(choices)}" if choices else _TYPES.get(one.type, str(one.type))
        return Wrong(one.name, _expected(expected, value))


def _expected(expected: str, value: Any) -> str:
    shown = repr(value) if isinstance(value, str) else "a table" if isinstance(value, dict) else str(value)
    return f"expected {expected}, read {shown}"


def _unknown(key: str, wanted: tuple[FieldInfo, ...]) -> Wrong:
    known = [word for one in wanted for word in words(one)]
    if {key + BY_ENVIRONMENT, key + BY_FILE} <= set(known):
        return Wrong(
            key, f"a secret does not stand here: `{key}{BY_ENVIRONMENT}` names a variable, `{key}{BY_FILE}` a file"
        )
    close = get_close_matches(key, known, n=1, cutoff=0.6)
    return Wrong(
        key, f"unknown key; did you mean {close[0]!r}?" if close else f"unknown key; expected one of {' '.join(known)}"
    )
