"""Times `accord observe` on files: bytes to facts beside a bare parse and a parse that walks all attributes, then Parquet.

    uv run python bench/observe.py [--spans N] [--parquet N] [--rounds N]

First: requests of 512 spans (as bench/receive.py makes them) in one process, CPU time: the protobuf library's parse; that with
a walk over ids, times and attributes; ours, from bytes to the facts of every boundary. Then: a Parquet file of spans, wall time
on two threads: DuckDB alone, which scans and groups the same columns by call, and ours; with the most memory ours had resident.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import duckdb

from accord.observe.engine import Engine
from accord.observe.reading import otlp
from accord.observe.reading.batch import Batch
from accord.observe.summary import observed
from receive import SPANS, body, parse_once, walk_once

GROUPED = """SELECT trace_hi, trace_lo, CASE WHEN kind = 3 THEN span ELSE parent END AS call, max(service), max(operation),
    max(peer), max(environment), max(start_ns), max(duration_ns), max(status), max(code), max(attempt), max(weight),
    max(key), max(refused), max(inferred), count(*) FROM read_parquet('{path}') WHERE kind IN (2, 3) GROUP BY ALL"""
WRITTEN = """COPY (SELECT trace AS trace_hi, trace * 7 AS trace_lo, trace * 2 + side AS span,
    CASE WHEN side = 0 THEN 1 ELSE trace * 2 END AS parent, CAST(3 - side AS TINYINT) AS kind, CAST(0 AS TINYINT) AS inferred,
    'svc-' || CASE WHEN side = 0 THEN edge % 50 ELSE (edge * 7) % 50 END AS service, 'prod' AS environment, '1' AS version,
    CASE WHEN side = 0 THEN 'GET' ELSE 'GET /op' || edge END AS operation, CASE WHEN side = 0 THEN 'svc-' || (edge * 7) % 50 ELSE '' END AS peer,
    1795750000000000000 + trace * 60000 AS start_ns, 1000000 + (hash(trace) % 90000000)::BIGINT + 200000 * (1 - side) AS duration_ns,
    CAST(CASE WHEN trace % 97 = 0 THEN 2 ELSE 0 END AS TINYINT) AS status, CAST(200 AS INTEGER) AS code, CAST(0 AS TINYINT) AS attempt,
    CAST(1000 AS BIGINT) AS weight, CAST(-1 AS BIGINT) AS remaining_ms, CAST(0 AS BIGINT) AS key, CAST(0 AS TINYINT) AS refused,
    CAST(0 AS BIGINT) AS link_hi, CAST(0 AS BIGINT) AS link_lo, CAST(0 AS BIGINT) AS link_span
    FROM (SELECT range + 1 AS trace, hash(range) % 200 AS edge FROM range({calls})), (SELECT unnest([0, 1]) AS side)
    ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""


def cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def facts(bodies: list[bytes]) -> None:
    batch, engine = Batch(1000), Engine(threads=1)
    for each in bodies:
        otlp.read_protobuf(each, batch)
    engine.take("spans", batch.taken())
    assert observed(engine)
    engine.close()


def from_bytes(spans: int, rounds: int) -> None:
    bodies = [body(number) for number in range(spans // SPANS)]
    facts(bodies[:2])  # compiles
    bare, walked, ours = [], [], []
    for _ in range(rounds):
        bare.append(cpu(lambda: [parse_once(each) for each in bodies]))
        walked.append(cpu(lambda: [walk_once(each) for each in bodies]))
        ours.append(cpu(lambda: facts(bodies)))
    count = len(bodies) * SPANS
    print(f"{count:,} spans, {len(bodies[0]) / SPANS:.0f} bytes a span, CPU, medians of {rounds} rounds")
    print(f"  bare parse                     {count / median(bare):>10,.0f} spans/s")
    print(f"  parse and walk attributes      {count / median(walked):>10,.0f} spans/s")
    print(f"  bytes to facts, ours           {count / median(ours):>10,.0f} spans/s")
    speed = median(one / other for one, other in zip(walked, ours, strict=True))
    print(f"  ours in the speed of parse and walk: {speed:.2f} (to be at least 0.5)")


def of_parquet(path: str) -> None:
    engine = Engine(threads=2)
    engine.view_parquet("spans", path)
    assert observed(engine)


def grouped(path: str) -> None:
    database = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
    database.execute(f"CREATE TEMP TABLE grouped AS {GROUPED.format(path=path)}")


class Cost(NamedTuple):
    wall_s: float
    cpu_s: float
    most_mb: float


def _told(work: Callable[[str], None], path: str, answer: "multiprocessing.Queue[Cost]") -> None:
    started, processor = time.perf_counter(), time.process_time()
    work(path)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.put(Cost(time.perf_counter() - started, time.process_time() - processor, most))


def alone(work: Callable[[str], None], path: str) -> Cost:
    """In a process of its own, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[Cost] = context.Queue()
    process = context.Process(target=_told, args=(work, path, answer))
    process.start()
    found = answer.get()
    process.join()
    return found


def from_parquet(spans: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "spans.parquet")
        duckdb.connect(config={"memory_limit": "2GB"}).execute(WRITTEN.format(calls=spans // 2, path=path))
        size = Path(path).stat().st_size / 1e6
        bare, ours = [], []
        for _ in range(rounds):
            bare.append(alone(grouped, path))
            ours.append(alone(of_parquet, path))
    print(
        f"{spans:,} spans of Parquet ({size:.0f} MB), two threads, medians of {rounds} rounds: wall, processor, most memory"
    )
    for name, told in (("DuckDB scans and groups", bare), ("Parquet to facts, ours", ours)):
        wall, processor = median(each.wall_s for each in told), median(each.cpu_s for each in told)
        print(f"  {name:<24} {wall:>7.2f} s {processor:>7.2f} s {max(each.most_mb for each in told):>7,.0f} MB")
    pairs = list(zip(ours, bare, strict=True))
    ratio = median(one.wall_s / other.wall_s for one, other in pairs)
    processor = median(one.cpu_s / other.cpu_s for one, other in pairs)
    print(
        f"  ours in times of scan-and-group: {ratio:.2f} on the wall, {processor:.2f} of processor (to be at most 2.5 and 1,500 MB)"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--spans", type=int, default=100_000)
    arguments.add_argument("--parquet", type=int, default=10_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    told = arguments.parse_args()
    from_bytes(told.spans, told.rounds)
    if told.parquet:
        from_parquet(told.parquet, told.rounds)


if __name__ == "__main__":
    main()
