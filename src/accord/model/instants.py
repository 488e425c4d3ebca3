"""Instants, windows and spans as people read them; all in UTC."""

from datetime import UTC, datetime

from accord.model.duration import NANOSECONDS, show_duration

_LAST_SECOND = 253_402_300_799
"""The end of the year 9999: no calendar here goes on behind it."""
_SECOND, _MILLISECOND, _MICROSECOND = NANOSECONDS["s"], NANOSECONDS["ms"], NANOSECONDS["us"]


def moment(ns: int) -> datetime:
    """The instant so many nanoseconds after 1970, to the second; the nearest that a calendar has."""
    return datetime.fromtimestamp(min(max(ns // _SECOND, 0), _LAST_SECOND), UTC)


def instant(ns: int) -> str:
    """An instant as people read it: `2026-11-27 14:30 UTC`."""
    return moment(ns).strftime("%Y-%m-%d %H:%M UTC")


def instant_s(ns: int) -> str:
    """An instant among others that are close to it: `2026-11-27 14:30:07 UTC`."""
    return moment(ns).strftime("%Y-%m-%d %H:%M:%S UTC")


def window(began_s: int, ended_s: int) -> str:
    """The time between two seconds since 1970: `2026-11-20 10:00 to 11:00 UTC (1h)`."""
    began, ended = (datetime.fromtimestamp(at, UTC) for at in (began_s, ended_s))
    until = f"{ended:%H:%M}" if began.date() == ended.date() else f"{ended:%Y-%m-%d %H:%M}"
    return f"{began:%Y-%m-%d %H:%M} to {until} UTC ({show_duration((ended_s - began_s) * _SECOND)})"


def span(nanoseconds: int) -> str:
    """A duration to the second, below one to the millisecond, below one of those to the microsecond, and exact below that."""
    unit = next((unit for unit in (_SECOND, _MILLISECOND, _MICROSECOND) if abs(nanoseconds) >= unit), 1)
    return show_duration(round(nanoseconds / unit) * unit)
