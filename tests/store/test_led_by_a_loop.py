"""A loop that does the ledger's work between its own: nothing is lost, nobody waits for another's lock, and it ends in good order."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from accord.store.errors import StoreError
from accord.store.kept import Note
from accord.store.ledger_sqlite import SqliteLedger, SqliteReader
from store.recordings import Opening, fire


@pytest.fixture
def led(opening: Opening) -> SqliteLedger:
    ledger = opening()
    assert isinstance(ledger, SqliteLedger)
    return ledger


async def recorded(ledger: SqliteLedger, *numbers: int) -> list[int]:
    futures = [asyncio.wrap_future(ledger.record([fire(f"e{n}", f"s{n}")])) for n in numbers]
    return [done.sequence for (done,) in await asyncio.gather(*futures)]


def test_all_is_recorded_in_order_and_together(led: SqliteLedger) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        before = led.writer.commits
        assert await recorded(led, *range(200)) == list(range(1, 201))
        assert led.writer.commits - before <= 5
        await asyncio.wrap_future(led.keep(Note("n", text="kept")))
        assert await recorded(led, *range(200, 210)) == list(range(201, 211))
        led.led_by(None)

    asyncio.run(go())
    assert not led.verify().disagreement and led.kept_one(Note, "n")


def test_a_slow_disk_holds_up_no_loop(led: SqliteLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        await recorded(led, 0)
        monkeypatch.setattr(led.writer, "ended", late)
        waiting = asyncio.create_task(recorded(led, 1))
        while not held.is_set():
            await asyncio.sleep(0.001)
        assert not waiting.done()
        freed.set()
        assert await waiting == [2]
        led.led_by(None)

    def late(*words: Any) -> Any:
        held.set()
        assert freed.wait(30)
        return ended(*words)

    held, freed, ended = threading.Event(), threading.Event(), led.writer.ended
    asyncio.run(go())


def test_one_that_is_refused_fails_alone(led: SqliteLedger) -> None:
    async def go() -> list[object]:
        led.led_by(asyncio.get_running_loop())
        wrong = [replace(fire("wrong"), key="another")]
        futures = [asyncio.wrap_future(led.record(wrong if n == 3 else [fire(f"e{n}", f"s{n}")])) for n in range(9)]
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
        led.led_by(None)
        return outcomes

    outcomes = asyncio.run(go())
    assert [isinstance(outcome, StoreError) for outcome in outcomes] == [n == 3 for n in range(9)]
    assert len(led.rows()) == 8 and not led.verify().disagreement


def test_other_threads_are_served_too(led: SqliteLedger) -> None:
    def from_there(number: int) -> int:
        return led.record([fire(f"t{number}", f"t{number}")]).result(30)[0].sequence

    async def go() -> list[int]:
        loop = asyncio.get_running_loop()
        led.led_by(loop)
        with ThreadPoolExecutor(4) as pool:
            there = [loop.run_in_executor(pool, from_there, n) for n in range(40)]
            here = await recorded(led, *range(40))
            return here + list(await asyncio.gather(*there))

    assert sorted(asyncio.run(go())) == list(range(1, 81))
    assert not led.verify().disagreement


def test_a_lock_of_another_program_holds_up_no_loop(led: SqliteLedger, tmp_path: Path) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        await recorded(led, 0)
        other.execute("begin immediate")
        waiting = asyncio.create_task(recorded(led, 1))
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert not waiting.done()
        other.execute("commit")
        assert await waiting == [2]
        led.led_by(None)

    [file] = tmp_path.glob("*.db")
    other = sqlite3.connect(file, isolation_level=None)
    asyncio.run(go())
    other.close()


def test_who_stops_waiting_leaves_nothing_half_done(led: SqliteLedger) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        tasks = [asyncio.create_task(recorded(led, n)) for n in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        led.led_by(None)

    asyncio.run(go())
    assert {row.event.id for row in led.rows()} >= {f"e{n}" for n in range(1, 50, 2)}
    assert not led.verify().disagreement


def test_what_was_accepted_before_the_end_is_done(led: SqliteLedger) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        waiting = asyncio.create_task(recorded(led, *range(10)))
        await asyncio.sleep(0)
        led.led_by(None)
        assert len(await waiting) == 10
        assert await recorded(led, 10) == [11]

    asyncio.run(go())
    assert led.record([fire("after", "after")]).result(30)[0].sequence == 12


def test_what_a_loop_that_is_gone_had_accepted_is_done_at_the_end(led: SqliteLedger, tmp_path: Path) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        led.record([fire("e1", "s1")])

    asyncio.run(go())
    led.close()
    [file] = tmp_path.glob("*.db")
    with SqliteReader(file) as reader:
        assert [row.event.id for row in reader.rows()] == ["e1"]


def test_what_waits_together_takes_few_statements(led: SqliteLedger) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        await recorded(led, 0)
        led.writer._connection.set_trace_callback(statements.append)
        await recorded(led, *range(1, 65))
        led.writer._connection.set_trace_callback(None)
        led.led_by(None)

    statements: list[str] = []
    asyncio.run(go())
    assert len(led.rows()) == 65 and len(statements) < 12


def test_another_thread_is_told_where_the_loop_is_gone_whatever_waits_beside_it(led: SqliteLedger) -> None:
    async def go() -> None:
        led.led_by(asyncio.get_running_loop())
        await recorded(led, 0)
        led.writer._is_busy = True  # as while a commit is on its way
        led.record([fire("e1", "s1")])
        there.append(await asyncio.to_thread(led.record, [fire("e2", "s2")]))

    there: list[Any] = []
    asyncio.run(go())
    led.close()
    assert there[0].result(10)[0].sequence == 3
