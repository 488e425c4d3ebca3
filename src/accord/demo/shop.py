"""The four services of the shop; each does what its contract says, and reads it there.

python -m accord.demo.shop NAME PORT CONTRACT TELEMETRY_URL [URL_OF_WHOM_IT_CALLS]
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from accord import intent
from accord.demo.service import Service
from accord.demo.telling import Telemetry
from accord.demo.watching import end_with_the_demo
from accord.model.duration import SECOND, parse_duration

QUICK_S, PEAK_S, AT_ONCE = 0.15, 3.2, 2
"""How long the card network takes for a charge, and how long where more than AT_ONCE are under way: it is slow at peak."""
ANSWER_WITHIN = 0.6
"""The share of its promise within which payments answers that a charge goes on, where a repeat does no harm."""


class Terms(Struct):
    """What a contract says of what a service does itself, and of what it waits for."""

    promised_s: float = 0.0
    is_once: bool = False
    limit_s: float = 0.0
    tries: int = 1


def terms(contract: Path) -> Terms:
    """The terms of the contract of one service."""
    said: dict[str, Any] = yaml.safe_load(contract.read_text(encoding="utf-8"))
    [promised] = said.get("promises", {"": {}}).values()
    [assumed] = said.get("assumes", {"": {}}).values()
    return Terms(
        promised_s=_seconds(promised.get("latency", {}).get("max")),
        is_once=isinstance(promised.get("idempotent"), dict),
        limit_s=_seconds(assumed.get("timeout", {}).get("attempt")),
        tries=assumed.get("attempts", 1),
    )


def _seconds(text: str | None) -> float:
    return parse_duration(text) / SECOND if text else 0.0


def gateway(service: Service, said: Terms, checkout: str) -> None:
    """Hands every order to checkout, once."""

    async def order(order: str, _key: str) -> tuple[int, str]:
        try:
            return await service.call("checkout", checkout, "/orders", order, said.limit_s)
        except OSError:
            return 504, "no answer from checkout"

    service.operation = order


def checkout(service: Service, said: Terms, payments: str) -> None:
    """Has an order paid: leaves each try after its limit, and asks again under the same key."""

    async def order(order: str, _key: str) -> tuple[int, str]:
        try:
            async for attempt in intent.attempts(said.tries, key=order):
                with attempt:
                    status, word = await service.call("payments", payments, "/charges", order, said.limit_s)
                    return (200, word) if status < 300 else (502, word)
        except OSError:
            pass
        return 402, "payment failed, please try again"

    service.operation = order


class Payments:
    """Charges cards: each time it is asked, or once for each key where its contract says so."""

    def __init__(self, service: Service, said: Terms, ledger: str) -> None:
        self._service, self._said, self._ledger = service, said, ledger
        self._under_way = 0
        self._by_key: dict[str, asyncio.Task[None]] = {}

    async def charge(self, order: str, key: str) -> tuple[int, str]:
        """Answers when the card is charged; where a repeat does no harm, within its promise that it is being charged."""
        if not (self._said.is_once and key):
            await self._charged(order)
            return 200, "charged"
        charging = self._by_key.get(key)
        if charging is None:
            charging = self._by_key[key] = asyncio.create_task(self._charged(order))
        done, _ = await asyncio.wait([charging], timeout=self._said.promised_s * ANSWER_WITHIN)
        return (200, "charged") if done else (202, "being charged")

    async def _charged(self, order: str) -> None:
        with self._service.figures.busy():
            self._under_way += 1
            await asyncio.sleep(PEAK_S if self._under_way > AT_ONCE else QUICK_S)
            self._under_way -= 1
            done = self._service.figures.done
            done[order] = done.get(order, 0) + 1
            await self._service.call("ledger", self._ledger, "/entries", order, self._said.limit_s)


def payments(service: Service, said: Terms, ledger: str) -> None:
    """Charges cards, and has each charge entered in the ledger."""
    service.operation = Payments(service, said, ledger).charge


def ledger(service: Service, _said: Terms, _url: str) -> None:
    """Enters charges."""

    async def enter(order: str, _key: str) -> tuple[int, str]:
        service.figures.done[order] = service.figures.done.get(order, 0) + 1
        return 200, "entered"

    service.operation = enter


PATHS = {"gateway": "/buy", "checkout": "/orders", "payments": "/charges", "ledger": "/entries"}
_ROLES = {"gateway": gateway, "checkout": checkout, "payments": payments, "ledger": ledger}


def main() -> None:
    """Runs one of them, until the demo ends."""
    end_with_the_demo()
    name, port, contract, telemetry, *calls = sys.argv[1:]
    said = terms(Path(contract))
    service = Service(name, PATHS[name], Telemetry(name, telemetry), said.promised_s)
    _ROLES[name](service, said, *calls or ("",))
    service.run(int(port))


if __name__ == "__main__":
    main()
