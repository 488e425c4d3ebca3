"""Instants as people of one zone read them."""

from accord.boundaries.people.duty import instant_at
from accord.model.hours import DAYS
from accord.model.zone import zone_named

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def on_clock(at_ns: int, zone: str) -> str:
    """`Sat 28 Nov 02:00 CET`; UTC where no zone is known. On a day on which clocks change the offset tells two times apart."""
    clock = instant_at(at_ns).astimezone(zone_named(zone or "UTC"))
    seconds = f":{clock:%S}" if clock.second else ""
    return f"{DAYS[clock.weekday()]} {clock.day} {_MONTHS[clock.month - 1]} {clock:%H:%M}{seconds} {clock:%Z}"


def on_day(at_ns: int, zone: str) -> str:
    """`28 Nov`."""
    clock = instant_at(at_ns).astimezone(zone_named(zone or "UTC"))
    return f"{clock.day} {_MONTHS[clock.month - 1]}"
