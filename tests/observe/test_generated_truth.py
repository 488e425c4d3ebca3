"""Traces of fifty services against the generator's own table of them, asked by joins, which our definition does without."""

import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from accord.observe.summary import observed_in
from beside import SHARED, needs

GENERATOR = SHARED / "bench" / "telemetry" / "gen.py"
SPANS = 20_000
PAIRS = """
SELECT printf('svc-%02d', c.svc), printf('svc-%02d', s.svc), s.edge, count(*),
    count(*) FILTER (c.status <> 2 AND s.status <> 2), count(*) FILTER (c.status <> 2 AND s.status = 2),
    count(*) FILTER (c.status = 2 AND s.status <> 2), count(*) FILTER (c.status = 2 AND s.status = 2),
    count(*) FILTER (c.status = 2 AND s."end" - s.start > c."end" - c.start),
    CAST(sum(c."end" - c.start) AS BIGINT), CAST(sum(s."end" - s.start) AS BIGINT), max(s."end" - s.start)
FROM truth c JOIN truth s ON c.tid_hi = s.tid_hi AND c.tid_lo = s.tid_lo AND s.pid = c.sid
WHERE c.kind = 3 AND s.kind = 2 GROUP BY ALL
"""
COUNTED = (
    "paired", "ok_ok", "ok_error", "error_ok", "error_error", "late", "caller_ns", "callee_ns", "callee_longest_ns",
)  # fmt: skip
ALONE = """
SELECT CASE kind WHEN 3 THEN 'caller' ELSE 'callee' END, svc, count(*) FROM truth t
WHERE kind = 3 AND NOT EXISTS (SELECT 1 FROM truth s WHERE s.kind = 2 AND s.tid_hi = t.tid_hi AND s.pid = t.sid)
    OR kind = 2 AND NOT EXISTS (SELECT 1 FROM truth c WHERE c.kind = 3 AND c.tid_hi = t.tid_hi AND c.sid = t.pid)
GROUP BY ALL
"""


@needs(GENERATOR)
def test_every_pair_error_late_answer_and_duration_is_that_of_the_truth(tmp_path: Path):
    run = [sys.executable, str(GENERATOR), str(tmp_path), str(SPANS)]
    subprocess.run(run, check=True, capture_output=True)
    assert struct.unpack("<I", (tmp_path / "batches.bin").read_bytes()[:4])[0] > 0
    found, refused = observed_in([str(tmp_path / "batches.bin")], complete=True)
    assert not refused
    truth = duckdb.connect()
    truth.execute(f"CREATE VIEW truth AS SELECT * FROM '{tmp_path / 'truth.parquet'}'")
    paired: dict[tuple[Any, ...], list[Any]] = {
        (caller, callee, edge): counts for caller, callee, edge, *counts in truth.execute(PAIRS).fetchall()
    }
    told = {
        (one.consumer, one.provider, edge_of(one.operation)): [one.count(name) for name in COUNTED]
        for one in found
        if one.count("paired")
    }
    assert told == paired
    alone = Counter({(side, f"svc-{service:02d}"): count for side, service, count in truth.execute(ALONE).fetchall()})
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        counted["caller", one.consumer] += one.count("caller_only")
        counted["callee", one.provider] += one.count("callee_only")
    assert +counted == alone
    assert sum(one.count("calls") for one in found) == sum(counts[0] for counts in paired.values()) + alone.total()
    assert not any(one.count("repeated") or one.count("undecided") for one in found)


def edge_of(operation: str) -> int:
    """The number of the edge that the generator puts into every operation: `.../Op7` or `GET /api/v1/op7/{id}`."""
    return int(operation.lower().rpartition("/op")[2].partition("/")[0])
