"""Accord beside Alertmanager: what an end of the process loses, what is accepted in a second, how soon a webhook hears of it.

    uv run python bench/live.py [loss] [accept] [latency] [late] [--runs N] [--alerts N] [--rounds N] [--only TEXT]

Both take the same alerts by the same API and tell the same webhook, which writes down when it heard of what. Alertmanager is
Debian's prometheus-alertmanager, with a group for each alert. Every case begins in an empty folder. A 200 of Accord is on the
disk (fsync); one of Alertmanager is in memory. Both run in turn, so that a busy machine is busy for both.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, ClassVar

CASES = ("loss", "accept", "latency", "late")
FAR_FUTURE = "2099-01-01T00:00:00Z"
CONFIG = """\
[vocabulary]
partition = ["seq"]
[channels.hook]
kind = "webhook"
url = "http://127.0.0.1:{port}/"
secret_env = "BENCH_SECRET"
deadline = "10s"
allow_private = ["127.0.0.0/8"]
[people.keeper]
channels = ["hook"]
"""
ROUTE = """\
route: {{receiver: hook, group_by: ['...'], group_wait: {wait}, group_interval: {interval}, repeat_interval: 4h}}
receivers:
- name: hook
  webhook_configs: [{{url: 'http://127.0.0.1:{port}/', send_resolved: true}}]
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


# ---------------------------------------------------------------------- the webhook


def heard(body: bytes) -> list[tuple[str, int, str]]:
    """Of each alert in a notification: which, when it was sent, and whether it fires or is over."""
    told = json.loads(body)
    if "alerts" in told:
        return [(one["labels"]["seq"], int(one["annotations"].get("sent", 0)), one["status"]) for one in told["alerts"]]
    about = "resolved" if told["about"] in ("claimed", "closed", "missed") else "firing"
    seqs = [told["subject"], *told["also"]]
    return [(seq.rpartition("[")[2].rstrip("]"), int(told["seen"].rpartition(" ")[2] or 0), about) for seq in seqs]


def message_of(body: bytes) -> str:
    """Which message it is: copies of one have the same; Alertmanager repeats what it has of a group."""
    told = json.loads(body)
    return str(told.get("id") or f"{told['groupKey']} {told['status']}")


class Hook(asyncio.Protocol):
    """Answers each POST as `mode` says: a status, or `late:SECONDS` for a 200 that comes late; writes down what it heard."""

    mode = "200"
    log: ClassVar[list[tuple[int, str, int, str, str, str]]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.data = transport, b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = self.data[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.data) < end + 4 + length:
                return
            body, self.data = self.data[end + 4 : end + 4 + length], self.data[end + 4 + length :]
            self.take(head.split(b" ")[1].decode(), body)

    def take(self, path: str, body: bytes) -> None:
        if path.startswith("/mode/"):
            Hook.mode = path.removeprefix("/mode/")
            self.answer(200, b"ok")
        elif path == "/log":
            self.answer(200, json.dumps(Hook.log).encode())
        elif path == "/clear":
            Hook.log.clear()
            self.answer(200, b"ok")
        else:
            now = time.time_ns()
            Hook.log += [(now, *one, Hook.mode, message_of(body)) for one in heard(body)]
            status, _, late_s = Hook.mode.partition(":")
            if late_s:
                asyncio.get_running_loop().call_later(float(late_s), self.answer, 200, b"ok")
            else:
                self.answer(int(status), b"ok")

    def answer(self, status: int, body: bytes) -> None:
        if not self.transport.is_closing():
            head = b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
            self.transport.write(head + body)  # type: ignore[attr-defined]


def hook_process(port: int) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Hook, "127.0.0.1", port, backlog=2048)
        await server.serve_forever()

    asyncio.run(serve())


class Receiver:
    """The webhook, in a process of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process = multiprocessing.Process(target=hook_process, args=(self.port,), daemon=True)
        self.process.start()
        until(lambda: self.get("/log") is not None)

    def get(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.read()
        except OSError:
            return None

    def mode(self, mode: str) -> None:
        self.get(f"/mode/{mode}")

    def log(self, seq: str = "") -> list[tuple[int, str, int, str, str, str]]:
        return [tuple(one) for one in json.loads(self.get("/log")) if seq in ("", one[1])]

    def told(self, seq: str) -> list[str]:
        """What was heard of it while the webhook answered 200."""
        return [one[3] for one in self.log(seq) if one[4] == "200"]


def until(what: Callable[[], Any], within_s: float = 30.0) -> Any:
    ends = time.monotonic() + within_s
    found = what()
    while not found and time.monotonic() < ends:
        time.sleep(0.02)
        found = what()
    return found


# ---------------------------------------------------------------------- the two


class Target(ABC):
    """One of the two, in a folder of its own; `wait` and `interval` are those of Alertmanager's groups."""

    name = ""

    def __init__(self, hook: Receiver, wait: str = "0s", interval: str = "5s") -> None:
        self.hook, self.folder, self.port = hook, Path(tempfile.mkdtemp(prefix="accord-bench-")), free_port()
        self.prepare(wait, interval)

    @abstractmethod
    def prepare(self, wait: str, interval: str) -> None:
        """Writes its files."""

    @abstractmethod
    def command(self) -> list[str]:
        """How it is started."""

    def start(self) -> None:
        environ = {**os.environ, "BENCH_SECRET": "a secret of the bench"}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command(), env=environ, stdout=log, stderr=log)
        if not until(lambda: self.status("GET", "/-/ready") == 200, 60):
            raise SystemExit(f"{self.name} did not start: {(self.folder / 'log').read_text()}")

    def end(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait()

    def status(self, method: str, path: str, body: bytes | None = None) -> int:
        address = f"http://127.0.0.1:{self.port}{path}"
        asked = urllib.request.Request(address, body, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def post(self, seq: str, ends: str = FAR_FUTURE) -> int:
        return self.status("POST", "/api/v2/alerts", alert(seq, time.time_ns(), ends))

    def silence(self, seq: str) -> int:
        told = {
            "matchers": [{"name": "seq", "value": seq, "isRegex": False}],
            "startsAt": "2020-01-01T00:00:00Z",
            "endsAt": FAR_FUTURE,
            "createdBy": "bench",
            "comment": "of the bench",
        }
        return self.status("POST", "/api/v2/silences", json.dumps(told).encode())

    def processes(self) -> list[str]:
        """Its process and those that it began."""
        process = str(self.process.pid)
        return [process, *Path(f"/proc/{process}/task/{process}/children").read_text().split()]

    def cpu_s(self) -> float:
        """Processor time of all of them."""
        stats = [Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split() for each in self.processes()]
        return sum(int(each[11]) + int(each[12]) for each in stats) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Memory of all of them; what they share counts once."""
        told = [Path(f"/proc/{each}/smaps_rollup").read_text() for each in self.processes()]
        return sum(int(each.partition("\nPss:")[2].split()[0]) for each in told) / 1e3

    def remove(self) -> None:
        if self.process.poll() is None:
            self.end()
        shutil.rmtree(self.folder, ignore_errors=True)


class Alertmanager(Target):
    name = "Alertmanager"

    def prepare(self, wait: str, interval: str) -> None:
        (self.folder / "am.yml").write_text(ROUTE.format(wait=wait, interval=interval, port=self.hook.port))

    def command(self) -> list[str]:
        return [
            "prometheus-alertmanager",
            f"--config.file={self.folder}/am.yml",
            f"--storage.path={self.folder}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
            "--log.level=error",
        ]


class Accord(Target):
    name = "Accord"

    def prepare(self, wait: str, interval: str) -> None:
        (self.folder / "accord.toml").write_text(CONFIG.format(port=self.hook.port))

    def command(self) -> list[str]:
        serve = [sys.executable, "-m", "accord", "serve", str(self.folder), "--last", "keeper"]
        return [
            *serve,
            "--listen",
            f"127.0.0.1:{self.port}",
            "--ledger",
            str(self.folder / "ledger"),
            "--pages",
            "none",
        ]


TARGETS: tuple[type[Target], ...] = (Alertmanager, Accord)


def alert(seq: str, sent_ns: int, ends: str = FAR_FUTURE) -> bytes:
    """One alert; an end in the past tells that it is over."""
    labels = {"alertname": "bench", "severity": "critical", "seq": seq}
    annotations = {"sent": str(sent_ns), "summary": f"sent {sent_ns}"}
    return json.dumps([{"labels": labels, "annotations": annotations, "endsAt": ends}]).encode()


@contextmanager
def started(kind: type[Target], hook: Receiver, **options: str) -> Iterator[Target]:
    hook.mode("200")
    target = kind(hook, **options)
    try:
        target.start()
        yield target
    finally:
        target.remove()


# ---------------------------------------------------------------------- what is lost


def killed(target: Target, seq: str, number: int) -> bool:
    """Accepted, ended at once, started again: is it told? The source says it once."""
    assert target.post(seq) == 200
    target.end(number)
    target.start()
    return bool(until(lambda: "firing" in target.hook.told(seq), 9))


def silence_kept(target: Target, seq: str) -> bool:
    """A silence is accepted, the process killed: is nobody told of what it is for?"""
    assert target.silence(seq) == 200
    target.end()
    target.start()
    target.post(seq)
    time.sleep(3)
    told = target.hook.log(seq)
    return not told or (target.name == "Accord" and held_only(target, seq))


def held_only(target: Target, seq: str) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{target.port}/api/v1/deviations", timeout=10) as answer:
        return [one["phase"] for one in json.load(answer)["deviations"] if f"[{seq}]" in one["key"]] == ["held"]


def end_told(target: Target, seq: str) -> bool:
    """Told to fire, killed, over while it was away and said once after it is back: is the end told?"""
    target.post(seq)
    until(lambda: "firing" in target.hook.told(seq), 9)
    target.end()
    target.start()
    target.post(seq, ends="2020-01-02T00:00:00Z")
    return bool(until(lambda: "resolved" in target.hook.told(seq), 12))


def short_told(target: Target, seq: str) -> bool:
    """It begins and ends while the webhook is down: is it ever told?"""
    target.hook.mode("500")
    target.post(seq)
    time.sleep(3)
    target.post(seq, ends="2020-01-02T00:00:00Z")
    time.sleep(20)
    target.hook.mode("200")
    return bool(until(lambda: target.hook.told(seq), 60))


LOSSES: tuple[tuple[str, Callable[[Target, str], bool], dict[str, str]], ...] = (
    ("told after 200 and SIGKILL", lambda target, seq: killed(target, seq, signal.SIGKILL), {"wait": "5s"}),
    ("told after 200 and SIGTERM", lambda target, seq: killed(target, seq, signal.SIGTERM), {"wait": "5s"}),
    ("silence kept over SIGKILL", silence_kept, {}),
    ("end told after SIGKILL", end_told, {"interval": "2s"}),
    ("begun and ended while the webhook is down: told", short_told, {"interval": "5s"}),
)


def loss(hook: Receiver, options: argparse.Namespace) -> None:
    print(f"\nWhat an end of the process loses: how often it went well, of {options.runs} fresh runs each")
    for what, went_well, settings in [each for each in LOSSES if options.only in each[0]]:
        counted = {kind.name: 0 for kind in TARGETS}
        for run in range(options.runs):
            for kind in TARGETS:
                with started(kind, hook, **settings) as target:
                    counted[kind.name] += went_well(target, f"{kind.name}{run}")
                    hook.get("/clear")
        print(
            f"  {what:50}" + "".join(f"  {name} {count}/{options.runs}" for name, count in counted.items()), flush=True
        )


# ---------------------------------------------------------------------- how fast


async def posted(port: int, jobs: list[tuple[int, float]], took: list[float]) -> None:
    """Posts one alert after the other on one connection, each not before its instant."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, due in jobs:
        if (pause := due - time.time()) > 0:
            await asyncio.sleep(pause)
        sent = time.time_ns()
        body = alert(str(number), sent)
        head = f"POST /api/v2/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            raise SystemExit(f"refused: {answer!r}")
        length = int(answer.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        await reader.readexactly(length)
        took.append((time.time_ns() - sent) / 1e6)
    writer.close()


def load(target: Target, alerts: int, connections: int, per_s: float = 0) -> tuple[float, list[float]]:
    """Seconds until all were accepted, and for how long each POST waited (ms)."""
    begins = time.time() + 0.2
    jobs = [
        [(number, begins + number / per_s if per_s else 0.0) for number in range(first, alerts, connections)]
        for first in range(connections)
    ]
    took: list[float] = []

    async def all_of_them() -> None:
        await asyncio.gather(*(posted(target.port, each, took) for each in jobs))

    began = time.time()
    asyncio.run(all_of_them())
    return time.time() - began, took


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def accept(hook: Receiver, options: argparse.Namespace) -> None:
    print(
        f"\n{options.alerts} alerts, one to a POST, 32 connections, as fast as they are accepted; medians of {options.rounds}"
    )
    rates: dict[str, list[float]] = {kind.name: [] for kind in TARGETS}
    for _ in range(options.rounds):
        for kind in TARGETS:
            with started(kind, hook) as target:
                before = target.cpu_s()
                took_s, waited = load(target, options.alerts, 32)
                rates[kind.name].append(options.alerts / took_s)
                began = time.time() - took_s
                until(lambda: len({one[1] for one in hook.log()}) >= options.alerts, 120)
                told_s = time.time() - began
                cpu = (target.cpu_s() - before) / options.alerts * 1000
                print(
                    f"  {kind.name:13} {options.alerts / took_s:6.0f}/s  p50 {at(waited, 0.5):5.1f} ms  p99 {at(waited, 0.99):6.1f} ms"
                    f"  all told after {told_s:4.1f} s  CPU {cpu:.2f} s per 1,000  {target.resident_mb():.0f} MB",
                    flush=True,
                )
                hook.get("/clear")
    ours, theirs = median(rates["Accord"]), median(rates["Alertmanager"])
    print(f"  accepted/s, durable against volatile: {ours:.0f} / {theirs:.0f} = {ours / theirs:.2f}")


def latency(hook: Receiver, options: argparse.Namespace) -> None:
    for per_s in (200, 1000):
        alerts = per_s * 10
        print(f"\n{alerts} alerts at {per_s}/s: from the POST to the webhook; {options.rounds} rounds")
        for _ in range(options.rounds):
            for kind in TARGETS:
                with started(kind, hook) as target:
                    load(target, alerts, 32, per_s)
                    until(lambda alerts=alerts: len({one[1] for one in hook.log()}) >= alerts, 60)
                    first: dict[str, float] = {}
                    for heard_ns, seq, sent_ns, *_ in hook.log():
                        first.setdefault(seq, (heard_ns - sent_ns) / 1e6)
                    waited = list(first.values())
                    print(
                        f"  {kind.name:13} told {len(first)}/{alerts}  p50 {at(waited, 0.5):7.1f} ms  p99 {at(waited, 0.99):7.1f} ms"
                        f"  CPU {target.cpu_s() / alerts * 1000:.2f} s per 1,000  {target.resident_mb():.0f} MB",
                        flush=True,
                    )
                    hook.get("/clear")


def late(hook: Receiver, options: argparse.Namespace) -> None:
    """A webhook that does the work and answers after 15 s, later than both wait (10 s). Whoever is asked next, or again, gets a new message."""
    print(
        f"\nA webhook that answers after 15 s, against a deadline of 10 s: each message's copies in {options.late_s:.0f} s"
    )
    for kind in TARGETS:
        with started(kind, hook, interval="10s") as target:
            hook.mode("200:15")
            target.post("late")
            began = time.time_ns()
            time.sleep(options.late_s)
            heard_at: dict[str, list[float]] = {}
            for heard_ns, *_, message in hook.log("late"):
                heard_at.setdefault(message, []).append((heard_ns - began) / 1e9)
            for copies in heard_at.values():
                said = ", ".join(f"{each:.0f}" for each in copies)
                print(f"  {kind.name:13} {len(copies):3}  at {said} s", flush=True)
            hook.get("/clear")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], help="all where none is named")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", default="", help="of the losses those whose name has this in it")
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--late-s", type=float, default=300)
    options = parser.parse_args()
    if shutil.which("prometheus-alertmanager") is None:
        raise SystemExit("this needs prometheus-alertmanager (Debian's package of that name)")
    hook = Receiver()
    for name in options.cases or CASES:
        {"loss": loss, "accept": accept, "latency": latency, "late": late}[name](hook, options)


if __name__ == "__main__":
    main()
