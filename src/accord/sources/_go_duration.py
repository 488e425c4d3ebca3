"""Durations as Go and protobuf write them: 0.5s, 1h, 1.5h, 100ms, 1m30s."""

import re
from functools import lru_cache

from accord.model.duration import NANOSECONDS
from accord.model.problem import Refused

_UNITS = {**{unit: NANOSECONDS[unit] for unit in ("ns", "us", "ms", "s", "m", "h")}, "µs": 1_000, "μs": 1_000}
_PART = re.compile(r"(\d{0,18})(?:\.(\d{0,18}))?(ns|us|µs|μs|ms|s|m|h)")
_LONGEST_TEXT = 64


@lru_cache(maxsize=4096)
def parse_go_duration(text: str) -> int:
    """Whole nanoseconds; parts of a nanosecond are dropped, as Go does. Raises Refused for anything else."""
    if text == "0":
        return 0
    total, position = 0, 0
    for match in _PART.finditer(text if len(text) <= _LONGEST_TEXT and text.isprintable() else ""):
        whole, fraction = match[1], match[2] or ""
        if match.start() != position or not (whole or fraction):
            break
        total += int((whole or "0") + fraction) * _UNITS[match[3]] // 10 ** len(fraction)
        position = match.end()
    if not text or position != len(text):
        raise Refused(f"expected a duration such as 0.5s, 100ms or 1h, read {text[:_LONGEST_TEXT]!r}")
    return total
