"""Times reading in several processes beside reading in one, on alerts and routes and on mixed artefacts.

    uv run python bench/ahead.py [--rounds N] [--processes N] [--megabytes N]

Prints the processor time of reading alone, and of reading in several processes: of the one that is waited for, and of those
beside it together; in turn on the same texts, both holding the same facts in the end.
"""

import argparse
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import artefacts
import signals
from accord.files.ahead import ReaderAhead, texts_of
from accord.files.config import DEFAULTS
from accord.files.landscape import Side
from accord.files.read import Reader, sides_of
from accord.model.result import Reading
from accord.sources._promql import parse_expression


def beside_s() -> float:
    """The processor time of the processes that are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_round(folder: str, sides: list[Side], processes: int) -> tuple[float, float, float]:
    def ahead() -> Reading:
        reader = ReaderAhead()
        reader.read_ahead(texts_of(sides), processes)
        return reader.reading_of([folder], sides)

    parse_expression.cache_clear()
    alone_s, expected = signals.timed(lambda: Reader().reading_of([folder], sides))
    parse_expression.cache_clear()
    before = beside_s()
    own_s, reading = signals.timed(ahead)
    assert reading == expected
    return alone_s, own_s, beside_s() - before


def measure(what: str, write: Callable[[Path], object], rounds: int, processes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        found = [side for side in sides_of([folder], DEFAULTS) if isinstance(side, Side)]
        sides = [Side(side.root, tuple(side.texts)) for side in found]
        taken = [one_round(folder, sides, processes) for _ in range(rounds)]
    alone, own, beside = (median(times) * 1e3 for times in zip(*taken, strict=True))
    waited = median(max(own, beside / (processes - 1)) / alone for alone, own, beside in taken)
    print(
        f"{what}: alone {alone:.0f} ms; in {processes} processes {own:.0f} ms and beside it {beside:.0f} ms, "
        f"the longer of them {waited:.2f} of alone"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--megabytes", type=float, default=2.0)
    asked = parser.parse_args()
    for what, write in (
        ("10,000 alerts and 500 routes", lambda folder: signals.write(folder, 10_000, 500)),
        (f"mixed artefacts, {asked.megabytes:g} MB", lambda folder: artefacts.write(folder, asked.megabytes)),
    ):
        measure(what, write, asked.rounds, asked.processes)


if __name__ == "__main__":
    main()
