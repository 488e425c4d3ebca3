"""The only clock of the checking half: read here, passed down as an input."""

from datetime import UTC, date, datetime


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()  # noqa: TID251
