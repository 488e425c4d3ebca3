"""Work done beside our own, in copies of this process: each does its share, hands back bytes, and ends by itself.

Whatever goes wrong in one costs only its share: then there is no answer, and who asked does that work alone.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

MOST = 8
"""Processes that work on one thing, this one among them."""


def processors() -> int:
    """How many processes can work at the same time; 1 where this system copies none safely."""
    if not hasattr(os, "fork") or sys.platform == "darwin":  # libraries of that system do not outlive a copy
        return 1
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(count, MOST)


class Beside(Struct):
    """A copy of this process that does one thing; with nobody left to hand it to, it ends as well."""

    process: int
    answers: int

    def answer(self) -> bytes | None:
        """What the work gave, waited for; None where it failed. To be asked once, in place of `end`."""
        with os.fdopen(self.answers, "rb") as answers:
            content = answers.read()
        return content if _status(self.process) == 0 else None

    def end(self) -> None:
        """Ends it before its time."""
        os.close(self.answers)
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        _status(self.process)


def beside(work: Callable[[], bytes]) -> Beside | None:
    """A copy of this process that has begun with some work; None where there can be none."""
    answers, ours = os.pipe()
    try:
        process = os.fork()
    except OSError:
        os.close(answers)
        os.close(ours)
        return None
    if process == 0:
        os.close(answers)  # a reader of its own would let it wait for ever where the original is gone
        _do(work, ours)
    os.close(ours)
    return Beside(process, answers)


def _do(work: Callable[[], bytes], answers: int) -> None:
    """Does the work of a copy, and ends it there, interrupted or not: what the original has still to do is not done twice."""
    failed = 1
    try:
        with os.fdopen(answers, "wb") as file:
            file.write(work())
        failed = 0
    finally:
        os._exit(failed)


def _status(process: int) -> int:
    """How a copy ended: 0 where it did its work."""
    try:
        return os.waitpid(process, 0)[1]
    except ChildProcessError:  # somebody else asked before
        return 1
