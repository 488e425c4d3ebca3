"""`accord serve` as a process of its own, with a webhook that writes down what it is told; loopback only."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from serving import CONTRACTS

from ports import free_port

SECRET = "a secret of the tests"
CONFIGURATION = """\
[vocabulary]
partition = ["seq"]

[channels.hook]
kind = "webhook"
url = "http://127.0.0.1:{port}/"
secret_env = "HOOK_SECRET"
deadline = "5s"
allow_private = ["127.0.0.0/8"]

"""
PERSON = '[people."{name}"]\nchannels = ["hook"]\n'
TOLD = ("payments-oncall", "second", "checkout", "keeper")


def eventually(what: Callable[[], Any], within_s: float = 20.0) -> Any:
    """What it gives once that is true; the last of it where it never is."""
    ends = time.monotonic() + within_s
    found = what()
    while not found and time.monotonic() < ends:
        time.sleep(0.02)
        found = what()
    return found


class Hook:
    """A webhook: what was told, in order; `status` is what it answers, `pauses_s` how long it takes."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.status, self.pauses_s = 200, 0.0
        hook = self

        class Taking(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                time.sleep(hook.pauses_s)
                if hook.status == 200:
                    hook.told.append(json.loads(body))
                self.send_response(hook.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def about(self, *words: str, person: str = "") -> list[dict[str, Any]]:
        return [one for one in self.told if one["about"] in words and person in ("", one["person"])]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Running:
    """One process on a folder that outlives it."""

    def __init__(self, folder: Path, hook: Hook, contracts: str = CONTRACTS, told: Iterable[str] = TOLD) -> None:
        self.folder, self.port = folder, free_port()
        (folder / "accord.yaml").write_text(contracts)
        people = "".join(PERSON.format(name=name) for name in told)
        (folder / "accord.toml").write_text(CONFIGURATION.format(port=hook.port) + people)
        self.ledger = folder / "ledger"
        self.process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def start(self, *options: str, **environ: str) -> "Running":
        log = (self.folder / "log").open("ab")
        words = ["serve", str(self.folder), "--last", "keeper", "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "accord", *words, "--ledger", str(self.ledger), *options],
            env={**os.environ, "HOOK_SECRET": SECRET, **environ},
            stderr=log,
        )
        assert eventually(self.is_ready, 60), self.log()
        return self

    def is_ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"it ended: {self.log()}")
        try:
            return self.client.get("/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def end(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def alert(self, seq: str = "", **more: Any) -> None:
        labels = {"alertname": "PaymentsSlow", "severity": "critical", "seq": seq}
        told = [{"labels": labels, "annotations": {"summary": "p99 is 6s"}} | more]
        answer = self.client.post("/api/v2/alerts", json=told)
        assert answer.status_code == 200, answer.text

    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/api/v1/deviations?open=all").json()["deviations"]
        return found

    def close(self) -> None:
        self.client.close()
        if self.process is not None and self.process.poll() is None:
            self.end()
