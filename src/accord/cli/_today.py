"""The only clock of the checking half: read here, passed down as an input."""

import time
from datetime import UTC, date, datetime


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()  # noqa: TID251


def now_ns() -> int:
    """The instant it is, in nanoseconds since 1970 (UTC)."""
    return time.time_ns()
