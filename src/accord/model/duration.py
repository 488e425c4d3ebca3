"""Durations as whole nanoseconds, read by the grammar of the contract language (docs/language.md)."""

import re
from functools import lru_cache

from accord.model.problem import Refused

NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
SECOND = NANOSECONDS["s"]
_SPELLINGS = {**NANOSECONDS, "min": NANOSECONDS["m"]}
_PART = re.compile(r"(\d+)(?:\.(\d+))?(ns|us|ms|min|s|m|h|d|w)", re.ASCII)
_EXPECTED = "a duration such as 300ms, 2.5s, 1h30m or 4d"
_LONGEST_TEXT = 64


@lru_cache(maxsize=8192)
def parse_duration(text: str) -> int:
    """Nanoseconds of `text`: numbers with units, largest unit first, each once.

    Raises Refused for a bare number, an unknown unit, units out of order, or parts of a nanosecond.
    """
    if len(text) > _LONGEST_TEXT:
        raise Refused(f"expected {_EXPECTED}, read {len(text)} characters")
    total, position, last = 0, 0, None
    for match in _PART.finditer(text):
        unit = _SPELLINGS[match[3]]
        if match.start() != position or (last is not None and unit >= last):
            break
        total += _scaled(match[1], match[2] or "", unit, text)
        position, last = match.end(), unit
    if position != len(text) or not text:
        raise Refused(_refusal(text))
    return total


def _scaled(whole: str, fraction: str, unit: int, text: str) -> int:
    scale = int(10 ** len(fraction))
    value, rest = divmod(int(whole + fraction) * unit, scale)
    if rest:
        raise Refused(f"expected whole nanoseconds, read {text!r}")
    return value


def _refusal(text: str) -> str:
    bare = text.replace(".", "", 1)
    if bare.isdigit():
        return f"expected {_EXPECTED}, read {text!r} without a unit"
    return f"expected {_EXPECTED} (largest unit first, each once), read {text!r}"


@lru_cache(maxsize=4096, typed=True)
def show_duration(nanoseconds: int) -> str:
    """The shortest exact spelling: 5s, 2.5s, 1h30m, 250ms."""
    if nanoseconds < 0:
        return "-" + show_duration(-nanoseconds)
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < SECOND:
        return _below_second(nanoseconds)
    parts = []
    rest = nanoseconds
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, NANOSECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts.append(_decimal(rest, SECOND) + "s")
    return "".join(parts)


def _below_second(nanoseconds: int) -> str:
    for unit in ("ms", "us"):
        if nanoseconds >= NANOSECONDS[unit]:
            return _decimal(nanoseconds, NANOSECONDS[unit]) + unit
    return f"{nanoseconds}ns"


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    if not rest:
        return str(whole)
    digits = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}"
