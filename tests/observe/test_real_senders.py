"""Two real services, instrumented by OpenTelemetry, play the essay at half of its times; the provider's own record of its
charges is the truth that our counts are held against.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from essay_services import LIMIT_S, SLOW_S, TRIES
from senders import Process

from accord.model.observed import rounded
from ports import free_port

SERVICES = Path(__file__).parent / "essay_services.py"
SECOND = 1_000_000_000
SLOW, QUICK = 4, 6


@contextmanager
def service(live: Process, name: str, environment: str, *arguments: str, **more: str) -> Iterator[str]:
    port = free_port()
    told = {
        "OTEL_SERVICE_NAME": name,
        "OTEL_RESOURCE_ATTRIBUTES": f"deployment.environment.name={environment}",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://{live.grpc}" if name == "checkout" else live.http,
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "gzip",
        "NO_PROXY": "127.0.0.1",
    }
    process = subprocess.Popen(
        [sys.executable, str(SERVICES), name, str(port), *arguments], env=os.environ | told | more
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until_there(url)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def until_there(url: str) -> None:
    for _ in range(200):
        try:
            httpx.post(f"{url}/flush")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} did not come up")


def until_ended(url: str, requests: int) -> None:
    """Waits until a service has ended so many requests, those that it does for nobody among them."""
    for _ in range(1200):
        if httpx.get(f"{url}/ended", timeout=30).json() >= requests:
            return
        time.sleep(0.1)
    raise AssertionError(f"{url} did not end {requests} requests")


def played(live: Process, environment: str, charged: int, **more: str) -> tuple[list[str], Counter[str]]:
    """The essay once, which asks payments so often: what that charged by its own record, and what checkout answered."""
    with (
        service(live, "payments", environment, **more) as payments,
        service(live, "checkout", environment, payments) as checkout,
    ):
        orders = [("slow", f"{environment}-s{number}") for number in range(SLOW)]
        orders += [("quick", f"{environment}-q{number}") for number in range(QUICK)]
        with ThreadPoolExecutor(2) as senders:
            answers = list(senders.map(lambda order: ordered(checkout, *order), orders))
        for url, requests in ((payments, charged), (checkout, len(orders))):
            until_ended(url, requests)
            assert httpx.post(f"{url}/flush", timeout=60).json() is True
        charges = httpx.get(f"{payments}/record", timeout=30).json()
    return charges, Counter(answers)


def ordered(checkout: str, kind: str, order: str) -> str:
    status: str = httpx.post(f"{checkout}/orders/{kind}", params={"order": order}, timeout=30).json()["status"]
    return status


def duplicates(charges: list[str]) -> int:
    return len(charges) - len(set(charges))


def test_the_essay_is_counted_as_the_provider_s_own_record_says(tmp_path: Path):
    with Process(tmp_path, "--lateness", "1h") as live:  # however long the halves take: the next settles them
        charges, answers = played(live, "as-it-was", SLOW * TRIES + QUICK)
        spared, refused = played(live, "with-budgets", SLOW + QUICK, ENFORCE="1")
    with Process(tmp_path, "--lateness", "8s") as live:
        live.until_settled()
    rows = {(row["consumer"], row["environment"]): row for row in live.shown() if row["provider"] == "payments"}
    assert answers["given up"] == SLOW and duplicates(charges) == SLOW * (TRIES - 1)
    before: dict[str, Any] = rows["checkout", "as-it-was"]["counts"]
    assert before["repeated"] == duplicates(charges)
    assert before["calls"] == before["paired"] == len(charges)
    assert before["refused"] == 0  # nothing is enforced here
    assert before["late"] == before["error_ok"] == SLOW * TRIES
    assert before["try_3"] == before["try_2"] == SLOW
    assert LIMIT_S * SECOND <= before["caller_longest_ns"] < before["callee_longest_ns"] >= SLOW_S * SECOND
    assert before["undecided"] == before["caller_only"] == before["callee_only"] == 0
    assert refused["503"] == SLOW and duplicates(spared) == 0 and len(spared) == QUICK
    after: dict[str, Any] = rows["checkout", "with-budgets"]["counts"]
    assert (after["repeated"], after["late"], after["refused"], after["calls"]) == (0, 0, SLOW, SLOW + QUICK)
    told = shown(live)
    assert f"{SLOW * TRIES} answers came after the caller had left" in told
    assert f"{duplicates(charges)} executions of a request that was executed before" in told
    assert f"callers see at most {rounded(before['caller_longest_ns'])}, because they leave" in told


def shown(live: Process) -> str:
    run = [sys.executable, "-m", "accord", "observe", str(live.store)]
    return subprocess.run(run, capture_output=True, text=True, check=True).stdout
