"""True stories of what was seen: calls that do not go as their caller counts on."""

from __future__ import annotations

from accord.model.duration import SECOND
from accord.model.fact import Fact, Stance
from accord.model.observed import as_ranges, bucket_of
from accord.model.place import Place

from .stories import Story


def seen(term: str, value: object, line: int) -> Fact:
    """What was observed of the shop's calls of pay/charge."""
    place = Place("story", "observed.yaml", line, 5)
    return Fact("telemetry", Stance.OBSERVES, "shop", "pay", "charge", term, value, "seen", place, source="observed")


CONTRACTS = """
{party: shop, assumes: {pay/charge: {timeout: {request: 2s}, latency: {p99: 1s, max: 3s}}}}
---
{party: pay, promises: {charge: {latency: {max: 5s}}}}
"""

REPEATS = """
{party: shop, assumes: {pay/charge: {attempts: 3}}}
---
{party: pay, promises: {charge: {idempotent: never}}}
"""

KEYS = """
{party: shop, assumes: {pay/charge: {idempotency_key: none}}}
---
{party: pay, promises: {charge: {idempotent: {key: true, for: 24h}}}}
"""

STORIES: dict[str, Story] = {
    "an answer later than its caller waits": Story(
        "happens-as-counted-on",
        CONTRACTS,
        """
        0s shop seen pay/charge by shop>pay/charge latency.max@3
        0s - concludes
        """,
        ("shop>pay/charge timeout.request",),
        more=(seen("latency.max", 5 * SECOND, 3),),
    ),
    "a wait longer than is counted on": Story(
        "happens-as-counted-on",
        CONTRACTS,
        """
        0s shop seen pay/charge by shop>pay/charge waited.max
        0s - concludes
        """,
        ("shop>pay/charge latency.max@2",),
        more=(seen("waited.max", 4 * SECOND, 4),),
    ),
    "more slow calls than a percentile leaves": Story(
        "happens-as-counted-on",
        CONTRACTS,
        """
        0s shop seen pay/charge by shop>pay/charge seen.caller
        0s - concludes
        """,
        ("shop>pay/charge latency.p99",),
        more=(seen("seen.caller", as_ranges(((bucket_of(SECOND // 5), 90), (bucket_of(2 * SECOND), 10))), 6),),
    ),
    "what acts again was executed again": Story(
        "executed-once",
        REPEATS,
        """
        0s shop seen pay/charge by shop>pay/charge seen.redone
        0s - concludes
        """,
        ("pay/charge idempotent",),
        more=(seen("seen.redone", 4, 3),),
    ),
    "what is known by a key that nobody sends was executed again": Story(
        "executed-once",
        KEYS,
        """
        0s shop seen pay/charge by shop>pay/charge seen.redone
        0s - concludes
        """,
        ("pay/charge idempotent", "shop>pay/charge idempotency_key"),
        more=(seen("seen.redone", 4, 3),),
    ),
}
