"""Four times what the receiver can take, then SIGKILL: is the rest refused as OTLP asks, and is all that was acknowledged counted once?

    uv run python bench/overload.py [--seconds N] [--capacity SPANS_A_SECOND]

First its capacity, as bench/receive.py measures it. Then 4.4 times as much, over HTTP and gRPC at once, by more connections
than it takes requests in hand; it is killed in the midst of that, started again, and left until all is settled. Whatever
answer is neither an acknowledgement nor a refusal that says when to come again, or an acknowledged span that the store does
not hold exactly once, is told, and the exit code is 1.
"""

import argparse
import http.client
import multiprocessing
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import grpc

from receive import BODIES, MARK, SPANS, body, climb

HTTP_THREADS, GRPC_THREADS, TIMES, LATENESS_S = (
    384,
    32,
    4.4,
    10,
)  # a tenth more than is meant: not all goes out when it is due
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PROTOBUF = {"content-type": "application/x-protobuf"}
REFUSED = ("HTTP 429 with Retry-After", "gRPC RESOURCE_EXHAUSTED with RetryInfo")
KILLED = "no answer: it was killed"


class Receiver:
    """`accord observe --listen` on a store."""

    def __init__(self, folder: str) -> None:
        self.store = str(Path(folder) / "store.duckdb")
        self.begin()

    def begin(self) -> None:
        run = [sys.executable, "-m", "accord", "observe", "--listen", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--lateness",
               f"{LATENESS_S}s", "--store", self.store, "--complete"]  # fmt: skip
        self.process = subprocess.Popen(run, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        words = self.process.stderr.readline().split()
        self.http, self.grpc = words[4], words[8].rstrip(",")

    def state(self) -> dict[str, object]:
        import json

        address = urlsplit(self.http)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        connection.request("GET", "/state")
        found: dict[str, object] = json.loads(connection.getresponse().read())
        return found

    def until_settled(self) -> None:
        while (state := self.state())["queued"] or state["waiting"]:
            time.sleep(0.5)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(120)

    def most_mb(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


class Load:
    """Requests at a rate, each with trace ids of its own; `acknowledged` has their marks."""

    def __init__(self, live: Receiver, bodies: list[bytes], rate: float, seconds: float) -> None:
        self.bodies, self.rate, self.live = bodies, rate, live
        self.answers: Counter[str] = Counter()
        self.acknowledged: list[int] = []
        self.sent = 0
        self._count, self._numbers = int(rate * seconds / SPANS), iter(range(1 << 62))
        self._lock, self._started = threading.Lock(), time.perf_counter() + 0.5

    def run(self) -> None:
        threads = [threading.Thread(target=self._http) for _ in range(HTTP_THREADS)]
        threads += [threading.Thread(target=self._grpc) for _ in range(GRPC_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _next(self) -> tuple[int, bytes] | None:
        with self._lock:
            number = next(self._numbers)
        if number >= self._count or self.answers[KILLED] > 0:
            return None
        time.sleep(max(0.0, self._started + number * SPANS / self.rate - time.perf_counter()))
        mark = number + 1
        return mark, self.bodies[number % len(self.bodies)].replace(MARK, mark.to_bytes(8, "big"))

    def _told(self, answer: str, mark: int) -> None:
        with self._lock:
            self.answers[answer] += 1
            self.sent += 1
            if answer == "acknowledged":
                self.acknowledged.append(mark)

    def _http(self) -> None:
        address = urlsplit(self.live.http)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        while told := self._next():
            try:
                connection.request("POST", address.path, told[1], PROTOBUF)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                self._told(KILLED, told[0])
                return
            again = " with Retry-After" if answer.headers.get("retry-after") else ""
            self._told("acknowledged" if answer.status == 200 else f"HTTP {answer.status}{again}", told[0])

    def _grpc(self) -> None:
        with grpc.insecure_channel(self.live.grpc, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            export = channel.unary_unary(EXPORT)
            while told := self._next():
                try:
                    export(told[1], timeout=60)
                except grpc.RpcError as refused:
                    details = dict(refused.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
                    again = " with RetryInfo" if b"google.rpc.RetryInfo" in details else ""
                    killed = refused.code() is grpc.StatusCode.UNAVAILABLE and not again
                    self._told(KILLED if killed else f"gRPC {refused.code().name}{again}", told[0])
                    if killed:
                        return
                else:
                    self._told("acknowledged", told[0])


def drive(live: tuple[str, str], bodies: list[bytes], rate: float, seconds: float, answer: object) -> None:
    target = Receiver.__new__(Receiver)
    target.http, target.grpc = live
    load = Load(target, bodies, rate, seconds)
    started = time.perf_counter()
    load.run()
    answer.put((load.answers, load.acknowledged, load.sent, time.perf_counter() - started))  # type: ignore[attr-defined]


def capacity(bodies: list[bytes], seconds: float) -> float:
    with tempfile.TemporaryDirectory() as folder:
        live = Receiver(folder)
        try:
            return climb(live.http, bodies, seconds)
        finally:
            live.end()


def kept(store: str, acknowledged: list[int]) -> tuple[int, int, int, int]:
    """Of the acknowledged spans how many are held, and more than once; all that are held, and the calls that were counted."""
    database = duckdb.connect(store, read_only=True)
    rows = dict(database.execute("SELECT trace_hi, count(*) FROM settled GROUP BY ALL").fetchall())
    distinct = dict(
        database.execute("SELECT trace_hi, count(DISTINCT (trace_lo, span)) FROM settled GROUP BY ALL").fetchall()
    )
    [calls] = database.execute("SELECT sum(calls) FROM sums").fetchall()[0]
    database.close()
    twice = sum(rows.get(mark, 0) - distinct.get(mark, 0) for mark in acknowledged)
    return sum(distinct.get(mark, 0) for mark in acknowledged), twice, sum(rows.values()), int(calls or 0)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=15.0)
    arguments.add_argument("--capacity", type=float, default=0.0)
    told = arguments.parse_args()
    bodies = [body(number) for number in range(BODIES)]
    rate = told.capacity or capacity(bodies, 5.0)
    print(f"capacity {rate:,.0f} spans/s; now {TIMES} times as much for {told.seconds:.0f} s, then SIGKILL")
    with tempfile.TemporaryDirectory() as folder:
        live = Receiver(folder)
        answer: multiprocessing.Queue[tuple[Counter[str], list[int], int, float]] = multiprocessing.Queue()
        load = multiprocessing.Process(
            target=drive, args=((live.http, live.grpc), bodies, rate * TIMES, told.seconds * 4, answer)
        )
        load.start()
        time.sleep(told.seconds)
        most = live.most_mb()
        live.process.kill()
        answers, acknowledged, sent, elapsed = answer.get()
        load.join()
        live.process.wait()
        live.begin()
        live.until_settled()
        most = max(most, live.most_mb())
        live.end()
        held, twice, every, calls = kept(live.store, acknowledged)
    print(f"{sent * SPANS / elapsed:,.0f} spans/s were sent in {elapsed:.0f} s ({sent * SPANS / elapsed / rate:.1f} times the capacity)")  # fmt: skip
    for what, count in answers.most_common():
        print(f"  {count:>8,} requests: {what}")
    acked = len(acknowledged) * SPANS
    print(f"acknowledged {acked:,} spans; held after the restart {held:,} of them, {twice:,} more than once")
    print(f"all spans held {every:,}, in {calls:,} calls; most memory {most:,.0f} MB")
    other = {what: count for what, count in answers.items() if what not in (*REFUSED, KILLED, "acknowledged")}
    refused = sum(answers[what] for what in REFUSED)
    holds = acked and held == acked and not twice and calls * 2 == every and refused and not other
    print("holds" if holds else f"does not hold: {other or 'see above'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
