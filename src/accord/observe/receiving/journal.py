"""The write-ahead file: what is acknowledged stands in it, and is read from it again after a restart.

A folder of segments. A record is its length, a CRC-32, when it arrived, its format and encoding, and the body as it was sent.
Whatever waits is written with one call and made durable with one fsync (group commit); whoever sent it is told afterwards.
A record that is not whole, as after a loss of power in the midst of it, ends its segment: it was never acknowledged.
"""

import os
import struct
import zlib
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from accord.observe.receiving.bodies import ENCODINGS, Encoding

Durability = Literal["group", "none"]
"""group: an fsync before every acknowledgement, shared by all who wait; none: the system writes when it likes, which
outlives the end of this process, and not that of the machine."""

_HEAD = struct.Struct("<IIqBB")
_FORMATS = ("protobuf", "json")
_PATTERN = "*.journal"


class Record(Struct, frozen=True):
    """One body as it was sent, and when it arrived, in nanoseconds since 1970."""

    arrived_ns: int
    format: str
    encoding: Encoding
    body: bytes


class Journal:
    """Appends records, and lets whole segments go; one process at a time.

    Raises OSError where the disk does not take them: nothing of what was to be written may then be acknowledged.
    """

    def __init__(self, folder: Path, durability: Durability = "group", segment: int = 32 << 20) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.damaged = 0
        self._folder, self._durability, self._largest = folder, durability, segment
        self._sealed = {path: _last_arrival(path) for path in sorted(folder.glob(_PATTERN))}
        self._number = max((int(path.stem) for path in self._sealed), default=0)
        self._file = -1
        self._path = folder
        self._size = 0
        self._latest = 0
        self.size = sum(path.stat().st_size for path in self._sealed)

    def records(self) -> Iterator[Record]:
        """What stood in it before it was opened, the oldest first; `damaged` counts the segments that end too early."""
        for path in list(self._sealed):
            whole = yield from _records(path)
            self.damaged += not whole

    def append(self, records: Sequence[Record]) -> None:
        """Writes all of them, durable as was asked for when this returns."""
        if self._file < 0 or self._size >= self._largest:
            self._begin()
        pieces: list[bytes] = []
        for record in records:
            pieces += _written(record)
        data = b"".join(pieces)
        try:
            _write(self._file, data)
            if self._durability == "group":
                os.fdatasync(self._file)
        except OSError:
            self._seal()
            raise
        self._size += len(data)
        self.size += len(data)
        self._latest = max(self._latest, *(record.arrived_ns for record in records))

    def let_go(self, before_ns: int) -> None:
        """Removes the segments of which every record arrived before this: it is told of elsewhere by now."""
        if self._file >= 0 and self._latest < before_ns and self._size:
            self._seal()
        for path, latest in list(self._sealed.items()):
            if latest < before_ns:
                self.size -= path.stat().st_size
                path.unlink()
                del self._sealed[path]

    def close(self) -> None:
        """Ends the segment in hand."""
        self._seal()

    def _begin(self) -> None:
        self._seal()
        self._number += 1
        self._path = self._folder / f"{self._number:012d}.journal"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._size = self._latest = 0
        if self._durability == "group":
            _sync_folder(self._folder)

    def _seal(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._sealed[self._path] = self._latest


def _written(record: Record) -> tuple[bytes, bytes]:
    told = (record.arrived_ns, _FORMATS.index(record.format), ENCODINGS.index(record.encoding))
    check = zlib.crc32(record.body, zlib.crc32(struct.pack("<qBB", *told)))
    return _HEAD.pack(len(record.body), check, *told), record.body


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _records(path: Path) -> Generator[Record, None, bool]:
    """The whole records of a segment; gives, at the end, whether there is nothing but them."""
    with path.open("rb") as file:
        while head := file.read(_HEAD.size):
            if len(head) < _HEAD.size:
                return False
            size, check, arrived, form, encoding = _HEAD.unpack(head)
            body = file.read(size) if size <= path.stat().st_size else b""
            if len(body) < size or check != zlib.crc32(body, zlib.crc32(head[8:])):
                return False
            if form >= len(_FORMATS) or encoding >= len(ENCODINGS):
                return False
            yield Record(arrived, _FORMATS[form], ENCODINGS[encoding], body)
    return True


def _last_arrival(path: Path) -> int:
    return max((record.arrived_ns for record in _records(path)), default=0)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
