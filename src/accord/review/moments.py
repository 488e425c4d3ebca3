"""Instants as a review writes them, which says once that they are in UTC."""

from datetime import UTC, datetime, timedelta


def instant(at_ns: int) -> str:
    """An instant to the second, in UTC; as it is where no calendar has it."""
    try:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at_ns // 1000)
    except OverflowError:
        return f"{at_ns} ns"
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def clock(at_ns: int, beside_ns: int) -> str:
    """The same without its day where that is the day of `beside_ns`, and without seconds where there are none."""
    said, day = instant(at_ns), instant(beside_ns).partition(" ")[0]
    return said.removeprefix(f"{day} ").removesuffix(":00")
