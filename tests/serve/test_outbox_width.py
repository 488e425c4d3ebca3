"""As many messages are on their way as a provider takes: few at first, more while it answers, few again once it fails."""

import asyncio
import time
from pathlib import Path

from msgspec.structs import replace

from accord.model.delivery import Request, Response
from accord.serve.sending.transport import Tracked
from accord.serve.sending.wiring import CONNECTIONS, CONNECTIONS_AT_FIRST
from serve.outboxes import Clock, admit, ledger_in, opened, ready, running, until, webhook


class Held:
    """A provider whose answers wait to be let go."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[int]] = []

    async def send(self, request: Request, tracked: Tracked) -> Response:
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        tracked.has_left = True
        return Response(await answer, time.time_ns())

    def let_go(self, status: int) -> None:
        held, self.waiting = self.waiting, []
        for answer in held:
            answer.set_result(status)

    async def close(self) -> None:
        pass


def test_the_width_follows_the_provider(tmp_path: Path) -> None:
    async def go() -> None:
        ledger, provider = ledger_in(tmp_path), Held()
        admit(ledger, ["hook"], ["p0"])
        channels = {"hook": replace(ready(webhook("hook", 9, deadline_s=60))["hook"], transport=provider)}
        for number in range(150):
            opened(ledger, f"shard {number}")
        async with running(ledger, channels, Clock()) as outbox:
            for width in (CONNECTIONS_AT_FIRST, 2 * CONNECTIONS_AT_FIRST, CONNECTIONS, CONNECTIONS):
                await until(lambda width=width: len(provider.waiting) >= width)  # type: ignore[misc]
                await asyncio.sleep(0.01)
                assert len(provider.waiting) == width
                provider.let_go(200)
            await until(lambda: len(provider.waiting) == CONNECTIONS)
            held, provider.waiting = provider.waiting, []
            held[0].set_result(503)
            await until(lambda: outbox.on_their_way == CONNECTIONS - 1)
            await asyncio.sleep(0.01)
            assert not provider.waiting, "more than at first are on their way still"
            for answer in held[1:]:
                answer.set_result(200)
            await until(lambda: bool(provider.waiting))
        ledger.close()

    asyncio.run(go())
