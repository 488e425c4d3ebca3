"""What was read and what was found, as bytes and back: exactly, each value with its type.

Only data is decoded, never code. Raises ValueError, TypeError or OverflowError for what cannot be written exactly.
"""

from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder, Ext
from msgspec.structs import replace

from accord.files.columns import Columns, facts_in, in_columns
from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.model.result import Given, Result
from accord.model.waiver import Waiver
from accord.sources._typed import TYPES, as_text, from_text, written

UNWRITABLE = (ValueError, TypeError, OverflowError)
"""What is raised for that which cannot be written exactly."""

NOTHING = b""
"""What stands for a structure that cannot be written exactly."""

_LARGEST = 2**63
_WORDS = tuple(TYPES)
_DECODERS = [msgspec.json.Decoder(TYPES[word], dec_hook=from_text) for word in _WORDS]
_AS_JSON = msgspec.json.Encoder(enc_hook=as_text)
_ENCODER = Encoder()


class Outcome(Struct, frozen=True):
    """What a check came to; `stated` tells whether there was any fact that says something by itself."""

    stated: bool
    imported: dict[str, date]
    result: Result


class _Written(Struct, frozen=True, array_like=True):
    """What one text gives, its facts in columns."""

    readable: bool
    facts: Columns
    unread: Columns
    problems: tuple[Problem, ...]
    imported: dict[str, date]
    waivers: tuple[Waiver, ...]


def bytes_of(structure: Struct) -> bytes:
    """A structure that holds facts, as bytes."""
    return _ENCODER.encode(_in_columns(structure) if isinstance(structure, Given) else _coded(structure))


def bytes_if_exact(structure: Struct) -> bytes:
    """The same; NOTHING where it cannot be written exactly."""
    try:
        return bytes_of(structure)
    except UNWRITABLE:
        return NOTHING


def given_of(content: bytes) -> Given:
    """What `bytes_of` wrote of a text."""
    read = _OF_GIVEN.decode(content)
    facts, unread = facts_in(read.facts), facts_in(read.unread)
    return Given(read.readable, facts, unread, read.problems, read.imported, read.waivers)


def outcome_of(content: bytes) -> Outcome:
    """What `bytes_of` wrote of a check."""
    return _OF_OUTCOME.decode(content)


def decoder_of(structure: type[Any]) -> Decoder[Any]:
    """What reads that which `bytes_of` wrote of such structures."""
    return Decoder(structure, ext_hook=_read_value)


def _in_columns(given: Given) -> _Written:
    facts, unread = in_columns(given.facts, _value_coded), in_columns(given.unread, _value_coded)
    return _Written(given.readable, facts, unread, given.problems, given.imported, given.waivers)


def _value_coded(value: Any) -> Any:
    return value if _is_plain(value) else _value(value)


def _coded(part: Any) -> Any:
    """The same with the value of each fact in a form that keeps its type."""
    kind = type(part)
    if kind is Fact:
        return part if _is_plain(part.value) else replace(part, value=_value(part.value))
    if kind is tuple:
        return tuple([_coded(item) for item in part]) if part else part
    if not isinstance(part, Struct):
        return part
    changed = {}
    for name in kind.__struct_fields__:
        old = getattr(part, name)
        if isinstance(old, tuple | Struct):
            changed[name] = _coded(old)
    return replace(part, **changed) if changed else part


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return kind is str or kind is bool or (kind is int and -_LARGEST <= value < _LARGEST)


def _value(value: Any) -> Ext:
    ((word, part),) = written(value).items()
    return Ext(_WORDS.index(word), _AS_JSON.encode(part))


def _read_value(code: int, data: memoryview) -> Any:
    return _DECODERS[code].decode(data)


_OF_GIVEN: Decoder[_Written] = decoder_of(_Written)
_OF_OUTCOME: Decoder[Outcome] = decoder_of(Outcome)
