"""What the carrier knows without asking agrees with the ledger, whatever failed meanwhile; contracts are read again in order."""

import asyncio
import logging
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from accord.cases.breaker import Budget
from accord.cases.events import AnyEvent, Clear, Commit, Fire, Hold, Timer, Withdraw
from accord.serve import service
from accord.serve.carrier import Carrier
from accord.store.errors import StoreError, Unavailable
from accord.store.ledger_sqlite import SqliteLedger
from cases.carried import DEVIATION, MINUTE, POLICY, START
from serve.serving import CONTRACTS, SLOW, Within, carrying
from store.recordings import admit


class Same:
    """The same policy for everything."""

    def policy(self, *_: object) -> Any:
        return POLICY


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Carrier]:
    ledger = SqliteLedger(tmp_path / "ledger.db", budget=Budget(window=10 * MINUTE, alone=2))
    admit(ledger, "p0", "c0")
    yield Carrier(ledger, Same(), lambda: START)  # type: ignore[arg-type]
    ledger.close()


def agrees(carrier: Carrier) -> None:
    keys = list(carrier._known)
    assert {key: carrier.case_of(key) for key in keys} == {key: carrier.ledger.case_of(key) for key in keys}


def some_event(chance: random.Random, carrier: Carrier, name: int, step: int) -> AnyEvent:
    about = replace(DEVIATION, partition=str(name))
    case, now = carrier.ledger.case_of(about.key), START + step * MINUTE // 4
    turn, actor, deadline_ns = (case.turn, case.actor, case.deadline_ns) if case else (1, "p0", now)
    return chance.choice(
        [
            Fire(f"fire{step}", now, about, f"s{chance.randrange(2)}"),
            Clear(f"clear{step}", now, f"s{chance.randrange(2)}"),
            Commit(f"commit{step}", now, turn, actor, now + MINUTE),
            Timer(f"timer{step}", max(now, deadline_ns), turn, deadline_ns),
            Hold(f"hold{step}", now, "p0", "a reason", now + MINUTE),
            Withdraw(f"withdraw{step}", now, "p0", "a reason"),
        ]
    )


@pytest.mark.parametrize("is_led", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_known_agrees_with_the_ledger_whatever_fails(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch, seed: int, is_led: bool
) -> None:
    chance, ledger = random.Random(seed), carrier.ledger
    assert isinstance(ledger, SqliteLedger)
    ended = ledger.writer.ended

    def may_fail(group: Any, outcomes: Any) -> Any:
        if chance.random() < 0.2:
            ledger.writer._undo()
            return [(Unavailable("the disk is full"), None)] * len(group)
        return ended(group, outcomes)

    async def one(step: int) -> None:
        events = [some_event(chance, carrier, chance.randrange(4), step * 10 + n) for n in range(chance.randint(1, 3))]
        about = [replace(DEVIATION, partition=str(chance.randrange(4))) for _ in events]
        pairs = [(getattr(event, "deviation", each), event) for each, event in zip(about, events, strict=True)]
        task = asyncio.create_task(carrier.record(pairs))
        if chance.random() < 0.2:
            await asyncio.sleep(chance.choice([0, 0.001]))
            task.cancel()
        try:
            await task
        except (StoreError, asyncio.CancelledError):
            return

    async def go() -> None:
        if is_led:
            ledger.led_by(asyncio.get_running_loop())
        for step in range(60):
            await asyncio.gather(*(one(step * 10 + n) for n in range(chance.randint(1, 4))))
            if chance.random() < 0.2:
                try:
                    await asyncio.wrap_future(ledger.leave(START + step * MINUTE))
                except StoreError:
                    continue
                carrier.wake()
            await asyncio.to_thread(lambda: ledger.count({"a": 1}).exception())  # all before it is over
            await asyncio.sleep(0)
            agrees(carrier)
        ledger.led_by(None)

    monkeypatch.setattr(ledger.writer, "ended", may_fail)
    asyncio.run(go())
    assert len(ledger.rows()) > 50 and not ledger.verify().disagreement


def test_who_stops_waiting_leaves_nothing_known_that_is_past(carrier: Carrier) -> None:
    async def go() -> None:
        ledger = carrier.ledger
        ledger.led_by(asyncio.get_running_loop())
        await carrier.record([(DEVIATION, Fire("e1", START, DEVIATION, "s1"))])
        assert carrier.case_of(DEVIATION.key)
        waiting = asyncio.create_task(carrier.record([(DEVIATION, Fire("e2", START, DEVIATION, "s2"))]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.wrap_future(ledger.count({"a": 1}))
        agrees(carrier)
        ledger.led_by(None)

    asyncio.run(go())


def test_contracts_are_read_again_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    within = Within(tmp_path)
    load, texts = within.service.served.load, iter(["old", "new"])
    goes_on, used = threading.Event(), []

    def slowly(ledger: Any) -> Any:
        text = next(texts)
        read = load(ledger)
        if text == "old":
            goes_on.wait(30)
        read.text = text
        return read

    async def go() -> None:
        first = asyncio.create_task(within.service.reload())
        await asyncio.sleep(0.1)
        second = asyncio.create_task(within.service.reload())
        await asyncio.sleep(0.3)
        goes_on.set()
        await asyncio.gather(first, second)
        used.append(within.service.carrier.carrying.text)  # type: ignore[attr-defined]

    within.service.served = replace(within.service.served, load=slowly)
    within.do(go())
    within.close()
    assert used == ["new"]


def test_a_reading_that_fails_as_nobody_expected_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    within = Within(tmp_path)

    async def breaks() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(within.service, "reload", breaks)
    with caplog.at_level(logging.ERROR):
        within.do(service._reloaded(within.service))
    within.close()
    assert "old contracts" in caplog.text


def test_what_cannot_be_written_after_the_new_contracts_are_in_use_is_told_so_and_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not the old contracts by which is carried on then: what is open follows as soon as it can be written."""
    within = Within(tmp_path)
    within.ask("POST", "/api/v2/alerts", json=[SLOW])
    record, new = within.ledger.record, ANOTHER
    within.service.served = replace(within.service.served, load=lambda ledger: carrying(ledger, new))

    def refused(*_entries: Any) -> Future[Any]:
        failed: Future[Any] = Future()
        failed.set_exception(Unavailable("the disk is full"))
        return failed

    monkeypatch.setattr(within.ledger, "record", refused)
    with caplog.at_level(logging.INFO):
        within.do(service._reloaded(within.service))
    assert "old contracts" not in caplog.text
    assert "contracts read again, but what is open is not yet carried by them: the disk is full" in caplog.text
    assert within.ask("POST", "/-/reload").status_code == 503
    assert within.service.carrier.carrying.system is not None and [each["key"] for each in within.cases()] == [OLD_KEY]
    within.do(within.service.carry_over())
    assert [each["key"] for each in within.cases()] == [OLD_KEY], "the disk is still full"
    monkeypatch.setattr(within.ledger, "record", record)
    within.do(within.service.carry_over())
    assert [each["key"] for each in within.cases()] == [f"books+{OLD_KEY}"]
    within.close()


ANOTHER = CONTRACTS + "---\nparty: books\nassumes: {payments/charge: {timeout: 3s}}\n"
OLD_KEY = "checkout -> payments/charge latency"
