"""However spans arrive the counts are those of the truth; of a tail sample they are so by weight, and without weights nothing is said."""

import json
import random
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from accord.cli import check, observe
from beside import SHARED, needs

GENERATOR = SHARED / "bench" / "telemetry" / "gen.py"
CLIENT, SERVER, ERROR = 3, 2, 2
Request = ExportTraceServiceRequest
SECOND = 1_000_000_000
KEPT = 4
"""One in so many of the traces that nothing is wrong with."""
THRESHOLD = "c"
"""What the sampler writes of it: three quarters of all random values are rejected."""
CONTRACT = """
party: shop
names: {otel: shop}
assumes: {pay/charge: {timeout: 5s}}
---
party: pay
names: {otel: pay}
promises: {charge: {at: POST /charges, latency: {p99: 500ms}}}
"""


def written(path: Path, requests: Iterable[bytes]) -> str:
    path.write_bytes(b"".join(struct.pack("<I", len(each)) + each for each in requests))
    return str(path)


def shown(*files: str) -> Any:
    result = CliRunner().invoke(observe.command, [*files, "--complete", "--format", "json"])
    assert result.exit_code == 0 and not result.stderr
    return json.loads(result.stdout)["boundaries"]


def of_kind(request: bytes, keep: Callable[[int], bool]) -> bytes:
    found = Request.FromString(request)
    for resource in found.resource_spans:
        for scope in resource.scope_spans:
            kept = [span for span in scope.spans if keep(span.kind)]
            del scope.spans[:]
            scope.spans.extend(kept)
    return found.SerializeToString()


@needs(GENERATOR)
def test_the_order_of_arrival_halves_apart_and_duplicates_change_no_count(tmp_path: Path):
    """The generator's own table is what test_generated_truth holds the plain file to."""
    subprocess.run([sys.executable, str(GENERATOR), str(tmp_path), "20000", "64"], check=True, capture_output=True)
    data, requests = (tmp_path / "batches.bin").read_bytes(), []
    while data:
        size = struct.unpack("<I", data[:4])[0]
        requests.append(data[4 : 4 + size])
        data = data[4 + size :]
    plain = shown(str(tmp_path / "batches.bin"))
    assert len(requests) > 300 and sum(each["counts"]["calls"] for each in plain) > 10_000
    mixed = random.Random(5).sample(requests, len(requests))
    servers = written(tmp_path / "servers", [of_kind(each, lambda kind: kind == SERVER) for each in mixed])
    others = written(tmp_path / "others", [of_kind(each, lambda kind: kind != SERVER) for each in requests])
    assert shown(written(tmp_path / "mixed", mixed)) == plain
    assert shown(servers, others) == shown(others, servers) == plain
    assert shown(written(tmp_path / "twice", [*mixed, *requests[::3]])) == plain
    assert shown(str(tmp_path / "batches.bin"), servers) == plain
    late = max(plain, key=lambda each: each["counts"]["paired"])["provider"]
    apart = shown(written(tmp_path / "apart", [shifted(each, late) for each in mixed]))
    assert unskewed(apart) == unskewed(plain)
    for one, other in zip(sorted(plain, key=names), sorted(apart, key=names), strict=True):
        off = (one["provider"] == late) - (one["consumer"] == late)
        skew = other["counts"]["twice_skew_ns"] - one["counts"]["twice_skew_ns"]
        assert skew == 2 * 400_000_000 * off * one["counts"]["paired"]


def names(one: Any) -> tuple[str, ...]:
    return one["consumer"], one["provider"], one["operation"]


def unskewed(found: Any) -> Any:
    """All that the clock of a host may not change, whatever order boundaries that are equally bad come in."""
    return sorted(
        [{**one, "began": 0, "ended": 0, "counts": {**one["counts"], "twice_skew_ns": 0}} for one in found], key=names
    )


def shifted(request: bytes, service: str) -> bytes:
    """The request with the clock of a service 400 ms before all others."""
    found = Request.FromString(request)
    for resource in found.resource_spans:
        if any(
            each.key == "service.name" and each.value.string_value == service for each in resource.resource.attributes
        ):
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                span.start_time_unix_nano += 400_000_000
                span.end_time_unix_nano += 400_000_000
    return found.SerializeToString()


class Traffic:
    """Calls of a shop to pay, one to a trace: 1 in 200 fails, 1 in 100 takes two seconds; kept whole where it does."""

    def __init__(self, traces: int, tells: bool) -> None:
        self.chance, self.tells = random.Random(11), tells
        self.failed = self.slow = self.kept = self.kept_failed = 0
        self.traces = traces
        self.request = Request()
        self._scopes = []
        for service in ("shop", "pay"):
            resource = self.request.resource_spans.add()
            resource.resource.attributes.add(key="service.name").value.string_value = service
            self._scopes.append(resource.scope_spans.add())
        for number in range(traces):
            self._trace(number)

    def _trace(self, number: int) -> None:
        failed, slow = self.chance.random() < 0.005, self.chance.random() < 0.01
        drawn = self.chance.getrandbits(56)
        self.failed, self.slow = self.failed + failed, self.slow + slow
        whole = failed or slow
        if not whole and drawn < int(THRESHOLD.ljust(14, "0"), 16):
            return
        self.kept, self.kept_failed = self.kept + 1, self.kept_failed + failed
        identity = self.chance.getrandbits(71).to_bytes(9, "big") + drawn.to_bytes(7, "big")
        took = 2 * SECOND if slow else int(self.chance.uniform(0.02, 0.2) * SECOND)
        for kind, scope, parent in ((CLIENT, self._scopes[0], 0), (SERVER, self._scopes[1], 1)):
            span = scope.spans.add(
                trace_id=identity, span_id=(parent + 1).to_bytes(8, "big"), kind=kind, name="POST",  # type: ignore[arg-type]
                start_time_unix_nano=1_700_000_000 * SECOND + number * 1_000_000,
                parent_span_id=parent.to_bytes(8, "big") if parent else b"",
            )  # fmt: skip
            span.end_time_unix_nano = span.start_time_unix_nano + took
            span.attributes.add(key="http.request.method").value.string_value = "POST"
            span.attributes.add(key="http.route").value.string_value = "/charges"
            if failed:
                span.status.code = ERROR  # type: ignore[assignment]
            if self.tells:
                span.trace_state = f"ot=th:{'0' if whole else THRESHOLD}"


def test_a_tail_sample_with_its_weights_tells_the_error_rate_and_the_percentiles_of_all(tmp_path: Path):
    traffic = Traffic(60_000, tells=True)
    file = tmp_path / "spans.bin"
    file.write_bytes(traffic.request.SerializeToString())
    truth, among_kept = traffic.failed / traffic.traces, traffic.kept_failed / traffic.kept
    assert among_kept > 3 * truth
    result = CliRunner().invoke(observe.command, [str(file), "--format", "json"])
    [one] = json.loads(result.stdout)["boundaries"]
    counts = one["counts"]
    assert (counts["calls"], counts["unweighted"], counts["caller_errors"]) == (traffic.kept, 0, traffic.kept_failed)
    for side in ("caller", "callee"):
        told = counts[f"weighted_{side}_errors"] / counts["weighted"]
        assert abs(told / truth - 1) < 0.02
    text = CliRunner().invoke(observe.command, [str(file)]).stdout
    cells = text.splitlines()[1].split()
    assert cells[cells.index("%") - 1] == f"{100 * counts['weighted_caller_errors'] / counts['weighted']:.3g}"
    slow = sum(count for bucket, count in one["callee"] if bucket > 32 * 29)
    assert abs(slow / sum(count for _, count in one["callee"]) / (traffic.slow / traffic.traces) - 1) < 0.05
    assert "is not decidable" not in text and "stand for others" in text


def test_without_weights_the_verdict_is_that_it_cannot_be_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("spans.bin").write_bytes(Traffic(4_000, tells=False).request.SerializeToString())
    Path("accord.yaml").write_text(CONTRACT)
    row = CliRunner().invoke(observe.command, ["spans.bin"]).stdout
    assert row.splitlines()[1].split()[-5:] == ["?", "?", "?", "2s", "1"] and "? is not decidable" in row
    sampled = CliRunner().invoke(check.command, ["--observed", "spans.bin", "--format", "json", "--no-cache"])
    [found] = [each for each in json.loads(sampled.stdout)["findings"] if each["rule"].startswith("observed/")]
    assert found["verdict"] == "conditional"
    assert found["condition"].startswith("not decidable from sampled spans: nothing says how these were drawn")
    whole = CliRunner().invoke(
        check.command, ["--observed", "spans.bin", "--complete", "--format", "json", "--no-cache"]
    )
    assert [
        each["verdict"] for each in json.loads(whole.stdout)["findings"] if each["rule"].startswith("observed/")
    ] == ["breach"]


def test_what_a_tail_sample_keeps_is_no_breach_where_its_weights_say_that_it_is_rare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """1 in 100 is slow, which p99 allows; of those that were kept it is 1 in 26."""
    monkeypatch.chdir(tmp_path)
    Path("spans.bin").write_bytes(Traffic(20_000, tells=True).request.SerializeToString())
    Path("accord.yaml").write_text(CONTRACT)
    told = CliRunner().invoke(check.command, ["--observed", "spans.bin", "--format", "json", "--no-cache"])
    assert not [each for each in json.loads(told.stdout)["findings"] if each["rule"].startswith("observed/")]
