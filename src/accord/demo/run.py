"""The demo from its first process to its last: whatever ends it, nothing is left behind."""

import signal
import time
from contextlib import ExitStack
from types import FrameType

from accord.demo.people import People
from accord.demo.processes import Processes
from accord.demo.shown import Shown
from accord.demo.steps import Unexpected
from accord.demo.story import Story
from accord.model.problem import Refused

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TOLD, OTHERWISE, STOPPED = 0, 1, 128
_LOOK_S = 0.5


class Stopped(BaseException):
    """Somebody ended it, by this signal."""

    def __init__(self, number: int, _frame: FrameType | None) -> None:
        self.number = number


def tell(shown: Shown, listen: str, stays: bool) -> int:
    """Tells the story and gives the exit code; with `stays` its pages are there until somebody ends it. Raises Refused."""
    ended = False
    try:
        with ExitStack() as left:
            left.callback(_end_in_order)
            _end_at_once()
            _told(left, shown, listen, stays)
            ended = True
            if stays:
                _stay()
    except Stopped as stopped:
        return TOLD if ended else STOPPED + stopped.number
    except Unexpected as unexpected:
        shown.line(str(unexpected))
        return OTHERWISE
    return TOLD


def _told(left: ExitStack, shown: Shown, listen: str, stays: bool) -> None:
    processes = Processes()
    left.callback(processes.stop)
    people = People()
    left.callback(people.close)
    left.callback(_end_in_order)
    story = Story(processes, people, shown, listen)
    try:
        story.tell()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Refused("; ".join(processes.ended()) or f"a process of the demo did not answer: {error}") from None
    if stays:
        story.look()
        shown.part("All of it is there until Ctrl-C, which leaves nothing behind.")


def _stay() -> None:
    while True:
        time.sleep(_LOOK_S)


def _end_at_once() -> None:
    """From now on a signal ends the story where it is."""

    def stopped(number: int, frame: FrameType | None) -> None:
        _end_in_order()
        raise Stopped(number, frame)

    for each in _ENDS:
        signal.signal(each, stopped)


def _end_in_order() -> None:
    """From now on no signal interrupts the end."""
    for each in _ENDS:
        signal.signal(each, signal.SIG_IGN)
