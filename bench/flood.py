"""What a flood for one rota comes to: `uv run python bench/flood.py [--deviations 10000] [--seconds 10] [--pages 3/10m]`.

A real `accord serve` with a webhook takes so many deviations in that time through POST /api/v2/alerts, by four clients. Then: how
many pages the one on duty got against the budget, whether each deviation was told alone, named in a bundle or is held with an
actor and a deadline (none may be missing), how long a client waited, the memory and the processor time of the process, the audit.
"""

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from accord.cases.case import Phase
from accord.store.ledger_sqlite import SqliteReader

CONTRACTS = """\
party: payments
promises:
  charge:
    latency: {max: 5s}
    detect: {latency: {by: PaymentsSlow, within: 2m}}
    recover: {by: payments-oncall, within: 4h}
---
party: payments-oncall
promises:
  page: {acknowledge: 1h}
---
party: checkout
promises:
  page: {acknowledge: 1h}
assumes:
  payments/charge: {timeout: {attempt: 2s}}
"""
CONFIG = """\
[vocabulary]
partition = ["seq"]
[channels.hook]
kind = "webhook"
url = "http://127.0.0.1:{port}/"
secret_env = "BENCH_SECRET"
deadline = "10s"
allow_private = ["127.0.0.0/8"]
[people.payments-oncall]
channels = ["hook"]
[people.keeper]
channels = ["hook"]
"""
TOGETHER, CLIENTS, SETTLES_S = 25, 4, 120.0
KEY = "checkout -> payments/charge latency [{}]"


class Hook:
    """A webhook that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        told = self.told

        class Taking(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def until(what: Callable[[], Any], within_s: float = SETTLES_S) -> Any:
    """What it gives once that is true; ends the bench where it never is."""
    ends = time.monotonic() + within_s
    while not (found := what()):
        if time.monotonic() > ends:
            raise SystemExit(f"not within {within_s:.0f} s")
        time.sleep(0.05)
    return found


def asked(port: int, path: str) -> bytes:
    """What a door answers; nothing where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read() if response.status == 200 else b""
    except OSError:
        return b""
    finally:
        connection.close()


def told(port: int, mine: list[list[int]], pause_s: float, took: list[float]) -> None:
    """Tells groups of deviations, one group at each pause; how long each was waited for."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    begun = time.monotonic()
    for number, group in enumerate(mine):
        time.sleep(max(begun + number * pause_s - time.monotonic(), 0))
        labels = ({"alertname": "PaymentsSlow", "severity": "critical", "seq": str(each)} for each in group)
        body = json.dumps([{"labels": each, "endsAt": "2099-01-01T00:00:00Z"} for each in labels])
        sent = time.monotonic()
        connection.request("POST", "/api/v2/alerts", body)
        response = connection.getresponse()
        response.read()
        took.append(time.monotonic() - sent)
        if response.status != 200:
            raise SystemExit(f"answered {response.status}")
    connection.close()


def flooded(port: int, deviations: int, seconds: float) -> tuple[float, list[float]]:
    """How long it took in all, and each POST."""
    groups = [list(range(at, min(at + TOGETHER, deviations))) for at in range(0, deviations, TOGETHER)]
    took: list[float] = []
    begun, pause_s = time.monotonic(), seconds * CLIENTS / len(groups)
    clients = [threading.Thread(target=told, args=(port, groups[n::CLIENTS], pause_s, took)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return time.monotonic() - begun, sorted(took)


def used(process: int) -> tuple[float, int]:
    """Processor seconds, and the most memory in MiB."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    most = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), most // 1024


def accounted(file: Path, deviations: int, hook: Hook) -> str:
    """Where each deviation is: exactly one of told alone, in a bundle, waiting for a bundle, held."""
    pages = [one for one in hook.told if one["interrupts"] and one["person"] == "payments-oncall"]
    where = dict.fromkeys(("alone", "in a bundle", "waiting for a bundle", "held", "missing"), 0)
    alone = {one["deviation"] for one in pages}
    with SqliteReader(file) as reader:
        for number in range(deviations):
            case = reader.case_of(KEY.format(number))
            sendings = [one for one in (reader.sendings(case.id) if case else ()) if one.message.interrupts]
            if case is None or not case.actor or not case.deadline_ns:
                where["missing"] += 1
            elif case.phase is Phase.HELD:
                where["held"] += 1
            elif any(one.also_in for one in sendings):
                where["in a bundle"] += 1
            elif any(one.parked for one in sendings):
                where["waiting for a bundle"] += 1
            elif case.id in alone:
                where["alone"] += 1
            else:
                where["missing"] += 1
        begun = time.perf_counter()
        audit = reader.audit()
        audit_ms = (time.perf_counter() - begun) * 1000
    places = ", ".join(f"{count} {name}" for name, count in where.items())
    named = sum(len(one["also"]) for one in pages)
    return f"pages told {len(pages)}, naming {named} in bundles; {places}; audit of {audit.open} open in {audit_ms:.1f} ms, broken {len(audit.broken)}"


def run(folder: Path, options: argparse.Namespace) -> None:
    hook, port = Hook(), free_port()
    (folder / "accord.yaml").write_text(CONTRACTS)
    (folder / "accord.toml").write_text(CONFIG.format(port=hook.server.server_address[1]))
    words = ["serve", str(folder), "--last", "keeper", "--listen", f"127.0.0.1:{port}", "--pages", options.pages]
    environ = {**os.environ, "BENCH_SECRET": "a secret of the bench"}
    command = [sys.executable, "-m", "accord", *words, "--ledger", str(folder / "ledger")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=environ, stderr=log) as process:
        try:
            until(lambda: asked(port, "/-/ready"))
            cpu_s, mib = used(process.pid)
            took_s, waited = flooded(port, options.deviations, options.seconds)
            flood_cpu_s, _ = used(process.pid)
            time.sleep(options.settle)
            all_cpu_s, most_mib = used(process.pid)
            print(
                f"{options.deviations} deviations in {took_s:.1f} s ({options.pages} pages): a POST of {TOGETHER} waited"
                f" p50 {waited[len(waited) // 2] * 1000:.0f} ms, p99 {waited[int(len(waited) * 0.99)] * 1000:.0f} ms;"
                f" processor {flood_cpu_s - cpu_s:.1f} s in the flood, {all_cpu_s - flood_cpu_s:.1f} s in"
                f" {options.settle:.0f} s after it; memory {mib} MiB before, {most_mib} MiB at most"
            )
            print(accounted(folder / "ledger", options.deviations, hook))
        finally:
            process.terminate()
    hook.server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deviations", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--pages", default="3/10m")
    parser.add_argument("--settle", type=float, default=60.0, help="seconds after the flood in which bundles leave")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options)


if __name__ == "__main__":
    main()
