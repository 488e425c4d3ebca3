"""What is on its way when channels change, the outbox stops or the ledger refuses a mark is told once all the same."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from accord.model.message import Fate
from accord.serve.outbox import Outbox
from accord.store.errors import StoreError
from accord.store.ledger_sqlite import SqliteLedger
from cases.carried import START
from serve.outboxes import (
    MINUTE,
    SECOND,
    Clock,
    admit,
    committed,
    ledger_in,
    only,
    opened,
    ready,
    running,
    until,
    webhook,
)
from serve.providers import serving


def ledger_with_one(tmp_path: Path) -> tuple[SqliteLedger, str]:
    ledger = ledger_in(tmp_path)
    admit(ledger, ["hook"], ["p0"])
    return ledger, opened(ledger)


def test_other_channels_break_off_nothing_that_is_on_its_way(tmp_path: Path) -> None:
    ledger, case = ledger_with_one(tmp_path)

    async def go() -> None:
        async with running(ledger, ready(webhook("hook", provider)), Clock()) as outbox:
            await until(lambda: bool(provider.told), "told")
            outbox.use(ready(webhook("hook", provider)))
            await asyncio.sleep(0.1)
            provider.released.set()
            await until(lambda: only(ledger, case, "hook").attempts > 0, "marked")

    with serving() as provider:
        provider.mode = "late"
        asyncio.run(go())
    assert only(ledger, case, "hook").fate is Fate.HANDED and provider.turns == [1]


def test_nothing_is_begun_once_it_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, case = ledger_with_one(tmp_path)
    read, looks, goes_on = ledger.sendings_due, threading.Event(), threading.Event()

    def slowly(*about: Any) -> Any:
        found = read(*about)
        looks.set()
        assert goes_on.wait(30)
        return found

    async def go() -> None:
        outbox = Outbox(ledger, ready(webhook("hook", provider)), lambda: 0.5, Clock())
        running = asyncio.create_task(outbox.run())
        await asyncio.to_thread(looks.wait)
        await outbox.stop()
        goes_on.set()
        await running
        assert not outbox.on_their_way

    monkeypatch.setattr(ledger, "sendings_due", slowly)
    with serving() as provider:
        asyncio.run(go())
        assert not provider.told
    assert only(ledger, case, "hook").fate is Fate.QUEUED


def test_what_cannot_be_marked_is_not_told_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, case = ledger_with_one(tmp_path)
    committed(ledger, case, START + SECOND)
    refused: list[object] = []
    clock = Clock()
    clock.turn(MINUTE)

    def refuses(outcomes: object) -> object:
        refused.append(outcomes)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_exception(StoreError("the file is damaged"))
        return done

    async def go() -> None:
        async with running(ledger, ready(webhook("hook", provider)), clock) as outbox:
            await until(lambda: bool(refused) and not outbox.on_their_way, "refused")
            for _ in range(5):
                outbox.wake()
                await asyncio.sleep(0.05)

    monkeypatch.setattr(ledger, "report", refuses)
    with serving() as provider:
        asyncio.run(go())
        assert provider.turns == [2]


def test_what_was_told_is_marked_before_it_has_stopped(tmp_path: Path) -> None:
    ledger, case = ledger_with_one(tmp_path)

    async def go() -> None:
        async with running(ledger, ready(webhook("hook", provider)), Clock()) as outbox:
            await until(lambda: bool(outbox.tries), "handed over")
            await outbox.stop(0.0)
            assert only(ledger, case, "hook").fate is Fate.HANDED

    with serving() as provider:
        asyncio.run(go())
    assert provider.turns == [1]
