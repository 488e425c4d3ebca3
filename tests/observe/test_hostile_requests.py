"""Hostile input against a real receiver, over HTTP and gRPC at once: it never ends, its memory is bounded, and every refusal is counted.

A short run by default; ACCORD_HOSTILE_SECONDS makes it that long (see .ci/nightly), and -s shows what was counted.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import grpc
import httpx
from hostile import EXPORT, cut_short, field, over_grpc, over_http, raw_grpc, within_a_span
from senders import PROTOBUF, Process, request

from accord.observe.reading import otlp
from accord.observe.reading.batch import Batch

SECONDS = float(os.environ.get("ACCORD_HOSTILE_SECONDS", "6"))
MOST_MB = 1500
ANSWERS = {200, 400, 413, 415, 429}
CODES = {
    grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL,
    grpc.StatusCode.CANCELLED,
}  # fmt: skip
"""gRPC's own library says the last two: of data that is not compressed as it says, and of a message it stops reading."""


class Sending:
    """Senders, each in a thread of its own, until the time is over; `told` counts what was answered, `failed` what went wrong."""

    def __init__(self, live: Process) -> None:
        self.live, self.told, self.failed = live, Counter[str](), list[BaseException]()
        self._until = time.monotonic() + SECONDS
        self._threads = [
            threading.Thread(target=self._run, args=(number, send))
            for number, send in enumerate((self._http, self._grpc, self._raw))
        ]
        self._client = httpx.Client(timeout=60)
        self._channel = grpc.insecure_channel(live.grpc)
        self._export = self._channel.unary_unary(EXPORT.decode())

    def __enter__(self) -> "Sending":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._channel.close()

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self._until and not self.failed

    @property
    def refused(self) -> int:
        return sum(count for what, count in self.told.items() if what.startswith("refused"))

    def _run(self, seed: int, send: Callable[[random.Random], str]) -> None:
        chance = random.Random(seed)
        try:
            while self.goes_on:
                self.told[send(chance)] += 1
        except BaseException as error:
            self.failed.append(error)

    def _http(self, chance: random.Random) -> str:
        body, headers = over_http(chance)
        status = self._client.post(self.live.http, content=body, headers=headers).status_code
        assert status in ANSWERS, status
        return "taken over HTTP" if status == 200 else f"refused over HTTP, {status}"

    def _grpc(self, chance: random.Random) -> str:
        body, squeezed = over_grpc(chance)
        compression = grpc.Compression.Gzip if squeezed else grpc.Compression.NoCompression
        try:
            self._export(body, compression=compression, timeout=60)
        except grpc.RpcError as refused:
            assert refused.code() in CODES, refused
            return f"refused over gRPC, {refused.code().name}"
        return "taken over gRPC"

    def _raw(self, chance: random.Random) -> str:
        time.sleep(0.1)
        if chance.random() < 0.5:
            cut_short(address(self.live.http), chance)
            return "refused over HTTP, cut short"
        raw_grpc(address(f"http://{self.live.grpc}"), chance)
        return "refused over gRPC, raw"


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


def memory_mb(live: Process, which: str = "VmRSS") -> float:
    """Resident memory now, or the most there was (VmHWM), where the system tells it in /proc; 0 elsewhere."""
    status = Path(f"/proc/{live.process.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(which)), 0)


def refusals(live: Process) -> int:
    """Requests that the receiver says it refused; spans refused one by one have no status before their reason."""
    return sum(count for reason, count in live.state()["refused"].items() if reason[:3].isdigit())


def test_hostile_requests_are_refused_and_counted_or_read_and_never_end_it(tmp_path: Path):
    with Process(tmp_path, "--lateness", "500ms") as live:
        at_first, middle = memory_mb(live), 0.0
        with Sending(live) as sending:
            half = time.monotonic() + SECONDS / 2
            while sending.goes_on:
                time.sleep(0.2)
                middle = middle or (memory_mb(live, "VmHWM") if time.monotonic() > half else 0)
        assert not sending.failed, (sending.failed, sending.told, live.state(), memory_mb(live, "VmHWM"))
        for _ in range(100):
            if refusals(live) == sending.refused:
                break
            time.sleep(0.2)
        state = live.state()
        most = memory_mb(live, "VmHWM")
        print(f"{SECONDS:.0f} s: {dict(sending.told)}")
        print(f"state: {state}")
        print(f"resident: {at_first:.0f} MB at first, at most {middle:.0f} MB by half of it, at most {most:.0f} MB")
        assert refusals(live) == sending.refused
        assert state["taken"]["requests"] == sending.told["taken over HTTP"] + sending.told["taken over gRPC"]
        assert live.process.poll() is None and most < MOST_MB
        assert httpx.post(live.http, content=request(1), headers=PROTOBUF).status_code == 200
        live.until_settled()
    assert sending.refused > 10 and len(sending.told) > 5


def test_long_attributes_are_not_kept_from_request_to_request():
    kept = []
    for number in range(12):
        value = field(1, b"%d" % number + b"x" * (1 << 20))
        otlp.read_protobuf(within_a_span(field(9, field(1, b"http.route") + field(2, value))), Batch())
        kept.append(sum(len(str(value)) for _, value in otlp._SEEN.pairs.values()))
    assert max(kept) < 10 << 20
