"""A service inside a test: the real doors, kernel and SQLite ledger, with a clock that the test turns."""

import asyncio
from collections.abc import Coroutine
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from accord.cases.breaker import DEFAULT_BUDGET
from accord.cases.carrying import Carrying
from accord.check import joined
from accord.model.fact import Fact
from accord.serve.access import Access
from accord.serve.app import Application
from accord.serve.landscape import Pseudonyms
from accord.serve.rates import Rates
from accord.serve.service import Served, Service
from accord.sources._claims import read_text
from accord.store.interface import Ledger
from accord.store.ledger_sqlite import SqliteLedger

MINUTE = 60 * 1_000_000_000
NOON = 1_795_780_800 * 1_000_000_000
"""2026-11-27 12:00 UTC, a Friday."""
CONTRACTS = """\
party: payments
promises:
  charge:
    latency: {max: 5s}
    detect: {latency: {by: PaymentsSlow, within: 2m}}
    recover: {by: payments-oncall, within: 30m}
---
party: payments-oncall
promises:
  page: {acknowledge: 5m}
escalates: [{after: 5m, unless: acknowledged, to: second}]
---
party: second
promises:
  page: {acknowledge: 10m}
---
party: checkout
promises:
  page: {acknowledge: 10m, hours: "Mon-Fri 09:00-17:00 Europe/Berlin"}
assumes:
  payments/charge: {timeout: {attempt: 2s}}
"""
SLOW = {"labels": {"alertname": "PaymentsSlow", "severity": "critical"}, "annotations": {"summary": "p99 is 6s"}}


def carrying(ledger: Ledger, text: str = CONTRACTS) -> Carrying:
    read = list(read_text(text, ".", "accord.yaml"))
    facts = [each for each in read if isinstance(each, Fact)]
    assert len(facts) == len(read)
    return Carrying(joined(facts, date(2026, 11, 27))[0], "keeper", Pseudonyms(ledger))


class Within:
    """One service on a ledger in `folder`, asked without a network; `now` is its clock. Each request runs to its end."""

    def __init__(self, folder: Path, text: str = CONTRACTS, listen: str = "127.0.0.1:9095", **served: Any) -> None:
        self.now, self.file = NOON, folder / "ledger"
        self.ledger = SqliteLedger(self.file, budget=DEFAULT_BUDGET)
        told = Served(
            listen=listen, ledger=self.file, version="0", load=lambda ledger: carrying(ledger, text), **served
        )
        self.service = Service(told, self.ledger, lambda: self.now)
        access = Access(self.ledger, self.service.is_on_loopback)
        self.app = Application(self.service.doors(), access, Rates(10_000, 10_000), lambda: self.now)
        self.service.operations.ready = True

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=True, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9095") as client:
                return await client.request(method, path, **sent)

        return asyncio.run(asked())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(work)

    def pass_time(self, span: int) -> None:
        """Lets time pass, and has what is due done in order, minute by minute."""
        ends = self.now + span
        while self.now < ends:
            self.now = min(self.now + MINUTE, ends)
            self.do(self.service.life.step())

    def cases(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/api/v1/deviations{query}").json()["deviations"]
        return found

    def only(self) -> dict[str, Any]:
        [one] = self.cases("?open=all")
        return one

    def reachable(self, *names: str) -> None:
        """Gives these an address, so that nobody is passed over for having none."""
        from accord.store.person import Address, Person

        for name in names:
            self.ledger.admit(Person(name, addresses=(Address("hook", ""),))).result()

    def close(self) -> None:
        self.ledger.close()


def text(service: Within, path: str, **headers: str) -> str:
    """The page at this path, which is there."""
    answer = service.ask("GET", path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text
