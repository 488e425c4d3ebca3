"""The outbox against providers that fail as real ones do: nothing is lost, little is told twice, nobody waits for another."""

import asyncio
import logging
import socket
import ssl
from itertools import pairwise
from pathlib import Path

import pytest
import trustme
from msgspec.structs import replace

from accord.cases.case import Phase
from accord.cases.events import Unreachable
from accord.model.message import About, Fate
from accord.serve.outbox import Outbox, unreachable
from accord.serve.sending.breaker import FAILURES_UNTIL_OPEN
from accord.store.rows import Entry
from cases.carried import POLICY, START
from serve.outboxes import (
    MINUTE,
    SECOND,
    SECRET,
    Clock,
    admit,
    closed,
    committed,
    ledger_in,
    only,
    opened,
    ready,
    running,
    until,
    webhook,
)
from serve.providers import Provider, serving

HOUR = 60 * MINUTE
OWN = ("p0",)


async def turned_until(clock: Clock, outbox: Outbox, holds: object, step: int = SECOND, most: int = 200) -> None:
    """Turns the clock step by step until it holds; each step waits for what it began."""
    assert callable(holds)
    for _ in range(most):
        await settled(outbox)
        if holds():
            return
        clock.turn(step)
        outbox.wake()
    raise AssertionError("it never came to hold")


async def settled(outbox: Outbox) -> None:
    """Waits until the outbox has begun what is due, and nothing is on its way."""
    for _ in range(3):
        outbox.wake()
        await asyncio.sleep(0.02)
        await until(lambda: not outbox.on_their_way, "quiet")


def one_sender(folder: Path, provider: Provider, **more: float) -> tuple:  # type: ignore[type-arg]
    ledger = ledger_in(folder)
    admit(ledger, ["hook"], OWN)
    return ledger, ready(webhook("hook", provider, **more)), Clock()


def test_a_message_is_handed_over_once_signed_and_marked(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        case = opened(ledger)

        async def go() -> None:
            async with running(
                ledger, channels, clock, answer=lambda one: f"https://accord.example/{one.id[:6]}"
            ) as outbox:
                await until(lambda: only(ledger, case, "hook").fate is Fate.HANDED)
                clock.turn(2 * HOUR)
                await settled(outbox)

        asyncio.run(go())
        sending = only(ledger, case, "hook")
        assert (sending.attempts, sending.provider_ref) == (1, "taken")
        (told,) = provider.told
        assert (told["id"], told["copy"], told["person"], told["about"]) == (sending.id, 1, "p0", "opened")
        assert told["answer"] == f"https://accord.example/{sending.id[:6]}"
        assert provider.asked[0]["idempotency-key"] == sending.id
        ledger.close()


@pytest.mark.parametrize("mode", ["500", "503", "429"])
def test_a_provider_that_refuses_for_a_while_is_told_once_it_recovers(tmp_path: Path, mode: str) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        provider.mode = mode
        case = opened(ledger)

        async def go() -> None:
            async with running(ledger, channels, clock) as outbox:
                await turned_until(clock, outbox, lambda: clock.now_ns - START > 10 * MINUTE, step=10 * SECOND)
                assert not provider.told and only(ledger, case, "hook").fate is Fate.QUEUED
                provider.mode = "ok"
                await turned_until(clock, outbox, lambda: provider.told, step=10 * SECOND, most=16)

        asyncio.run(go())
        assert provider.turns == [1] and provider.told[0]["copy"] == 1
        assert len(provider.asked) < 40
        ledger.close()


def test_retry_after_is_waited_for(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        provider.mode, provider.headers = "503", {"retry-after": "600"}
        case = opened(ledger)

        async def go() -> None:
            async with running(ledger, channels, clock) as outbox:
                await until(lambda: only(ledger, case, "hook").attempts == 1)
                provider.mode = "ok"
                clock.turn(599 * SECOND)
                await settled(outbox)
                assert len(provider.asked) == 1
                clock.turn(200 * SECOND)
                await settled(outbox)

        asyncio.run(go())
        assert provider.turns == [1] and len(provider.asked) == 2
        ledger.close()


def test_what_is_refused_for_good_on_all_channels_says_at_once_that_nobody_was_reached(tmp_path: Path) -> None:
    with serving() as provider, serving() as other:
        ledger, clock = ledger_in(tmp_path), Clock()
        admit(ledger, ["hook", "other"], OWN)
        channels = ready(webhook("hook", provider), webhook("other", other))
        provider.mode, other.mode = "400", "500"
        case, called = opened(ledger), []

        async def go() -> None:
            async with running(ledger, channels, clock, failed=lambda: called.append(ledger.unreached())) as outbox:
                await until(lambda: len(called) == 1)
                await settled(outbox)
                assert [one.person for one in called[0]] == ["c0"]  # nobody knows an address of the other side
                other.mode = "404"
                await turned_until(clock, outbox, lambda: len(called) > 1)

        asyncio.run(go())
        assert {one.person for one in called[-1]} == {"p0", "c0"}
        one = next(one for one in called[-1] if one.person == "p0")
        event = unreachable(one, clock())
        assert event == Unreachable(f"unreachable/{case}/1/p0", clock(), 1, "p0")
        after = ledger.record([Entry(one.key, event, POLICY)]).result()[0]
        assert after.changed and after.case is not None and after.case.actor == "p1" and after.case.phase is Phase.AWAIT
        assert "answered 400" in only(ledger, case, "hook", turn=1).reason
        ledger.close()


def test_a_hanging_provider_holds_up_nobody_else(tmp_path: Path) -> None:
    with serving() as slow, serving() as quick:
        ledger, clock = ledger_in(tmp_path), Clock()
        admit(ledger, ["slow", "quick"], OWN)
        channels = ready(webhook("slow", slow, deadline_s=60), webhook("quick", quick, deadline_s=60))
        slow.mode = "hang"
        cases = [opened(ledger, f"shard {n}") for n in range(300)]

        async def go() -> None:
            async with running(ledger, channels, clock):
                await until(lambda: len(quick.told) == 300, "the quick one")
                assert len(slow.asked) <= 8
                late = opened(ledger, "late")
                await until(lambda: only(ledger, late, "quick").fate is Fate.HANDED, "what came later")

        asyncio.run(go())
        assert len({told["deviation"] for told in quick.told}) == 301 and not slow.told
        assert all(only(ledger, case, "slow").fate is Fate.QUEUED for case in cases)
        ledger.close()


def test_an_answer_that_comes_too_late_makes_at_most_five_copies_an_hour_ever_further_apart(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider, deadline_s=0.15)
        provider.mode = "late"
        case, sent = opened(ledger), []

        async def go() -> None:
            async with running(ledger, channels, clock) as outbox:
                for _ in range(6 * 60 * 2):
                    await until(lambda: not outbox.on_their_way)
                    outbox.wake()
                    await asyncio.sleep(0.004)
                    await until(lambda: not outbox.on_their_way)
                    while len(sent) < len(provider.told):
                        sent.append(clock.now_ns)
                    clock.turn(30 * SECOND)

        asyncio.run(go())
        sending = only(ledger, case, "hook")
        assert sending.fate is Fate.QUEUED
        assert f"{len(sent)} copies may have arrived" in sending.reason
        assert [told["copy"] for told in provider.told] == [*range(1, len(sent) + 1)]
        assert len({told["id"] for told in provider.told}) == 1
        for begin in sent:
            assert len([at for at in sent if begin <= at <= begin + HOUR]) <= 6
        assert 6 <= len(sent) <= 12  # within six hours
        apart = [after - before for before, after in pairwise(sent)]
        assert apart[0] < apart[2] < apart[4]
        ledger.close()


def test_what_began_and_ended_while_the_channel_was_down_is_told_once(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        provider.mode = "500"
        case = opened(ledger)

        async def go() -> None:
            async with running(ledger, channels, clock) as outbox:
                await until(lambda: only(ledger, case, "hook").attempts == 1)
                committed(ledger, case, START + SECOND)
                closed(ledger, case, START + 2 * SECOND)
                clock.turn(20 * MINUTE)
                provider.mode = "ok"
                await turned_until(clock, outbox, lambda: provider.told, step=10 * SECOND)
                await settled(outbox)

        asyncio.run(go())
        (told,) = provider.told
        assert told["about"] == "missed" and told["ended"] and not told["interrupts"]
        fates = {one.message.about: one.fate for one in ledger.sendings(case) if one.message.person == "p0"}
        assert fates[About.CLOSED] is Fate.HANDED and Fate.QUEUED not in fates.values()
        ledger.close()


def test_turns_are_told_in_order_and_the_newest_says_all(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        case = opened(ledger)

        async def go() -> None:
            async with running(ledger, channels, clock) as outbox:
                await until(lambda: provider.abouts == ["opened"])
                provider.mode = "503"
                committed(ledger, case, START + SECOND)
                clock.turn(2 * SECOND)
                await settled(outbox)
                closed(ledger, case, START + 3 * SECOND)
                provider.mode = "ok"
                clock.turn(20 * MINUTE)
                await turned_until(clock, outbox, lambda: len(provider.told) == 2, step=10 * SECOND)

        asyncio.run(go())
        assert provider.abouts == ["opened", "closed"]
        said = next(
            one
            for one in ledger.sendings(case)
            if one.message.about is About.COMMITTED and one.channel == "hook" and one.message.person == "p0"
        )
        assert said.fate is Fate.FAILED and said.reason.startswith("not told alone: turn ")
        ledger.close()


def test_an_open_breaker_delays_and_loses_nothing(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        provider.mode = "500"
        cases = [opened(ledger, f"shard {n}") for n in range(100)]

        async def go() -> None:
            async with running(ledger, channels, clock) as outbox:
                await until(lambda: bool(outbox.open_breakers))
                await settled(outbox)
                assert outbox.open_breakers == (f"http://127.0.0.1:{provider.port}",)
                assert FAILURES_UNTIL_OPEN <= len(provider.asked) <= FAILURES_UNTIL_OPEN + 8
                before = len(provider.asked)
                await turned_until(clock, outbox, lambda: clock.now_ns - START > 10 * MINUTE, step=30 * SECOND)
                assert len(provider.asked) - before <= 20, "one probe at a time"
                provider.mode = "ok"
                await turned_until(clock, outbox, lambda: len(provider.told) == 100, step=30 * SECOND)
                assert not outbox.open_breakers

        asyncio.run(go())
        assert {told["deviation"] for told in provider.told} == set(cases) and len(provider.told) == 100
        ledger.close()


def test_a_refused_connection_and_a_refused_certificate_are_said_and_tried_again(tmp_path: Path) -> None:
    authority, strangers = trustme.CA(), trustme.CA()
    server, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    strangers.configure_trust(ours)
    with socket.socket() as closed_port:
        closed_port.bind(("127.0.0.1", 0))
        with serving(server) as provider:
            ledger, clock = ledger_in(tmp_path), Clock()
            admit(ledger, ["none", "tls"], OWN)
            channels = ready(
                webhook("none", closed_port.getsockname()[1]),
                webhook("tls", provider, scheme="https", host="localhost"),
                trust=ours,
            )
            case = opened(ledger)

            async def go(channels: dict) -> None:  # type: ignore[type-arg]
                async with running(ledger, channels, clock) as outbox:
                    await turned_until(clock, outbox, lambda: only(ledger, case, "tls").attempts or provider.told)
                    await settled(outbox)

            asyncio.run(go(channels))
            assert only(ledger, case, "none").reason == "no connection: connection refused"
            assert only(ledger, case, "tls").reason.startswith("no connection: TLS: the certificate is refused: ")
            assert not provider.asked
            trusted = ssl.create_default_context()
            authority.configure_trust(trusted)
            clock.turn(MINUTE)
            again = ready(webhook("tls", provider, scheme="https", host="localhost"), trust=trusted)
            asyncio.run(go(again))
            assert only(ledger, case, "tls").fate is Fate.HANDED and provider.told[0]["copy"] == 1
            ledger.close()


def test_a_dropped_connection_may_have_been_a_message(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        provider.mode = "drop"
        case = opened(ledger)

        async def go() -> None:
            async with running(ledger, channels, clock) as outbox:
                await until(lambda: only(ledger, case, "hook").attempts == 1)
                provider.mode = "ok"
                await turned_until(clock, outbox, lambda: only(ledger, case, "hook").fate is Fate.HANDED)

        asyncio.run(go())
        assert [told["copy"] for told in provider.told] == [1, 2]
        ledger.close()


def test_a_private_address_a_redirect_and_a_missing_channel_fail_for_good(tmp_path: Path) -> None:
    with serving() as provider, serving() as redirecting:
        ledger, clock = ledger_in(tmp_path), Clock()
        admit(ledger, ["guarded", "moved", "gone"], OWN)
        guarded = replace(webhook("guarded", provider, scheme="https"), allow_private=())
        redirecting.mode = "redirect"
        channels = ready(guarded, webhook("moved", redirecting))
        case = opened(ledger)

        async def go() -> None:
            async with running(ledger, channels, clock):
                await until(lambda: all(one.fate is Fate.FAILED for one in ledger.sendings(case)))

        asyncio.run(go())
        assert "no public address" in only(ledger, case, "guarded").reason
        assert "redirects are not followed" in only(ledger, case, "moved").reason
        assert only(ledger, case, "gone").reason == "there is no channel 'gone'"
        assert not provider.asked
        ledger.close()


def test_neither_log_nor_ledger_holds_a_secret_or_an_address(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        provider.mode = "400"
        provider.headers = {"x-echo": SECRET}
        provider.refusal = f"bad key {SECRET} for p0@hook.example".encode()
        case = opened(ledger)

        async def go() -> None:
            async with running(ledger, channels, clock):
                await until(lambda: only(ledger, case, "hook").fate is Fate.FAILED)

        asyncio.run(go())
        reason = only(ledger, case, "hook").reason
        assert reason == "answered 400: bad key [hidden] for [hidden]"
        for text in (SECRET, "p0@hook.example", "kept-from-logs"):
            assert text not in caplog.text
        ledger.close()


def test_names_are_told_to_people_and_stay_out_of_the_outbox(tmp_path: Path) -> None:
    with serving() as provider:
        ledger, channels, clock = one_sender(tmp_path, provider)
        case = opened(ledger)
        committed(ledger, case, START)

        async def go() -> None:
            async with running(ledger, channels, clock):
                await until(lambda: bool(provider.told))

        asyncio.run(go())
        assert provider.told[0]["recovers"] == "The p0"
        assert {one.message.facts.recovers for one in ledger.sendings(case)} >= {"p0"}
        ledger.close()


def test_channels_that_have_enough_to_do_are_left_out_of_what_is_read(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    admit(ledger, ["slow", "quick"], OWN)
    for number in range(5):
        opened(ledger, f"shard {number}")
    assert [one.channel for one in ledger.sendings_due(START, 4)] == ["slow", "quick"] * 2
    assert {one.channel for one in ledger.sendings_due(START, 4, ["slow"])} == {"quick"}
    assert not ledger.sendings_due(START, 4, ("slow", "quick"))
    ledger.close()
