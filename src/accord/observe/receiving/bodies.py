"""The body of a request as it was sent, made what it holds, and never larger than a limit: bombs are refused on the way."""

import zlib
from typing import Literal

import zstandard

from accord.observe.receiving.refusal import Refusal

Encoding = Literal["identity", "gzip", "zstd"]
ENCODINGS: tuple[Encoding, ...] = ("identity", "gzip", "zstd")
FORMATS = {"application/x-protobuf": "protobuf", "application/json": "json"}
"""What OTLP/HTTP is sent as, by its media type."""
_GZIP = 31
_ZSTD_WINDOW = 1 << 23
_ZSTD_PIECE = 1 << 9
"""So few bytes at a time that what they can become stays small: a block of 4 bytes can be 128 KiB."""


def encoding_of(told: str) -> Encoding:
    """The encoding that a request names; raises Refusal for one that is not known."""
    word = told.strip().lower() or "identity"
    for encoding in ENCODINGS:
        if word in (encoding, f"x-{encoding}"):
            return encoding
    raise Refusal(415, "content-encoding: expected identity, gzip or zstd")


def format_of(told: str) -> str:
    """The format that a request says it is in; raises Refusal for one that is not known."""
    found = FORMATS.get(told.partition(";")[0].strip().lower())
    if found is None:
        raise Refusal(415, "content-type: expected application/x-protobuf or application/json")
    return found


def inflated(body: bytes, encoding: Encoding, most: int) -> bytes:
    """What the body holds; raises Refusal where that is damaged, or more than `most` bytes."""
    try:
        if encoding == "gzip":
            return _gunzipped(body, most)
        if encoding == "zstd":
            return _unzstd(body, most)
    except (zlib.error, zstandard.ZstdError):
        raise Refusal(400, f"the body is no whole {encoding} data") from None
    return body


def _gunzipped(body: bytes, most: int) -> bytes:
    """Every member of it, one after another, as gzip allows."""
    found, rest = bytearray(), body
    while rest:
        member = zlib.decompressobj(_GZIP)
        found += member.decompress(rest, most + 1 - len(found))
        if len(found) > most:
            raise _too_large(most)
        if not member.eof:
            raise Refusal(400, "the body is no whole gzip data")
        rest = member.unused_data
    return bytes(found)


def _unzstd(body: bytes, most: int) -> bytes:
    found = bytearray()
    rest = body
    while rest:
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        for start in range(0, len(rest), _ZSTD_PIECE):
            found += frame.decompress(rest[start : start + _ZSTD_PIECE])
            if len(found) > most:
                raise _too_large(most)
            if frame.eof:
                break
        if not frame.eof:
            raise Refusal(400, "the body is no whole zstd data")
        rest = frame.unused_data + rest[start + _ZSTD_PIECE :]
    return bytes(found)


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"expected at most {most} bytes once inflated")
