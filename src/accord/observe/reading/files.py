"""Files of telemetry: which format one is of, by what it holds; compressed or not, whole or record by record."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, Literal, cast, get_args

import msgspec
import zstandard

from accord.model.problem import Refused
from accord.observe.reading import jaeger, otlp, tables, zipkin
from accord.observe.reading.batch import Batch
from accord.observe.reading.layouts import Layout

Order = Literal["big", "little"]

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_LONGEST_CHARACTER = 4
_PREFIX = 4
LARGEST_RECORD = 64 << 20
LARGEST_DOCUMENT = 512 << 20


def opened(file: IO[bytes]) -> IO[bytes]:
    """The file as it is, or as what it holds where that is compressed by gzip or zstd."""
    head = file.read(4)
    file.seek(0)
    if head.startswith(_GZIP):
        return cast(IO[bytes], gzip.GzipFile(fileobj=file))
    if head.startswith(_ZSTD):
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file, read_across_frames=True)
        return cast(IO[bytes], reader)
    return file


def read_spans(file: IO[bytes], batch: Batch, columns: Layout | None = None) -> Iterator[None]:
    """Adds the spans of a file to the batch, and stops after each record, so that a full batch can be handed on.

    `columns` says what those of a table mean; where it is absent, the layout must be a known one.

    Raises Refused for what is no telemetry of a known format, or is damaged; what was read before stays.
    """
    try:
        yield from _read(opened(file), batch, columns)
    except (zlib.error, gzip.BadGzipFile, EOFError, zstandard.ZstdError) as error:
        raise Refused(f"the compressed data is damaged: {error}") from None


def _read(stream: IO[bytes], batch: Batch, columns: Layout | None) -> Iterator[None]:
    head = stream.read(1 << 16)
    if not head:
        raise Refused("expected telemetry, found an empty file")
    if head.startswith(tables.MAGIC):
        yield from tables.add_parquet(_seekable(head, stream), batch, columns)
    elif head.lstrip()[:1] in (b"{", b"["):
        yield from _json(head, stream, batch)
    elif tables.begins_csv(head):
        yield from tables.add_csv(stream, head, batch, columns)
    elif _is_text(head):
        raise Refused(
            "expected telemetry: traces of OTLP, Jaeger or Zipkin, or a table of spans (CSV, Parquet); found another text"
        )
    else:
        yield from _protobuf(head, stream, batch)


def _is_text(head: bytes) -> bool:
    """Whether it is text of another kind: no export request is without control characters, which tag its fields."""
    text = head.decode("utf-8", "ignore")
    return len(text.encode()) > len(head) - _LONGEST_CHARACTER and all(
        each.isprintable() or each in "\t\r\n" for each in text
    )


def _seekable(head: bytes, stream: IO[bytes]) -> IO[bytes]:
    """The stream from its beginning, to be read in any order: whole in memory where it is compressed once more."""
    if isinstance(stream, io.BufferedReader | io.BytesIO):
        stream.seek(0)
        return stream
    data = head + stream.read(LARGEST_DOCUMENT)
    if len(data) > LARGEST_DOCUMENT:
        raise Refused(f"expected at most {LARGEST_DOCUMENT >> 20} MiB in a Parquet file that is compressed as a whole")
    return io.BytesIO(data)


def _json(head: bytes, stream: IO[bytes], batch: Batch) -> Iterator[None]:
    """One document, or one to a line, as the Collector's file exporter writes them."""
    first, newline, rest = head.partition(b"\n")
    if newline and rest.strip()[:1] == b"{" and _is_whole(first):
        for number, line in enumerate(_lines(head, stream), start=1):
            if line.strip():
                yield from _document(line, batch, f"line {number}: ")
        return
    data = head + stream.read(LARGEST_DOCUMENT)
    if len(data) > LARGEST_DOCUMENT:
        raise Refused(f"expected at most {LARGEST_DOCUMENT >> 20} MiB in one JSON document")
    yield from _document(data, batch, "")


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _lines(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    waiting = head
    while True:
        *whole, waiting = waiting.split(b"\n")
        yield from whole
        more = stream.read(1 << 20)
        if not more:
            yield waiting
            return
        waiting += more
        if len(waiting) > LARGEST_RECORD:
            raise Refused(f"expected at most {LARGEST_RECORD >> 20} MiB on one line")


def _document(data: bytes, batch: Batch, where: str) -> Iterator[None]:
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refused(f"{where}expected JSON: {error}") from None
    if isinstance(document, dict) and "resourceSpans" in document:
        otlp.add_json(document, batch)
    elif isinstance(document, dict) and isinstance(document.get("data"), list):
        jaeger.add_json(document, batch)
    elif isinstance(document, list) and any(isinstance(item, dict) and "traceId" in item for item in document):
        zipkin.add_json(document, batch)
    else:
        raise Refused(f"{where}expected traces of OTLP (resourceSpans), Jaeger (data) or Zipkin (a list of spans)")
    yield


def _protobuf(head: bytes, stream: IO[bytes], batch: Batch) -> Iterator[None]:
    """One export request, or one after each length of 4 bytes, of either byte order."""
    for order in get_args(Order):
        size = int.from_bytes(head[:_PREFIX], order)
        if 0 < size <= LARGEST_RECORD and _begins_request(head[_PREFIX:]):
            yield from _records(head, stream, batch, order)
            return
    data = head + stream.read(LARGEST_RECORD)
    if len(data) > LARGEST_RECORD:
        raise Refused(f"expected at most {LARGEST_RECORD >> 20} MiB in one export request")
    otlp.read_protobuf(data, batch)
    yield


def _begins_request(data: bytes) -> bool:
    """Whether it begins as an export request does: field 1, a message."""
    return data[:1] == b"\x0a"


def _records(head: bytes, stream: IO[bytes], batch: Batch, order: Order) -> Iterator[None]:
    waiting, number = head, 0
    while True:
        while len(waiting) < _PREFIX:
            more = stream.read(1 << 20)
            if not more:
                if waiting:
                    raise Refused(f"record {number + 1}: the file ends within its length")
                return
            waiting += more
        size = int.from_bytes(waiting[:_PREFIX], order)
        number += 1
        if size > LARGEST_RECORD:
            raise Refused(
                f"record {number}: expected at most {LARGEST_RECORD >> 20} MiB, read a length of {size} bytes"
            )
        parts, have = [waiting], len(waiting)
        while have < _PREFIX + size:
            more = stream.read(min(1 << 20, _PREFIX + size - have))
            if not more:
                raise Refused(f"record {number}: the file ends {_PREFIX + size - have} bytes before the record does")
            parts.append(more)
            have += len(more)
        whole = b"".join(parts)
        try:
            otlp.read_protobuf(whole[_PREFIX : _PREFIX + size], batch)
        except Refused as refusal:
            raise Refused(f"record {number}: {refusal}") from None
        waiting = whole[_PREFIX + size :]
        yield
