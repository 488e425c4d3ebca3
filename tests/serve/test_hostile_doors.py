"""Hostile headers and bodies against a real process: no error of the server, no traceback, bounded memory, still ready.

A short run by default; ACCORD_HOSTILE_SECONDS makes it that long (`.ci/nightly`: ten minutes).
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking_badly import Hostile, answered
from processes import Hook, Running

from accord.store.ledger_sqlite import SqliteReader

SECONDS = float(os.environ.get("ACCORD_HOSTILE_SECONDS", "0")) or 5.0
MOST_MEMORY_KB = 400_000
SEED = int(os.environ.get("ACCORD_HOSTILE_SEED", "6"))


@pytest.fixture
def running(tmp_path: Path, hook: Hook) -> Iterator[Running]:
    made = Running(tmp_path, hook)
    yield made.start()
    made.close()


def memory_kb(running: Running, what: str = "VmHWM") -> int:
    assert running.process is not None
    lines = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def known(running: Running, hostile: Hostile, hook: Hook) -> None:
    """Ids and links that there are."""
    hostile.ids = [case["id"] for case in running.cases()][:200]
    base = str(running.client.base_url)
    hostile.links = [one["answer"].removeprefix(base).replace(base, "") for one in hook.told[-50:] if one["answer"]]


def fuzzed(running: Running, hook: Hook, seconds: float) -> Counter[int]:
    """How often which status was answered; 0 is a connection that was closed without one."""
    hostile, found, ends = Hostile(random.Random(SEED)), Counter[int](), time.monotonic() + seconds
    number = 0
    while time.monotonic() < ends:
        if number % 200 == 0:
            known(running, hostile, hook)
            assert running.client.get("/-/ready").status_code == 200
        request = hostile.request()
        try:
            told = answered(running.port, request) or [0]
        except TimeoutError:
            raise AssertionError(f"it hangs at {request[:2000]!r}") from None
        found.update(told)
        assert max(told) < 500, f"{told} for {request[:3000]!r}\n{running.log()[-3000:]}"
        number += 1
    return found


def test_hostile_requests(running: Running, hook: Hook) -> None:
    found = fuzzed(running, hook, SECONDS)
    most_kb = memory_kb(running)
    print(f"\nhostile: {sum(found.values())} answers in {SECONDS:.0f} s: {sorted(found.items())}; {most_kb} kB at most")
    assert "Traceback" not in running.log(), running.log()[-5000:]
    assert most_kb < MOST_MEMORY_KB
    assert found[200] and found[400]
    for path in ("/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/silences", "/api/v1/tokens", "/metrics"):
        assert running.client.get(path).status_code == 200, path
    for case in running.cases():
        assert running.client.get(f"/api/v1/deviations/{case['id']}").status_code == 200
    running.end()
    running.start()
    with SqliteReader(running.folder / "ledger") as reader:
        assert not reader.verify().disagreement and not reader.audit().broken
