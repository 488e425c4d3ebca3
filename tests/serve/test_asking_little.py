"""What was written a moment ago is known without the disk: an alert and its first message ask the ledger for nothing."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from accord.model.message import About
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Entry
from cases.carried import DEVIATION, POLICY, START
from serve.outboxes import Clock, admit, committed, ledger_in, ready, running, until, webhook
from serve.providers import serving
from serve.serving import SLOW, Within


class Counting:
    """Counts what is asked of a ledger."""

    def __init__(self, ledger: SqliteLedger, *names: str) -> None:
        self.asked: Counter[str] = Counter()
        for name in names:
            setattr(ledger, name, self.counted(name, getattr(ledger, name)))

    def counted(self, name: str, method: Any) -> Any:
        def asked(*words: Any) -> Any:
            self.asked[name] += 1
            return method(*words)

        return asked


def test_neither_an_alert_nor_its_repeat_looks_for_its_case(tmp_path: Path) -> None:
    service = Within(tmp_path)
    counting = Counting(service.ledger, "case", "case_of", "cases")
    for _ in range(3):
        assert service.ask("POST", "/api/v2/alerts", json=[SLOW]).status_code == 200
    assert not counting.asked
    assert service.only()["repeats"] == 0
    service.close()


def test_what_was_decided_meanwhile_is_known_as_well(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.reachable("payments-oncall", "checkout", "keeper")
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    key = service.only()["key"]
    for _ in range(4):
        service.pass_time(20 * 60 * 1_000_000_000)
        assert service.service.carrier.case_of(key) == service.ledger.case_of(key)
    service.service.carrier.wake()
    assert service.service.carrier.case_of(key) == service.ledger.case_of(key)
    service.close()


def test_the_first_message_of_a_case_is_sent_as_it_was_offered_and_a_later_one_as_the_ledger_has_it(
    tmp_path: Path,
) -> None:
    from accord.cases.events import Fire

    async def go() -> None:
        clock, ledger = Clock(), ledger_in(tmp_path)
        admit(ledger, ["hook"], ["p0"])
        counting = Counting(ledger, "sendings", "sendings_due")
        async with running(ledger, ready(webhook("hook", provider)), clock) as outbox:
            await until(lambda: counting.asked["sendings_due"] > 0)
            deviation = replace(DEVIATION, partition="1")
            entry = Entry(deviation.key, Fire("fire 1", START, deviation, "source"), POLICY)
            [recorded] = await asyncio.wrap_future(ledger.record([entry]))
            outbox.offer(recorded.queued)
            await until(lambda: len(provider.told) == 1)
            await until(lambda: not outbox.on_their_way)
            assert not counting.asked["sendings"] and recorded.case is not None
            committed(ledger, recorded.case.id, clock.now_ns)
            later = [one for one in ledger.sendings(recorded.case.id) if one.message.turn == 2]
            counting.asked.clear()
            outbox.offer(later)
            await until(lambda: len(provider.told) == 2)
            await until(lambda: not outbox.on_their_way)
            assert counting.asked["sendings"] >= 1
        assert provider.abouts == [About.OPENED, About.COMMITTED]
        ledger.close()

    with serving() as provider:
        asyncio.run(go())


def test_of_two_turns_that_are_offered_before_one_was_sent_the_newest_is_told(tmp_path: Path) -> None:
    from accord.cases.events import Fire

    async def go() -> None:
        clock, ledger = Clock(), ledger_in(tmp_path)
        admit(ledger, ["hook"], ["p0"])
        deviation = replace(DEVIATION, partition="1")
        entry = Entry(deviation.key, Fire("fire 1", START, deviation, "source"), POLICY)
        [recorded] = ledger.record([entry]).result()
        assert recorded.case is not None
        committed(ledger, recorded.case.id, clock.now_ns)
        later = [one for one in ledger.sendings(recorded.case.id) if one.message.turn == 2]
        async with running(ledger, ready(webhook("hook", provider)), clock) as outbox:
            outbox.offer(recorded.queued)
            outbox.offer(later)
            await until(lambda: len(provider.told) >= 1)
            await until(lambda: ledger.next_sending_ns() is None)
        assert provider.abouts[-1] == About.COMMITTED
        assert len({one["id"] for one in provider.told}) == len(provider.told)
        ledger.close()

    with serving() as provider:
        asyncio.run(go())
