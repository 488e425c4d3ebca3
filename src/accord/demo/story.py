"""The story in steps, each of which has to show what it is there to show."""

import json
from collections.abc import Callable
from pathlib import Path

from accord.demo.processes import Processes
from accord.demo.running_shop import ORDERS, Rush, Shop
from accord.demo.shown import Shown
from accord.model.problem import Refused

PAYMENTS = "payments"
_MISMATCHES = ("timing/caller-gives-up-first", "retries/unsafe-operation-repeated")


class Unexpected(Refused):
    """The story went otherwise than it should."""


def expect(holds: bool, what: str) -> None:
    """Raises Unexpected where it does not hold."""
    if not holds:
        raise Unexpected(f"the story went otherwise: expected {what}")


class Story:
    """One telling of it."""

    def __init__(self, processes: Processes, shown: Shown) -> None:
        self.processes, self.shown = processes, shown
        self.shop = Shop(processes)
        self._store: Path

    def tell(self) -> None:
        """All of it; raises Unexpected, or Refused where something is not to be had."""
        self._store = self.shop.observe("before.duckdb")
        self.check_first()
        before = self.fail_while_green()
        self.observe(before)

    def check_first(self) -> None:
        """The check finds it before anything runs."""
        self.shown.part("1  before anything runs: accord check")
        self.shown.doing("both sides of every boundary are held side by side")
        code, lines = self.processes.told("check", str(self.shop.contracts), "--format", "json", "--no-cache")
        found = json.loads("\n".join(lines))["findings"]
        mismatches = [each for each in found if each["verdict"] == "mismatch"]
        expect(code == 1, "the check to exit with 1")
        expect({each["rule"] for each in mismatches} == set(_MISMATCHES), f"mismatches of {' and '.join(_MISMATCHES)}")
        for each in mismatches:
            boundary = each["boundary"]
            self.shown.say(f"{boundary['consumer']} -> {boundary['provider']}/{boundary['operation']}", "bold")
            for place in each["places"]:
                self.shown.more(f"{place['says']}   {place['file']}:{place['line']}")
            last = each["witness"][-1]
            self.shown.more(f"so it fails while both keep their word: {last['does']}", "mismatch")

    def fail_while_green(self) -> Rush:
        """The shop runs, customers come, and it fails while every party is content with itself."""
        self.shown.part(f"2  the shop runs, {ORDERS} customers buy at once, the card network is slow")
        self.shown.doing("four services start")
        self.shop.is_observed()
        self.shop.open()
        self.shown.doing("customers buy")
        rush = self.shop.rush(self._watching("customers buy"))
        expect(rush.errors > 0, "customers who are told that it failed")
        expect(rush.too_many > 0, "more charges than orders")
        expect(not rush.alerts, f"no alert of any party, read {', '.join(rush.alerts)}")
        self.shown.say(_summed(rush), "mismatch")
        for name, seen in self.shop.figures().items():
            promised = f", {seen['promised_s']:g}s promised" if seen["promised_s"] else ""
            slowest = f"slowest {seen['slowest_s']:.1f}s{promised}"
            self.shown.more(
                f"{name:9} {seen['answers']:3} answers, {seen['broken']} of 5xx, {slowest}, 0 alerts", "help"
            )
        return rush

    def observe(self, rush: Rush) -> None:
        """What both sides of each call tell together, which neither knows alone."""
        self.shown.part("3  both sides of every call together: accord observe")
        self.shown.doing("the telemetry is settled")
        self.shop.end_observing()
        code, lines = self.processes.told("observe", str(self._store), "--format", "json")
        expect(code == 0, "telemetry of the calls")
        [seen] = [each for each in json.loads("\n".join(lines))["boundaries"] if each["provider"] == PAYMENTS]
        counts = seen["counts"]
        expect(counts["paired"] == counts["calls"] == rush.charged, f"both sides of {rush.charged} calls")
        expect(counts["repeated"] == rush.too_many, f"{rush.too_many} charges beyond one an order")
        expect(counts["late"] > 0, "work for nobody")
        self.shown.say(f"checkout -> payments: {counts['calls']} calls of {len(rush.charges)} orders", "bold")
        self.shown.more(f"{counts['late']} answers came after the caller had left: work for nobody", "mismatch")
        self.shown.more(f"{counts['repeated']} charges of an order that was charged before", "mismatch")
        self.shown.more(f"{counts['error_ok']} calls failed for checkout and succeeded for payments", "mismatch")

    def _watching(self, what: str) -> Callable[[dict[str, int]], None]:
        def watch(charges: dict[str, int]) -> None:
            self.shown.doing(f"{what}: {sum(charges.values())} charges for {len(charges)} orders")

        return watch


def _summed(rush: Rush) -> str:
    return (
        f"{ORDERS} orders: {rush.charged} charges, {rush.too_many} too many; "
        f"{rush.errors} customers were told that it failed; 0 alerts"
    )
