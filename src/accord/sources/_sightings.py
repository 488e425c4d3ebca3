"""What telemetry tells of a boundary, as facts that nobody says: counts, times with the bounds of their buckets, the window.

`latency.` is measured at the provider's edge, `waited.` at the caller's. Shares are left out where the spans may be a
sample of which nobody says how it was drawn. A caller is called `otel:<service.name>`, a callee too where it was seen;
else it is known by the host that its callers named. `version` keeps what telemetry calls the operation.
"""

from collections.abc import Iterator
from typing import Any

from accord.model.fact import Fact, Scope, Stance
from accord.model.observed import Observed, Ranges, percentile, rounded
from accord.model.place import Place

FORMAT = "observed"
SPOKEN_BY = "telemetry"
PEER = "peer:"
_SHARES = (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))


def facts_of(found: Observed, place: Place) -> Iterator[Fact]:
    """Everything that is told of one boundary; nothing where the callee has no name at all."""
    consumer = f"otel:{found.consumer}" if found.consumer else ""
    peer = found.provider.startswith(PEER)
    provider = f"dns:{found.provider.removeprefix(PEER)}" if peer else f"otel:{found.provider}"
    scope: Scope = (("env", (found.environment,)),) if found.environment else ()
    if not found.provider.removeprefix(PEER):
        return
    for term, value, text in (*_counted(found), *_timed(found)):
        yield Fact(
            SPOKEN_BY,
            Stance.OBSERVES,
            consumer,
            provider,
            found.operation,
            term,
            value,
            text,
            place,
            scope=scope,
            source=FORMAT,
            version=found.operation,
        )


def _counted(found: Observed) -> Iterator[tuple[str, Any, str]]:
    for name, value in found.counts.items():
        if value or name == "calls":
            yield f"seen.{name}", value, str(value)
    for name, rows in (("caller", found.caller_times), ("callee", found.callee_times), ("codes", found.codes)):
        if rows:
            yield f"seen.{name}", tuple(tuple(row) for row in rows), f"{len(rows)} rows"
    for name in ("last", "windows", "longest_gap_s") if found.windows else ():
        yield f"seen.{name}", getattr(found, name), str(getattr(found, name))
    if found.ended:
        yield "seen.window", ((found.began, found.ended),), f"{found.began} to {found.ended}"


def _timed(found: Observed) -> Iterator[tuple[str, int, str]]:
    sides = (
        ("latency", found.callee_times, found.count("callee_longest_ns")),
        ("waited", found.caller_times, found.count("caller_longest_ns")),
    )
    for family, times, longest in sides:
        if not times:
            continue
        if found.shares_are_known:
            yield from _shares(family, times)
        longest = longest or times[-1][0]
        yield f"{family}.max", longest, rounded(longest)


def _shares(family: str, times: Ranges) -> Iterator[tuple[str, int, str]]:
    for name, share in _SHARES:
        found = percentile(times, share)
        if found is not None:
            yield f"{family}.{name}", found.high, rounded(found.middle)
