"""Times `accord check`: reading, joining and judging apart, beside a bare event parse of the same files.

    uv run python bench/check.py [--rounds N] [--boundaries N ...] [--megabytes N] [--beside]

Contracts of 1,000 and 10,000 boundaries (or of those that `--boundaries` names, 100,000 among them), then 10 MB of mixed
artefacts (`artefacts.py`; none with `--megabytes 0`). Prints medians over rounds, each in a process of its own that has learnt nothing, and the ratio of the whole run
to a bare PyYAML C event parse of the same files, round by round, so that a slow minute of the machine slows both; then a
first and an unchanged second run as whole processes, what a whole command takes by the clock (it works on as many processors as
are free) as a multiple of the event parse by the clock, and the CPU time of `accord --help` and of
`accord check examples/two-services`, their bytecode compiled before, as an installed program has it. With `--beside` the
programs that read some of the mixed files are timed in turn with `accord check` on those (`beside.py`).
"""

import argparse
import gc
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import yaml

import artefacts
import beside
import fresh
from accord.check import joined, judged, with_moves
from accord.files.collector import collector_paused
from accord.files.processes import processors
from accord.files.read import read
from accord.rules._catalogue import rules

PER_FILE = 20
PARTS = ("reading", "joining", "judging", "moves")
FAILING_EACH = 20  # one boundary in twenty has a finding
AS_OF = date(2026, 11, 23)
BOUNDARY = """\
party: service-{number}
owner: team-{team}
promises:
  call:
    latency: {{p99: 800ms, max: {longest}}}
    idempotent: always
    accepts: {{rate: 300/s}}
    detect: {{by: slow-{number}, within: 2m}}
    recover: {{by: rota-{team}, within: 1h, how: fix-{team}}}
assumes:
  service-{next}/call:
    timeout: {{attempt: 3s}}
    attempts: 1
    sends: {{rate: 40/s}}
    recover: {{within: 2h}}
"""
ROTA = """\
party: rota-{team}
kind: rota
owner: team-{team}
promises:
  page: {{acknowledge: 5m, hands_on: 10m, hours: 24x7}}
escalates: none
---
party: fix-{team}
kind: procedure
owner: team-{team}
steps:
  - {{do: restart it, by: rota-{team}, takes: 15m, done: it answers}}
"""
TEAMS = 40


def write(folder: Path, count: int) -> int:
    """Writes a ring of services, each calling the next; gives the bytes written."""
    written = 0
    for start in range(0, count, PER_FILE):
        documents = [document(number, count) for number in range(start, min(start + PER_FILE, count))]
        text = "---\n".join(documents)
        assert max(map(len, documents)) <= 400, max(map(len, documents))
        path = folder / f"group-{start // PER_FILE}" / "accord.yaml"
        path.parent.mkdir()
        path.write_text(text)
        written += len(text)
    rotas = "---\n".join(ROTA.format(team=team) for team in range(TEAMS))
    path = folder / "rotas" / "accord.yaml"
    path.parent.mkdir()
    path.write_text(rotas)
    return written + len(rotas)


def document(number: int, count: int) -> str:
    longest = "5s" if number % FAILING_EACH == 0 else "2s"
    return BOUNDARY.format(number=number, next=(number + 1) % count, team=number % TEAMS, longest=longest)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    gc.collect()
    with collector_paused():  # as the command does
        started = time.process_time()
        result = work()
        return time.process_time() - started, result


def parse_events(folder: Path) -> None:
    for path in sorted(folder.rglob("*.y*ml")):
        for _ in yaml.parse(path.read_text(), Loader=yaml.CSafeLoader):
            pass


def one_round(folder: Path) -> dict[str, float]:
    taken: dict[str, float] = {}
    taken["events"], _ = timed(lambda: parse_events(folder))
    taken["reading"], reading = timed(lambda: read([str(folder)]))
    assert not reading.problems, reading.problems[:3]  # type: ignore[attr-defined]
    taken["joining"], (system, _) = timed(lambda: _joined(reading.facts))  # type: ignore[misc,attr-defined]
    chosen = rules()
    taken["judging"], findings = timed(lambda: judged(system, chosen))
    taken["moves"], final = timed(lambda: with_moves(system, findings, chosen))  # type: ignore[arg-type]
    taken["facts"], taken["boundaries"], taken["findings"] = len(reading.facts), len(system.keys), len(final)  # type: ignore[attr-defined,arg-type]
    return taken


def _joined(facts: object) -> object:
    system, refused = joined(facts, AS_OF)  # type: ignore[arg-type]
    assert system.keys
    return system, refused


def measure(what: str, write_into: Callable[[Path], int], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "files")
        folder.mkdir()
        written = write_into(folder)
        results = fresh.rounds(__file__, folder, rounds)
        first, second = first_and_second(folder, Path(name), rounds)
        waited = [waited_for(folder, Path(name)) for _ in range(rounds)]
    sizes = results[0]
    boundaries = sizes["boundaries"]
    print(
        f"{what}: {written / 1e6:.1f} MB, {sizes['facts']:.0f} facts, {boundaries:.0f} boundaries, "
        f"{sizes['findings']:.0f} findings"
    )
    for part in ("events", *PARTS):
        share = median(result[part] / result["events"] for result in results)
        each = median(result[part] for result in results) / boundaries
        print(f"       {part:<10}{each * boundaries * 1e3:>9.0f} ms{share:>8.2f}{each * 1e6:>8.0f} us a boundary")
    whole = [sum(result[part] for part in PARTS) / result["events"] for result in results]
    print(
        f"       whole / events: median {median(whole):.2f} ({min(whole):.2f} to {max(whole):.2f}) of {rounds} rounds"
    )
    shares = [again / fresh for fresh, again in zip(first, second, strict=True)]
    print(
        f"       as a process: first {median(first) * 1e3:.0f} ms, unchanged second {median(second) * 1e3:.0f} ms, "
        f"ratio {median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f})"
    )
    print(
        f"       whole command by the clock / events by the clock, {processors()} processors free: "
        f"median {median(waited):.2f} ({min(waited):.2f} to {max(waited):.2f})"
    )


def first_and_second(folder: Path, above: Path, rounds: int) -> tuple[list[float], list[float]]:
    """The CPU seconds of a run that knows nothing yet, and of the one after it."""
    check = ("check", str(folder), "--exit-zero", "--as-of", AS_OF.isoformat())
    bytecode, cache = str(above / "bytecode"), above / "cache"
    process_cpu(bytecode, *check, "--no-cache")
    first, second = [], []
    for _ in range(min(rounds, 3)):
        shutil.rmtree(cache, ignore_errors=True)
        first.append(process_cpu(bytecode, *check, cache=cache))
        second.append(process_cpu(bytecode, *check, cache=cache))
    return first, second


def waited_for(folder: Path, above: Path) -> float:
    """How long a command that remembers nothing takes by the clock, from its start to its end, in event parses by the clock."""
    started = time.perf_counter()
    parse_events(folder)
    parsed = time.perf_counter()
    check = ("check", str(folder), "--exit-zero", "--as-of", AS_OF.isoformat(), "--no-cache")
    process_cpu(str(above / "bytecode"), *check)
    return (time.perf_counter() - parsed) / (parsed - started)


def process_cpu(bytecode: str, *arguments: str, cache: Path = Path(os.devnull)) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": bytecode, "ACCORD_CACHE": str(cache)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "accord", *arguments], stdout=subprocess.DEVNULL, check=False, env=environment
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--boundaries", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--megabytes", type=float, default=10.0)
    parser.add_argument("--beside", action="store_true")
    asked = parser.parse_args()
    for count in asked.boundaries:
        measure(f"{count} contracts", lambda folder, count=count: write(folder, count), asked.rounds)
    if asked.megabytes:
        measure("mixed artefacts", lambda folder: artefacts.write(folder, asked.megabytes)[1], asked.rounds)
    if asked.beside:
        with tempfile.TemporaryDirectory() as name:
            artefacts.write(Path(name), asked.megabytes or 1.0, (*artefacts.KINDS, artefacts.cloudformation))
            beside.compare(Path(name), asked.rounds)
    for arguments in (("--help",), ("check", "examples/two-services", "--no-cache")):
        with tempfile.TemporaryDirectory() as bytecode:
            process_cpu(bytecode, *arguments)
            taken = [process_cpu(bytecode, *arguments) for _ in range(asked.rounds * 2)]
        print(
            f"accord {' '.join(arguments)}: median {median(taken) * 1e3:.0f} ms CPU ({min(taken) * 1e3:.0f} to {max(taken) * 1e3:.0f})"
        )


if __name__ == "__main__" and not fresh.is_one(one_round):
    main()
