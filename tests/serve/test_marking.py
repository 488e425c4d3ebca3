"""Marks share writes; one that is refused is told to who made it and to nobody else, and a ledger that fails is tried again."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from accord.model.message import Fate
from accord.serve.sending.marking import Marking
from accord.store.errors import StoreError, Unavailable
from accord.store.rows import Outcome


class Rows:
    """Takes reports as a ledger does, all of one or nothing; refuses `bad`, and the first `failing` times everything."""

    def __init__(self, failing: int = 0) -> None:
        self.failing, self.marked, self.writes = failing, list[str](), 0

    def report(self, outcomes: Sequence[Outcome]) -> "Future[None]":
        done: Future[None] = Future()
        self.writes += 1
        ids = [one.id for one in outcomes]
        if self.failing:
            self.failing -= 1
            done.set_exception(Unavailable("the disk is full"))
        elif "broken" in ids:
            raise ValueError("what nobody expected")
        elif "bad" in ids:
            done.set_exception(StoreError("no sending has the id 'bad'"))
        else:
            self.marked += ids
            done.set_result(None)
        return done


def mark(rows: Rows, *ids: str) -> list[BaseException | None]:
    async def go() -> list[BaseException | None]:
        marking = Marking(rows)  # type: ignore[arg-type]
        marks = [marking.mark([Outcome(one, Fate.HANDED, 1)]) for one in ids]
        return await asyncio.gather(*marks, return_exceptions=True)

    return asyncio.run(go())


def test_what_ends_together_is_written_together() -> None:
    rows = Rows()
    names = [f"s{number}" for number in range(40)]
    assert mark(rows, *names) == [None] * 40
    assert (rows.marked, rows.writes) == (names, 1)


def test_one_that_is_refused_keeps_no_other_from_being_marked() -> None:
    rows = Rows()
    first, bad, last = mark(rows, "a", "bad", "b")
    assert first is None and last is None and rows.marked == ["a", "b"]
    with pytest.raises(StoreError, match="bad"):
        raise bad or AssertionError


def test_a_ledger_that_cannot_be_written_is_tried_again() -> None:
    rows = Rows(failing=1)
    assert mark(rows, "a") == [None]
    assert (rows.marked, rows.writes) == (["a"], 2)


def test_what_nobody_expected_keeps_nobody_waiting() -> None:
    rows = Rows()
    first, broken, last = mark(rows, "a", "broken", "b")
    assert first is None and last is None and isinstance(broken, ValueError)
    assert rows.marked == ["a", "b"]
