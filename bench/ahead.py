"""Times a check in several processes beside one in one, on alerts and routes, mixed artefacts and contracts.

    uv run python bench/ahead.py [--rounds N] [--processes N] [--megabytes N] [--boundaries N]

Prints the processor time of reading and of judging in one process, and in several: of the one that is waited for, and of those
beside it together; then how long all of a check takes by the clock, as a multiple of a bare PyYAML C event parse of the
same files. In turn on the same texts, both coming to the same in the end.
"""

import argparse
import gc
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import artefacts
import check
import signals
from accord.boundaries.verdicts.pieces import in_turn
from accord.check import check as check_facts
from accord.check import joined, judged
from accord.files.ahead import ReaderAhead, texts_of
from accord.files.collector import collector_paused
from accord.files.config import DEFAULTS
from accord.files.judging import spread_for
from accord.files.landscape import Side, sides_of
from accord.model.fact import Fact
from accord.model.result import Reading
from accord.rules._catalogue import rules
from accord.sources._promql import parse_expression

EVERY = 10**9
Taken = dict[str, list[float]]


def beside_s() -> float:
    """The processor time of the processes that are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read(folder: str, sides: Sequence[Side], processes: int) -> Reading:
    reader = ReaderAhead()
    reader.read_ahead(texts_of(sides), processes)
    return reader.reading_of([folder], sides)


def sides_in(folder: str) -> list[Side]:
    found = [side for side in sides_of([folder], DEFAULTS) if isinstance(side, Side)]
    return [Side(side.root, tuple(side.texts)) for side in found]


def part(taken: Taken, what: str, work: Callable[[int], Any], processes: int) -> Any:
    """What the work gives, in one process and in several; both must give the same."""
    parse_expression.cache_clear()
    alone_s, expected = signals.timed(lambda: work(1))
    parse_expression.cache_clear()
    before = beside_s()
    own_s, found = signals.timed(lambda: work(processes))
    assert found == expected
    for name, time_s in (("alone", alone_s), ("own", own_s), ("beside", beside_s() - before)):
        taken.setdefault(f"{what} {name}", []).append(time_s)
    return expected


def judge(facts: Sequence[Fact], processes: int) -> Any:
    system, _ = joined(facts, signals.AS_OF)
    return judged(system, rules(), spread=spread_for(EVERY, processes) if processes > 1 else in_turn)


def whole_s(folder: str, processes: int) -> float:
    """By the clock: from the files to all that is found in them."""
    parse_expression.cache_clear()
    gc.collect()
    with collector_paused():
        begun = time.perf_counter()
        reading = read(folder, sides_in(folder), processes)
        facts = reading.facts
        spread = spread_for(len(facts), processes)
        check_facts(facts, reading.problems, reading.files, signals.AS_OF, spread=spread)
        return time.perf_counter() - begun


def events_s(folder: str) -> float:
    begun = time.perf_counter()
    check.parse_events(Path(folder))
    return time.perf_counter() - begun


def measure(what: str, write: Callable[[Path], object], rounds: int, processes: int) -> None:
    taken: Taken = {}
    clock: dict[int, list[float]] = {1: [], processes: []}
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        sides = sides_in(folder)
        for _ in range(rounds):
            reading = part(taken, "reading", lambda count: read(folder, sides, count), processes)
            part(taken, "joining and judging", lambda count, facts=reading.facts: judge(facts, count), processes)
            for count, multiples in clock.items():
                events = events_s(folder)
                multiples.append(whole_s(folder, count) / events)
    print(what)
    for name in ("reading", "joining and judging"):
        alone, own, beside = (taken[f"{name} {who}"] for who in ("alone", "own", "beside"))
        longer = [max(one, more / (processes - 1)) / base for base, one, more in zip(alone, own, beside, strict=True)]
        print(
            f"       {name:<20} alone {median(alone) * 1e3:.0f} ms; in {processes} processes {median(own) * 1e3:.0f} ms "
            f"and beside it {median(beside) * 1e3:.0f} ms, the longer of them {median(longer):.2f} of alone"
        )
    for count, multiples in clock.items():
        print(
            f"       all by the clock, {count} process{'es' if count > 1 else ''}: {median(multiples):.2f} "
            f"({min(multiples):.2f} to {max(multiples):.2f}) of the event parse"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--megabytes", type=float, default=2.0)
    parser.add_argument("--boundaries", type=int, default=3_000)
    asked = parser.parse_args()
    for what, write in (
        ("10,000 alerts and 500 routes", lambda folder: signals.write(folder, 10_000, 500)),
        (f"mixed artefacts, {asked.megabytes:g} MB", lambda folder: artefacts.write(folder, asked.megabytes)),
        (f"{asked.boundaries} contracts", lambda folder: check.write(folder, asked.boundaries)),
    ):
        measure(what, write, asked.rounds, asked.processes)


if __name__ == "__main__":
    main()
