"""A made-up system of services with a fault in one of them: which one is known, so that it can be asked whether it is found.

Every service has one pod and a few operations; an operation takes time of its own and makes calls one after another. Between
two windows all services are a little slower or faster, and the mix of requests is another, without any fault.
"""

import random
from dataclasses import dataclass, field
from typing import Any

FAULTS = ("delay", "contention", "consumption", "exception", "return")
"""Slow network of a pod, all of its work slower, one operation that burns time, one that fails at once, one that returns at once."""
SECOND = 1_000_000_000
_MS = 1e6
Operation = tuple[int, int]


@dataclass
class Fault:
    """What is wrong with which service or operation, and how much; `told`: its failures have a status."""

    kind: str
    operation: Operation
    size: float
    told: bool = False

    def spoils(self, operation: Operation) -> bool:
        """Whether an execution of an operation goes wrong."""
        return (
            operation == self.operation
            if self.kind not in ("delay", "contention")
            else operation[0] == self.operation[0]
        )


@dataclass
class System:
    """Services 0 to `services` - 1, of which 0 is asked from outside; the same seed is the same system."""

    seed: int
    services: int = 10
    median_ms: dict[Operation, float] = field(default_factory=dict)
    calls: dict[Operation, list[tuple[Operation, float, bool]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        for service in range(self.services):
            for number in range(4 if service == 0 else chance.randint(1, 3)):
                self.median_ms[service, number] = chance.lognormvariate(1.0, 1.0)
        for operation in sorted(self.median_ms):
            beneath = [each for each in sorted(self.median_ms) if each[0] > operation[0]]
            fewest = 3 if operation[0] == 0 else 0
            wanted = chance.sample(beneath, min(len(beneath), chance.randint(fewest, fewest + 3)))
            self.calls[operation] = [(each, chance.choice((1.0, 1.0, 0.5)), chance.random() < 0.5) for each in wanted]


class Window:
    """Requests of a minute or so as rows; `fault` is what is wrong in it, `day` a seed of what is other on any day."""

    def __init__(self, system: System, day: int, traces: int = 90, fault: Fault | None = None) -> None:
        self.system, self.fault = system, fault
        self.chance = random.Random(day)
        self.rows: list[dict[str, Any]] = []
        self._level = {service: self.chance.lognormvariate(0, 0.08) for service in range(system.services)}
        mix = [self.chance.uniform(0.7, 1.3) for _ in range(4)]
        for number in range(traces):
            self._trace = f"{day:016x}{number + 1:016x}"
            self._run((0, self.chance.choices(range(4), mix)[0]), "root", 1_700_000_000 * SECOND + number * SECOND // 2)

    def _run(self, operation: Operation, parent: str, start: int) -> tuple[int, bool]:
        """One execution with all beneath it; when it ended, and whether it failed."""
        service = operation[0]
        spoiled = self.fault is not None and self.fault.spoils(operation)
        kind = self.fault.kind if self.fault and spoiled else ""
        own = self.chance.lognormvariate(0, 0.35) * self.system.median_ms[operation] * self._level[service] * _MS
        size = self.fault.size if self.fault else 0.0
        if kind == "contention":
            own *= self.chance.lognormvariate(0, 0.3) * size
        elif kind == "consumption":
            own += size * _MS
        elif kind in ("exception", "return"):
            own *= 0.3
        span, at, failed = self._id(), start + int(own), kind == "exception"
        for callee, probability, vital in self.system.calls[operation] if kind not in ("exception", "return") else ():
            if self.chance.random() < probability:
                at, broke = self._call(operation, callee, span, at)
                if broke and vital:
                    failed = True
                    break
        self._row(span, parent, operation, start, at, failed)
        return at, failed

    def _call(self, caller: Operation, callee: Operation, parent: str, start: int) -> tuple[int, bool]:
        way = self.chance.lognormvariate(0.3, 0.3) * _MS
        if self.fault and self.fault.kind == "delay" and self.fault.operation[0] in (caller[0], callee[0]):
            way += self.fault.size * _MS
        span = self._id()
        end, failed = self._run(callee, span, start + int(way / 2))
        end += int(way / 2)
        self._row(span, parent, (caller[0], callee[1]), start, end, failed, f"call {callee[0]}/{callee[1]}")
        return end, failed

    def _id(self) -> str:
        return f"{self.chance.getrandbits(63) | 1:016x}"

    def _row(
        self, span: str, parent: str, operation: Operation, start: int, end: int, failed: bool, name: str = ""
    ) -> None:
        told = failed and self.fault is not None and self.fault.told
        self.rows.append(
            {
                "trace_id": self._trace, "span_id": span, "parent_span_id": parent, "service_name": f"s{operation[0]}",
                "name": name or f"op {operation[0]}/{operation[1]}", "kind": "", "start_time_unix_nano": start,
                "end_time_unix_nano": end, "status_code": "ERROR" if told else "",
            }
        )  # fmt: skip


def executed(window: Window) -> dict[Operation, int]:
    """How often each operation was executed in it."""
    counts: dict[Operation, int] = {}
    for row in window.rows:
        if row["name"].startswith("op "):
            service, number = map(int, row["name"][3:].split("/"))
            counts[service, number] = counts.get((service, number), 0) + 1
    return counts


def drawn(system: System, kind: str, seed: int) -> Fault:
    """A fault of this kind somewhere that is executed at least ten times in an ordinary window."""
    chance = random.Random(seed)
    often = sorted(each for each, count in executed(Window(system, seed)).items() if count >= 10 and each[0] > 0)
    sizes = {"delay": (50.0, 500.0), "contention": (1.7, 5.0), "consumption": (10.0, 100.0)}
    return Fault(kind, chance.choice(often), chance.uniform(*sizes.get(kind, (0.0, 0.0))), chance.random() < 0.5)
