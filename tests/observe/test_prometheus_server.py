"""A real Prometheus scrapes histograms of known durations: what is told of them lies within the histogram's own error."""

import http.server
import json
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from accord.model.observed import percentile
from accord.model.problem import Refused
from accord.observe.prometheus import observed_by, server
from ports import free_port

PROMETHEUS = shutil.which("prometheus")
SECOND = 1_000_000_000
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SLOW, QUICK = 5, 95
"""Calls of 1.7 s and of 0.2 s."""
METRIC = "traces_service_graph_request_server_seconds"
LABELS = {"client": "checkout", "server": "payments"}
needs_prometheus = pytest.mark.skipif(PROMETHEUS is None, reason="the program prometheus is not installed")


def field(number: int, value: bytes | int | float) -> bytes:
    """One field of a protobuf message: bytes with their length, a whole number, or 8 bytes of a fraction."""
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


class Exporter(http.server.BaseHTTPRequestHandler):
    """Durations as a classic histogram in text, or, at /native, as a native one (schema 3) in protobuf."""

    counted = 0

    def do_GET(self) -> None:
        body, kind = (self.native(), PROTO) if self.path == "/native" else (self.classic(), "text/plain; version=0.0.4")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def classic(self) -> bytes:
        times = [0.2] * QUICK * self.counted + [1.7] * SLOW * self.counted
        labels = ",".join(f'{name}="{value}"' for name, value in LABELS.items())
        lines = [f"# TYPE {METRIC} histogram"]
        lines += [
            f'{METRIC}_bucket{{{labels},le="{bound}"}} {sum(took <= bound for took in times)}' for bound in BOUNDS
        ]
        lines.append(f'{METRIC}_bucket{{{labels},le="+Inf"}} {len(times)}')
        lines += [f"{METRIC}_sum{{{labels}}} {sum(times)}", f"{METRIC}_count{{{labels}}} {len(times)}"]
        failed = f"traces_service_graph_request_failed_total{{{labels}}} {3 * self.counted}"
        return "\n".join([*lines, "# TYPE traces_service_graph_request_failed_total counter", failed, ""]).encode()

    def native(self) -> bytes:
        """Bucket i holds what is above 2 ** ((i - 1) / 8) and up to 2 ** (i / 8) seconds: 0.2 s is -18, 1.7 s is 7."""
        spans = [field(1, zigzag(-18)) + field(2, 1), field(1, zigzag(24)) + field(2, 1)]
        counts = [QUICK * self.counted, (SLOW - QUICK) * self.counted]
        histogram = b"".join(
            (
                field(1, (QUICK + SLOW) * self.counted), field(2, (0.2 * QUICK + 1.7 * SLOW) * self.counted), field(5, zigzag(3)),
                field(6, 1e-9), field(7, 0), *(field(12, span) for span in spans), *(field(13, zigzag(count)) for count in counts),
            )
        )  # fmt: skip
        labels = b"".join(
            field(1, field(1, name.encode()) + field(2, value.encode())) for name, value in LABELS.items()
        )
        metric = labels + field(7, histogram)
        family = field(1, METRIC.encode()) + field(3, 4) + field(4, metric)
        return varint(len(family)) + family

    def log_message(self, *_: Any) -> None:
        return None


PROTO = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"


@contextmanager
def scraped(tmp_path: Path, path: str) -> Iterator[str]:
    """A Prometheus that scrapes an exporter each second, with calls counted after the first scrapes of none."""
    handler = type("Counting", (Exporter,), {})
    exporter = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    target = f"127.0.0.1:{exporter.server_address[1]}"
    config = tmp_path / "prometheus.yml"
    job = {"job_name": "calls", "metrics_path": path, "static_configs": [{"targets": [target]}]}
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}))
    port = free_port()
    assert PROMETHEUS
    command = [PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=native-histograms", "--log.level=error"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        query = f"count_over_time({METRIC}{'' if path == '/native' else '_count'}[1m])"
        waited(lambda: scrapes(address, query) >= 3)
        handler.counted = 1  # type: ignore[attr-defined]
        before = scrapes(address, query)
        waited(lambda: scrapes(address, query) >= before + 3)
        yield address
    finally:
        process.terminate()
        process.wait(20)
        exporter.shutdown()
        exporter.server_close()


def scrapes(address: str, query: str) -> float:
    with suppress(OSError, ValueError, IndexError, Refused):
        found = server(address)(query)
        return float(found[0]["value"][1])
    return 0


def waited(ready: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "Prometheus did not scrape in time"
        time.sleep(0.2)


@needs_prometheus
@pytest.mark.parametrize("path", ["/metrics", "/native"])
def test_what_is_told_lies_within_the_error_of_the_histogram(tmp_path: Path, path: str):
    with scraped(tmp_path, path) as address:
        [found] = observed_by(server(address), "1m")
    assert (found.consumer, found.provider) == ("checkout", "payments")
    half, late = percentile(found.callee_times, 0.5), percentile(found.callee_times, 0.99)
    assert half is not None and late is not None
    assert half.low < 0.2 * SECOND <= half.high and late.low < 1.7 * SECOND <= late.high
    widest = 1.1 if path == "/native" else 2.6
    assert half.high <= half.low * widest and late.high <= late.low * widest
    assert found.count("calls") == pytest.approx(QUICK + SLOW, rel=0.35)
    if path == "/metrics":
        assert found.count("callee_errors") / found.count("calls") == pytest.approx(0.03, abs=0.011)


def test_what_is_no_prometheus_is_said_in_words():
    exporter = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    try:
        with pytest.raises(Refused, match="answers 501"):
            observed_by(server(f"http://127.0.0.1:{exporter.server_address[1]}"))
    finally:
        exporter.shutdown()
        exporter.server_close()
    with pytest.raises(Refused, match="refused"):
        observed_by(server(f"http://127.0.0.1:{free_port()}"))
