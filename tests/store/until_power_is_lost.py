"""Run by test_power_loss.py in a process of its own: a ledger is written, each answer is noted in the trace, and it is killed.

until_power_is_lost.py FOLDER FIRST LAST FULL|NORMAL [SWITCH that lets fsync fail]
"""

import os
import signal
import struct
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from accord.store import connections, folding
from accord.store.errors import Unavailable
from accord.store.ledger_sqlite import SqliteLedger
from store.recordings import admit, fire

if "FOLDED_AFTER" in os.environ:  # the log is copied into the file often: beside the commits, or else by them
    folding.FOLDED_AFTER = int(os.environ["FOLDED_AFTER"])
else:
    connections._LOG_PAGES = 40


def noted(what: str, name: str = "") -> None:
    """A record of our own in the trace: B the ledger is open, A this event was answered."""
    with Path(os.environ["DISK_TRACE"]).open("ab", buffering=0) as trace:
        trace.write(struct.pack("=4q", ord(what), len(name), 0, 0) + name.encode())


def written(ledger: SqliteLedger, first: int, last: int) -> None:
    """Several wait at a time; what is refused is sent again once, at the end."""
    again = []
    for begin in range(first, last, 8):
        futures = [(n, ledger.record([fire(f"e{n}", f"s{n % 30}")])) for n in range(begin, begin + 8)]
        for n, future in futures:
            try:
                future.result()
                noted("A", f"e{n}")
            except Unavailable:
                again.append(n)
        if begin % 64 == 0:
            with suppress(Unavailable):
                ledger.seal(begin).result()
    for n in again:
        with suppress(Unavailable):
            ledger.record([fire(f"e{n}", f"s{n % 30}")]).result()
            noted("A", f"e{n}")


def main(folder: str, first: str, last: str, synchronous: str, switch: str = "") -> None:
    ledger = SqliteLedger(Path(folder, "ledger.db"))
    ledger.writer.do(lambda _: None).result()
    ledger.writer._connection.execute(f"pragma synchronous = {synchronous}")
    if first == "0":
        admit(ledger, "p0", "c0")
        noted("B")
    third = (int(last) - int(first)) // 3
    written(ledger, int(first), int(first) + third)
    if switch:
        Path(switch).write_text("fsync 5")
    written(ledger, int(first) + third, int(first) + 2 * third)
    if switch and first != "0":
        Path(switch).unlink()
        written(ledger, int(first), int(last))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
