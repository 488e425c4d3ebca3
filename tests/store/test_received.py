"""What was accepted waits in order until the record that decides it is durable, and goes with that record or not at all."""

import asyncio

import pytest

from accord.store.errors import StoreError
from accord.store.interface import Ledger
from accord.store.kept import Note
from accord.store.rows import Received
from store.recordings import Opening, fire


def test_it_waits_in_order_and_is_found_by_whoever_opens_it_next(opening: Opening) -> None:
    ledger = opening()
    assert [ledger.receive(body).result() for body in (b"a", b"b", b"c")] == [1, 2, 3]
    ledger.close()
    again = opening()
    assert again.received() == (Received(1, b"a"), Received(2, b"b"), Received(3, b"c"))
    assert again.received(1, limit=1) == (Received(2, b"b"),)
    assert again.receive(b"d").result() == 4, "behind what waits"


def test_several_who_wait_side_by_side_are_kept_by_one_commit(ledger: Ledger) -> None:
    async def kept() -> list[int]:
        ledger.led_by(asyncio.get_running_loop())
        before = ledger.written
        numbers = await asyncio.gather(*(asyncio.wrap_future(ledger.receive(b"%d" % each)) for each in range(300)))
        assert ledger.written - before <= 5
        ledger.led_by(None)
        return numbers

    assert asyncio.run(kept()) == [*range(1, 301)]
    assert [each.body for each in ledger.received()] == [b"%d" % each for each in range(300)]


def test_it_goes_with_the_record_that_decides_it(ledger: Ledger) -> None:
    for body in (b"a", b"b", b"c"):
        ledger.receive(body).result()
    ledger.record([fire("e1", "s1")], received=[2]).result()
    assert [each.number for each in ledger.received()] == [1, 3]
    ledger.record([], [Note("n")], received=[1, 3]).result()
    assert ledger.received() == ()


def test_it_stays_where_the_record_failed(ledger: Ledger) -> None:
    ledger.receive(b"a").result()
    of_another = fire("e1", "s1")
    with pytest.raises(StoreError, match="expected the key of its deviation"):
        ledger.record([type(of_another)("another key", of_another.event, of_another.policy)], received=[1]).result()
    assert ledger.received() == (Received(1, b"a"),)
    assert ledger.receive(b"b").result() == 2, "what was undone is counted again"
