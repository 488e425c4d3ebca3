"""Durations as Prometheus and Alertmanager write them: 5m, 1h30m, 1d, 100ms; the units in order, each once, whole numbers."""

import re
from functools import lru_cache

from accord.model.problem import Refused

_MILLISECOND = 1_000_000
_UNITS = tuple(
    _MILLISECOND * milliseconds
    for milliseconds in (365 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000, 1)
)
_DURATION = re.compile(
    r"(?:(\d{1,18})y)?(?:(\d{1,18})w)?(?:(\d{1,18})d)?(?:(\d{1,18})h)?(?:(\d{1,18})m)?(?:(\d{1,18})s)?(?:(\d{1,18})ms)?",
    re.ASCII,
)
_LONGEST = (1 << 63) - 1
_SHOWN = 40


@lru_cache(maxsize=4096)
def parse_prometheus_duration(text: str) -> int:
    """Whole nanoseconds. Raises Refused for what Prometheus does not read as a duration."""
    if text == "0":
        return 0
    found = _DURATION.fullmatch(text) if text else None
    total = sum(int(part) * unit for part, unit in zip(found.groups("0"), _UNITS, strict=True)) if found else 0
    if found is None or total > _LONGEST:
        raise Refused(f"expected a duration such as 30s, 5m or 1h30m, read {text[:_SHOWN]!r}")
    return total
