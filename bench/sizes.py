"""How large a ledger grows: the bytes that one whole life of a deviation leaves in the file, and the memory of the process.

    uv run python bench/sizes.py [--deviations N]

Each deviation fires, is committed to, clears and is confirmed by telemetry; both sides are told at each turn by one channel. It is
recorded through the ledger itself, nothing is sent; then all of them are pruned. Repeats of what fires are taken by the service without a row of their own.
"""

import argparse
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

from accord.cases.deviation import Deviation
from accord.cases.events import AnyEvent, Clear, Commit, Fire, Timer
from accord.cases.policy import Duty, Level, Policy
from accord.model.duration import NANOSECONDS
from accord.model.message import Fate
from accord.store.copying import shrink
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.person import Address, Person
from accord.store.rows import Entry, Outcome

MINUTE, BEGUN = NANOSECONDS["m"], 1_795_780_800 * 1_000_000_000
PEOPLE = ("payments-oncall", "checkout", "keeper")


def policy() -> Policy:
    """One level that is on duty in shifts of a week, as three weeks of a rota are."""
    week = 7 * 24 * 60 * MINUTE
    duty = tuple(Duty(BEGUN + number * week, BEGUN + (number + 1) * week, PEOPLE[0]) for number in range(3))
    return Policy("payments", "checkout", (Level("payments-oncall", 15 * MINUTE, duty),), "keeper", 60 * MINUTE)


def life(number: int, at_ns: int) -> Iterator[tuple[str, AnyEvent]]:
    """The four events of a deviation, and the turns that they belong to."""
    deviation = Deviation(
        "PaymentsSlow", "checkout", "payments", "charge", "latency", f"shard-{number}", "latency max 5s", "p99 is 6s"
    )
    key = deviation.key
    yield key, Fire(f"fire/{number}", at_ns, deviation, "a", at_ns)
    yield key, Commit(f"commit/{number}", at_ns + MINUTE, 1, PEOPLE[0], at_ns + 20 * MINUTE)
    yield key, Clear(f"clear/{number}", at_ns + 9 * MINUTE, "a")
    yield key, Timer(f"timer/{number}", at_ns + 19 * MINUTE, 3, at_ns + 19 * MINUTE)


def size_without_the_old(file: Path) -> int:
    """What is left of it where everything ended long ago."""
    ledger = SqliteLedger(file)
    much_later = BEGUN + 1000 * 24 * 60 * MINUTE
    ledger.prune(ledger.prunable(much_later), much_later, "00" * 32).result()
    ledger.close()
    shrink(file)
    return file.stat().st_size


def main() -> None:
    """Prints bytes for each deviation."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--deviations", type=int, default=20_000)
    many = reading.parse_args().deviations
    decided = policy()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ledger")
        ledger = SqliteLedger(file)
        for name in PEOPLE:
            ledger.admit(Person(name, addresses=(Address("hook", ""),))).result()
        for first in range(0, many, 250):
            entries = [
                Entry(key, event, decided) for number in range(first, first + 250) for key, event in life(number, BEGUN)
            ]
            ledger.record(entries).result()
            handed = [Outcome(each.id, Fate.HANDED, BEGUN) for each in ledger.sendings_due(BEGUN + 60 * MINUTE, 10_000)]
            ledger.report(handed).result()
        closed = sum(case.phase == "closed" for case in ledger.cases(limit=many))
        rows, sendings = (
            ledger.rows(limit=10 * many),
            sum(len(ledger.sendings(case.id)) for case in ledger.cases(limit=50)) / 50,
        )
        ledger.close()
        size = file.stat().st_size
        pruned = size_without_the_old(file)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{many} deviations, {closed} closed, {len(rows)} rows, {sendings:g} messages each")
    print(
        f"{size / many:.0f} bytes each, {size / 2**20:.1f} MiB; {memory_mb:.0f} MB of memory at most, all rows read at once"
    )
    print(f"{pruned / many:.0f} bytes each once they were pruned, where each was of a key of its own")


if __name__ == "__main__":
    main()
