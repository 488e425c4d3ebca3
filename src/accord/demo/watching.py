"""A process of the demo ends when the demo does, however that ended: it holds a pipe, and the pipe breaks."""

import importlib
import os
import runpy
import signal
import sys
import threading
import time

PREPARED = {"--with-observe": "accord.observe.summary"}
"""What can be imported ahead, while there is time: it takes seconds."""
_GRACE_S = 3.0


def end_with_the_demo() -> None:
    """From now on this process gets SIGTERM when its standard input ends, and is gone soon afterwards whatever it does."""
    threading.Thread(target=_watch, daemon=True).start()


def until_it_ended() -> None:
    """Returns when standard input has ended."""
    while os.read(0, 4096):
        pass


def _watch() -> None:
    until_it_ended()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    os._exit(1)


def main() -> None:
    """Runs the program as `python -m accord` does, until it or the demo ends.

    With one of PREPARED before the command it is ready when the demo says so, by a byte.
    """
    if sys.argv[1] in PREPARED:
        importlib.import_module(PREPARED[sys.argv.pop(1)])
        if not os.read(0, 1):
            return
    end_with_the_demo()
    runpy.run_module("accord", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
