"""Spans a second at which the receiver acknowledges 99 of 100 requests within 100 ms, beside a bare parse of the same bytes.

    uv run python bench/receive.py [--seconds N] [--fsync group|none]

Starts `accord observe --listen` in a temporary folder and sends requests of 512 spans (caller and callee, a dozen attributes)
over loopback from a process of its own, at a fixed rate: a request that could not be sent when it was due counts from when it
was due. The rate grows by a quarter until twice at the same rate the 99th percentile is above 100 ms or anything is
refused; then it stops by itself.
Beside it, in this process: the protobuf library's parse of the same bytes, and that parse with a walk over all attributes.
"""

import argparse
import http.client
import multiprocessing
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

SPANS, CONNECTIONS, BODIES, LIMIT_S, STEP, LATENESS_S = 512, 8, 16, 0.1, 1.25, 5
MARK = b"\x11\x22\x33\x44\x55\x66\x77\x08"
WORDS = ("url.scheme", "user_agent.original", "client.address", "network.protocol.version", "thread.name", "host.arch")


def pair(key: str, value: str | int) -> KeyValue:
    found = KeyValue(key=key)
    if isinstance(value, int):
        found.value.int_value = value
    else:
        found.value.string_value = value
    return found


def body(number: int) -> bytes:
    """256 calls of one service to another; every trace id begins with MARK, so that each sending can have its own."""
    made = ExportTraceServiceRequest()
    for kind in (3, 2):
        resource = made.resource_spans.add()
        resource.resource.attributes.append(pair("service.name", f"svc-{number + (kind == 2)}"))
        scope = resource.scope_spans.add()
        for each in range(SPANS // 2):
            own = (number * SPANS + each) * 2 + 2
            began = time.time_ns() - each * 1_000_000
            span = scope.spans.add(
                trace_id=MARK + own.to_bytes(8, "big"), span_id=(own + (kind == 2)).to_bytes(8, "big"),
                parent_span_id=(own if kind == 2 else 1).to_bytes(8, "big"), name="POST", kind=kind,
                start_time_unix_nano=began, end_time_unix_nano=began + 5_000_000 + each,
            )  # fmt: skip
            span.attributes.extend([pair("http.request.method", "POST"), pair("http.route", f"/op{each % 5}")])
            span.attributes.extend(
                [pair("http.response.status_code", 200), pair("server.address", f"svc-{number + 1}")]
            )
            span.attributes.extend(
                [pair("url.path", f"/op{each % 5}/{own}"), *(pair(word, "some value") for word in WORDS)]
            )
    return made.SerializeToString()


def send(url: str, bodies: list[bytes], rate: float, seconds: float, first: int, answer: object) -> None:
    """Sends at a rate, and puts (latencies, refused) into the queue."""
    address = urlsplit(url)
    started, count = time.perf_counter() + 0.2, int(rate * seconds / SPANS)
    taken: list[float] = []
    refused: list[int] = []
    numbers = iter(range(count))
    lock = threading.Lock()

    def sender() -> None:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            due = started + number * SPANS / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            mark = (first + number + 1).to_bytes(8, "big")
            told = bodies[number % len(bodies)].replace(MARK, mark)
            connection.request("POST", address.path, told, {"content-type": "application/x-protobuf"})
            status = connection.getresponse()
            status.read()
            (taken if status.status == 200 else refused).append(time.perf_counter() - due)  # type: ignore[arg-type]

    threads = [threading.Thread(target=sender) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer.put((taken, len(refused), time.perf_counter() - started))  # type: ignore[attr-defined]


def parse_once(data: bytes) -> object:
    return ExportTraceServiceRequest.FromString(data)


def walk_once(data: bytes) -> None:
    for resource in ExportTraceServiceRequest.FromString(data).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                _ = span.trace_id, span.span_id, span.start_time_unix_nano, span.end_time_unix_nano
                {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def speed(work: Callable[[bytes], object], bodies: list[bytes]) -> float:
    """Spans a second of CPU."""
    started, count = time.process_time(), 0
    while time.process_time() - started < 2.0:
        work(bodies[count % len(bodies)])
        count += 1
    return count * SPANS / (time.process_time() - started)


def climb(url: str, bodies: list[bytes], seconds: float) -> float:
    """The highest rate at which the limit held."""
    best, rate, first, missed = 0.0, 8_000.0, 1, 0
    answer: multiprocessing.Queue[tuple[list[float], int, float]] = multiprocessing.Queue()
    send(url, bodies, rate, 2.0, 1 << 40, answer)
    answer.get()
    time.sleep(LATENESS_S + 2)  # until the first ones are settled, which nobody counts
    while rate < 1_000_000:
        process = multiprocessing.Process(target=send, args=(url, bodies, rate, seconds, first, answer))
        process.start()
        taken, refused, elapsed = answer.get()
        process.join()
        first += int(rate * seconds)
        p99 = sorted(taken)[max(0, int(len(taken) * 0.99) - 1)] if taken else float("inf")
        print(f"{rate:>10,.0f} spans/s: {len(taken) * SPANS / elapsed:>9,.0f} acknowledged, p99 {p99 * 1000:6.0f} ms, {refused} refused")  # fmt: skip
        if p99 <= LIMIT_S and not refused:
            best, rate, missed = rate, rate * STEP, 0
        elif missed:
            break
        else:
            missed = 1
    return best


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=8.0)
    arguments.add_argument("--fsync", default="group")
    told = arguments.parse_args()
    bodies = [body(number) for number in range(BODIES)]
    print(
        f"requests of {SPANS} spans, {len(bodies[0]) / SPANS:.0f} bytes a span, {CONNECTIONS} connections, loopback, fsync {told.fsync}"
    )
    bare, walked = speed(parse_once, bodies), speed(walk_once, bodies)
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "accord", "observe", "--listen", "127.0.0.1:0", "--grpc", "off", "--lateness", f"{LATENESS_S}s",
               "--store", str(Path(folder) / "store.duckdb"), "--fsync", told.fsync, "--complete"]  # fmt: skip
        receiver = subprocess.Popen(run, stderr=subprocess.PIPE, text=True)
        assert receiver.stderr is not None
        url = receiver.stderr.readline().split()[4].rstrip(",")
        best = climb(url, bodies, told.seconds)
        receiver.terminate()
        print(receiver.stderr.read().splitlines()[0])
        receiver.wait()
    print(
        f"acknowledged with p99 under {LIMIT_S * 1000:.0f} ms   {best:>10,.0f} spans/s (settled into DuckDB meanwhile)"
    )
    print(f"bare parse, one process            {bare:>10,.0f} spans/s of CPU, ours is {best / bare:.2f} of it")
    print(f"parse and walk attributes          {walked:>10,.0f} spans/s of CPU, ours is {best / walked:.2f} of it")


if __name__ == "__main__":
    main()
