"""What a provider answers, as it arrives: in pieces, with a beginning that is not one, too long, twice, or never whole."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest

from accord.model.delivery import HttpRequest, Response
from accord.serve.sending.posting import LARGEST_ANSWER, Posting
from accord.serve.sending.transport import Forbidden, Tracked, Unanswered

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Server:
    """Answers each request with the same pieces; counts connections and keeps what was asked."""

    def __init__(self, *pieces: bytes, closes: bool = False) -> None:
        self.pieces, self.closes = pieces, closes
        self.connections, self.asked = 0, list[bytes]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                if not (line := await reader.readline()):
                    writer.close()
                    return
                head += line
            await reader.readexactly(2)
            self.asked.append(head)
            for piece in self.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if self.closes:
                writer.close()
                return


def told(server: Server, times: int = 1, **headers: str) -> list[Response]:
    async def go() -> list[Response]:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        posting = Posting(LOOPBACK)
        request = HttpRequest(f"http://127.0.0.1:{port}/in?a=b c", headers, b"{}")
        send: Callable[[], Awaitable[Response]] = lambda: posting.send(request, Tracked())  # noqa: E731
        try:
            return [await send() for _ in range(times)]
        finally:
            await posting.close()
            listening.close()

    return asyncio.run(go())


def test_one_connection_is_used_again_and_the_request_is_one_line_of_each() -> None:
    server = Server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"ok")
    assert [answer.body for answer in told(server, 3)] == [b"ok"] * 3
    assert server.connections == 1
    assert server.asked[0].startswith(b"POST /in?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1:")


def test_an_answer_arrives_in_any_pieces() -> None:
    whole = b"HTTP/1.1 202 Accepted\r\nX-Id: 1\r\nx-id: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    [answer] = told(Server(*(bytes([byte]) for byte in whole)))
    assert (answer.status, answer.body, answer.headers["x-id"]) == (202, b"ok", "1, 2")


def test_what_comes_before_the_answer_is_none() -> None:
    [answer] = told(Server(b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n", b"HTTP/1.1 204 No\r\nname: y\r\n\r\n"))
    assert (answer.status, dict(answer.headers)) == (204, {"name": "y"})


def test_a_body_that_ends_with_the_connection_is_read_to_there() -> None:
    [answer] = told(Server(b"HTTP/1.1 200 OK\r\n\r\nall of it", closes=True))
    assert answer.body == b"all of it"


def test_what_breaks_after_the_status_changes_nothing_of_what_was_said() -> None:
    [answer] = told(Server(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal", closes=True))
    assert (answer.status, answer.body) == (200, b"hal")


def test_a_connection_that_says_more_than_was_asked_is_not_used_again() -> None:
    server = Server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")
    assert [answer.status for answer in told(server, 2)] == [200, 200]
    assert server.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"220 mail.example ESMTP\r\n",),
        (b"HTTP/1.1 200 OK\r\ncontent-le",),
        (b"HTTP/1.1 101 Other\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n", *(b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(200))),
    ],
    ids=["nothing", "another protocol", "half a head", "a change of protocol", "headers without end"],
)
def test_an_answer_that_is_none_may_have_been_a_message(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(Unanswered, match="no whole answer"):
        told(Server(*pieces, closes=True))


def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    [answer] = told(Server(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", *[b"x" * 4096] * 20))
    assert len(answer.body) == LARGEST_ANSWER


@pytest.mark.parametrize(
    "headers",
    [{"x": "a\r\nhost: evil.example"}, {"x\r\ny": "a"}, {"x": "a\0"}, {"host": "evil.example"}, {"x": "☃"}, {"": "a"}],
)
def test_a_header_that_could_be_read_as_another_is_not_sent(headers: dict[str, str]) -> None:
    server = Server(b"HTTP/1.1 200 OK\r\n\r\n")
    with pytest.raises(Forbidden):
        told(server, **headers)
    assert not server.asked
