"""Parts of a time interval as texts: times of day, days, months and years, each with its end.

After github.com/prometheus/alertmanager, timeinterval/timeinterval.go, release 0.27.
"""

import re
from collections.abc import Callable

from accord.model.problem import Refused
from accord.model.zone import zone_named

Range = tuple[int, int]

WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
LOCAL = "Local"
"""The zone of the machine that Alertmanager runs on, which no file tells."""

_TIME = re.compile(r"(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_SHORTEST_MONTH = 28


def parse_minute(text: str) -> int:
    """The minute of the day of 08:30; 24:00 is the end of the day. Raises Refused."""
    match = _TIME.fullmatch(text)
    if not match:
        raise Refused(f"expected a time such as 08:30 or 24:00, read {text[:64]!r}")
    return 24 * 60 if match[1] is None else int(match[1]) * 60 + int(match[2])


def parse_weekdays(text: str) -> Range:
    """`monday:friday` as (1, 5). Raises Refused."""
    return _ordered(text, _parsed(text, _weekday))


def parse_months(text: str) -> Range:
    """`may:august` or `5:8` as (5, 8). Raises Refused."""
    return _ordered(text, _parsed(text, _month))


def parse_years(text: str) -> Range:
    """`2026:2027` as (2026, 2027). Raises Refused."""
    return _ordered(text, _parsed(text, _number))


def parse_days(text: str) -> Range:
    """`1:5` or `-3:-1`, days of the month from its begin or its end. Raises Refused."""
    begin, end = _parsed(text, _number)
    if not (1 <= abs(begin) <= 31 and 1 <= abs(end) <= 31):
        raise Refused(f"expected days from 1 to 31 or from -31 to -1, read {text[:64]!r}")
    first, last = (day if day > 0 else _SHORTEST_MONTH + day for day in (begin, end))
    if first > last or begin < 0 < end:
        raise Refused(f"expected an end that is not before its begin, read {text[:64]!r}")
    return begin, end


def parse_location(text: str) -> str:
    """The zone that a name of the time-zone database means, abbreviations included; none is UTC. Raises Refused."""
    if text in ("", "UTC"):
        return "UTC"
    if text == LOCAL:
        return text
    try:
        zone_named(text)
    except (LookupError, ValueError, OSError):
        raise Refused(f"expected a zone such as Europe/Berlin or UTC, read {text[:64]!r}") from None
    return text


def _parsed(text: str, member: Callable[[str], int]) -> Range:
    parts = text.lower().split(":")
    if len(parts) > 2:
        raise Refused(f"expected one value or two with a colon between, read {text[:64]!r}")
    return member(parts[0]), member(parts[-1])


def _ordered(text: str, read: Range) -> Range:
    if read[0] > read[1]:
        raise Refused(f"expected an end that is not before its begin, read {text[:64]!r}")
    return read


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise Refused(f"expected a weekday such as monday, read {text[:64]!r}")
    return WEEKDAYS.index(text)


def _month(text: str) -> int:
    return MONTHS.index(text) + 1 if text in MONTHS else _number(text)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Refused(f"expected a whole number, read {text[:64]!r}")
    return int(text)
