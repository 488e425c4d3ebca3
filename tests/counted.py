"""Work that is counted and not timed, so that a test of how it grows says the same on every machine."""

import sys
from collections.abc import Callable
from cProfile import Profile
from types import FrameType


def calls(act: Callable[[], object]) -> int:
    """How many calls an act makes, of Python and of C; it costs little, and sees no loop without calls."""
    profile = Profile()
    profile.runcall(act)
    return sum(entry.callcount for entry in profile.getstats())


def steps(act: Callable[[], object]) -> int:
    """How many lines an act runs, each round of a loop counted; ten times slower than the act alone."""
    taken = 0

    def count(_frame: FrameType, _event: str, _given: object) -> object:
        nonlocal taken
        taken += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        act()
    finally:
        sys.settrace(before)
    return taken
