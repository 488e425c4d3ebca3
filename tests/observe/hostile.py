"""Requests of which something is broken: bytes, ends, lengths, depth, size, compression, letters, or what they say that they are."""

import gzip
import json
import random
import socket
import struct
import time
import zlib
from collections.abc import Callable
from functools import cache

import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from senders import request

Request = tuple[bytes, dict[str, str]]
PROTOBUF, JSON = "application/x-protobuf", "application/json"
EXPORT = b"/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def as_json(number: int, duration: int = 5) -> bytes:
    now = time.time_ns()
    span = {
        "traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": "x", "kind": 2,
        "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + duration),
    }  # fmt: skip
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def field(number: int, data: bytes, size: int | None = None) -> bytes:
    """A field of protobuf whose length is said to be `size`, which may be wrong."""
    rest, told = bytearray(), len(data) if size is None else size
    while told > 127:
        rest.append(told & 127 | 128)
        told >>= 7
    return bytes((number << 3 | 2, *rest, told)) + data


def within_a_span(data: bytes) -> bytes:
    return field(1, field(2, field(2, data)))


@cache
def bomb(encoding: str, mebibytes: int) -> bytes:
    """Zeros, a thousandth of their size."""
    piece = bytes(1 << 20)
    if encoding == "zstd":
        return zstandard.compress(piece * min(mebibytes, 100))
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(squeezer.compress(piece) for _ in range(mebibytes)), squeezer.flush()])


def changed(body: bytes, chance: random.Random, most: int = 9) -> bytes:
    """A few bytes are others; sometimes the end is missing, or something follows it."""
    found = bytearray(body)
    for _ in range(chance.randrange(0, most)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    if chance.random() < 0.2:
        found = found[: chance.randrange(len(found))]
    if chance.random() < 0.1:
        found += bytes(chance.randrange(1 << 20))
    return bytes(found)


def deep(chance: random.Random) -> bytes:
    """An attribute that is a list of a list of a list, as deep as a sender likes."""
    value = b"\x08\x01"
    for _ in range(chance.choice((50, 99, 101, 1_000, 5_000))):
        value = field(5, field(1, value))
    return within_a_span(field(9, field(1, b"http.route") + field(2, value)))


def wrong_length(chance: random.Random) -> bytes:
    size = chance.choice((0, 1, 127, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 40, (1 << 64) - 1))
    return within_a_span(field(9, request(1)[:60], size))


@cache
def many() -> bytes:
    """So many attributes that nobody means them."""
    pairs = (field(1, b"key-%d" % each) + field(2, field(1, b"v")) for each in range(20_000))
    return within_a_span(b"".join(field(9, pair) for pair in pairs))


def huge(chance: random.Random) -> bytes:
    """Texts, keys, names and ids that nobody means."""
    big = b"%d" % chance.getrandbits(40) + b"x" * chance.choice((300, 70_000, 3 << 20))
    shape = chance.randrange(6)
    if shape == 0:
        return many().replace(b"key", b"%03d" % chance.randrange(1000))
    if shape == 1:
        return within_a_span(field(9, field(1, b"http.route") + field(2, field(1, big))))
    if shape == 2:
        return within_a_span(field(9, field(1, big)))
    return within_a_span(field((1, 3, 5)[shape - 3], big))


def no_letters(chance: random.Random) -> bytes:
    bad = chance.choice((b"\xff\xfe\xfd\xfc", b"\xc3\x28ab", b"\xed\xa0\x80z", b"\xf8\x88\x80\x80", b"PO\x00T"))
    return request(chance.randrange(1, 9)).replace(b"POST", bad)


def extreme(chance: random.Random) -> bytes:
    """Whole protobuf whose numbers are at their ends."""
    made = ExportTraceServiceRequest.FromString(request(chance.randrange(1, 9), count=3))
    for resource in made.resource_spans:
        for span in resource.scope_spans[0].spans:
            span.start_time_unix_nano = chance.choice((0, 1, time.time_ns(), (1 << 63) - 1, (1 << 64) - 1))
            span.end_time_unix_nano = chance.choice((0, 1, time.time_ns(), (1 << 63) - 1, (1 << 64) - 1))
            span.trace_id = bytes(chance.choice((0, 1, 8, 16, 17, 300)))
            span.kind = chance.choice((-1, 0, 3, 99, -(1 << 31)))
            span.trace_state = chance.choice(("ot=th:", "ot=th:ffffffffffffffffffffff", "ot=th:" + "0" * 9_000, ",=,"))
    return made.SerializeToString()


def plain(chance: random.Random) -> bytes:
    return request(chance.randrange(1, 9), count=3)


BROKEN: tuple[Callable[[random.Random], bytes], ...] = (
    lambda chance: changed(plain(chance), chance),
    lambda chance: b"\x0a\x7f" * 50_000,
    deep,
    wrong_length,
    huge,
    no_letters,
    extreme,
    plain,
)


def broken_json(chance: random.Random) -> bytes:
    depth = chance.choice((100, 1_000, 100_000))
    big = as_json(1).replace(b'"x"', b'"' + b"x" * chance.choice((1000, 3 << 20)) + b'"')
    return chance.choice(
        (
            changed(as_json(chance.randrange(1, 9)), chance),
            b'{"a":' * depth,
            b"[" * depth + b"]" * depth,
            as_json(1).replace(b'"x"', b'"\xff\xfe"'),
            as_json(1).replace(b'"x"', b'"\\ud800"'),
            as_json(1, chance.choice((1 << 63, 1 << 70, -(1 << 70)))),
            as_json(1).replace(b'"kind": 2', b'"kind": ' + b"9" * chance.choice((5, 5_000))),
            big,
        )
    )


def over_http(chance: random.Random) -> Request:
    """A body and its headers."""
    is_json = chance.random() < 0.3
    headers = {"content-type": JSON if is_json else PROTOBUF}
    encoding = chance.choice(("", "", "gzip", "gzip", "zstd", "zstd", "gzip, gzip"))
    if encoding:
        headers["content-encoding"] = encoding
    if encoding and chance.random() < 0.1:
        return bomb("zstd" if encoding == "zstd" else "gzip", chance.choice((70, 70, 70, 300))), headers
    if chance.random() < 0.02:
        return bytes((17 << 20) + 1), headers
    body = broken_json(chance) if is_json else chance.choice(BROKEN)(chance)
    if not encoding:
        return body, headers
    squeezed = gzip.compress(body, 1) if encoding == "gzip" else zstandard.compress(body)
    return changed(squeezed, chance, 3) if chance.random() < 0.3 else squeezed, headers


def over_grpc(chance: random.Random) -> tuple[bytes, bool]:
    """A message, and whether it is to be compressed."""
    if chance.random() < 0.1:
        return bytes(chance.choice((17 << 20, 40 << 20))), True
    return chance.choice(BROKEN)(chance), chance.random() < 0.3


def cut_short(address: tuple[str, int], chance: random.Random) -> None:
    """A body over HTTP that ends before it should."""
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: %d\r\n\r\n"
            % chance.choice((900, 1 << 20))
            + bytes(chance.randrange(800))
        )


def raw_grpc(address: tuple[str, int], chance: random.Random) -> None:
    """HTTP/2 by hand: compressed data that is none, a bomb, a length that is wrong, or an end in the midst of it."""
    body, told = chance.choice(((b"junk" * 9, None), (bomb("gzip", 60), None), (b"abc", 900), (b"abc", 1 << 31)))
    message = b"\x01" + struct.pack(">I", len(body) if told is None else told) + body
    told_of = {
        b":method": b"POST", b":scheme": b"http", b":path": EXPORT, b":authority": b"x",
        b"content-type": b"application/grpc", b"te": b"trailers", b"grpc-encoding": b"gzip",
    }  # fmt: skip
    headers = b"".join(
        b"\x00" + bytes((len(name),)) + name + bytes((len(value),)) + value for name, value in told_of.items()
    )
    pieces = [message[start : start + 16_000] for start in range(0, len(message), 16_000)]
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(1, 4, 1, headers))
        for piece in pieces:
            connection.sendall(frame(0, int(piece is pieces[-1] and told is None), 1, piece))
        connection.settimeout(0.2)
        try:
            while connection.recv(1 << 16):
                pass
        except (TimeoutError, ConnectionError):
            pass


def frame(kind: int, flags: int, stream: int, data: bytes) -> bytes:
    return struct.pack(">I", len(data))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + data
