"""The process that owns the folder of the demo: it makes it, says where, and removes it when the demo is over or was killed."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PATIENCE_S, _LOOK_S = 8.0, 0.05


def main() -> None:
    """Reads the numbers of the demo's processes until its standard input ends; then waits for them, and sweeps."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    folder = tempfile.mkdtemp(prefix="accord-demo-")
    try:
        with suppress(OSError):
            print(folder, flush=True)
        processes = [int(line) for line in sys.stdin if line.strip().isdigit()]
        _until(lambda: not any(_is_there(each) for each in processes))
    finally:
        _until(lambda: _swept(folder))


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while not holds() and time.monotonic() < ends:
        time.sleep(_LOOK_S)


def _swept(folder: str) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not Path(folder).exists()


def _is_there(process: int) -> bool:
    """Whether it runs; one that has ended and was not waited for is gone too."""
    try:
        os.kill(process, 0)
    except OSError:
        return False
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    return True


if __name__ == "__main__":
    main()
