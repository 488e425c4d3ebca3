"""Times `accord check` on 1,000 and 10,000 boundaries: reading, joining and judging apart, beside a bare event parse.

    uv run python bench/check.py [--rounds N]

Prints medians over interleaved rounds and the ratio of the whole run to a bare PyYAML C event parse of the same files,
round by round, so that a slow minute of the machine slows both; then the CPU time of `accord --help` and of
`accord check examples/two-services` as whole processes, their bytecode compiled before, as an installed program has it.
"""

import argparse
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import yaml

from accord.check import joined, judged, with_moves
from accord.files.collector import collector_paused
from accord.files.read import read
from accord.rules._catalogue import rules

PER_FILE = 20
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
    for path in sorted(folder.rglob("*.yaml")):
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


def measure(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        written = write(Path(name), count)
        results = [one_round(Path(name)) for _ in range(rounds)]
    first = results[0]
    print(
        f"{count:>6} boundaries: {written / count:.0f} bytes and {first['facts'] / count:.1f} facts each, "
        f"{first['boundaries']:.0f} joined, {first['findings']:.0f} findings"
    )
    for part in ("events", "reading", "joining", "judging", "moves"):
        share = median(result[part] / result["events"] for result in results)
        print(f"       {part:<10}{median(result[part] for result in results) * 1e3:>9.0f} ms{share:>8.2f}")
    whole = [
        sum(result[part] for part in ("reading", "joining", "judging", "moves")) / result["events"]
        for result in results
    ]
    print(
        f"       whole / events: median {median(whole):.2f} ({min(whole):.2f} to {max(whole):.2f}) of {rounds} rounds"
    )


def process_cpu(bytecode: str, *arguments: str) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = bytecode
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "accord", *arguments], stdout=subprocess.DEVNULL, check=False, env=environment
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    for count in (1_000, 10_000):
        measure(count, rounds)
    for arguments in (("--help",), ("check", "examples/two-services")):
        with tempfile.TemporaryDirectory() as bytecode:
            process_cpu(bytecode, *arguments)
            taken = [process_cpu(bytecode, *arguments) for _ in range(rounds * 2)]
        print(
            f"accord {' '.join(arguments)}: median {median(taken) * 1e3:.0f} ms CPU ({min(taken) * 1e3:.0f} to {max(taken) * 1e3:.0f})"
        )


if __name__ == "__main__":
    main()
