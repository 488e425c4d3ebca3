"""The pages of parties and rotas in a large landscape: how long the service works on each, and how many bytes come.

    uv run python bench/parties.py [--rotas N] [--boundaries N] [--deviations N] [--rounds N] [--keep FOLDER]

Rotas are calendars of four people who take turns by the week, in ladders of up to five; a tenth of them have a hole, a tenth promise
office hours only. Deviations
of the last month are recorded through the ledger itself. The doors are called without a network; the first call of each page, which
checks the contracts and lays out the rotas, is told apart.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import httpx

from accord.cases.deviation import Deviation
from accord.cases.events import AnyEvent, Clear, Commit, Fire, Timer
from accord.files.config import load
from accord.model.duration import NANOSECONDS
from accord.serve.access import Access
from accord.serve.app import Application
from accord.serve.landscape import carrying_in
from accord.serve.rates import Rates
from accord.serve.service import Served, Service
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.person import Address, Person
from accord.store.rows import Entry

MINUTE, DAY = NANOSECONDS["m"], NANOSECONDS["d"]
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
EACH = 250


def landscape(folder: Path, rotas: int, boundaries: int) -> None:
    """The contracts, and a calendar for each rota."""
    callers = max(1, boundaries // rotas)
    parts = []
    for number in range(rotas):
        name = f"team-{number:03}-oncall"
        escalates = (
            f"escalates: [{{after: 5m, unless: acknowledged, to: team-{number + 1:03}-oncall}}]\n"
            if number % 5 < 4
            else ""
        )
        page = (
            f"{{acknowledge: 5m, hours: 'Mon-Fri 09:00-17:00 {ZONES[number % 4]}'}}"
            if number % 10 == 1
            else "{acknowledge: 5m}"
        )
        parts.append(
            f"party: service-{number:03}\nowner: team-{number:03}\npromises:\n  work: {{latency: {{max: 5s}},"
            f" detect: {{latency: {{by: Slow{number:03}, within: 2m}}}}, recover: {{by: {name}, within: 1h}}}}\n"
        )
        parts.append(f"party: {name}\nnames: {{ical: rota-{number:03}}}\npromises: {{page: {page}}}\n{escalates}")
        (folder / f"rota-{number:03}.ics").write_text(calendar(number, has_hole=number % 10 == 0))
    for number in range(callers):
        assumed = "\n".join(f"  service-{each:03}/work: {{timeout: {{attempt: 6s}}}}" for each in range(rotas))
        parts.append(f"party: caller-{number:02}\nassumes:\n{assumed}\n")
    (folder / "accord.yaml").write_text("---\n".join(parts))


def calendar(number: int, has_hole: bool) -> str:
    """Four people in turn, a week each; with a hole, the turn of the second ends a day early."""
    zone = ZONES[number % 4]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN"]
    for person in range(4):
        day, ends = 5 + 7 * person, 12 + 7 * person - (has_hole and person == 1)
        month, last = (1, ends) if ends < 32 else (2, ends - 31)
        lines += [
            "BEGIN:VEVENT", f"UID:{number}-{person}", "DTSTAMP:20260101T000000Z",
            f"DTSTART;TZID={zone}:202601{day:02}T090000", f"DTEND;TZID={zone}:2026{month:02}{last:02}T090000",
            "RRULE:FREQ=WEEKLY;INTERVAL=4", f"SUMMARY:Person {number:03}-{person}", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def life(number: int, deviation: Deviation, at_ns: int, by: str) -> Iterator[tuple[str, AnyEvent]]:
    """A deviation that is committed to, clears and is confirmed by telemetry; every third is not acted on and clears by itself."""
    key = deviation.key
    yield key, Fire(f"fire/{number}", at_ns, deviation, "a", at_ns)
    turn = 1
    if number % 3:
        yield key, Commit(f"commit/{number}", at_ns + MINUTE, 1, by, at_ns + 20 * MINUTE)
        turn = 2
    yield key, Clear(f"clear/{number}", at_ns + 3 * MINUTE, "a")
    yield key, Timer(f"timer/{number}", at_ns + 14 * MINUTE, turn + 1, at_ns + 13 * MINUTE)


def record(service: Service, ledger: SqliteLedger, many: int, rotas: int, now_ns: int) -> None:
    """The deviations of a month, spread evenly over it and over the rotas."""
    carrying = service.carrier.carrying
    for person in carrying.told(now_ns):
        known = ledger.person(person) or Person(person)
        ledger.admit(Person(person, known.name, known.known_as, (Address("hook", ""),))).result()
    entries: list[Entry] = []
    for number in range(many):
        at_ns = now_ns - 29 * DAY + number * (29 * DAY // many)
        deviation = carrying.deviations({"alertname": f"Slow{number % rotas:03}", "severity": "critical"}, {})[0]
        deviation = Deviation(
            deviation.signal, deviation.consumer, deviation.provider, deviation.operation, deviation.term, str(number)
        )
        policy = carrying.policy(deviation, at_ns)
        by = next((level.person(at_ns) for level in policy.levels if level.person(at_ns)), policy.last)
        entries += [Entry(key, event, policy) for key, event in life(number, deviation, at_ns, by)]
        if len(entries) > EACH or number == many - 1:
            ledger.record(entries).result()
            entries = []


async def ask(app: Application, path: str) -> tuple[float, float, int]:
    """Milliseconds by the clock and of the processor, and the bytes of one page; those of the client are among them."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9095", timeout=600) as client:
        begun, used = time.perf_counter(), time.process_time()
        answer = await client.get(path)
        took, used = time.perf_counter() - begun, time.process_time() - used
        assert answer.status_code == 200, answer.text
        return took * 1000, used * 1000, len(answer.content)


async def measure(app: Application, rounds: int) -> None:
    """Prints each page: the first call, then the rest."""
    for path in (
        "/parties",
        "/parties?page=7",
        "/parties?name=team-04",
        "/party?name=team-010-oncall",
        "/party?name=team-001-oncall",
    ):
        first, _, size = await ask(app, path)
        asked = [await ask(app, path) for _ in range(rounds)]
        clock, processor = (quantiles([each[place] for each in asked], n=20) for place in (0, 1))
        print(
            f"{path:32} {size:>7,} bytes  first {first:>8,.0f} ms  p50 {clock[9]:5.1f} ms  p95 {clock[18]:5.1f} ms",
            end="",
        )
        print(f"  processor p50 {processor[9]:5.1f} ms  p95 {processor[18]:5.1f} ms")


def main() -> None:
    """Makes the landscape and the month, and asks for the pages."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--rotas", type=int, default=500)
    reading.add_argument("--boundaries", type=int, default=5000)
    reading.add_argument("--deviations", type=int, default=10_000)
    reading.add_argument("--rounds", type=int, default=40)
    reading.add_argument("--keep", type=Path, default=None)
    told = reading.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = told.keep or Path(made)
        folder.mkdir(exist_ok=True)
        landscape(folder, told.rotas, told.boundaries)
        ledger = SqliteLedger(folder / "ledger")
        config = load((str(folder),))
        served = Served(
            listen="127.0.0.1:9095", ledger=folder / "ledger", version="0",
            load=lambda kept: carrying_in((str(folder),), config, "keeper", kept)[0],
        )  # fmt: skip
        service = Service(served, ledger)
        now_ns = time.time_ns()
        record(service, ledger, told.deviations, told.rotas, now_ns)
        system = service.carrier.carrying.system
        pages = len(ledger.queued(0, 10_000_000))
        print(
            f"{sum(bool(key[0]) for key in system.keys)} boundaries, {told.rotas} rotas, {told.deviations} deviations, {pages} messages"
        )
        app = Application(service.doors(), Access(ledger, True), Rates(1e9, 1e9), time.time_ns)
        asyncio.run(measure(app, told.rounds))
        ledger.close()


if __name__ == "__main__":
    main()
