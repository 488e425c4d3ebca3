"""A process of the demo ends when the demo does, however that ended: it holds a pipe, and the pipe breaks."""

import os
import runpy
import signal
import threading
import time

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
    """Runs the program as `python -m accord` does, until it or the demo ends."""
    end_with_the_demo()
    runpy.run_module("accord", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
