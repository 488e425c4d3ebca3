"""A receiver as a real process, requests to send to it, and what it says of itself."""

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

PROTOBUF = {"content-type": "application/x-protobuf"}


class Process:
    """`accord observe --listen` on loopback, ended with the block."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.store = folder / "observed.duckdb"
        self.arguments = [
            sys.executable, "-m", "accord", "observe", "--listen", "127.0.0.1:0", "--grpc", "127.0.0.1:0",
            "--store", str(self.store), "--complete", *options,
        ]  # fmt: skip
        self.process: subprocess.Popen[str]
        self.http = self.grpc = ""

    def __enter__(self) -> "Process":
        self.process = subprocess.Popen(self.arguments, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        words = self.process.stderr.readline().split()
        assert words[:2] == ["listening", "for"], words
        self.http, self.grpc = words[4], words[8].rstrip(",")
        return self

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        if self.process.poll() is None:
            self.kill()
        if self.process.stderr is not None:
            self.process.stderr.close()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(self.http.replace("/v1/traces", "/state"), timeout=20).json()
        return found

    def until_settled(self) -> dict[str, Any]:
        for _ in range(1200):
            state = self.state()
            if not state["queued"] and not state["waiting"]:
                return state
            time.sleep(0.1)
        raise AssertionError(f"still waiting: {state}")

    def shown(self) -> list[dict[str, Any]]:
        """The boundaries of the store, once this process has ended."""
        run = [sys.executable, "-m", "accord", "observe", str(self.store), "--format", "json"]
        told = subprocess.run(run, capture_output=True, text=True, check=False)
        return json.loads(told.stdout)["boundaries"] if told.returncode == 0 else []


def pair(key: str, value: str) -> KeyValue:
    found = KeyValue(key=key)
    found.value.string_value = value
    return found


def request(number: int, sides: tuple[int, ...] = (3, 2), count: int = 1, began_ns: int = 0) -> bytes:
    """So many calls of checkout to payments, whose ids follow from `number`; 3 is the caller's side, 2 the callee's."""
    made = ExportTraceServiceRequest()
    for kind in sides:
        resource = made.resource_spans.add()
        resource.resource.attributes.append(pair("service.name", "checkout" if kind == 3 else "payments"))
        scope = resource.scope_spans.add()
        for each in range(count):
            trace, now = number * 100_000 + each + 1, began_ns or time.time_ns()
            scope.spans.add(
                trace_id=trace.to_bytes(16, "big"),
                span_id=(trace * 2 + (kind == 2)).to_bytes(8, "big"),
                parent_span_id=(trace * 2 if kind == 2 else 7).to_bytes(8, "big"),
                name="POST /charges", kind=kind, start_time_unix_nano=now - 1_000_000, end_time_unix_nano=now,
            )  # fmt: skip
    return made.SerializeToString()
