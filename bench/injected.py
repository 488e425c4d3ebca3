"""Which boundary `accord observe BAD --against GOOD` names first, on the public traces with injected faults of Nezha.

    uv run python bench/injected.py FOLDER [--kind network_delay ...]

FOLDER is a copy of github.com/IntelligentDDS/Nezha (MIT). For every fault of its lists: the traces of the second minute after
the injection (of the first, where that one is absent), against the one fault-free window of the same day (where it is absent, of
the other day of the same system). Its spans say when and by whom something was done, never how it ended, so a fault that
answers wrongly in the same time is in none of them.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

DAYS = {"2022-08-22": "2022-08-23", "2022-08-23": "2022-08-22", "2023-01-29": "2023-01-30", "2023-01-30": "2023-01-29"}
POD = re.compile(r"-[0-9a-f]{6,10}-[a-z0-9]{5}$")
KINDS = ("network_delay", "cpu_contention", "cpu_consumed")


def faults(folder: Path, day: str, kinds: list[str]) -> Iterator[tuple[str, str, datetime]]:
    """Kind, service and time of each."""
    hours = json.loads((folder / "rca_data" / day / f"{day}-fault_list.json").read_text())
    for fault in (each for hour in hours.values() for each in hour):
        if fault["inject_type"] in kinds:
            yield fault["inject_type"], POD.sub("", fault["inject_pod"]), datetime.fromisoformat(fault["inject_time"])


def usual(folder: Path, day: str) -> Path | None:
    """The fault-free window of the day, or of the other one."""
    found = [*(folder / "construct_data" / day).glob("trace/*.csv")]
    found += (folder / "construct_data" / DAYS[day]).glob("trace/*.csv")
    return next(iter(found), None)


def window(folder: Path, day: str, at: datetime) -> Path | None:
    """The traces of the fault."""
    names = [f"{at + timedelta(minutes=minutes):%H_%M}_trace.csv" for minutes in (2, 1)]
    return next((path for name in names if (path := folder / "rca_data" / day / "trace" / name).exists()), None)


def first(bad: Path, good: Path) -> dict[str, Any] | None:
    """The boundary that changed the most."""
    run = [sys.executable, "-m", "accord", "observe", str(bad), "--against", str(good), "--format", "json"]
    told = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    return next(iter(told["boundaries"]), None)


def judged(service: str, found: dict[str, Any] | None) -> str:
    """How near the first boundary is to the service at fault."""
    if found is None:
        return "nothing"
    if found["provider"] == service:
        return "the service at fault provides it"
    return "the service at fault calls there" if found["consumer"] == service else "elsewhere"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--kind", action="append")
    told = arguments.parse_args()
    tally: Counter[tuple[str, str]] = Counter()
    for day in DAYS:
        for kind, service, at in faults(told.folder, day, told.kind or list(KINDS)):
            bad, good = window(told.folder, day, at), usual(told.folder, day)
            where = judged(service, first(bad, good)) if bad and good else "no traces stored"
            tally[kind, where] += 1
            print(f"{day} {at:%H:%M} {kind:<16} {service:<28} first: {where}", flush=True)
    for (kind, where), count in sorted(tally.items()):
        print(f"{kind:<16} {count:>3}  {where}")


if __name__ == "__main__":
    main()
