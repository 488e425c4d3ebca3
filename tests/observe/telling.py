"""The same facts in plain Python, call by call, from what the generator knows: nothing is grouped by a query here."""

import random
from collections import Counter
from typing import Any

from accord.observe.columns import CLIENT, CONSUMER, COUNTS, NO_CODE, ONE, PRODUCER, SERVER, SPANS, bucket_of

SECOND = 1_000_000_000
BEGIN = 1_795_750_000 * SECOND
SERVICES = ("gateway", "checkout", "payments", "ledger", "dark", "stock")
SKEW = {"payments": 400_000_000, "ledger": -3_000_000}
ABSENT: dict[str, Any] = {column.name: "" if column.type == "text" else 0 for column in SPANS} | {
    "code": NO_CODE,
    "remaining_ms": -1,
    "weight": ONE,
}


class Told:
    """Spans, and beside them the sums that must come of them."""

    def __init__(self, seed: int, calls: int = 200) -> None:
        self.chance = random.Random(seed)
        self.spans: list[dict[str, Any]] = []
        self.rows: dict[tuple[Any, ...], Counter[str]] = {}
        self.buckets: Counter[tuple[Any, ...]] = Counter()
        self.codes: Counter[tuple[Any, ...]] = Counter()
        self._id = 0
        self._keyed: dict[tuple[str, str, int], list[tuple[int, tuple[Any, ...], bool]]] = {}
        for _ in range(calls):
            self.chance.choice((self._request, self._request, self._request, self._message, self._root, self._unseen))()
        self._count_repeats()

    def new(self) -> int:
        """An id; half of them are negative, as 64 bits are for engines."""
        self._id += 1
        return (self._id * 7_919 + 13) * self.chance.choice((1, -1))

    def _span(self, **told: Any) -> None:
        self.spans.append(ABSENT | told)

    def _row(self, began: int, consumer: str, provider: str, operation: str, fan_out: int = 1) -> Counter[str]:
        window = began // SECOND
        key = (window - window % 60, 60, consumer, provider, operation, "prod")
        row = self.rows.setdefault(key, Counter())
        row["calls"] += 1
        row["weighted"] += ONE
        row["heaviest"] = ONE
        row["fan_out"] = max(row["fan_out"], fan_out)
        return row

    def _key(self, row: Counter[str]) -> tuple[Any, ...]:
        return next(key for key, known in self.rows.items() if known is row)

    def _root(self) -> None:
        began = BEGIN + self.chance.randrange(300 * SECOND)
        took, failed = self.chance.randrange(1, 5 * SECOND), self.chance.random() < 0.2
        trace = (self.new(), self.new())
        self._server(trace, 0, "gateway", "GET /shop", began, took, failed, 500 if failed else 200)
        row = self._row(began, "", "gateway", "GET /shop")
        row["callee_only"] += 1
        row["try_1"] += 1
        row["callee_errors"] += failed
        row["callee_ns"] += took
        row["callee_longest_ns"] = max(row["callee_longest_ns"], took)
        self.buckets[(*self._key(row), "callee", bucket_of(took))] += 1

    def _unseen(self) -> None:
        """Requests of a client that tells nothing, under one span that is not its own: a call each."""
        trace, parent = (self.new(), self.new()), self.new()
        for _ in range(self.chance.randrange(1, 4)):
            began, took = BEGIN + self.chance.randrange(300 * SECOND), self.chance.randrange(1, 5 * SECOND)
            self._server(trace, parent, "stock", "GET /stock", began, took, False, 200)
            row = self._row(began, "", "stock", "GET /stock")
            row["callee_only"] += 1
            row["try_1"] += 1
            row["callee_ns"] += took
            row["callee_longest_ns"] = max(row["callee_longest_ns"], took)
            self.buckets[(*self._key(row), "callee", bucket_of(took))] += 1

    def _server(
        self,
        trace: tuple[int, int],
        parent: int,
        service: str,
        operation: str,
        start: int,
        took: int,
        failed: bool,
        code: int,
        **more: Any,
    ) -> int:
        span = self.new()
        start += SKEW.get(service, 0)
        self._span(
            trace_hi=trace[0], trace_lo=trace[1], span=span, parent=parent, kind=SERVER, service=service, environment="prod",
            operation=operation, start_ns=start, duration_ns=took, status=2 if failed else 0, code=code, **more,
        )  # fmt: skip
        return span

    def _request(self) -> None:
        """One request under one span of its caller: side by side, or tries one after the other, or both sides apart."""
        chance = self.chance
        caller, callee = chance.sample(SERVICES[:4], 2)
        if chance.random() < 0.2:
            callee = "dark"
        trace, parent = (self.new(), self.new()), self.new()
        at = BEGIN + chance.randrange(300 * SECOND)
        tried_again, told = chance.random() < 0.4, chance.random() < 0.5
        count = chance.randrange(1, 7)
        key = chance.randrange(1, 1 << 40) * chance.choice((1, -1)) if chance.random() < 0.3 else 0
        number = 0
        for _ in range(count):
            failed = chance.random() < 0.6
            number = number + 1 if tried_again else 1
            at = self._call(trace, parent, caller, callee, at, failed, number, told and tried_again, key, count)
            if tried_again and not failed:
                number = 0
            at += chance.randrange(0, SECOND // 10) if tried_again else -1

    def _call(
        self,
        trace: tuple[int, int],
        parent: int,
        caller: str,
        callee: str,
        at: int,
        failed: bool,
        number: int,
        told: bool,
        key: int,
        count: int,
    ) -> int:
        chance = self.chance
        took = chance.randrange(1, 2 * SECOND)
        worked = chance.randrange(1, 5 * SECOND)
        span = self.new()
        peer = f"{callee}:8080"
        code = chance.choice((504, 500, 4, NO_CODE)) if failed else 200
        attempt = number if told else 0
        self._span(
            trace_hi=trace[0], trace_lo=trace[1], span=span, parent=parent, kind=CLIENT, service=caller, environment="prod",
            operation=f"POST {callee}", peer=peer, start_ns=at + SKEW.get(caller, 0), duration_ns=took, status=2 if failed else 0,
            code=code, attempt=attempt, key=key,
        )  # fmt: skip
        dark = callee == "dark"
        row = self._row(
            at + SKEW.get(caller, 0),
            caller,
            f"peer:{peer}" if dark else callee,
            f"POST {callee}" if dark else "POST /do",
            count,
        )
        name = self._key(row)
        row[f"try_{min(number, 5)}"] += 1
        row["told_again"] += attempt > 1
        row["caller_errors"] += failed
        row["caller_ns"] += took
        row["caller_longest_ns"] = max(row["caller_longest_ns"], took)
        self.buckets[(*name, "caller", bucket_of(took))] += 1
        if dark:
            row["caller_only"] += 1
            return at + took
        broke, executions = chance.random() < 0.3, chance.choice((1, 1, 1, 3))
        start = at + took // 10
        answered = chance.choice((500, 4)) if broke else 201
        for _ in range(executions):
            self._server(trace, span, callee, "POST /do", start, worked, broke, answered, key=key)
        row["paired"] += 1
        row[f"{'error' if failed else 'ok'}_{'error' if broke else 'ok'}"] += 1
        row["callee_errors"] += broke
        row["callee_ns"] += worked
        row["callee_longest_ns"] = max(row["callee_longest_ns"], worked)
        row["repeated"] += executions - 1
        row["redone"] += 0 if broke else executions - 1
        row["twice_skew_ns"] += 2 * (start + SKEW.get(callee, 0) - at - SKEW.get(caller, 0)) - took + worked
        if failed and worked > took and not code == answered == 500:
            row["late"] += 1
            row["late_ns"] += worked - took
        self.buckets[(*name, "callee", bucket_of(worked))] += 1
        self.codes[(*name, code, answered)] += 1
        if key:
            self._keyed.setdefault((callee, "POST /do", key), []).append((at + SKEW.get(caller, 0), name, broke))
        return at + took

    def _message(self) -> None:
        """One message that nobody, one or two services take; its deliveries are linked, or children."""
        chance = self.chance
        trace, span = (self.new(), self.new()), self.new()
        at, took = BEGIN + chance.randrange(300 * SECOND), chance.randrange(1, SECOND)
        self._span(
            trace_hi=trace[0], trace_lo=trace[1], span=span, parent=0, kind=PRODUCER, service="checkout", environment="prod",
            operation="orders", peer="broker:9092", start_ns=at, duration_ns=took,
        )  # fmt: skip
        takers = chance.sample(("stock", "ledger"), chance.randrange(3))
        for taker in takers:
            worked, linked = chance.randrange(1, SECOND), chance.random() < 0.5
            start = at + chance.randrange(10 * SECOND) + SKEW.get(taker, 0)
            own = (self.new(), self.new()) if linked else trace
            links = {"link_hi": trace[0], "link_lo": trace[1], "link_span": span} if linked else {}
            self._span(
                trace_hi=own[0], trace_lo=own[1], span=self.new(), parent=0 if linked else span, kind=CONSUMER, service=taker,
                environment="prod", operation="orders", start_ns=start, duration_ns=worked, **links,
            )  # fmt: skip
            row = self._row(at, "checkout", taker, "orders")
            row["paired"] += 1
            row["ok_ok"] += 1
            row["callee_ns"] += worked
            row["callee_longest_ns"] = max(row["callee_longest_ns"], worked)
            row["twice_skew_ns"] += 2 * (start - at) - took + worked
            self._both(row, took)
            self.buckets[(*self._key(row), "callee", bucket_of(worked))] += 1
            self.codes[(*self._key(row), NO_CODE, NO_CODE)] += 1
        if not takers:
            row = self._row(at, "checkout", "peer:broker:9092", "orders")
            row["caller_only"] += 1
            self._both(row, took)

    def _both(self, row: Counter[str], took: int) -> None:
        row["caller_ns"] += took
        row["caller_longest_ns"] = max(row["caller_longest_ns"], took)
        row["try_1"] += 1
        self.buckets[(*self._key(row), "caller", bucket_of(took))] += 1

    def _count_repeats(self) -> None:
        for executed in self._keyed.values():
            done = 0
            for number, (_, name, broke) in enumerate(sorted(executed)):
                self.rows[name]["repeated"] += number > 0
                self.rows[name]["redone"] += done > 0
                done += not broke

    def expected(self) -> dict[tuple[Any, ...], dict[str, int]]:
        for row in self.rows.values():
            row["weighted_caller_errors"] = ONE * row["caller_errors"]
            row["weighted_callee_errors"] = ONE * row["callee_errors"]
        return {key: {column.name: row[column.name] for column in COUNTS} for key, row in self.rows.items()}
