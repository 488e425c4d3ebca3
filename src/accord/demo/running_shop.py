"""The shop as the demo sees it from outside: started, rushed at, asked what it charged, changed at one side."""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from msgspec import Struct

from accord.demo.asking import free_address, get, post
from accord.demo.processes import Processes, Running
from accord.model.problem import Refused

ORDERS = 6
"""How many customers buy at the same moment."""
_UPWARDS = ("ledger", "payments", "checkout", "gateway")
_SETTLED_S, _LOOK_S = 40.0, 0.25


class Rush(Struct):
    """What a rush came to: what customers were told, how often each order was charged, and which alerts of the parties fire.

    `in_all` is how often payments has charged since it was started, by its own record.
    """

    told: list[int]
    charges: dict[str, int]
    alerts: list[str]
    in_all: int

    @property
    def errors(self) -> int:
        """How many customers were told that it failed."""
        return sum(status >= 400 for status in self.told)

    @property
    def charged(self) -> int:
        """How often cards were charged."""
        return sum(self.charges.values())

    @property
    def too_many(self) -> int:
        """Charges beyond one for each order."""
        return self.charged - len(self.charges)


class Shop:
    """The four services as processes, and the receiver of their telemetry."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self.contracts = processes.folder / "contracts"
        with as_file(files("accord.demo") / "contracts") as kept:
            shutil.copytree(kept, self.contracts)
        self._services: dict[str, Running] = {}
        self.urls: dict[str, str] = {}
        self._receiver: Running
        self._telemetry = free_address("127.0.0.1:0")
        self._rushes = self._firsts = 0

    def observe(self, store: str) -> Path:
        """Starts the receiver of telemetry, which keeps what it sees in this file."""
        file = self._processes.folder / store
        words = ("--grpc", "off", "--store", str(file), "--lateness", "3s", "--complete", "--fsync", "none")
        self._receiver = self._processes.accord("observe", "--listen", self._telemetry, *words)
        return file

    def is_observed(self) -> None:
        """Waits until the receiver listens."""
        self._receiver.line("listening")

    def open(self) -> None:
        """Starts the four services, whoever is called first."""
        for name in _UPWARDS:
            self.start(name)

    def start(self, name: str, port: str = "0") -> None:
        """Starts one of them by its contract."""
        calls = [self.urls[below] for below in _UPWARDS[: _UPWARDS.index(name)][-1:]]
        telemetry = f"http://{self._telemetry}/v1/traces"
        contract = str(self.contracts / name / "accord.yaml")
        running = self._processes.start(name, "accord.demo.shop", name, port, contract, telemetry, *calls)
        self._services[name], self.urls[name] = running, running.line("http://")

    def change(self, name: str, *changes: tuple[str, str]) -> None:
        """Changes the contract of one of them; each is what is written there, and what will be."""
        file = self.contracts / name / "accord.yaml"
        text = file.read_text(encoding="utf-8")
        for before, after in changes:
            if before not in text:
                raise Refused(f"{file} does not say {before}")
            text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")

    def start_again(self, name: str) -> None:
        """Ends one of them, and starts it where it was, by its contract as it is now."""
        port = self.urls[name].rpartition(":")[2]
        self._services.pop(name).stop()
        self.start(name, port)

    def rush(self, watch: Callable[[dict[str, int]], None]) -> Rush:
        """All customers buy at once; what it came to when the work is over, also that which is for nobody.

        `watch` is told again and again what was charged.
        """
        self._rushes += 1
        orders = [f"{self._rushes}-{number}" for number in range(1, ORDERS + 1)]
        with ThreadPoolExecutor(ORDERS) as customers:
            buying = [customers.submit(self._buys, order) for order in orders]
            after = self.figures()
            while any(each["under_way"] for each in after.values()) or not all(each.done() for each in buying):
                time.sleep(_LOOK_S)
                after = self.figures()
                done = {order: count for order, count in after["payments"]["done"].items() if order in orders}
                watch(done)
        alerts = [f"{name}: {alert}" for name, each in after.items() for alert in each["alerts"]]
        told = [each.result() for each in buying]
        return Rush(told, done, alerts, sum(after["payments"]["done"].values()))

    def figures(self) -> dict[str, Any]:
        """What each service sees of itself."""
        return {name: get(f"{url}/figures") for name, url in self.urls.items()}

    def is_open(self) -> bool:
        """Whether the first customer, alone, is served; afterwards nobody waits for what is done but once."""
        self._firsts += 1
        status = self._buys(f"first-{self._firsts}")
        self._send_telemetry()
        return status == 200

    def _send_telemetry(self) -> None:
        """Raises Refused where it is not taken."""
        with ThreadPoolExecutor(len(self.urls)) as asked:
            taken = list(asked.map(lambda url: post(f"{url}/telemetry")[1], self.urls.values()))
        if taken != ["True"] * len(taken):
            raise Refused("the telemetry was not taken by accord observe")

    def _buys(self, order: str) -> int:
        """What a customer is told."""
        return post(f"{self.urls['gateway']}/buy?order={order}")[0]

    def end_observing(self) -> None:
        """Has all telemetry sent and settled, and ends the receiver: one process has its store at a time."""
        self._send_telemetry()
        ends = time.monotonic() + _SETTLED_S
        while time.monotonic() < ends:
            state = get(f"http://{self._telemetry}/state")
            if not state["queued"] and not state["waiting"]:
                break
            time.sleep(_LOOK_S)
        self._receiver.stop()
