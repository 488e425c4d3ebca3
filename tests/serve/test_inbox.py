"""Where more comes than can be decided at once it is kept first: nothing is lost, nothing overtakes, nobody is refused."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from serving import MINUTE, NOON, Within

from accord.cases.case import Phase
from accord.serve import inbox as inbox_
from accord.serve.alerts import Instance, fingerprint
from accord.serve.inbox import Inbox
from accord.store.errors import Unavailable

Work = Callable[[Within], Awaitable[None]]


AT_ONCE = 16


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_, "MOST_AT_ONCE", AT_ONCE)


@pytest.fixture
def within(tmp_path: Path) -> Iterator[Within]:
    serves = Within(tmp_path)
    serves.reachable("payments-oncall", "second", "checkout", "keeper")
    yield serves
    serves.close()


def alert(seq: int = 0, is_over: bool = False) -> Instance:
    labels = {"alertname": f"Signal{seq}", "seq": str(seq)}
    ends_ns = NOON if is_over else NOON + 5 * MINUTE
    return Instance(fingerprint(labels), ends_ns, "", labels, {}, "", NOON - MINUTE, NOON, resolved=is_over)


def box(within: Within) -> Inbox:
    return within.service.intake.inbox


def led(within: Within, work: Work) -> None:
    """Does it in a loop that leads the ledger, with a clock that goes on."""

    async def done() -> None:
        passing = count(NOON, 1_000_000)
        within.service.carrier.clock = lambda: next(passing)
        within.ledger.led_by(asyncio.get_running_loop())
        try:
            await work(within)
        finally:
            within.ledger.led_by(None)

    within.do(done())


async def told(within: Within, *alerts: Instance) -> None:
    await asyncio.gather(*(within.service.intake.take([each]) for each in alerts))


async def until_decided(within: Within) -> None:
    running = asyncio.create_task(box(within).run())
    async with asyncio.timeout(30):
        while len(box(within)):
            await asyncio.sleep(0.001)
    running.cancel()


def opened(within: Within) -> int:
    """Deviations of these alerts: the page budget opens one more of its own."""
    return sum(case.deviation.signal.startswith("Signal") for case in within.ledger.cases())


def seqs(within: Within) -> set[str]:
    return {each.labels["seq"] for each in within.service.intake.instances.values()}


def test_what_is_too_much_at_once_is_durable_first_and_decided_then(within: Within) -> None:
    async def work(within: Within) -> None:
        await told(within, *map(alert, range(100)))
        assert opened(within) == AT_ONCE and len(within.ledger.received()) == 100 - AT_ONCE
        await until_decided(within)

    led(within, work)
    assert opened(within) == len(seqs(within)) == 100
    assert within.ledger.received() == () and not within.ledger.verify().disagreement


def test_what_comes_while_others_wait_does_not_overtake_them(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(within: Within) -> None:
        monkeypatch.setattr(inbox_, "MOST_AT_ONCE", 0)
        for is_over in (False, True, False, True):
            await told(within, alert(1, is_over))
        monkeypatch.setattr(inbox_, "MOST_AT_ONCE", AT_ONCE)
        await told(within, alert(1, is_over=False))
        assert len(box(within)) == 5, "the last waits behind the others, though it could be decided at once"
        await until_decided(within)

    led(within, work)
    [case] = within.ledger.cases()
    assert case.phase is Phase.LAST and not within.service.intake.instances[alert(1).id].resolved
    said = [type(row.event).__name__ for row in within.ledger.history(case.id)]
    assert said == ["Fire", "Clear", "Fire", "Clear", "Fire"]


def test_the_next_process_decides_what_the_last_one_did_not_come_to(tmp_path: Path) -> None:
    async def work(within: Within) -> None:
        await told(within, *map(alert, range(50)))

    first = Within(tmp_path)
    led(first, work)
    first.close()
    second = Within(tmp_path)
    second.do(box(second).begin())
    assert opened(second) == len(seqs(second)) == 50 and second.ledger.received() == ()
    second.close()


def test_what_whoever_told_it_gave_up_waiting_for_is_decided(within: Within) -> None:
    async def work(within: Within) -> None:
        telling = [asyncio.create_task(within.service.intake.take([alert(each)])) for each in range(AT_ONCE + 4)]
        await asyncio.sleep(0)
        for each in telling:
            each.cancel()
        await asyncio.gather(*telling, return_exceptions=True)
        async with asyncio.timeout(30):
            while len(within.ledger.received()) < 4:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        await until_decided(within)

    led(within, work)
    assert opened(within) == AT_ONCE + 4 and within.ledger.received() == ()


def test_what_the_disk_refuses_to_decide_is_tried_again(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_, "_TRIED_AGAIN_S", 0.001)
    record, refusals = within.ledger.record, iter([True, True])

    def refusing(*words: Any) -> Any:
        if len(words) > 2 and words[2] and next(refusals, False):
            raise Unavailable("the disk is full")
        return record(*words)

    async def work(within: Within) -> None:
        await told(within, *map(alert, range(AT_ONCE)), *(alert(99, is_over) for is_over in (False, True)))
        monkeypatch.setattr(within.ledger, "record", refusing)
        await until_decided(within)

    led(within, work)
    assert next(refusals, None) is None, "it was refused twice"
    assert opened(within) == AT_ONCE + 1 and within.service.intake.instances[alert(99).id].resolved


def test_what_cannot_be_decided_stays_for_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(within: Within) -> None:
        await told(within, *map(alert, range(AT_ONCE + 2)))
        decide = within.service.intake._deviations

        def failing(one: Instance) -> Any:
            if one.labels["seq"] == str(AT_ONCE):
                raise RuntimeError("a bug")
            return decide(one)

        monkeypatch.setattr(within.service.intake, "_deviations", failing)
        await until_decided(within)
        assert box(within).undecided == 1

    first = Within(tmp_path)
    led(first, work)
    assert opened(first) == AT_ONCE + 1 and len(first.ledger.received()) == 1
    first.close()
    second = Within(tmp_path)
    second.do(box(second).begin())
    assert opened(second) == AT_ONCE + 2 and second.ledger.received() == ()
    second.close()


def test_where_it_is_full_who_comes_waits_until_there_is_room(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(inbox_, "FULL", 5)

    async def work(within: Within) -> None:
        await told(within, *map(alert, range(5)))
        more = asyncio.create_task(within.service.intake.take([alert(5)]))
        await asyncio.sleep(0.05)
        assert not more.done() and len(within.ledger.received()) == 5
        await until_decided(within)
        await more
        await until_decided(within)

    led(within, work)
    assert opened(within) == 6


def test_a_source_is_silent_only_after_all_it_said_was_decided(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_, "MOST_AT_ONCE", 0)
    late = NOON + 4 * MINUTE

    async def work(within: Within) -> None:
        await told(within, alert(1))
        await until_decided(within)
        again = replace(alert(1), ends_ns=late + 5 * MINUTE, updated_ns=late)
        await told(within, again)
        within.service.carrier.clock = lambda: NOON + 6 * MINUTE
        await within.service.intake.lapse()
        assert not within.service.intake.instances[alert(1).id].lapsed, "its repeat waits"
        await until_decided(within)
        await within.service.intake.lapse()

    led(within, work)
    assert not within.service.intake.instances[alert(1).id].lapsed


def test_requests_of_many_alerts_are_not_decided_by_too_many_at_once(
    within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    many: list[int] = []

    async def work(within: Within) -> None:
        requests = [[alert(100 * number + each) for each in range(100)] for number in range(4)]
        await asyncio.gather(*(within.service.intake.take(each) for each in requests))
        assert len(box(within)) == 300, "the first was decided at once"
        first = box(within)._first
        monkeypatch.setattr(box(within), "_first", lambda: many.append(len(found := first())) or found)
        await until_decided(within)

    led(within, work)
    assert many == [1, 1, 1] and opened(within) == 400


def test_what_the_disk_refuses_is_not_overtaken_by_what_it_takes(
    within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_, "_TRIED_AGAIN_S", 0.001)
    monkeypatch.setattr(inbox_, "MOST_AT_ONCE", 0)
    record, refusals = within.ledger.record, iter([True])

    def refusing_the_first(*words: Any) -> Any:
        if 1 in words[2] and next(refusals, False):
            raise Unavailable("too many writes are waiting")
        return record(*words)

    async def work(within: Within) -> None:
        await told(within, alert(1), alert(1, is_over=True))
        monkeypatch.setattr(within.ledger, "record", refusing_the_first)
        await until_decided(within)

    led(within, work)
    [case] = within.ledger.cases()
    assert within.service.intake.instances[alert(1).id].resolved
    assert [type(row.event).__name__ for row in within.ledger.history(case.id)] == ["Fire", "Clear"]


def test_what_one_request_tells_of_one_alert_is_taken_in_its_order(within: Within) -> None:
    within.do(within.service.intake.take([alert(1), alert(1, is_over=True), alert(1)]))
    [case] = within.ledger.cases()
    assert [type(row.event).__name__ for row in within.ledger.history(case.id)] == ["Fire", "Clear", "Fire"]
    assert case.phase is not Phase.CLAIMED and not within.service.intake.instances[alert(1).id].resolved


def test_what_waits_holds_up_its_own_alert_alone(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(within: Within) -> None:
        monkeypatch.setattr(inbox_, "MOST_AT_ONCE", 0)
        await told(within, alert(1))
        monkeypatch.setattr(inbox_, "MOST_AT_ONCE", AT_ONCE)
        await told(within, alert(2), alert(1, is_over=True))
        assert opened(within) == 1 and len(box(within)) == 2, (
            "the end waits behind the beginning, the other alert does not"
        )
        await until_decided(within)
        assert opened(within) == 2
        await told(within, alert(1))

    led(within, work)
    assert not len(box(within)) and not within.service.intake.instances[alert(1).id].resolved


def test_many_at_the_same_moment_for_a_while_are_a_flood_and_for_a_moment_are_none(within: Within) -> None:
    async def work(within: Within) -> None:
        await told(within, *map(alert, range(20)))
        assert not box(within)._is_flood(), "once is no flood"
        for first in range(20):
            await told(within, *(alert(first * 100 + each) for each in range(40)))
        assert box(within)._is_flood()
        await until_decided(within)

    led(within, work)
    assert within.ledger.received() == ()


def test_where_it_is_full_and_the_disk_too_who_comes_is_told_so(
    within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(inbox_, "FULL", 5)
    monkeypatch.setattr(inbox_, "_TRIED_AGAIN_S", 0.001)
    record, is_refused = within.ledger.record, [True]

    def refusing(*words: Any) -> Any:
        if is_refused:
            raise Unavailable("the disk is full")
        return record(*words)

    async def work(within: Within) -> None:
        await told(within, *map(alert, range(5)))
        monkeypatch.setattr(within.ledger, "record", refusing)
        more = asyncio.create_task(within.service.intake.take([alert(5)]))
        await asyncio.sleep(0)
        running = asyncio.create_task(box(within).run())
        async with asyncio.timeout(30):
            with pytest.raises(Unavailable, match="the disk is full"):
                await more
            with pytest.raises(Unavailable, match="the disk is full"):
                await within.service.intake.take([alert(6)])
        running.cancel()
        is_refused.clear()
        await until_decided(within)
        await told(within, alert(6))
        await until_decided(within)

    led(within, work)
    assert opened(within) == 6


def test_nobody_is_given_way_to_once_the_flood_is_over(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_, "_GIVES_WAY", 1e9)

    async def work(within: Within) -> None:
        for first in range(20):
            await told(within, *(alert(first * 100 + each) for each in range(40)))
        assert box(within)._is_flood() and len(box(within))
        await until_decided(within)

    led(within, work)
    assert within.ledger.received() == ()
