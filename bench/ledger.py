"""What it costs that nothing accepted is lost: `uv run python bench/ledger.py [--folder FOLDER] [--seconds 5] [--open 100000]`.

Accepts a second and how long one waits (p50, p99), each a Fire of a new deviation with two people to tell, answered when the
disk has it, with 1, 32 and 256 callers that wait for their answers. Beside it in the same rounds, on the same disk with the same
callers and group commit: bare SQLite, one row each for the deviation and the ledger and two for the outbox, and nothing decided or
hashed. Then, with that many open: the audit, the due scan, the next deadline, timers fired, a seal, verify.
"""

import argparse
import asyncio
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from accord.cases.deviation import Deviation
from accord.cases.events import Fire, Timer
from accord.cases.policy import Duty, Level, Policy
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.person import Address, Person
from accord.store.rows import Entry

S, START = 1_000_000_000, 1_800_000_000_000_000_000
AFTER = START + 10**18
DUTY = (Duty(0, AFTER, "p0"),)
POLICY = Policy("payments", "checkout", (Level("payments", 300 * S, DUTY),), "keeper", 7200 * S, other_person="c0")
DEVIATION = Deviation("Slow", "checkout", "payments", "charge", "latency", expected="at most 2s", seen="5.1s")
BARE = (
    "create table bare_dev (key text primary key, turn int, actor text, deadline int, body text)",
    "create index bare_due on bare_dev (deadline)",
    "create table bare_ledger (sequence integer primary key, key text, at int, body text)",
    "create table bare_outbox (id integer primary key, key text, side text, turn int, due int, body text)",
)
BODY = "x" * 600
"""About as long as a case, an event or a message is."""

Accept = Callable[[int], Future[Any]]


def fire(number: int, at_ns: int = START) -> Entry:
    deviation = replace(DEVIATION, partition=f"s{number}")
    return Entry(deviation.key, Fire(f"e{number}", at_ns, deviation), POLICY)


def bare(connection: sqlite3.Connection, number: int) -> None:
    key = f"checkout -> payments/charge latency [s{number}]"
    connection.execute(
        "insert into bare_dev values (?, 1, 'p0', ?, ?) on conflict (key) do update set turn = turn + 1",
        (key, START, BODY),
    )
    connection.execute("insert into bare_ledger (key, at, body) values (?, ?, ?)", (key, START, BODY))
    rows = [(key, side, START, BODY) for side in ("owner", "other")]
    connection.executemany("insert into bare_outbox (key, side, turn, due, body) values (?, ?, 1, ?, ?)", rows)


def opened(folder: Path, name: str) -> SqliteLedger:
    ledger = SqliteLedger(folder / f"{name}.db")
    for person in ("p0", "c0"):
        ledger.admit(Person(person, addresses=(Address("ntfy", person),))).result()
    return ledger


async def callers(accept: Accept, count: int, seconds: float) -> list[float]:
    """How long each accept took, with this many callers that each wait for an answer before the next."""
    waits: list[float] = []
    numbers = iter(range(1 << 30))
    end = time.perf_counter() + seconds

    async def caller() -> None:
        while (begun := time.perf_counter()) < end:
            await asyncio.wrap_future(accept(next(numbers)))
            waits.append(time.perf_counter() - begun)

    await asyncio.gather(*(caller() for _ in range(count)))
    return waits


def told(name: str, count: int, waits: list[float], seconds: float, commits: int, cpu_s: float) -> float:
    ordered = sorted(waits)
    p50, p99 = (ordered[int(len(ordered) * share)] * 1e3 for share in (0.5, 0.99))
    rate = len(waits) / seconds
    cpu = f"{cpu_s / len(waits) * 1e6:.0f} us of processor each"
    print(
        f"  {name:<7} {count:>4} waiting: {rate:>7.0f}/s  p50 {p50:6.2f} ms  p99 {p99:6.2f} ms  {commits} commits, {cpu}",
        flush=True,
    )
    return rate


def accepts(folder: Path, seconds: float, rounds: int) -> None:
    for count in (1, 32, 256):
        shares = []
        for turn in range(rounds):
            ledger, plain = opened(folder, f"ours{count}-{turn}"), opened(folder, f"bare{count}-{turn}")
            plain.writer.do(lambda connection: [connection.execute(each) for each in BARE]).result()
            rates = []
            for name, at, accept in (
                ("accord", ledger.writer, lambda n, to=ledger: to.record([fire(n)])),
                ("bare", plain.writer, lambda n, to=plain: to.writer.do(lambda connection: bare(connection, n))),
            ):
                commits, cpu = at.commits, time.process_time()
                waits = asyncio.run(callers(accept, count, seconds))
                rates.append(told(name, count, waits, seconds, at.commits - commits, time.process_time() - cpu))
            shares.append(rates[0] / rates[1])
            for each in (ledger, plain):
                each.close()
        print(f"  of bare SQLite, median of {rounds}: {statistics.median(shares):.2f}")


def timed(what: str, act: Callable[[], object], times: int = 20) -> None:
    took, cpu = [], time.process_time()
    for _ in range(times):
        begun = time.perf_counter()
        act()
        took.append((time.perf_counter() - begun) * 1e3)
    cpu_ms = (time.process_time() - cpu) / times * 1e3
    of = f"worst of {times} {max(took):8.2f} ms, {cpu_ms:.2f} ms of processor each"
    print(f"  {what:<44} median {statistics.median(took):8.2f} ms  {of}", flush=True)


def with_many_open(folder: Path, many: int) -> None:
    ledger = opened(folder, "many")
    begun = time.perf_counter()
    spread = 100_000 * S // many
    for first in range(0, many, 1000):
        ledger.record([fire(n, START + n * spread) for n in range(first, min(first + 1000, many))]).result()
    took = time.perf_counter() - begun
    print(
        f"{many} open, made in batches of 1000 at {many / took:.0f}/s, {(folder / 'many.db').stat().st_size >> 20} MiB",
        flush=True,
    )
    assert ledger.audit().open == many and not ledger.audit().broken
    now = START + 300 * S + many // 100 * spread
    timed("audit", ledger.audit)
    timed(f"due scan, {len(ledger.due(now, 10 * many))} due, the first 1000 read", lambda: ledger.due(now))
    timed("next deadline", ledger.next_deadline_ns)
    timed("sendings due, the first 100 read", lambda: ledger.sendings_due(now))
    due = ledger.due(now)
    timers = [[Entry(case.key, Timer(f"t{case.id}", now, case.turn, case.deadline_ns), POLICY)] for case in due]
    begun = time.perf_counter()
    for future in [ledger.record(each) for each in timers]:
        future.result()
    print(
        f"  {len(due)} timers fired, each its own record: {len(due) / (time.perf_counter() - begun):.0f}/s", flush=True
    )
    timed("seal over all rows", lambda: ledger.seal(now).result(), 1)
    timed("verify, everything decided again", lambda: print(f"  {ledger.verify()}"), 1)
    ledger.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", help="on the disk to measure (the system's folder for temporary files)")
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--open", type=int, default=100_000)
    chosen = arguments.parse_args()
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        accepts(Path(made), chosen.seconds, chosen.rounds)
        with_many_open(Path(made), chosen.open)
