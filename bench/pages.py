"""Times the overview and the page of a boundary with 5 and with 5,000 boundaries: from request to answer on loopback, and its size.

    uv run python bench/pages.py [--boundaries N]... [--rounds N]

A service of its own for each size, with 20 deviations open. After the first request, in which the contracts are judged, pages are
asked for one after another. Prints the median and the 95th percentile in ms, and the bytes of the page.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import httpx

PER_SERVICE, OPEN = 5, 20
SERVICE = """\
party: service-{number}
owner: team-{team}
promises:
  ask:
    latency: {{max: {promised}ms}}
    idempotent: {idempotent}
    detect: {{latency: {{by: Service{number}Slow, within: 2m}}}}
    recover: {{by: team-{team}, within: 30m}}
"""
ASSUMED = "  service-{number}/ask: {{timeout: {{attempt: {waits}ms}}, attempts: {attempts}}}\n"
TEAM = "---\nparty: team-{team}\npromises:\n  page: {{acknowledge: 5m, hours: 24x7}}\n"


def contracts(boundaries: int) -> str:
    """Services that each call five others; every seventh waits less than is promised."""
    services = max(boundaries // PER_SERVICE, 2)
    teams = max(services // 10, 1)
    made, left = [], boundaries
    for number in range(services):
        text = SERVICE.format(
            number=number,
            team=number % teams,
            promised=1000 + number % 7 * 500,
            idempotent="never" if number % 11 == 0 else "{key: order}",
        )
        calls = min(PER_SERVICE, services - 1, left)
        left -= calls
        if calls:
            text += "assumes:\n"
        for step in range(1, calls + 1):
            waits = 800 if (number + step) % 7 == 0 else 9000
            text += ASSUMED.format(number=(number + step) % services, waits=waits, attempts=1 + step % 3)
        made.append(text)
    return "---\n".join(made) + "".join(TEAM.format(team=team) for team in range(teams))


def served(folder: Path, boundaries: int) -> tuple[subprocess.Popen[bytes], httpx.Client]:
    """A service on these contracts, ready."""
    (folder / "accord.yaml").write_text(contracts(boundaries))
    words = ("serve", str(folder), "--last", "keeper", "--listen", "127.0.0.1:0", "--ledger", str(folder / "ledger"))
    process = subprocess.Popen(
        [sys.executable, "-m", "accord", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"http://" in line or b"127.0.0.1:" in line:
            where = next(word for word in line.decode().replace("http://", "").split() if word.startswith("127.0.0.1:"))
            return process, httpx.Client(base_url=f"http://{where.rstrip('.,;/')}", timeout=300)
    raise SystemExit(f"the service ended with {process.wait()}")


def timed(client: httpx.Client, where: str, rounds: int) -> tuple[list[float], int]:
    """Milliseconds of each request, and the bytes of the last answer."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = client.get(where)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text[:200]
    return sorted(times), len(answer.content)


def measured(boundaries: int, rounds: int) -> None:
    """Prints the figures of one size."""
    with tempfile.TemporaryDirectory() as name:
        process, client = served(Path(name), boundaries)
        try:
            alerts = [{"labels": {"alertname": f"Service{number}Slow"}} for number in range(OPEN)]
            assert client.post("/api/v2/alerts", json=alerts).status_code == 200
            began = time.perf_counter()
            client.get("/")
            first_s = time.perf_counter() - began
            key = {"consumer": "service-0", "provider": "service-1", "operation": "ask"}
            for where in ("/", "/boundary?" + urlencode(key), "/deviations", "/findings"):
                times, size = timed(client, where, rounds)
                high = times[int(len(times) * 0.95)]
                print(
                    f"{boundaries:5} boundaries  {where[:12]:12}  {median(times):6.1f} ms  {high:6.1f} ms p95  {size:7} B"
                )
            print(f"{boundaries:5} boundaries  the first page after the contracts were read: {first_s:.1f} s")
        finally:
            client.close()
            process.terminate()
            process.wait(60)


def main() -> None:
    """Measures each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boundaries", type=int, action="append", help="5 and 5,000 where nothing is said")
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    for boundaries in asked.boundaries or (5, 5000):
        measured(boundaries, asked.rounds)


if __name__ == "__main__":
    main()
