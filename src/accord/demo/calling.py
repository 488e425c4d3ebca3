"""One HTTP call of the shop: a connection for itself, and a limit after which the caller leaves."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import h11

_PIECE = 65_536


async def post(url: str, headers: Mapping[str, str], body: bytes = b"", limit_s: float = 5.0) -> tuple[int, bytes]:
    """The status and the body of the answer; raises TimeoutError where there is none in time, OSError where nobody is there."""
    parts = urlsplit(url)
    async with asyncio.timeout(limit_s):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            connection = h11.Connection(h11.CLIENT)
            told = {"host": parts.netloc, "connection": "close", "content-length": str(len(body)), **headers}
            request = h11.Request(method="POST", target=f"{parts.path}?{parts.query}", headers=list(told.items()))
            for event in (request, h11.Data(data=body), h11.EndOfMessage()):
                writer.write(connection.send(event) or b"")
            return await _answer(connection, reader)
        finally:
            writer.close()


async def _answer(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[int, bytes]:
    status, body = 0, b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_PIECE))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return status, body
        elif isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError("the connection ended before the answer did")
