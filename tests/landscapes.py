"""Random landscapes: a few parties that promise and assume, every value on a scale from the loosest to the tightest.

A landscape is a set of cells, one statement each: who says it, under which heading, about which operation, which term,
and which place on the term's scale. So one statement can be tightened, loosened, left out or added, and the rest stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from accord.model.fact import Fact
from accord.sources._claims import read_text

PROMISED: dict[str, tuple[Any, ...]] = {
    "latency.max": ("8s", "5s", "3s", "2s", "1s"),
    "latency.p99": ("5s", "2s", "900ms", "500ms"),
    "availability": ("99%", "99.5%", "99.9%", "99.99%"),
    "freshness": ("1d", "6h", "1h"),
    "retention": ("1d", "4d", "14d"),
    "idempotent": ("never", "always"),
    "delivery": ("at-least-once", "exactly-once"),
    "order": ("none", "per-key", "total"),
    "acknowledge": ("4h", "10m", "5m"),
    "hands_on": ("2h", "10m"),
    "detect.within": ("1h", "10m", "2m"),
    "recover.within": ("8h", "4h", "1h"),
    "accepts.rate": ("10/s", "50/s", "100/s"),
    "accepts.request_size": ("64KiB", "256KiB", "1MiB"),
    "sends.batch": ("100", "50", "10"),
    "errors": ({"busy": {"status": "503", "retry": "after 1s"}, "broken": {"status": "500", "effect": "unknown"}}, {"busy": {"status": "503", "retry": "after 1s"}}),
    "sunset": ("2027-03-31", "2027-12-31", "2030-01-01"),
}  # fmt: skip
"""What a provider says: from the promise that allows most to the one that allows least."""

ASSUMED: dict[str, tuple[Any, ...]] = {
    "timeout.attempt": ("1s", "2s", "3s", "5s", "8s"),
    "timeout.request": ("2s", "4s", "9s", "30s"),
    "attempts": ("4", "3", "2", "1"),
    "latency.p99": ("500ms", "1s", "2s", "5s"),
    "latency.max": ("1s", "3s", "8s"),
    "availability": ("99.99%", "99.9%", "99.5%", "99%"),
    "freshness": ("1h", "6h", "1d"),
    "retention": ("14d", "4d", "1d"),
    "delivery": ("exactly-once", "at-least-once"),
    "order": ("total", "per-key", "none"),
    "recover.within": ("1h", "4h", "8h"),
    "detect.within": ("2m", "10m", "1h"),
    "sends.rate": ("100/s", "50/s", "10/s"),
    "sends.request_size": ("1MiB", "256KiB", "64KiB"),
    "accepts.batch": ("10", "50", "100"),
    "handles": (["busy"], ["busy", "broken"], ["busy", "broken", "timeout"]),
    "retry_on": (["any"], ["timeout", "busy"], ["busy"]),
    "until": ("2029-12-31", "2027-06-30", "2027-01-31"),
}
"""What a caller says: from the assumption that asks most to the one that asks least."""

UNORDERED: dict[str, tuple[Any, ...]] = {
    "backoff": ("0s", "500ms", "1s"),
    "idempotency_key": ("per-request", "per-attempt"),
    "timeout.idle": ("1s", "4s"),
}
SIDES = {"promises": PROMISED, "assumes": ASSUMED}
_OTHER_UNITS = {
    "1s": "1000ms", "2s": "2000ms", "3s": "3000ms", "5s": "5s", "8s": "8000ms", "4s": "4000ms", "9s": "9000ms", "30s": "30000ms", "500ms": "0.5s", "900ms": "0.9s",
    "1d": "24h", "6h": "360m", "1h": "60m", "4d": "96h", "14d": "2w", "4h": "240m", "10m": "600s", "5m": "300s", "2h": "120m", "2m": "120s", "8h": "480m", "0s": "0ms",
    "10/s": "600/min", "50/s": "3000/m", "100/s": "6000/min", "64KiB": "65536B", "256KiB": "0.25MiB", "1MiB": "1024KiB",
    "99%": "99.0%", "99.5%": "99.50%", "99.9%": "99.900%", "99.99%": "99.990%", "after 1s": "after 1000ms",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One statement; `about` is an operation (under promises) or party/operation (under assumes)."""

    party: str
    heading: str
    about: str
    term: str
    value: int

    @property
    def scale(self) -> tuple[Any, ...]:
        """The values that the term can have, in order where it has one."""
        return SIDES[self.heading].get(self.term) or UNORDERED[self.term]

    @property
    def subject(self) -> str:
        """`party/operation`, whoever says it."""
        return f"{self.party}/{self.about}" if self.heading == "promises" else self.about


Landscape = tuple[Cell, ...]

CALLS = (("a", "b/do"), ("a", "c/do"), ("d", "b/do"), ("b", "c/do"))


def random_landscape(random: Random, fullness: float = 0.45) -> Landscape:
    """Statements about up to four calls between four parties; each possible one is made with this likelihood."""
    cells = []
    for party in ("b", "c"):
        cells += [_cell(random, party, "promises", "do", term) for term in PROMISED if random.random() < fullness]
    for party, about in CALLS[: random.randint(1, len(CALLS))]:
        terms = [term for term in (*ASSUMED, *UNORDERED) if random.random() < fullness * 0.7]
        said = dict.fromkeys(("timeout.attempt", *terms))
        cells += [_cell(random, party, "assumes", about, term) for term in said]
    return tuple(cells)


def _cell(random: Random, party: str, heading: str, about: str, term: str) -> Cell:
    scale = SIDES[heading].get(term) or UNORDERED[term]
    return Cell(party, heading, about, term, random.randrange(len(scale)))


def as_files(landscape: Landscape, other_units: bool = False) -> dict[str, str]:
    """One contract file per party, each value on a line of its own."""
    parties: dict[str, dict[str, Any]] = {}
    for cell in sorted(landscape, key=lambda cell: (cell.party, cell.heading, cell.about, cell.term)):
        operations = parties.setdefault(cell.party, {"party": cell.party}).setdefault(cell.heading, {})
        terms = operations.setdefault(cell.about, {})
        term, _, part = cell.term.partition(".")
        value = _spelled(cell.scale[cell.value], other_units)
        if part:
            terms.setdefault(term, {})[part] = value
        else:
            terms[term] = value
    return {f"{party}/accord.yaml": json.dumps(document, indent=1) for party, document in parties.items()}


def _spelled(value: Any, other_units: bool) -> Any:
    if isinstance(value, dict):
        return {key: _spelled(part, other_units) for key, part in value.items()}
    return _OTHER_UNITS.get(value, value) if other_units and isinstance(value, str) else value


def facts_of(files: dict[str, str], order: Iterable[str] | None = None) -> list[Fact]:
    """The facts of the files, read in this order; anything refused is a defect of the test."""
    facts: list[Fact] = []
    for file in order or files:
        for read in read_text(files[file], "landscape", file):
            assert isinstance(read, Fact), f"{read}\n{files[file]}"
            facts.append(read)
    return facts
