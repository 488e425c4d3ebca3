"""Boundaries from a Prometheus server: what its histograms, classic or native, tell of the last while.

A histogram tells between which bounds a duration lies, and no more: every figure is a range. Counts are `increase()`, which
extrapolates to the ends of the window: they are estimates, off by up to a scrape interval's worth at each end.
https://prometheus.io/docs/prometheus/latest/querying/api/ describes the answers.
"""

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from accord.model.observed import Observed, Ranges, worst_first
from accord.model.problem import Refused
from accord.observe.metric_families import FAMILIES, Family

Ask = Callable[[str], list[dict[str, Any]]]
"""Gives the series of an instant query."""

_LARGEST = 64 << 20
_PATIENCE_S = 30.0
_LE = "le"
Names = tuple[str, str, str]


class _Side:
    """What one side's metrics tell of one boundary."""

    def __init__(self) -> None:
        self.ranges: dict[tuple[int, int], float] = defaultdict(float)
        self.errors = 0.0

    @property
    def calls(self) -> int:
        """How many calls there were."""
        return round(sum(self.ranges.values()))

    def told(self) -> Ranges:
        """The ranges in order, whole calls in each, together as many as there were."""
        found, reached, before = [], 0.0, 0
        for (low, high), count in sorted(self.ranges.items()):
            reached += count
            whole = round(reached) - before
            before += whole
            if whole > 0:
                found.append((low, high, whole))
        return tuple(found)


def observed_by(ask: Ask, window: str = "1h", families: Iterable[Family] = FAMILIES) -> list[Observed]:
    """Every boundary that these families tell of in the last `window` (a duration as PromQL has it), the worst first."""
    sides: dict[Names, dict[str, _Side]] = defaultdict(lambda: defaultdict(_Side))
    for family in families:
        by = ", ".join(family.labels)
        for series in _durations(ask, family, by, window):
            side = sides[_names(family, series["metric"])][family.side]
            for low, high, count in _ranges(series, family.unit):
                side.ranges[(low, high)] += count
        _classic(ask, family, by, window, sides)
        for query in _failed(family, by, window):
            for series in ask(query):
                names = _names(family, series["metric"])
                if names in sides and family.side in sides[names]:
                    sides[names][family.side].errors += _value(series)
    found = [_observed(names, told) for names, told in sides.items() if any(side.calls for side in told.values())]
    return sorted(found, key=lambda one: (worst_first(one), one.consumer, one.provider, one.operation))


def _durations(ask: Ask, family: Family, by: str, window: str) -> list[dict[str, Any]]:
    """The series of a native histogram; none where the metric is none."""
    query = f"sum by ({by}) (increase({family.metric}{{{family.only}}}[{window}]))"
    return [series for series in ask(query) if "histogram" in series]


def _classic(ask: Ask, family: Family, by: str, window: str, sides: dict[Names, dict[str, _Side]]) -> None:
    """Adds what the buckets of a classic histogram tell, where no native one told it."""
    query = f"sum by ({by}, {_LE}) (increase({family.metric}_bucket{{{family.only}}}[{window}]))"
    cumulative: dict[Names, dict[float, float]] = defaultdict(dict)
    for series in ask(query):
        bound = _float(series["metric"].get(_LE, ""))
        names = _names(family, series["metric"])
        if not math.isnan(bound):
            cumulative[names][bound] = cumulative[names].get(bound, 0.0) + _value(series)
    for names, buckets in cumulative.items():
        side = sides[names][family.side]
        if side.ranges:
            continue
        low, before = 0.0, 0.0
        for bound, count in sorted(buckets.items()):
            if count > before:
                side.ranges[_scaled(low, bound, family.unit)] += count - before
            low, before = bound, max(before, count)


def _ranges(series: dict[str, Any], unit: int) -> Iterable[tuple[int, int, float]]:
    """The buckets of a native histogram, as the API writes them: which bounds count, low, high, how many."""
    for bucket in series["histogram"][1].get("buckets", ()):
        low, high, count = _float(bucket[1]), _float(bucket[2]), _float(bucket[3])
        if high > 0 and count > 0:
            yield (*_scaled(max(low, 0.0), high, unit), count)


def _scaled(low: float, high: float, unit: int) -> tuple[int, int]:
    return round(low * unit), round(high * unit) if math.isfinite(high) else UNBOUNDED


UNBOUNDED = (1 << 63) - 1
"""The upper bound of a bucket that has none: about 292 years."""


def _failed(family: Family, by: str, window: str) -> list[str]:
    if family.failures:
        return [f"sum by ({by}) (increase({family.failures}[{window}]))"]
    if not family.errors:
        return []
    only = ", ".join(part for part in (family.only, family.errors) if part)
    counted = f"sum by ({by}) (increase({family.metric}_count{{{only}}}[{window}]))"
    native = f"histogram_count(sum by ({by}) (increase({family.metric}{{{only}}}[{window}])))"
    return [f"{counted} or {native}"]


def _names(family: Family, labels: dict[str, str]) -> Names:
    def first(names: tuple[str, ...]) -> str:
        return next((labels[name] for name in names if labels.get(name)), "")

    operation = " ".join(labels[name] for name in family.operation if labels.get(name))
    return first(family.consumer), first(family.provider), operation


def _observed(names: Names, told: dict[str, _Side]) -> Observed:
    caller, callee = told.get("caller", _Side()), told.get("callee", _Side())
    calls = max(caller.calls, callee.calls)
    counts = {
        "calls": calls,
        "caller_only": calls if not callee.calls else 0,
        "callee_only": calls if not caller.calls else 0,
        "paired": min(caller.calls, callee.calls),
        "caller_errors": min(round(caller.errors), caller.calls),
        "callee_errors": min(round(callee.errors), callee.calls),
    }
    consumer, provider, operation = names
    return Observed(consumer, provider, operation, "", counts, caller_ranges=caller.told(), callee_ranges=callee.told())


def _value(series: dict[str, Any]) -> float:
    found = _float(series.get("value", (0, "0"))[1])
    return 0.0 if math.isnan(found) else found


def _float(text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def server(address: str) -> Ask:
    """Asks the server at an address such as http://prometheus:9090; raises Refused, in words, where it does not answer."""

    def ask(query: str) -> list[dict[str, Any]]:
        url = f"{address.rstrip('/')}/api/v1/query"
        body = urllib.parse.urlencode({"query": query}).encode()
        try:
            with urllib.request.urlopen(url, body, timeout=_PATIENCE_S) as answer:
                data = answer.read(_LARGEST + 1)
        except urllib.error.HTTPError as error:
            raise Refused(f"{address}: answers {error.code} to {query}: {_reason(error.read(4096))}") from None
        except (OSError, ValueError) as error:
            raise Refused(f"{address}: {getattr(error, 'reason', error)}") from None
        if len(data) > _LARGEST:
            raise Refused(f"{address}: an answer over {_LARGEST >> 20} MiB to {query}")
        return _series(address, data)

    return ask


def _reason(data: bytes) -> str:
    try:
        return str(json.loads(data)["error"])
    except (ValueError, KeyError, TypeError):
        return data.decode(errors="replace")[:200]


def _series(address: str, data: bytes) -> list[dict[str, Any]]:
    try:
        answer = json.loads(data)
        found = answer["data"]["result"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(f"{address}: expected the API of Prometheus, read something else") from None
    if not isinstance(found, list):
        raise Refused(f"{address}: expected series, read a single value")
    return [series for series in found if isinstance(series, dict) and isinstance(series.get("metric"), dict)]
