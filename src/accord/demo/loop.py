"""`accord serve` of the demo, as a process, and the people that it reaches."""

import secrets
import time
from collections.abc import Callable
from typing import Any

from accord.demo.asking import free_address, get, post
from accord.demo.people import EVERYBODY, LAST, People
from accord.demo.processes import Processes, Running
from accord.model.problem import Refused

_SECRET = "ACCORD_DEMO_SECRET"
_CHANNEL = """\
[channels.{name}]
kind = "webhook"
url = "{url}/{name}"
secret_env = "{secret}"
deadline = "5s"
allow_private = ["127.0.0.0/8"]

[people.{name}]
channels = ["{name}"]

"""
_LOOK_S = 0.1
Deviation = dict[str, Any]


class Loop:
    """The live loop on the contracts of the shop."""

    def __init__(self, processes: Processes, people: People, listen: str) -> None:
        self.ledger = processes.folder / "accord.ledger"
        configuration = processes.folder / "accord.toml"
        told = (_CHANNEL.format(name=name, url=people.url, secret=_SECRET) for name in EVERYBODY)
        configuration.write_text("".join(told), encoding="utf-8")
        address = free_address(listen)
        self.url = f"http://{address}"
        self._processes = processes
        paths = (str(processes.folder / "contracts"), "--last", LAST, "--config", str(configuration))
        self._words = ("serve", *paths, "--listen", address, "--ledger", str(self.ledger))
        self._running: Running

    def start(self) -> None:
        """Starts it."""
        self._running = self._processes.accord(*self._words, **{_SECRET: secrets.token_hex(16)})

    def is_there(self) -> None:
        """Waits until it serves."""
        self._running.line("serving at")

    def fire(self, signal: str, summary: str) -> Deviation:
        """Tells it that a signal fires; the deviation that it has become."""
        status, text = post(f"{self.url}/api/v1/events", {"signal": signal, "summary": summary})
        if status != 202:
            raise Refused(f"the signal was not taken: {status} {text}")
        [opened] = get(f"{self.url}/api/v1/deviations")["deviations"]
        return dict(opened)

    def until(self, deviation: str, holds: Callable[[Deviation], bool], within_s: float = 30.0) -> Deviation:
        """The deviation with its messages once this holds, or as it is when the time is over."""
        ends = time.monotonic() + within_s
        while True:
            now: Deviation = get(f"{self.url}/api/v1/deviations/{deviation}")
            if holds(now) or time.monotonic() > ends:
                return now
            time.sleep(_LOOK_S)

    def read_again(self) -> None:
        """Has it read the contracts again."""
        post(f"{self.url}/-/reload")
