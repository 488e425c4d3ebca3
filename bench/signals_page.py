"""Times the pages that are counted from the ledger with 5,000 boundaries and as many deviations behind them.

    uv run python bench/signals_page.py [--boundaries N] [--deviations N] [--rounds N]

One service in this process, without a network: contracts with a signal for each operation, figures observed of every boundary, and
deviations of the last 80 days of which some were answered. Then overview, signals and a boundary are asked for one after another, first as
they are and then with a new event in the ledger before each request. Prints the median and the 95th percentile in ms, of the whole
time and of the processor's (which tells what it takes on a machine that others use), and the bytes.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import httpx

from accord.cases.carrying import Carrying
from accord.cases.deviation import Deviation
from accord.cases.events import Acknowledge, AnyEvent, Clear, Fire, Withdraw
from accord.check import joined
from accord.model.duration import NANOSECONDS
from accord.model.fact import Fact
from accord.serve.access import Access
from accord.serve.app import Application
from accord.serve.landscape import Pseudonyms
from accord.serve.rates import Rates
from accord.serve.service import Served, Service
from accord.sources._claims import read_text
from accord.store.ledger_sqlite import SqliteLedger

NOW, DAY, MINUTE = 1_795_780_800 * NANOSECONDS["s"], NANOSECONDS["d"], NANOSECONDS["m"]
CALLS = 5
SERVICE = """\
party: service-{number}
owner: team-{team}
names: {{otel: service-{number}}}
promises:
  ask:
    at: POST /ask
    latency: {{p99: 900ms, max: {promised}ms}}
    detect: {{latency: {{by: [Service{number}Slow, Service{number}Burns], within: 2m}}}}
    recover: {{by: team-{team}, within: 30m}}
assumes:
"""
ASSUMED = "  service-{number}/ask: {{timeout: {{attempt: {waits}ms}}, attempts: {attempts}}}\n"
TEAM = "---\nparty: team-{team}\npromises:\n  page: {{acknowledge: 5m}}\n"


def contracts(services: int) -> str:
    """Services that each call five others; every seventh waits less than is promised."""
    teams = max(services // 10, 1)
    made = []
    for number in range(services):
        text = SERVICE.format(number=number, team=number % teams, promised=1000 + number % 7 * 500)
        for step in range(1, CALLS + 1):
            waits = 800 if (number + step) % 7 == 0 else 9000
            text += ASSUMED.format(number=(number + step) % services, waits=waits, attempts=1 + step % 3)
        made.append(text)
    return "---\n".join(made) + "".join(TEAM.format(team=team) for team in range(teams))


def observed(services: int) -> Iterator[str]:
    """Each of these calls, seen a thousand times by both sides; one document for every 50 services."""
    counts = {"calls": 1000, "paired": 1000, "weighted": 1_000_000, "heaviest": 1000, "try_1": 1000}
    times = [[bucket, 1 + (bucket * 7) % 23] for bucket in range(750, 980, 3)]
    for first in range(0, services, 50):
        callers = range(first, min(first + 50, services))
        pairs = [(number, (number + step) % services) for number in callers for step in range(1, CALLS + 1)]
        rows = [
            {
                "consumer": f"service-{caller}",
                "provider": f"service-{callee}",
                "operation": "POST /ask",
                "counts": counts,
            }
            | {"caller": times, "callee": times, "began": NOW // 10**9 - 3600, "ended": NOW // 10**9}
            for caller, callee in pairs
        ]
        yield json.dumps({"accord_observed": 1, "boundaries": rows})


def facts(services: int) -> list[Fact]:
    """All of it; what is read wrongly ends the benchmark."""
    texts = [(contracts(services), "accord.yaml"), *((text, "observed.json") for text in observed(services))]
    read = [each for text, file in texts for each in read_text(text, ".", file)]
    found = [each for each in read if isinstance(each, Fact)]
    if len(found) != len(read):
        refused = next(each for each in read if not isinstance(each, Fact))
        raise SystemExit(f"the contracts of this benchmark were not read: {refused}")
    return found


def past(carrying: Carrying, deviations: int, services: int) -> Iterator[tuple[Deviation, AnyEvent]]:
    """Deviations of the last 80 days: fired, some answered, cleared, ended."""
    for number in range(deviations):
        at = NOW - 80 * DAY + number * (79 * DAY // deviations)
        signal = f"Service{number % services}Slow" if number % 5 else f"Odd{number % 97}"
        about = carrying.deviations({"alertname": signal}, {"summary": "p99 is 6s"})[0]
        yield about, Fire(f"fire/{number}", at, about, "a")
        if number % 3 == 0:
            actor = carrying.policy(about, at).levels[0].person(at) if about.provider else "keeper"
            yield about, Acknowledge(f"ack/{number}", at + MINUTE, 1, actor)
        yield about, Clear(f"clear/{number}", at + 5 * MINUTE, "a")
        yield about, Withdraw(f"over/{number}", at + 6 * MINUTE, "keeper", "ended")


async def filled(service: Service, deviations: int, services: int) -> None:
    """Writes what happened."""
    waiting: list[tuple[Deviation, AnyEvent]] = []
    for pair in past(service.carrier.carrying, deviations, services):
        waiting.append(pair)
        if len(waiting) == 2000:
            await service.carrier.record(waiting)
            waiting = []
    await service.carrier.record(waiting)


async def timed(client: httpx.AsyncClient, service: Service, where: str, rounds: int, writes: bool) -> None:
    """Prints the figures of one page."""
    times, worked = [], []
    for number in range(rounds):
        if writes:
            about = Deviation(f"New{number % 3}")
            await service.carrier.record([(about, Fire(f"new/{where}/{number}", NOW, about, str(number)))])
        began, busy = time.perf_counter(), time.process_time()
        answer = await client.get(where)
        times.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        assert answer.status_code == 200, answer.text[:200]
    how, size = "with a new event" if writes else "as it is", len(answer.content)
    told = " ".join(f"{median(each):6.1f} ms {sorted(each)[int(rounds * 0.95)]:6.1f} p95" for each in (times, worked))
    print(f"{where[:24]:24} {how:16} {told} {size:7} B", flush=True)


async def measured(boundaries: int, deviations: int, rounds: int) -> None:
    """Prints the figures of all pages."""
    services = max(boundaries // CALLS, CALLS + 1)
    with tempfile.TemporaryDirectory() as name:
        ledger = SqliteLedger(Path(name) / "ledger")
        system = joined(facts(services), date(2026, 11, 27))[0]
        load = Carrying(system, "keeper", Pseudonyms(ledger))
        service = Service(
            Served(listen="127.0.0.1:0", ledger=Path(name) / "ledger", version="0", load=lambda _: load), ledger
        )
        service.carrier.clock = lambda: NOW
        await filled(service, deviations, services)
        rates = Rates(1e9, 1e9)
        app = Application(service.doors(), Access(ledger, True), rates, lambda: NOW)
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9095") as client:
            key = {"consumer": "service-0", "provider": "service-1", "operation": "ask"}
            pages = ("/", "/signals", "/signals?flaw=noisy", "/boundary?" + urlencode(key))
            for where in pages[:2]:
                began = time.perf_counter()
                await client.get(where)
                print(f"{where:24} the first time {time.perf_counter() - began:.1f} s", flush=True)
            for writes in (False, True):
                for where in pages:
                    await timed(client, service, where, rounds, writes)
        ledger.close()


def main() -> None:
    """Measures once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boundaries", type=int, default=5000)
    parser.add_argument("--deviations", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    asyncio.run(measured(asked.boundaries, asked.deviations, asked.rounds))


if __name__ == "__main__":
    main()
