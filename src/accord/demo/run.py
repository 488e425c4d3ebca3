"""The demo from its first process to its last: whatever ends it, nothing is left behind."""

import signal
from types import FrameType

from accord.demo.processes import Processes
from accord.demo.shown import Shown
from accord.demo.story import Story, Unexpected
from accord.report._paint import Paint

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = 128


class Stopped(BaseException):
    """Somebody ended it."""


def tell(paint: Paint, is_live: bool, stays: bool) -> int:
    """Tells the story and gives the exit code; with `stays` its pages are there until somebody ends it. Raises Refused."""
    shown = Shown(paint, is_live)
    number = 0

    def stopped(signal_number: int, _frame: FrameType | None) -> None:
        nonlocal number
        number = signal_number
        for each in _ENDS:
            signal.signal(each, signal.SIG_IGN)  # what ends now ends in order
        raise Stopped

    processes = None
    try:
        for each in _ENDS:
            signal.signal(each, stopped)
        processes = Processes()
        Story(processes, shown).tell()
    except Stopped:
        return STOPPED + number
    except Unexpected as unexpected:
        shown.line(str(unexpected))
        return 1
    finally:
        for each in _ENDS:
            signal.signal(each, signal.SIG_IGN)
        if processes is not None:
            processes.stop()
    return 0
