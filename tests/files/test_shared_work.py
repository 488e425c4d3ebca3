"""Pieces of work shared out among copies of this process: each done once, whatever becomes of a copy."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from accord.files.processes import Work, processors, share_out

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system copies no process")
OPEN = Path("/proc/self/fd")


def done(pieces: int, processes: int, beside: Callable[[int], bytes]) -> tuple[list[int], dict[int, bytes]]:
    """What was done here, in order, and what came from copies; no copy is left over."""
    here: list[int] = []
    taken: dict[int, bytes] = {}
    share_out(Work(pieces, here.append, beside, taken.__setitem__), processes)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)
    return here, taken


def long(number: int) -> bytes:
    """More than a pipe holds."""
    return bytes([number]) * 3_000_000


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_each_piece_is_done_once(processes: int) -> None:
    """By whoever takes it, however long the answers are."""
    here, taken = done(20, processes, long)
    assert sorted([*here, *taken]) == list(range(20))
    assert all(content == long(number) for number, content in taken.items())


def test_a_copy_takes_what_the_original_has_no_time_for() -> None:
    """While one piece takes its time here, another process does all others."""
    opened, first = os.pipe()

    def here(number: int) -> None:
        waited.append(number)
        if number < 9:
            os.read(opened, 1)

    def beside(number: int) -> bytes:
        if number == 9:
            os.write(first, b"x" * 10)
        return b"done"

    waited: list[int] = []
    taken: dict[int, bytes] = {}
    share_out(Work(10, here, beside, taken.__setitem__), 2)
    os.close(opened)
    os.close(first)
    assert len(waited) <= 1
    assert len(taken) >= 9


def test_something_else_is_done_first() -> None:
    """Once, while the copies are already at work: here it waits for the last of them."""
    opened, last = os.pipe()

    def beside(number: int) -> bytes:
        if number == 9:
            os.write(last, b"x")
        return b"done"

    taken: dict[int, bytes] = {}
    here: list[int] = []
    share_out(Work(10, here.append, beside, taken.__setitem__), 2, lambda: os.read(opened, 1))
    os.close(opened)
    os.close(last)
    assert not here
    assert len(taken) == 10


def test_what_a_copy_cannot_hand_over_is_done_here() -> None:
    """Nothing in place of an answer says so."""
    here, taken = done(20, 2, lambda number: b"")
    assert sorted(here) == list(range(20))
    assert not taken


@pytest.mark.parametrize("processes", [2, 3])
def test_a_copy_that_fails_costs_nothing_but_time(processes: int, capfd: pytest.CaptureFixture[str]) -> None:
    """What it had taken is done here, what it had answered is not done again, and nobody is told."""

    def beside(number: int) -> bytes:
        if number % 5 == 4:
            raise MemoryError
        return long(number)

    here, taken = done(20, processes, beside)
    assert sorted([*here, *taken]) == list(range(20))
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not OPEN.is_dir(), reason="this system does not tell what is open")
def test_a_copy_that_is_killed_in_the_midst_costs_nothing_but_time() -> None:
    """Half an answer is none."""

    def beside(number: int) -> bytes:
        os.write(max(int(path.name) for path in OPEN.iterdir() if _is_pipe(path)), b"half")
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    here, taken = done(6, 2, beside)
    assert sorted(here) == list(range(6))
    assert not taken


def _is_pipe(path: Path) -> bool:
    with suppress(OSError):
        return str(path.readlink()).startswith("pipe:")
    return False


def test_an_error_here_ends_the_copies() -> None:
    """None goes on working for nobody."""
    waiting, never = os.pipe()

    def here(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        share_out(Work(2, here, lambda number: os.read(waiting, 1), lambda number, content: None), 2)
    os.close(waiting)
    os.close(never)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)


@pytest.mark.skipif(sys.platform == "darwin", reason="this system copies no process safely")
def test_processors_are_those_that_nobody_else_wants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At this moment; where that is not told, all that this process may use, and never none."""
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    told = tmp_path / "loadavg"
    assert processors(told) == 4
    for line, expected in (
        ("0.00 0.00 0.00 1/90 7", 4),
        ("9.99 9.99 9.99 5/90 7", 3),
        ("0.00 0.00 0.00 13/90 7", 1),
        ("0.00 0.00 0.00 99/90 7", 1),
        ("another line", 4),
    ):
        told.write_text(line)
        assert processors(told) == expected
