"""Whether a named time interval of a routing file holds at an instant, as Alertmanager works it out (timeinterval.go)."""

from calendar import monthrange
from datetime import datetime

from accord.model.alerting import Calendar, Span
from accord.model.zone import zone_named


def holds_at(calendar: Calendar, instant: datetime) -> bool:
    """Whether one of its spans holds at this instant (an aware datetime); to the minute."""
    return any(_span_holds(span, instant) for span in calendar.spans)


def _span_holds(span: Span, instant: datetime) -> bool:
    """Whether every part that is not empty holds, on the clock of the span's zone."""
    local = instant.astimezone(zone_named(span.zone))
    minute = local.hour * 60 + local.minute
    if span.times and not any(begin <= minute < end for begin, end in span.times):
        return False
    return (
        _within(local.isoweekday() % 7, span.weekdays)
        and _within(local.month, span.months)
        and _within(local.year, span.years)
        and _day_within(local, span.days)
    )


def _within(value: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return not ranges or any(first <= value <= last for first, last in ranges)


def _day_within(local: datetime, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Days below 0 count from the end of the month, which also ends a range that would go past it."""
    days = monthrange(local.year, local.month)[1]
    counted = tuple(tuple(day + days + 1 if day < 0 else day for day in both) for both in ranges)
    return not ranges or any(first <= days and first <= local.day <= last for first, last in counted)
