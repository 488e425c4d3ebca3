"""A process of the demo ends when the demo does, however that ended: it holds a pipe, and the pipe breaks."""

import os
import signal
import sys
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
    """Runs a command of Accord until it or the demo ends."""
    from accord.cli import run

    end_with_the_demo()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
