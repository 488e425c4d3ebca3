"""The loop of deadlines outlives what fails in it, and does not spin while it fails."""

import asyncio
from pathlib import Path

import pytest
from serving import MINUTE, SLOW, Within

from accord.serve import life
from accord.store.errors import Unavailable


@pytest.mark.parametrize("error", [Unavailable("the disk is full"), RuntimeError("a bug of ours")])
def test_a_step_that_fails_is_tried_again_after_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    service = Within(tmp_path)
    service.reachable("payments-oncall", "second", "checkout", "keeper")
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    service.now += 6 * MINUTE
    rests: list[float] = []
    steps = 0
    step, sleep = service.service.life.step, asyncio.sleep

    async def failing() -> bool:
        nonlocal steps
        steps += 1
        if steps <= 3:
            raise error
        found = await step()
        service.service.life.stop()
        return found

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        await sleep(0)

    monkeypatch.setattr(service.service.life, "step", failing)
    monkeypatch.setattr(asyncio, "sleep", rest)
    service.do(service.service.life.run())
    assert rests == [life.LOOK_S] * 3, "overdue deadlines do not make it spin"
    assert service.only()["turn"] == 2, "the next was asked once it worked again"
    service.close()


def test_a_sender_that_fails_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    async def sender() -> None:
        begun.append("begun")
        if len(begun) < 3:
            raise RuntimeError("a bug of ours")

    monkeypatch.setattr(life, "LOOK_S", 0.0)
    asyncio.run(life.upheld(sender))
    assert len(begun) == 3
