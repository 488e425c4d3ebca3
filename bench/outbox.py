"""What one message costs from the ledger to a webhook: `python bench/outbox.py [MESSAGES] [ROUNDS]`.

Compared are the outbox as it is, the same with httpx as its client, and the same with a client that answers at once and so costs
nothing. The receiver is a process of its own on loopback; processor time is that of the sender alone, its writer thread among it.
Ledger: SQLite in the folder for temporary files, every mark durable.
"""

import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from ipaddress import ip_network
from pathlib import Path

import httpx
from msgspec.structs import replace

from accord.cases.deviation import Deviation
from accord.cases.events import Fire
from accord.cases.policy import Duty, Level, Policy
from accord.channels.webhook import Settings
from accord.files.channels import Channel
from accord.model.delivery import HttpRequest, Request, Response, Secret
from accord.model.duration import NANOSECONDS
from accord.model.place import Place
from accord.serve.outbox import Outbox
from accord.serve.sending.transport import Tracked, Transport
from accord.serve.sending.wiring import Wired, wired
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.person import Address, Person
from accord.store.rows import Entry

MINUTE = NANOSECONDS["m"]
RECEIVER = """
import asyncio
async def answer(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\\r\\n\\r\\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\\r\\n")[0]))
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}")
    except (asyncio.IncompleteReadError, OSError):
        writer.close()
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class ByHttpx:
    """The same requests by httpx."""

    def __init__(self) -> None:
        self.client = httpx.AsyncClient(timeout=None, trust_env=False)

    async def send(self, request: Request, tracked: Tracked) -> Response:
        assert isinstance(request, HttpRequest)
        tracked.has_left = True
        answer = await self.client.post(request.url, content=request.body, headers=request.headers)
        return Response(answer.status_code, time.time_ns(), dict(answer.headers), answer.content)

    async def close(self) -> None:
        await self.client.aclose()


class AtOnce:
    """Answers at once and sends nothing."""

    async def send(self, request: Request, tracked: Tracked) -> Response:
        await asyncio.sleep(0)
        return Response(200, time.time_ns())

    async def close(self) -> None:
        pass


def channel(port: int) -> Wired:
    settings = Settings(url=f"http://127.0.0.1:{port}/", secret=Secret("variable K"))
    allowed = (ip_network("127.0.0.0/8"),)
    told = Channel("hook", "webhook", settings, Place("", "accord.toml", 1, 1), 20 * NANOSECONDS["s"], allowed)
    return wired([told], {"K": "a-secret-of-the-bench"})["hook"]


def filled(folder: Path, messages: int) -> SqliteLedger:
    """A ledger with so many deviations that one person is to be told of."""
    ledger, now = SqliteLedger(folder / "ledger.db"), time.time_ns()
    ledger.admit(Person("p0", addresses=(Address("hook", ""),))).result()
    policy = Policy("payments", "", (Level("payments", 60 * MINUTE, (Duty(0, now * 2, "p0"),)),), "keeper")
    for number in range(messages):
        deviation = Deviation("PaymentsSlow", "checkout", "payments", "charge", "latency", str(number), "2s", "5.1s")
        entry = Entry(deviation.key, Fire(f"fire {number}", now, deviation, "source"), policy)
        recorded = ledger.record([entry])
    recorded.result()
    return ledger


async def sent(ledger: SqliteLedger, ready: Wired) -> None:
    """Sends all of it, and returns when the last is marked."""
    outbox = Outbox(ledger, {"hook": ready}, random.Random(1).random)
    task = asyncio.create_task(outbox.run())
    while ledger.next_sending_ns() is not None:
        await asyncio.sleep(0.01)
    await outbox.stop()
    await task


def measured(name: str, messages: int, port: int) -> tuple[float, float]:
    """Messages a second, and milliseconds of processor time for each."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = filled(Path(folder), messages)
        ready = channel(port)
        other: dict[str, Transport] = {"httpx": ByHttpx(), "at once": AtOnce()}
        ready = replace(ready, transport=other[name]) if name in other else ready
        wall, processor = time.monotonic(), time.process_time()
        asyncio.run(sent(ledger, ready))
        wall, processor = time.monotonic() - wall, time.process_time() - processor
        ledger.close()
    return messages / wall, processor / messages * 1000


def main(messages: int = 2000, rounds: int = 5) -> None:
    with subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout is not None
        port = int(receiver.stdout.readline())
        try:
            print(f"{messages} messages, {rounds} rounds: median (least to most)")
            for name in ("outbox", "httpx", "at once"):
                figures = [measured(name, messages, port) for _ in range(rounds)]
                rates, costs = zip(*figures, strict=True)
                print(
                    f"{name:8} {statistics.median(rates):6.0f}/s ({min(rates):.0f} to {max(rates):.0f})"
                    f"  {statistics.median(costs):.2f} ms of processor each ({min(costs):.2f} to {max(costs):.2f})"
                )
        finally:
            receiver.kill()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
