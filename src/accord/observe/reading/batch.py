"""Spans on their way into the table: a list for each column, until there are enough of them to be handed on."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from accord.observe.columns import NO_CODE, SPANS
from accord.observe.schema import arrow_schema

Attributes = Mapping[str, Any]
"""What a span or a resource says, by key; values are texts, numbers, truth values, or lists of them."""

LONGEST_TEXT = 256
_SIGN = 1 << 63
_NAMES = tuple(column.name for column in SPANS)
_ABSENT: dict[str, Any] = {column.name: "" if column.type == "text" else 0 for column in SPANS} | {
    "code": NO_CODE,
    "remaining_ms": -1,
}
_LARGEST = _SIGN - 1


class Batch:
    """Collects spans; `weight` is that of a span which says nothing of its own sampling.

    `refused` counts, by reason, what could not be a span: nothing is dropped unseen.
    """

    def __init__(self, weight: int = 0) -> None:
        self.weight = weight
        self.refused: dict[str, int] = {}
        self._columns: tuple[list[Any], ...] = tuple([] for _ in _NAMES)

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, told: Mapping[str, Any]) -> None:
        """Adds one span, by the names of the columns; what is not told is absent."""
        if not told["span"] or not (told["trace_hi"] or told["trace_lo"]):
            self.refuse("a span without an id")
            return
        if not 0 < told["start_ns"] <= _LARGEST or not 0 <= told["duration_ns"] <= _LARGEST:
            self.refuse("a span that ends before it begins, or began at no time")
            return
        row = {**_ABSENT, "weight": self.weight, **told}
        row["duration_ns"] = max(1, row["duration_ns"])
        for name, column in zip(_NAMES, self._columns, strict=True):
            value = row[name]
            column.append(value[:LONGEST_TEXT] if type(value) is str else value)

    def refuse(self, reason: str) -> None:
        """Counts something that is no span."""
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def taken(self) -> pa.Table:
        """The spans collected so far, as Arrow; the batch is empty afterwards."""
        table = pa.table(
            [pa.array(column, field.type) for column, field in zip(self._columns, _SCHEMA, strict=True)], schema=_SCHEMA
        )
        for column in self._columns:
            column.clear()
        return table


_SCHEMA = arrow_schema()


def signed(number: int) -> int:
    """64 bits as the signed number that every engine has."""
    return number - (1 << 64) if number >= _SIGN else number


def id_of_bytes(data: bytes) -> int:
    """An id of 8 bytes; 0 for one of another length, which is no id."""
    return int.from_bytes(data, "big", signed=True) if len(data) == 8 else 0


def ids_of_hex(text: str) -> tuple[int, int]:
    """A trace id in hexadecimal, up to 32 digits, as two numbers; zeros for what is none."""
    try:
        number = int(text, 16) if text and len(text) <= 32 else 0
    except ValueError:
        return 0, 0
    return signed(number >> 64), signed(number & (1 << 64) - 1)


def id_of_hex(text: str) -> int:
    """A span id in hexadecimal, up to 16 digits; 0 for what is none."""
    return ids_of_hex(text)[1] if len(text) <= 16 else 0


def digest_of(text: str) -> int:
    """A text as a number that tells it from others; never 0."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big", signed=True) or 1
