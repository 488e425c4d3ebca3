"""The process that posts hangs, is gone before it was asked, or hears what it cannot repeat: nothing waits for it, nothing counts as gone that is not."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from accord.model.delivery import Response
from accord.serve.sending import apart as other
from accord.serve.sending.transport import Tracked, Transport
from serve.providers import Provider, serving
from serve.test_posting_apart import apart_from, request

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked safely on Linux")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as serves:
        yield serves


async def sent(transport: Transport, port: int, within_s: float = 10.0) -> Response:
    async with asyncio.timeout(within_s):
        return await transport.send(request(port), Tracked())


def test_a_header_that_is_no_text_is_answered_all_the_same(provider: Provider) -> None:
    async def act(transport: Transport, _process: int) -> None:
        assert (await sent(transport, provider.port)).headers["x-said-by"] == "caf\ufffd"

    provider.headers = {"x-said-by": "caf\xe9"}
    apart_from(act)
    assert provider.turns == [1]


def test_what_is_stopped_before_it_was_begun_has_not_left(provider: Provider) -> None:
    async def act(transport: Transport, process: int) -> None:
        await sent(transport, provider.port)
        os.kill(process, signal.SIGSTOP)
        tracked = Tracked()
        sending = asyncio.create_task(transport.send(request(provider.port), tracked))
        await asyncio.sleep(0.05)
        sending.cancel()
        await asyncio.sleep(0.05)
        os.kill(process, signal.SIGCONT)
        with suppress(asyncio.CancelledError):
            await sending
        assert not tracked.has_left

    apart_from(act)
    assert provider.turns == [1]


def test_one_that_is_gone_before_it_was_asked_is_done_without(provider: Provider) -> None:
    async def act(transport: Transport, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        assert (await sent(transport, provider.port)).status == 200
        await transport.close()

    apart_from(act)
    assert provider.turns == [1]


def test_one_that_hangs_is_done_without_after_some_tries(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(transport: Transport, process: int) -> None:
        await sent(transport, provider.port)
        os.kill(process, signal.SIGSTOP)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await sent(transport, provider.port, 0.1)
        assert (await sent(transport, provider.port)).status == 200
        await transport.close()

    monkeypatch.setattr(other, "HANGS_AFTER_S", 0.1)
    apart_from(act)
    assert provider.turns == [1, 1]


def test_the_end_waits_for_nothing_that_hangs() -> None:
    async def act(_transport: Transport, process: int) -> None:
        os.kill(process, signal.SIGSTOP)

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    try:
        apart_from(act)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def late(*_: object) -> None:
    raise AssertionError("it waits still")
