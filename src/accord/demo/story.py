"""The story in steps, each of which has to show what it is there to show."""

import json
import shutil
from pathlib import Path
from typing import Any

from accord.demo.carried import Carried
from accord.demo.looked_back import LookedBack
from accord.demo.loop import Loop
from accord.demo.people import People
from accord.demo.processes import Processes, Running
from accord.demo.running_shop import ORDERS, Rush, Shop
from accord.demo.shown import Shown
from accord.demo.steps import expect

PAYMENTS = "payments"
MISMATCHES = ("timing/caller-gives-up-first", "retries/unsafe-operation-repeated")
CHANGES = (
    ("latency: {max: 5s}", "latency: {max: 1500ms}"),
    ("idempotent: never", "idempotent: {key: order, for: 24h}"),
)
"""What payments changes on its side: it answers sooner that a charge goes on, and charges once for each order."""


class Story:
    """One telling of it; `listen` is where its pages are."""

    def __init__(self, processes: Processes, people: People, shown: Shown, listen: str) -> None:
        self._processes, self._shown = processes, shown
        self._shop = Shop(processes)
        self.loop = Loop(processes, people, listen)
        self._observing: Running
        self.carried = Carried(self.loop, people, shown)
        self._looked_back = LookedBack(processes, shown, self._shop.contracts)

    def tell(self) -> None:
        """All of it; raises Unexpected, or Refused where something is not to be had."""
        self._check_first()
        store = self._shop.observe("before.duckdb")
        rush = self._fail_while_green()
        self._observe(store, rush)
        store = self._shop.observe("after.duckdb")
        self._carry(rush)
        self._recover(store)
        self._verify()
        self._review()

    def look(self) -> None:
        """Where the same story is to be seen, and what to try next."""
        self._shown.part("look at it")
        self._shown.more(f"{self.loop.url}/deviations/{self.carried.id}   who was told what, and who answered")
        self._shown.more(f"{self.loop.url}/reviews/{self.carried.id}   what was missing: the review")
        self._shown.more(f"{self.loop.url}/   the boundaries, team by team")
        self._shown.more(f"{self._processes.folder}   contracts, telemetry and ledger")
        self._shown.part("try next")
        self._shown.more("accord check PATH     what your own files say: no contract need be written first")
        self._shown.more("accord init PATH      a contract to fill in, from what your files say already")
        self._shown.more("accord explain timing/caller-gives-up-first     why this fails")

    def _check_first(self) -> None:
        """The check finds it before anything runs."""
        self._shown.part("1  before anything runs: accord check")
        self._shown.doing("both sides of every boundary are held side by side")
        code, mismatches = self._checked()
        expect(code == 1, "the check to exit with 1")
        expect({each["rule"] for each in mismatches} == set(MISMATCHES), f"mismatches of {' and '.join(MISMATCHES)}")
        for each in mismatches:
            boundary = each["boundary"]
            self._shown.say(
                f"mismatch  {boundary['consumer']} -> {boundary['provider']}/{boundary['operation']}", "mismatch"
            )
            for place in each["places"]:
                said = f"{place['file']}:{place['line']}"
                self._shown.more(f"{place['says']}   {self._shown.paint('faint', said)}")
        self._shown.say("each keeps its word, and together they charge a card three times and tell that it failed")

    def _checked(self) -> tuple[int, list[dict[str, Any]]]:
        words = ("check", str(self._shop.contracts), "--format", "json", "--no-cache")
        code, found = self._processes.accord(*words).document()
        return code, [each for each in found["findings"] if each["verdict"] == "mismatch"]

    def _fail_while_green(self) -> Rush:
        """The shop runs, customers come, and it fails while every party is content with itself."""
        self._shown.part(f"2  the shop runs; {ORDERS} customers buy at once, and the card network is slow")
        self._shown.doing("four services start")
        self._shop.open()
        self._shop.is_observed()
        self._observing = self._processes.start("observing", "accord.demo.observing")
        self.loop.start()
        expect(self._shop.is_open(), "a first order that is paid")
        self._shown.say("one customer buys: charged once, and told so", "help")
        rush = self._shop.rush(self._watching)
        expect(rush.errors > 0, "customers who are told that it failed")
        expect(rush.too_many > 0, "more charges than orders")
        expect(not rush.alerts, f"no alert of any party, read {', '.join(rush.alerts)}")
        self._shown.say(_summed(rush), "mismatch")
        for name, seen in self._shop.figures().items():
            promised = f" of {seen['promised_s']:g}s promised" if seen["promised_s"] else ""
            green = f"{seen['broken']} broken, slowest {seen['slowest_s']:.1f}s{promised}, 0 alerts"
            self._shown.more(f"{name:8}  {seen['answers']:2} answers, {green}", "help")
        return rush

    def _observe(self, store: Path, rush: Rush) -> None:
        """What both sides of each call tell together, which neither knows alone."""
        self._shown.part("3  both sides of every call, together: accord observe")
        counts = self._observed(store, rush)
        expect(counts["repeated"] == rush.too_many, f"{rush.too_many} charges beyond one an order")
        expect(counts["late"] > 0, "work for nobody")
        self._shown.say(
            f"checkout -> payments/charge: {counts['calls']} calls for {len(rush.charges) + 1} orders", "bold"
        )
        self._shown.more(f"{counts['late']} answers came after the caller had left: work for nobody", "mismatch")
        self._shown.more(f"{counts['repeated']} charges of an order that was charged before", "mismatch")
        self._shown.more(f"{counts['error_ok']} calls failed for checkout and succeeded for payments", "mismatch")

    def _observed(self, store: Path, rush: Rush) -> dict[str, int]:
        self._shown.doing("the telemetry of both sides is paired")
        self._shop.end_observing()
        told = json.loads(self._observing.asked(str(store)))
        counts: dict[str, int]
        counts, *_ = [each["counts"] for each in told["boundaries"] if each["provider"] == PAYMENTS] or [{"calls": 0}]
        expect(counts["calls"] == rush.in_all, f"telemetry of {rush.in_all} calls, read {counts['calls']}")
        expect(counts["paired"] == counts["calls"], f"both sides of each call, read {counts['paired']}")
        return counts

    def _carry(self, rush: Rush) -> None:
        self._shown.part("4  to one person at a time until the other side confirms: accord serve")
        self._shown.doing("accord serve starts")
        self.loop.is_there()
        self.carried.open(f"{rush.charged} charges for {ORDERS} orders, {rush.errors} customers told that it failed")
        self.carried.climb()

    def _recover(self, store: Path) -> None:
        """Payments is changed at its side, the shop is rushed at again, and the other side looks for itself."""
        shutil.copytree(self._shop.contracts, self._looked_back.before)
        self._shop.change(PAYMENTS, *CHANGES)
        code, mismatches = self._checked()
        expect((code, mismatches) == (0, []), "a check that finds no mismatch any more")
        self._shown.say(f"payments now says: {'; '.join(after for _, after in CHANGES)}", "bold")
        self._shown.more("accord check: no mismatch any more; payments is started again as it says", "help")
        self._shop.is_observed()
        self._shop.start_again(PAYMENTS)
        self.loop.read_again()
        expect(self._shop.is_open(), "an order that is paid")
        rush = self._shop.rush(self._watching)
        expect((rush.errors, rush.too_many) == (0, 0), f"one charge for each order, read {_summed(rush)}")
        self._shown.say(_summed(rush), "help")
        self.carried.fixed()
        counts = self._observed(store, rush)
        expect((counts["late"], counts["repeated"]) == (0, 0), "no work for nobody, and nothing done twice")
        self._shown.say("checkout looks for itself: 0 answers to nobody, 0 orders charged twice", "help")
        self.carried.confirmed()

    def _verify(self) -> None:
        self._shown.part("5  what was told, by whom, and when: accord ledger verify")
        self._shown.doing("every hash is computed again")
        self._looked_back.begin(self.carried.id, self.loop.ledger)
        code, lines = self._processes.told("ledger", "verify", str(self.loop.ledger))
        expect(code == 0, f"a ledger that agrees, read {' '.join(lines)}")
        self._shown.say(lines[0].removeprefix(f"{self.loop.ledger}: "), "help")

    def _review(self) -> None:
        self._shown.part("6  what was missing: accord review")
        self._shown.doing("the review is written")
        self._looked_back.tell(f"{self.loop.url}/reviews/{self.carried.id}")

    def _watching(self, charges: dict[str, int]) -> None:
        self._shown.doing(f"customers buy: {sum(charges.values())} charges for {len(charges)} orders")


def _summed(rush: Rush) -> str:
    return (
        f"{ORDERS} orders: {rush.charged} charges, {rush.too_many} of them too many; "
        f"{rush.errors} customers told that it failed; {len(rush.alerts)} alerts"
    )
