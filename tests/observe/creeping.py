"""A boundary of two services as real OTLP files and as minutes: steady, creeping, gone, or stepping inside its contract."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from accord.files.read import read
from accord.model.drifting import Seen
from accord.observe.agreements import Agreements
from accord.observe.columns import bucket_of
from accord.observe.minutes import Minute

FIRST = 29_928_960  # a Friday, 00:00 UTC, in minutes since 1970
SEEN = Seen("checkout", "payments", "POST /charges", "prod")
CONTRACT = """
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 3}
---
party: payments
names: {otel: payments}
promises:
  charge:
    at: POST /charges
    latency: {p99: 1.2s}
    availability: 99%
    recover: {by: payments-oncall, within: 4h}
"""
Shape = Callable[[int, np.random.Generator], np.ndarray]
"""The seconds that the calls of a minute take."""


def agreements(folder: Path, text: str = CONTRACT) -> Agreements:
    (folder / "accord.yaml").write_text(text)
    return Agreements(read([str(folder / "accord.yaml")]).facts)


def steady(rate: float = 60, level: float = 1.0) -> Shape:
    return lambda minute, chance: level * 0.8 * np.exp(0.6 * (chance.normal(size=chance.poisson(rate)) - 2.3263))


def creep(rate: float, begins: int, hours: float) -> Shape:
    """The 99th percentile from 0.8 s to 2 s in so many hours."""
    calm = steady(rate)
    return lambda minute, chance: calm(minute, chance) * 2.5 ** np.clip((minute - begins) / (60 * hours), 0, 1.2)


def minutes(shape: Shape, count: int, seed: int = 1, first: int = 0) -> Iterator[Minute]:
    """Minutes of SEEN, beside which checkout always tells of its own calls from outside."""
    other = Seen("", "checkout", "GET /shop", "prod")
    for minute in range(first, first + count):
        took = shape(minute, np.random.default_rng([seed, minute]))
        seen = [SEEN, other] if len(took) else [other]
        mine = [len(took), len(took), 0, 1, len(took), 0, 0, 0, 0]
        rows = np.array([mine, [1, 1, 0, 1, 1, 0, 0, 0, 0]][-len(seen) :], dtype=float)
        buckets, counts = np.unique([bucket_of(int(each * 1e9)) for each in took], return_counts=True)
        yield Minute(
            FIRST + minute, seen, rows, np.zeros(len(buckets), dtype=np.int64),
            buckets.astype(np.int64), counts.astype(float),
        )  # fmt: skip


def otlp(shape: Shape, first: int, count: int, seed: int = 1) -> str:
    """The same as lines of OTLP in JSON, one export a minute."""
    lines, identity = [], first * 1_000_000 + 1
    for minute in range(first, first + count):
        callers, callees = [], []
        for number, took in enumerate(shape(minute, np.random.default_rng([seed, minute]))):
            identity += 2
            began = (FIRST + minute) * 60_000_000_000 + number * 1_000_000
            callers.append(_span(identity, 0, 3, began, took + 0.002))
            callees.append(_span(identity + 1, identity, 2, began, took))
        identity += 1
        own = {**_span(identity, 0, 2, (FIRST + minute) * 60_000_000_000, 0.1), "attributes": _said("GET", "/shop")}
        lines.append(json.dumps({"resourceSpans": [_of("checkout", [*callers, own]), _of("payments", callees)]}))
    return "\n".join(lines) + "\n"


def _span(identity: int, parent: int, kind: int, began: int, took: float) -> dict[str, Any]:
    return {
        "traceId": f"{identity - (kind == 2 and parent > 0):032x}", "spanId": f"{identity:016x}",
        "parentSpanId": f"{parent:016x}" if parent else "", "name": "POST", "kind": kind,
        "startTimeUnixNano": str(began), "endTimeUnixNano": str(began + int(took * 1e9)),
        "attributes": _said("POST", "/charges"),
    }  # fmt: skip


def _said(method: str, route: str) -> list[dict[str, Any]]:
    told = {"http.request.method": method, "http.route": route}
    return [{"key": key, "value": {"stringValue": value}} for key, value in told.items()]


def _of(service: str, spans: list[dict[str, Any]]) -> dict[str, Any]:
    told = {"service.name": service, "deployment.environment.name": "prod"}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in told.items()]
    return {"resource": {"attributes": attributes}, "scopeSpans": [{"spans": spans}]}
