"""What is posted by a process of its own comes to the same, and whichever of the two is killed, nothing counts as known that is not."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest

from accord.model.delivery import HttpRequest, Response
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Transport, Unanswered
from serve.providers import Provider, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked safely on Linux")

BEGIN = """
import asyncio, os, sys
from ipaddress import ip_network
from accord.serve.sending.apart import apart
from accord.model.delivery import HttpRequest
from accord.serve.sending.transport import Tracked
with apart() as posting:
    async def main():
        await posting.transport([ip_network("127.0.0.0/8")]).send(HttpRequest(sys.argv[1], {}, b'{"turn": 1}'), Tracked())
        print(*open(f"/proc/self/task/{os.getpid()}/children").read().split(), flush=True)
        await asyncio.sleep(60)
    asyncio.run(main())
"""


def request(port: int) -> HttpRequest:
    return HttpRequest(f"http://127.0.0.1:{port}/in", {"webhook-id": "7"}, b'{"turn": 1}')


def children() -> list[int]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:  # noqa: PTH123
        return [int(each) for each in file.read().split()]


def apart_from(act: Callable[[Transport, int], Awaitable[object]], allowed: str = "127.0.0.0/8") -> None:
    """Does it with a transport whose process is given too."""
    from accord.serve.sending.apart import apart

    before = set(children())
    with apart() as posting:
        assert posting is not None
        [process] = set(children()) - before

        async def acted() -> None:
            await act(posting.transport([ip_network(allowed)]), process)

        asyncio.run(acted())
    assert process not in children()


def is_running(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_answers_and_requests_are_whole() -> None:
    async def act(transport: Transport, _process: int) -> None:
        tracked = Tracked()
        answers: list[Response] = await asyncio.gather(
            *(transport.send(request(provider.port), tracked) for _ in range(20))
        )
        assert {answer.status for answer in answers} == {200} and tracked.has_left
        assert all(answer.at_ns and answer.headers["content-length"] for answer in answers)

    with serving() as provider:
        apart_from(act)
        assert provider.turns == [1] * 20 and {asked["webhook-id"] for asked in provider.asked} == {"7"}


def test_the_guard_stands_there_too() -> None:
    async def act(transport: Transport, _process: int) -> None:
        with pytest.raises(Forbidden, match="allow_private"):
            await transport.send(request(provider.port), Tracked())

    with serving() as provider:
        apart_from(act, allowed="10.0.0.0/8")
        assert not provider.asked


def test_what_failed_is_said_in_the_same_words() -> None:
    async def act(transport: Transport, _process: int) -> None:
        with pytest.raises(NotSent, match="connection refused"):
            await transport.send(request(9), Tracked())
        tracked = Tracked()
        with pytest.raises(Unanswered, match="no whole answer"):
            await transport.send(request(provider.port), tracked)
        assert tracked.has_left

    with serving() as provider:
        provider.mode = "drop"
        apart_from(act)


def test_what_is_stopped_says_whether_anything_had_left() -> None:
    async def stopped(transport: Transport, address: str, holds: Callable[[], object]) -> bool:
        tracked = Tracked()
        sending = asyncio.create_task(transport.send(HttpRequest(address, {}, b"{}"), tracked))
        while not holds():
            await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        return tracked.has_left

    async def act(transport: Transport, _process: int) -> None:
        assert await stopped(transport, f"http://127.0.0.1:{provider.port}/", lambda: provider.asked)
        begun = iter([False, False, True])
        full = await silent()
        assert not await stopped(transport, f"http://127.0.0.1:{full}/", lambda: next(begun))

    async def silent() -> int:
        """A port whose queue of connections is full: nothing leaves for it."""
        import socket

        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            knocking = socket.socket()
            knocking.setblocking(False)
            knocking.connect_ex(listening.getsockname())
            kept.append(knocking)
        kept.append(listening)
        return int(listening.getsockname()[1])

    kept: list[object] = []
    with serving() as provider:
        provider.mode = "hang"
        try:
            apart_from(act)
        finally:
            provider.released.set()


def test_where_the_other_process_is_killed_what_was_on_its_way_is_not_known_and_the_rest_is_posted_here() -> None:
    async def act(transport: Transport, process: int) -> None:
        provider.mode = "hang"
        tracked = Tracked()
        sending = asyncio.create_task(transport.send(request(provider.port), tracked))
        while not provider.asked:
            await asyncio.sleep(0.01)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(Unanswered, match="process"):
            await sending
        assert tracked.has_left
        provider.mode = "ok"
        assert (await transport.send(request(provider.port), Tracked())).status == 200
        await transport.close()

    with serving() as provider:
        try:
            apart_from(act)
        finally:
            provider.released.set()


def test_it_ends_with_the_one_that_it_posts_for() -> None:
    provider: Provider
    with serving() as provider:
        address = f"http://127.0.0.1:{provider.port}/"
        with subprocess.Popen([sys.executable, "-c", BEGIN, address], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            posting = int(process.stdout.readline())
            assert is_running(posting)
            os.kill(posting, signal.SIGSTOP)  # it cannot find out by itself
            process.kill()
            process.wait()
            until(lambda: not is_running(posting))
    assert provider.turns == [1]
