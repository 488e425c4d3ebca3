"""Spans on their way into the table: a list for each column, until there are enough of them to be handed on."""

from array import array
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from accord.observe.columns import NO_CODE, SPANS

Attributes = Mapping[str, Any]
"""What a span or a resource says, by key; values are texts, numbers, truth values, or lists of them."""

LONGEST_TEXT = 256
_SIGN = 1 << 63
_LARGEST = _SIGN - 1
_NAMES = tuple(column.name for column in SPANS)
_TEXTS = frozenset(column.name for column in SPANS if column.type == "text")
_ABSENT: dict[str, Any] = {column.name: "" if column.type == "text" else 0 for column in SPANS} | {
    "code": NO_CODE,
    "remaining_ms": -1,
}


class Batch:
    """Collects spans that began after `since` and not after `until`, in nanoseconds since 1970.

    `weight` is that of a span which says nothing of its own sampling. `refused` counts, by reason, what could not be a span: nothing is dropped unseen.
    """

    def __init__(self, weight: int = 0, since: int = 0, until: int = _LARGEST) -> None:
        self.weight = weight
        self._since, self._until = since, until
        self.refused: dict[str, int] = {}
        self._numbers = array("q")
        self._texts: dict[str, int] = {"": 0}
        self._joined: list[pa.Table] = []

    def __len__(self) -> int:
        return len(self._numbers) // len(_NAMES) + sum(len(each) for each in self._joined)

    def join(self, spans: pa.Table) -> None:
        """Adds spans that are in the columns of the table already."""
        self._joined.append(spans)

    def add(self, told: Mapping[str, Any]) -> None:
        """Adds one span, by the names of the columns; what is not told is absent."""
        row = {**_ABSENT, "weight": self.weight, **told}
        self.add_row(tuple([self.code(row[name]) if name in _TEXTS else row[name] for name in _NAMES]))

    def add_row(self, row: tuple[int, ...]) -> None:
        """Adds one span in the order of the columns, each text by its `code`."""
        start, duration = row[_START], row[_DURATION]
        if not row[_SPAN] or not (row[0] or row[1]):
            self.refuse("a span without an id")
        elif not self._since < start <= self._until and 0 < start <= _LARGEST:
            self.refuse("a span of another time")
        elif not 0 < start <= _LARGEST or not 0 <= duration <= _LARGEST:
            self.refuse("a span that ends before it begins, or began at no time")
        else:
            self._numbers.extend(row)

    def code(self, text: str) -> int:
        """The number that stands for a text in this batch; what is longer than LONGEST_TEXT is cut."""
        known = self._texts.get(text)
        if known is None:
            known = self._texts.setdefault(text[:LONGEST_TEXT], len(self._texts))
        return known

    def refuse(self, reason: str, times: int = 1) -> None:
        """Counts something that is no span."""
        if times:
            self.refused[reason] = self.refused.get(reason, 0) + times

    def taken(self) -> pa.Table:
        """The spans collected so far, as Arrow; the batch is empty afterwards."""
        numbers = np.frombuffer(self._numbers, dtype=np.int64).reshape(-1, len(SPANS))
        numbers[:, _DURATION] = np.maximum(numbers[:, _DURATION], 1)
        texts = pa.array([text.encode(errors="replace").decode() for text in self._texts], pa.string())
        columns = [
            pa.DictionaryArray.from_arrays(_arrow(numbers[:, number], "int32"), texts)
            if column.type == "text"
            else _arrow(numbers[:, number], column.type)
            for number, column in enumerate(SPANS)
        ]
        table = pa.table(columns, names=list(_NAMES))
        joined = [each.cast(table.schema) for each in self._joined]
        self._numbers, self._texts, self._joined = array("q"), {"": 0}, []
        return pa.concat_tables([table, *joined]) if joined else table


_SPAN, _START, _DURATION = (_NAMES.index(name) for name in ("span", "start_ns", "duration_ns"))


def _arrow(numbers: np.ndarray, type_: str) -> pa.Array:
    """Numbers as Arrow, by their bytes: Arrow's own conversion would import pandas, which takes longer than most files."""
    values = np.ascontiguousarray(numbers, dtype=type_)
    return pa.Array.from_buffers(pa.type_for_alias(type_), len(values), [None, pa.py_buffer(values)])


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
