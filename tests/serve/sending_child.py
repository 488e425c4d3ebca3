"""A process that sends what a ledger holds, to be killed: `sending_child.py LEDGER PORT [stall]`.

With `stall` it never marks what it sent: it says `sent` and waits to be killed.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from accord.serve.outbox import Outbox
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Outcome
from serve.outboxes import ready, webhook


class Stalling(SqliteLedger):
    """Never finishes a mark."""

    def report(self, outcomes: Sequence[Outcome]) -> "Future[None]":
        print("sent", flush=True)
        time.sleep(60)
        return super().report(outcomes)


async def send(file: Path, port: int, kind: type[SqliteLedger]) -> None:
    outbox = Outbox(kind(file), ready(webhook("hook", port)), random.Random(7).random)
    print("ready", flush=True)
    await outbox.run()


if __name__ == "__main__":
    asyncio.run(send(Path(sys.argv[1]), int(sys.argv[2]), Stalling if sys.argv[3:] == ["stall"] else SqliteLedger))
