"""Work shared out among copies of this process: whoever is free takes the next piece, and each copy ends by itself.

Whatever goes wrong in a copy costs only the pieces that it gave no answer to: the process itself does those then.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from struct import Struct as Layout

from msgspec import Struct

MOST = 8
"""Processes that work on one thing, this one among them."""

MOST_PIECES = 8_000
"""Pieces that one thing may be cut into: their numbers wait in a pipe, which holds so many at least."""

_NUMBER = Layout("<Q")
_HEAD = Layout("<QQ")
_AT_ONCE = 1 << 20


def processors(told: Path = Path("/proc/loadavg")) -> int:
    """How many processes can work at the same time, on processors that nobody else wants at this moment.

    Where others want them all, two processes take longer than one. 1 where this system copies none safely.
    """
    if not hasattr(os, "fork") or sys.platform == "darwin":  # libraries of that system do not outlive a copy
        return 1
    every = os.cpu_count() or 1
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else every
    return max(1, min(ours - _others(told) * ours // every, MOST))


def _others(told: Path) -> int:
    """How many others are at work, or ready for it; 0 where the system does not tell."""
    try:
        return max(0, int(told.read_text().split()[3].partition("/")[0]) - 1)  # this one is among them
    except (OSError, ValueError, IndexError):
        return 0


class Work(Struct, frozen=True):
    """Pieces of work, by number. `here` does one in this process, `beside` one in a copy, which hands back bytes; those go
    to `taken`. Bytes that are empty say that a piece is to be done here.
    """

    pieces: int
    here: Callable[[int], object]
    beside: Callable[[int], bytes]
    taken: Callable[[int, bytes], object]


def share_out(work: Work, processes: int, first: Callable[[], object] | None = None) -> None:
    """Does every piece once, in as many processes, this one among them, which does something else `first`."""
    assert work.pieces <= MOST_PIECES
    copies = _Copies()
    left = set(range(work.pieces))
    waiting = _numbers(work.pieces)
    try:
        for _ in range(min(processes, work.pieces) - 1):
            copies.begin(partial(_work_through, waiting, work.beside))
        if first is not None:
            first()
        while (number := _next(waiting)) is not None:
            work.here(number)
            left.discard(number)
            _take(work, copies.answers(wait=False), left)
        while copies.working:
            _take(work, copies.answers(wait=True), left)
        for number in sorted(left):
            work.here(number)
    finally:
        os.close(waiting)
        copies.end()


def _take(work: Work, answers: Iterator[tuple[int, bytes]], left: set[int]) -> None:
    for number, content in answers:
        if content:
            work.taken(number, content)
            left.discard(number)


def _numbers(count: int) -> int:
    """What the numbers of the pieces are read from, by all processes together."""
    numbers, ours = os.pipe()
    with os.fdopen(ours, "wb") as file:
        file.write(b"".join(map(_NUMBER.pack, range(count))))
    return numbers


def _next(numbers: int) -> int | None:
    content = os.read(numbers, _NUMBER.size)
    return _NUMBER.unpack(content)[0] if content else None


def _work_through(numbers: int, work: Callable[[int], bytes], answers: int) -> None:
    """What a copy does: one piece after another, each answered as soon as it is done."""
    with os.fdopen(answers, "wb") as file:
        while (number := _next(numbers)) is not None:
            content = work(number)
            file.write(_HEAD.pack(number, len(content)) + content)
            file.flush()


class _Copies:
    """Copies of this process at work; with nobody left to hand its answers to, one ends as well."""

    def __init__(self) -> None:
        self._selector = DefaultSelector()
        self._read: dict[int, bytearray] = {}
        self._processes: dict[int, int] = {}

    @property
    def working(self) -> bool:
        """Whether any of them may still answer."""
        return bool(self._processes)

    def begin(self, work: Callable[[int], object]) -> None:
        """Lets one more copy do some work, whose answers go to a file descriptor; none where there can be none."""
        answers, ours = os.pipe()
        _widen(ours)
        try:
            process = os.fork()
        except OSError:
            os.close(answers)
            os.close(ours)
            return
        if process == 0:
            for other in (answers, *self._processes):  # a reader of its own would let one wait for ever
                os.close(other)
            _do(partial(work, ours))
        os.close(ours)
        self._processes[answers] = process
        self._read[answers] = bytearray()
        self._selector.register(answers, EVENT_READ)

    def answers(self, wait: bool) -> Iterator[tuple[int, bytes]]:
        """The answers that have come in, those of a copy in its order; with `wait`, once anything has."""
        for key, _ in self._selector.select(None if wait else 0) if self._processes else ():
            chunk = os.read(key.fd, _AT_ONCE)
            if chunk:
                self._read[key.fd] += chunk
                yield from _cut(self._read[key.fd])
            else:
                self._over(key.fd)

    def end(self) -> None:
        """Ends those that are still at work."""
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for answers in [*self._processes]:
            self._over(answers)
        self._selector.close()

    def _over(self, answers: int) -> None:
        self._selector.unregister(answers)
        os.close(answers)
        with suppress(ChildProcessError):  # somebody else asked how it ended
            os.waitpid(self._processes.pop(answers), 0)


def _widen(pipe: int) -> None:
    """Lets a pipe hold as much as it may: a copy that waits for the original to look in does nothing meanwhile."""
    with suppress(ImportError, AttributeError, OSError):
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(pipe, F_SETPIPE_SZ, _AT_ONCE)


def _cut(read: bytearray) -> Iterator[tuple[int, bytes]]:
    """Takes the answers that are whole away from what was read."""
    begin = 0
    while begin + _HEAD.size <= len(read):
        number, length = _HEAD.unpack_from(read, begin)
        end = begin + _HEAD.size + length
        if end > len(read):
            break
        yield number, bytes(read[begin + _HEAD.size : end])
        begin = end
    del read[:begin]


def _do(work: Callable[[], object]) -> None:
    """Does the work of a copy, and ends it there, interrupted or not: what the original has still to do is not done twice."""
    failed = 1
    try:
        work()
        failed = 0
    finally:
        os._exit(failed)
