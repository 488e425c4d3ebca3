"""How often the boundary at fault ranks first: `uv run python bench/changed.py`.

Made-up systems of ten services, 90 requests a window, services a little slower or faster in each, faults of five kinds of a size
drawn at random; a fault is found where a boundary of the service at fault is first, or among the first three. Windows
without any fault beside them: how often anything stands out.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "observe"))

from faulty import FAULTS, System, Window, drawn

from accord.model.changed import common_party
from accord.observe.comparing import compared
from accord.observe.reading.batch import Batch
from accord.observe.reading.kinds import with_kinds
from accord.observe.reading.layouts import layout_of
from accord.observe.reading.tables import RowReader


def table(window: Window) -> object:
    batch = Batch()
    reader = RowReader(layout_of(window.rows[0], None), batch)
    for row in window.rows:
        reader.add(row, "")
    return with_kinds(batch.taken())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--systems", type=int, default=40)
    arguments.add_argument("--seed", type=int, default=20261127)
    told = arguments.parse_args()
    found: dict[str, Counter[str]] = {kind: Counter() for kind in (*FAULTS, "none")}
    for number in range(told.systems):
        seed = told.seed * 1000 + number * 10
        system = System(seed)
        before = table(Window(system, seed + 1))
        clean = compared(before, table(Window(system, seed + 2)))
        found["none"].update(windows=1, stands_out=any(one.stands_out for one in clean))
        for offset, kind in enumerate(FAULTS, start=3):
            fault = drawn(system, kind, seed + offset)
            changed = compared(before, table(Window(system, seed + offset, fault=fault)))
            service = f"s{fault.operation[0]}"
            ranks = [rank for rank, one in enumerate(changed) if service in (one.consumer, one.provider)]
            rank = ranks[0] if ranks else 99
            found[kind].update(
                windows=1, first=rank == 0, three=rank < 3, callee=changed[0].provider == service,
                stands_out=any(one.stands_out for one in changed), common=common_party(changed) == service,
            )  # fmt: skip
    for kind, counts in found.items():
        print(f"{kind:12} {' '.join(f'{name} {count}' for name, count in counts.items())}")


if __name__ == "__main__":
    main()
