"""A process that is killed while it sends: nothing is lost, and a message has at most one copy more for each kill."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from accord.model.message import Fate
from accord.store.ledger_sqlite import SqliteReader
from serve.outboxes import admit, ledger_in, opened
from serve.providers import Provider, serving

TESTS = Path(__file__).parents[1]
PATIENCE_S = 60.0


class Child:
    """A sender of its own process."""

    def __init__(self, folder: Path, provider: Provider, *more: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])}
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(TESTS / "serve" / "sending_child.py"),
                str(folder / "ledger.db"),
                str(provider.port),
                *more,
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.expect("ready")

    def expect(self, word: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == word

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def waited_for(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def queued(folder: Path, cases: int) -> list[str]:
    """A ledger with one message for each of so many cases, due for long; their ids."""
    ledger = ledger_in(folder)
    admit(ledger, ["hook"], ["p0"])
    begun_ns = time.time_ns() - 60_000_000_000
    for number in range(cases):
        opened(ledger, f"shard {number}", begun_ns)
    found = [one.id for one in ledger.sendings_due(time.time_ns(), 10_000)]
    ledger.close()
    assert len(found) == cases
    return found


def marked(folder: Path, ids: list[str]) -> bool:
    with SqliteReader(folder / "ledger.db") as reader:
        found = [reader.sending(one) for one in ids]
    return all(one is not None and one.fate is Fate.HANDED for one in found)


def test_killed_between_hand_over_and_mark_it_tells_once_more_for_each_kill(tmp_path: Path) -> None:
    ids = queued(tmp_path, 1)
    with serving() as provider:
        for _ in range(2):
            child = Child(tmp_path, provider, "stall")
            child.expect("sent")
            child.kill()
        assert len(provider.told) == 2
        child = Child(tmp_path, provider)
        waited_for(lambda: marked(tmp_path, ids))
        child.kill()
        assert len(provider.told) == 3
        assert {told["id"] for told in provider.told} == set(ids)


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_loses_nothing(tmp_path: Path, kills: int) -> None:
    ids, chance = queued(tmp_path, 100 + 50 * kills), random.Random(kills)
    with serving() as provider:
        for _ in range(kills):
            child = Child(tmp_path, provider)
            time.sleep(chance.uniform(0, 0.25))
            child.kill()
        child = Child(tmp_path, provider)
        waited_for(lambda: marked(tmp_path, ids))
        child.kill()
        copies = Counter(told["id"] for told in provider.told)
    assert set(copies) == set(ids)
    assert max(copies.values()) <= 1 + kills
