"""An outbox on a real ledger, with channels to providers on loopback and a clock that is turned by hand."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from accord.cases.events import Clear, Commit, Fire, Timer
from accord.channels._kinds import kind
from accord.files.channels import Channel
from accord.model.delivery import Secret
from accord.model.place import Place
from accord.serve.outbox import Outbox
from accord.serve.sending.wiring import Wired, wired
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.person import Address, Person
from accord.store.rows import Entry, Sending
from cases.carried import DEVIATION, POLICY, START
from serve.providers import Provider

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
PLACE = Place("", "accord.toml", 1, 1)
SECRET = "a-secret-of-the-test"
PATIENCE_S = 30.0


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now_ns = START

    def __call__(self) -> int:
        return self.now_ns

    def turn(self, by_ns: int) -> None:
        self.now_ns += by_ns


def webhook(
    name: str, provider: Provider | int, deadline_s: float = 10.0, scheme: str = "http", host: str = "127.0.0.1"
) -> Channel:
    port = provider if isinstance(provider, int) else provider.port
    settings = kind("webhook").Settings(
        url=f"{scheme}://{host}:{port}/in?key=kept-from-logs", secret=Secret("variable K")
    )
    allowed = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    return Channel(name, "webhook", settings, PLACE, int(deadline_s * SECOND), allowed)


def ready(*channels: Channel, **more: Any) -> dict[str, Wired]:
    return wired(channels, {"K": SECRET}, **more)


def admit(
    ledger: SqliteLedger,
    channels: Iterable[str],
    people: Iterable[str] = ("p0", "p1", "c0", "payments", "checkout", "keeper"),
) -> None:
    for person in people:
        addresses = tuple(Address(channel, f"{person}@{channel}.example") for channel in channels)
        ledger.admit(Person(person, name=f"The {person}", addresses=addresses)).result()


def opened(ledger: SqliteLedger, name: str = "", at_ns: int = START) -> str:
    """A case that is opened; its id."""
    deviation = replace(DEVIATION, partition=name)
    entry = Entry(deviation.key, Fire(f"fire {name} {at_ns}", at_ns, deviation, "source"), POLICY)
    case = ledger.record([entry]).result()[0].case
    assert case is not None
    return case.id


def committed(ledger: SqliteLedger, case_id: str, at_ns: int) -> None:
    case = ledger.case(case_id)
    assert case is not None
    ledger.record(
        [Entry(case.key, Commit(f"commit {case_id}", at_ns, case.turn, case.actor, at_ns + 10 * MINUTE), POLICY)]
    ).result()


def closed(ledger: SqliteLedger, case_id: str, at_ns: int) -> None:
    """The source says that it is over, and its window stays clean."""
    case = ledger.case(case_id)
    assert case is not None
    ledger.record([Entry(case.key, Clear(f"clear {case_id} {at_ns}", at_ns, "source"), POLICY)]).result()
    claimed = ledger.case(case_id)
    assert claimed is not None
    due_ns = claimed.deadline_ns
    timer = Timer(f"timer {case_id} {claimed.turn}", due_ns, claimed.turn, due_ns)
    after = ledger.record([Entry(case.key, timer, POLICY)]).result()[0].case
    assert after is not None and not after.is_open


@asynccontextmanager
async def running(
    ledger: SqliteLedger, channels: dict[str, Wired], clock: Clock, seed: int = 1, **more: Any
) -> AsyncIterator[Outbox]:
    """An outbox that sends."""
    outbox = Outbox(ledger, channels, random.Random(seed).random, clock, **more)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        await outbox.stop(grace_s=0.2)
        await task


async def until(holds: Callable[[], bool], what: str = "it") -> None:
    """Returns once it holds; fails where it does not for long."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + PATIENCE_S
    while not holds():
        if loop.time() > ends:
            raise AssertionError(f"{what} never came to hold")
        await asyncio.sleep(0.005)


def only(ledger: SqliteLedger, case: str, channel: str, person: str = "p0", turn: int = 0) -> Sending:
    """The one sending of a case to this person on this channel, in this turn where one is named."""
    found = [
        one
        for one in ledger.sendings(case)
        if (one.channel, one.message.person) == (channel, person) and turn in (0, one.message.turn)
    ]
    assert len(found) == 1, found
    return found[0]


def ledger_in(folder: Path) -> SqliteLedger:
    return SqliteLedger(folder / "ledger.db")
