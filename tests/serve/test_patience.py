"""Whoever sends a request drop by drop, or nothing at all, is let go; whoever asks is not."""

import asyncio
import contextlib
import socket
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from accord.serve.patience import patient

HEAD = b"POST / HTTP/1.1\r\nhost: a\r\n"
OWING = {
    "nothing": [],
    "half-a-head": [HEAD],
    "half-a-body": [HEAD + b"content-length: 5\r\n\r\nab"],
    "half-a-chunk": [HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nab"],
    "drops-of-a-head": [HEAD, *[b"x: y\r\n"] * 1000],
}


async def application(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def asked(pieces: list[bytes], look_s: float) -> bytes:
    """What comes back for pieces that are sent one by one, until the server closes the connection."""
    door = socket.create_server(("127.0.0.1", 0))
    protocol = patient(AutoHTTPProtocol, look_s)
    settings = uvicorn.Config(application, http=protocol, log_level="critical", lifespan="off", timeout_keep_alive=60)
    server = uvicorn.Server(settings)
    serving = asyncio.create_task(server.serve(sockets=[door]))
    reader, writer = await asyncio.open_connection(*door.getsockname())

    async def send() -> None:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)

    sending = asyncio.create_task(send())
    read = b""
    with contextlib.suppress(ConnectionResetError):  # a drop that was on its way when the connection was closed
        read = await reader.read()
    sending.cancel()
    server.should_exit = True
    writer.close()
    await serving
    return read


@pytest.mark.parametrize("pieces", OWING.values(), ids=OWING)
def test_who_owes_the_rest_of_a_request_is_let_go(pieces: list[bytes]) -> None:
    assert b"200" not in asyncio.run(asked(pieces, 0.1))


def test_a_connection_that_rests_between_requests_is_kept() -> None:
    async def kept() -> list[bytes]:
        door = socket.create_server(("127.0.0.1", 0))
        protocol = patient(AutoHTTPProtocol, 0.02)
        server = uvicorn.Server(uvicorn.Config(application, http=protocol, log_level="critical", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[door]))
        reader, writer = await asyncio.open_connection(*door.getsockname())
        found = []
        for _ in range(3):
            writer.write(HEAD + b"content-length: 2\r\n\r\nab")
            found.append(await reader.readuntil(b"\r\n\r\n"))
            await asyncio.sleep(0.2)
        server.should_exit = True
        writer.close()
        await serving
        return found

    assert [answer[:12] for answer in asyncio.run(kept())] == [b"HTTP/1.1 200"] * 3


def test_who_reads_nothing_of_an_answer_that_ended_is_let_go() -> None:
    """The connection is closed, but its peer takes nothing: what is left for it is thrown away, and nothing is kept for it."""
    lost = asyncio.Event()

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                while True:
                    await send({"type": "http.response.body", "body": b" " * 65_536, "more_body": True})

    async def held() -> None:
        class Watched(patient(AutoHTTPProtocol, 0.02)):  # type: ignore[misc]
            def connection_lost(self, exc: Exception | None) -> None:
                lost.set()
                super().connection_lost(exc)

        door = socket.create_server(("127.0.0.1", 0))
        settings = uvicorn.Config(endless, http=Watched, log_level="critical", lifespan="off")
        server = uvicorn.Server(settings)
        serving = asyncio.create_task(server.serve(sockets=[door]))
        peer = socket.create_connection(door.getsockname()[:2])
        peer.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        await asyncio.wait_for(lost.wait(), 20)
        peer.close()
        server.should_exit = True
        await serving

    asyncio.run(held())
