"""A request has one deadline, the earliest; tries tell their number and stop when nobody would wait for another."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from accord import intent
from accord.intent.context import trying


def test_nothing_is_known_where_nobody_said():
    assert intent.current() == intent.Intent()
    assert intent.remaining() is None
    intent.still_wanted(needs=1e9)


def test_the_earliest_deadline_holds():
    with intent.request(within=10):
        with intent.request(within=60):
            assert 5 < (intent.remaining() or 0) <= 10
        with intent.request(within=1, criticality="critical"):
            assert (intent.remaining() or 9) <= 1
        assert 5 < (intent.remaining() or 0) <= 10
        assert intent.current().criticality is None
    assert intent.remaining() is None


def test_work_that_would_be_for_nobody_is_refused():
    with intent.request(within=60):
        intent.still_wanted(needs=0.1)
        with pytest.raises(intent.DeadlineExceeded, match=r"90\.000 s are needed"):
            intent.still_wanted(needs=90)
    with intent.request(deadline=time.monotonic() - 1), pytest.raises(TimeoutError):
        intent.still_wanted()


def test_a_word_that_is_no_criticality_is_refused():
    with pytest.raises(ValueError, match="critical normal sheddable"), intent.request(criticality="high"):
        pass


def test_tries_tell_their_number_and_key_until_one_succeeds():
    seen = []
    for attempt in intent.attempts(5, key="order-17"):
        with attempt:
            seen.append(trying())
            if attempt.number < 3:
                raise ConnectionError
    assert [(each.number, each.key) for each in seen] == [(1, "order-17"), (2, "order-17"), (3, "order-17")]
    assert trying().number is None


def test_the_last_error_goes_on_to_the_caller_and_another_kind_at_once():
    tries = []
    with pytest.raises(ConnectionError):
        for attempt in intent.attempts(3):
            with attempt:
                tries.append(attempt.number)
                raise ConnectionError
    with pytest.raises(KeyError):
        for attempt in intent.attempts(3):
            with attempt:
                tries.append(attempt.number)
                raise KeyError
    assert tries == [1, 2, 3, 1]


def test_no_try_begins_that_the_deadline_would_not_outlast():
    tries = []
    with intent.request(within=30), pytest.raises(ConnectionError):
        for attempt in intent.attempts(10, pause=60):
            with attempt:
                tries.append(attempt.number)
                raise ConnectionError
    assert tries == [1]


def test_tasks_and_threads_keep_their_intents_apart():
    async def one(seconds: float) -> float | None:
        with intent.request(within=seconds):
            async for attempt in intent.attempts(2, key=str(seconds)):
                with attempt:
                    await asyncio.sleep(0)
                    assert trying().key == str(seconds)
                    if attempt.number == 1:
                        raise ConnectionError
            return intent.remaining()

    async def both() -> list[float | None]:
        return await asyncio.gather(one(5), one(50))

    short, long = asyncio.run(both())
    assert short is not None and long is not None and short <= 5 < long
    found: list[float | None] = []
    with intent.request(within=5):
        thread = threading.Thread(target=lambda: found.append(intent.remaining()))
        thread.start()
        thread.join()
    assert found == [None]


def test_the_package_needs_nothing_but_the_standard_library():
    program = (
        "import sys; before = set(sys.modules); import accord.intent, accord.intent.asgi, accord.intent.outgoing;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(name for name in new if name not in sys.stdlib_module_names and name != 'accord'));"
        "print(*sorted(name for name in sys.modules if name.startswith('accord.') and '.intent' not in name))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
