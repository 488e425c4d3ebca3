"""The short way answers what the ordinary way answers, to good, bad and hostile requests: status, headers and body, byte by byte."""

import asyncio
import base64
import contextlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from asking_badly import Hostile
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from serving import SLOW, Within
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from accord.serve.access import Access
from accord.serve.app import Application
from accord.serve.doors import Door
from accord.serve.patience import patient
from accord.serve.rates import Rates
from accord.serve.service import _settings, bound
from accord.serve.tokens import PostedToken, made
from accord.store.kept import Role
from accord.store.ledger_sqlite import SqliteLedger

DOOR = "/api/v2/alerts"
HOSTILE = 400
OTHERS = "0.0.0.0:9095"


class Counting(Application):
    """Counts what came by the short way."""

    straight = 0

    async def enter(self, door: Door, request: Request, body: bytes | None = None) -> Response:
        self.straight += body is not None
        return await super().enter(door, request, body)


class Served(Within):
    """One service behind a port, asked by the bytes that go over the wire."""

    def __init__(self, folder: Path, is_straight: bool, listen: str = "127.0.0.1:9095", burst: float = 1e6) -> None:
        folder.mkdir()
        ledger = SqliteLedger(folder / "ledger")
        for role in (Role.READER, Role.RESPONDER):
            token, _ = made(PostedToken(role, "of the tests"), "", 1)
            ledger.keep(token_of(role, token)).result()
        ledger.close()
        super().__init__(folder, listen=listen)
        access = Access(self.ledger, self.service.is_on_loopback)
        self.app = Counting(self.service.doors(), access, Rates(1e-3, burst), lambda: self.now)
        self.settings = _settings(self.app)
        if not is_straight:
            self.settings.http = patient(AutoHTTPProtocol)

    async def answers(self, asked: Sequence[Sequence[bytes]]) -> list[bytes]:
        """What came back for each request, which may come in pieces, on a connection of its own."""
        server, door = uvicorn.Server(self.settings), bound("127.0.0.1:0")
        serving = asyncio.create_task(server.serve(sockets=[door]))
        found = [await answered(door.getsockname()[1], pieces) for pieces in asked]
        server.should_exit = True
        await serving
        return found


def token_of(role: str, token: Any) -> Any:
    """The same secret for both services."""
    from msgspec.structs import replace

    from accord.store.kept import token_id

    return replace(token, id=token_id(secret(role)))


def secret(role: str) -> str:
    return f"the secret of a {role}"


async def answered(port: int, pieces: Sequence[bytes]) -> bytes:
    """All that comes back; what is asked last on the connection closes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    read = bytearray()
    with contextlib.suppress(ConnectionError):
        for piece in (*pieces, LAST):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.005 if len(pieces) > 1 else 0)
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            read += piece
    writer.close()
    return undated(bytes(read))


def undated(answer: bytes) -> bytes:
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.startswith(b"date: "))


def post(body: bytes, *headers: str, line: str = f"POST {DOOR} HTTP/1.1", host: str = "127.0.0.1:9095") -> bytes:
    head = [line, *([f"Host: {host}"] if host else []), *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def basic(role: str) -> str:
    return "Authorization: Basic " + base64.b64encode(f"me:{secret(role)}".encode()).decode()


LAST = b"GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1:9095\r\nConnection: close\r\n\r\n"
GOOD = json.dumps([SLOW]).encode()
USUAL = ("User-Agent: Prometheus/2.45", "Content-Type: application/json", "Accept-Encoding: gzip", "Accept: */*")
STRAIGHT = {
    "good": post(GOOD),
    "as Prometheus": post(GOOD, *USUAL),
    "kept open": post(GOOD, "Connection: keep-alive"),
    "over": post(json.dumps([{**SLOW, "endsAt": "2020-01-01T00:00:00Z"}]).encode()),
    "one of two": post(json.dumps([SLOW, {"labels": {}}]).encode()),
    "none": post(b"[]"),
    "empty": post(b""),
    "no JSON": post(b"{"),
    "no list": post(b'{"labels": {}}'),
    "no text": post(b'[{"labels": {"a": "\xff"}}]'),
    "nested": post(b"[" * 100_000),
    "own origin": post(GOOD, "Origin: http://127.0.0.1:9095"),
    "foreign origin": post(GOOD, "Origin: https://evil.example"),
    "no origin": post(GOOD, "Origin: null"),
    "foreign host": post(GOOD, host="evil.example"),
    "no host": post(GOOD, host=""),
    "responder": post(GOOD, f"Authorization: Bearer {secret('responder')}"),
    "reader": post(GOOD, f"Authorization: Bearer {secret('reader')}"),
    "guessed": post(GOOD, "Authorization: Bearer guessed"),
    "no token": post(GOOD, "Authorization: é"),
    "password": post(GOOD, basic("responder")),
    "password and foreign origin": post(GOOD, basic("responder"), "Origin: https://evil.example"),
    "password of a reader": post(GOOD, basic("reader")),
    "lower case": post(GOOD, "accept: text/html"),
    "written otherwise": post(GOOD, line="POST /api/v2/alert%73 HTTP/1.1"),
    "without its end": post(GOOD)[:-1],
    "two at once": post(GOOD) + post(b"[]"),
}
"""What goes the short way."""
ORDINARY = {
    "chunked": [post(b"")[:-21] + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"],
    "expecting": [post(GOOD, "Expect: 100-continue")],
    "upgrading": [post(GOOD, "Upgrade: h2c")],
    "closing": [post(GOOD, "Connection: close")],
    "of 1.0": [post(GOOD, line=f"POST {DOOR} HTTP/1.0")],
    "with a query": [post(GOOD, line=f"POST {DOOR}?a=b HTTP/1.1")],
    "another path": [post(GOOD, line=f"POST {DOOR}/ HTTP/1.1")],
    "another method": [post(GOOD, line=f"PUT {DOOR} HTTP/1.1")],
    "read": [f"GET {DOOR} HTTP/1.1\r\nHost: 127.0.0.1:9095\r\n\r\n".encode()],
    "passed on": [post(GOOD, "X-Forwarded-For: 10.0.0.1")],
    "by a proxy": [post(GOOD, "Via: 1.1 proxy")],
    "of the same site": [post(GOOD, "Origin: http://proxied.example", "Sec-Fetch-Site: same-origin")],
    "two hosts": [post(GOOD, "Host: evil.example")],
    "two tokens": [post(GOOD, "Authorization: Bearer a", f"Authorization: Bearer {secret('responder')}")],
    "two lengths": [post(GOOD, "Content-Length: 0")],
    "folded": [post(GOOD, "Accept: a\r\n b")],
    "too large": [post(b" " * (5 << 20))],
    "no HTTP": [b"\x00\xff\r\n\r\n"],
}
"""What does not."""
PIECES = [[post(GOOD)[:at], post(GOOD)[at:]] for at in (1, 20, 60, len(post(GOOD)) - 1)]


class Ending:
    """Whether what follows a request is read as another one, or the connection is closed before: others never end."""

    def __init__(self, asked: bytes) -> None:
        self.urls, self.ends = b"", False
        try:
            HttpRequestParser(self).feed_data(asked + LAST)
        except HttpParserError:
            self.ends = True
        except HttpParserUpgrade:
            self.ends = False

    def on_url(self, url: bytes) -> None:
        self.urls += url

    def on_message_complete(self) -> None:
        self.ends = self.urls.endswith(b"/-/healthy")


def hostile() -> list[list[bytes]]:
    made, found = Hostile(random.Random(8)), []
    while len(found) < HOSTILE:
        asked = made.request()
        if asked.startswith(f"POST {DOOR} ".encode()) and Ending(asked).ends:
            found.append([asked])
    return found


def both(folder: Path, asked: Sequence[Sequence[bytes]], **options: Any) -> tuple[list[bytes], int]:
    """What both ways answer, which is the same, and how many went the short way."""
    short, ordinary = Served(folder / "short", True, **options), Served(folder / "ordinary", False, **options)
    try:
        found, expected = asyncio.run(short.answers(asked)), asyncio.run(ordinary.answers(asked))
        for request, one, other in zip(asked, found, expected, strict=True):
            assert one == other, request
        assert short.ledger.cases() == ordinary.ledger.cases()
        assert not ordinary.app.straight  # type: ignore[attr-defined]
        return found, short.app.straight  # type: ignore[attr-defined]
    finally:
        short.close()
        ordinary.close()


@pytest.mark.parametrize("listen", ["127.0.0.1:9095", OTHERS])
def test_both_ways_answer_the_same(tmp_path: Path, listen: str) -> None:
    asked = [[each] for each in STRAIGHT.values()]
    found, straight = both(tmp_path, [*asked, *ORDINARY.values(), *PIECES], listen=listen)
    assert straight >= len(STRAIGHT) + 1
    assert {one[9:12] for one in found} >= {b"200", b"400", b"401", b"403", b"404", b"405"}


def test_only_what_is_usual_goes_the_short_way(tmp_path: Path) -> None:
    assert both(tmp_path, [*ORDINARY.values()])[1] == 0


def test_both_ways_answer_the_same_to_hostile_requests(tmp_path: Path) -> None:
    found, straight = both(tmp_path, hostile())
    assert straight > HOSTILE / 4 and all(one[9:10] != b"5" for one in found)


def test_both_ways_have_one_measure_of_how_much_is_asked(tmp_path: Path) -> None:
    asked = [[post(b"[]")], [post(b"[]", "Via: a", f"Authorization: Bearer {secret('responder')}")]] * 3
    found, straight = both(tmp_path, asked, burst=5)
    assert [one[9:12] for one in found] == [b"200"] * 3 + [b"429"] * 3 and straight == 3
    assert b"retry-after: " in found[-1]


def test_both_ways_say_that_nothing_can_be_kept(tmp_path: Path) -> None:
    short = Served(tmp_path / "short", True)
    short.ledger.writer.close()
    [found] = asyncio.run(short.answers([[post(GOOD)]]))
    assert found.startswith(b"HTTP/1.1 503 ") and short.app.straight == 1  # type: ignore[attr-defined]
    short.ledger.close()
