"""Hours: weekly windows of wall-clock time in named zones, less exceptions, and what they mean as instants.

An instant lies inside a window when the wall clock of the window's zone, read at that instant, lies inside it.
So a clock time that is skipped is the instant after the gap, and one that occurs twice counts at both.
Dates of exceptions are days of the zone beside them, else of each window's own zone (UTC beside 24x7).
Everything is exact: by the instants at which something changes, never by sampling.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache

from msgspec import Struct

from accord.model.amount import parse_date
from accord.model.problem import Refused
from accord.model.zone import parse_zone, zone_named

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
_LONGEST_TEXT = 200
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)Z", re.ASCII)
_WINDOW = "a window such as `Mon-Fri 09:00-18:00 Europe/Berlin`"
_DAILY = "a time of day such as `daily 06:00 Europe/Berlin`"
_EXCEPTION = "an exception such as `except 2026-12-24/2026-12-26` or `except 2026-07-01T21:00Z/2026-07-02T04:00Z`"


class Window(Struct, frozen=True):
    """On each of `days` (0 is Monday) from `opens` to `closes`, minutes after midnight in `zone`.

    Where `closes` is not after `opens` it lies on the next day; `closes` itself is outside.
    """

    days: tuple[int, ...]
    opens: int
    closes: int
    zone: str

    def hold_at(self, instant: datetime) -> bool:
        """Whether the wall clock of the zone lies inside the window at this instant."""
        clock = instant.astimezone(zone_named(self.zone))
        minute, day = clock.hour * 60 + clock.minute, clock.weekday()
        if self.opens < self.closes:
            return day in self.days and self.opens <= minute < self.closes
        return (day in self.days and minute >= self.opens) or ((day - 1) % 7 in self.days and minute < self.closes)


class DaysOff(Struct, frozen=True):
    """Calendar days that are left out, both ends included; `zone` is empty where none stood beside the dates."""

    first: date
    last: date
    zone: str = ""

    def hold_at(self, instant: datetime, zone: str) -> bool:
        """Whether this is one of the days, in its own zone or else in the one given."""
        return self.first <= instant.astimezone(zone_named(self.zone or zone)).date() <= self.last


class TimeOff(Struct, frozen=True):
    """The time from one instant up to another (UTC) that is left out."""

    starts: datetime
    ends: datetime


class Span(Struct, frozen=True):
    """The time from `starts` up to, not including, `ends`, both UTC."""

    starts: datetime
    ends: datetime


class Hours(Struct, frozen=True):
    """When a promise holds: in any of its windows (or always), outside every exception. Without a window it never holds."""

    always: bool = False
    windows: tuple[Window, ...] = ()
    days_off: tuple[DaysOff, ...] = ()
    times_off: tuple[TimeOff, ...] = ()

    def hold_at(self, instant: datetime) -> bool:
        """Whether the promise holds at this instant (an aware datetime)."""
        if any(off.starts <= instant < off.ends for off in self.times_off):
            return False
        if self.always and not any(off.hold_at(instant, "UTC") for off in self.days_off):
            return True
        return any(
            window.hold_at(instant) and not any(off.hold_at(instant, window.zone) for off in self.days_off)
            for window in self.windows
        )

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of the windows, each once, in the order written; UTC where there is no window."""
        return tuple(dict.fromkeys(window.zone for window in self.windows)) or ("UTC",)

    def spans(self, starts: datetime, ends: datetime) -> tuple[Span, ...]:
        """The time inside these hours between two instants, in order, without overlap, as long as possible each."""
        return _spans(self, starts.astimezone(UTC), ends.astimezone(UTC))


class DailyInstant(Struct, frozen=True):
    """A time of day, `minute` minutes after midnight in `zone`, on each of `days` (0 is Monday)."""

    days: tuple[int, ...]
    minute: int
    zone: str

    def instants(self, starts: datetime, ends: datetime) -> tuple[datetime, ...]:
        """Every instant meant between two instants, in order, UTC: a skipped time is the end of the gap, a double one both."""
        found: set[datetime] = set()
        for day in _days_around(starts, ends, self.zone):
            if day.weekday() in self.days:
                found |= _meant(day, self.minute, self.zone)
        return tuple(sorted(instant for instant in found if starts <= instant < ends))


ALWAYS = Hours(always=True)


# ---------------------------------------------------------------------- as instants


@lru_cache(maxsize=512)
def _spans(hours: Hours, starts: datetime, ends: datetime) -> tuple[Span, ...]:
    edges = sorted({edge for edge in _edges(hours, starts, ends) if starts < edge < ends} | {starts})
    found: list[Span] = []
    for position, edge in enumerate(edges):
        if starts >= ends or not hours.hold_at(edge):
            continue
        until = edges[position + 1] if position + 1 < len(edges) else ends
        if found and found[-1].ends == edge:
            found[-1] = Span(found[-1].starts, until)
        else:
            found.append(Span(edge, until))
    return tuple(found)


def _edges(hours: Hours, starts: datetime, ends: datetime) -> Iterator[datetime]:
    """Every instant between two at which the hours can change, and some more."""
    for off in hours.times_off:
        yield off.starts
        yield off.ends
    zones: dict[str, set[int]] = {zone: {0} for zone in hours.zones if hours.days_off}
    zones |= {off.zone: {0} for off in hours.days_off if off.zone}
    if hours.always and hours.days_off:
        zones.setdefault("UTC", {0})
    for window in hours.windows:
        zones.setdefault(window.zone, set()).update((0, window.opens, window.closes))
    for zone, minutes in zones.items():
        yield from clock_changes(starts, ends, zone)
        for day in _days_around(starts, ends, zone):
            for minute in minutes:
                yield from _readings(day, minute, zone)


def _days_around(starts: datetime, ends: datetime, zone: str) -> Iterator[date]:
    day = starts.astimezone(zone_named(zone)).date() - timedelta(days=2)
    last = ends.astimezone(zone_named(zone)).date() + timedelta(days=1)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _wall(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def _readings(day: date, minute: int, zone: str) -> set[datetime]:
    """The instants at which the clock of the zone shows this; for a skipped time, those on both sides of the gap."""
    wall = _wall(day, minute).replace(tzinfo=zone_named(zone))
    return {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}


def _meant(day: date, minute: int, zone: str) -> set[datetime]:
    shown = _wall(day, minute)
    readings = _readings(day, minute, zone)
    true = {
        instant for instant in readings if instant.astimezone(zone_named(zone)).replace(tzinfo=None, fold=0) == shown
    }
    return true or {_change_between(min(readings), max(readings), zone)}


@lru_cache(maxsize=512)
def clock_changes(starts: datetime, ends: datetime, zone: str) -> tuple[datetime, ...]:
    """The instants at which the offset of the zone changes. No zone ever changed it twice within twelve hours."""
    step, earlier, found = timedelta(hours=12), starts, []
    while earlier < ends:
        later = earlier + step
        if _offset(earlier, zone) != _offset(later, zone):
            found.append(_change_between(earlier, later, zone))
        earlier = later
    return tuple(found)


def _change_between(earlier: datetime, later: datetime, zone: str) -> datetime:
    """The first instant with the later offset, to the second: clocks change at whole seconds."""
    low, high, after = int(earlier.timestamp()), int(later.timestamp()) + 1, _offset(later, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, UTC), zone) == after:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(instant: datetime, zone: str) -> timedelta | None:
    return instant.astimezone(zone_named(zone)).utcoffset()


# ---------------------------------------------------------------------- held side by side


def first_uncovered(needed: Hours, offered: Sequence[Hours], starts: datetime, days: int = 90) -> datetime | None:
    """The first instant inside `needed` and outside every one of `offered`, or None within so many days."""
    ends = starts + timedelta(days=days)
    covered = merged(span for hours in offered for span in hours.spans(starts, ends))
    for span in needed.spans(starts, ends):
        instant = _after_cover(span, covered)
        if instant < span.ends:
            return instant
    return None


def _after_cover(span: Span, covered: Sequence[Span]) -> datetime:
    return next((cover.ends for cover in covered if cover.starts <= span.starts < cover.ends), span.starts)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans in order that neither overlap nor touch."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.starts):
        if found and span.starts <= found[-1].ends:
            found[-1] = Span(found[-1].starts, max(found[-1].ends, span.ends))
        else:
            found.append(span)
    return tuple(found)


def show_instant(instant: datetime, zones: Iterable[str] = ()) -> str:
    """An instant for people: `Sat 2026-11-28 00:00 UTC (01:00 Europe/Berlin)`."""
    shown = _shown(instant, "UTC")
    others = [_shown(instant, zone) for zone in dict.fromkeys(zones) if zone != "UTC"]
    near = [other.removeprefix(shown[:15]) for other in others]
    return shown + (f" ({', '.join(near)})" if near else "")


def _shown(instant: datetime, zone: str) -> str:
    clock = instant.astimezone(zone_named(zone))
    seconds = ":%S" if clock.second else ""
    return f"{DAYS[clock.weekday()]} {clock.strftime('%Y-%m-%d %H:%M' + seconds)} {zone}"


# ---------------------------------------------------------------------- grammar


def parse_hours(texts: Sequence[str]) -> Hours:
    """Hours as the contract language writes them: `24x7`, `none`, or windows and exceptions, one text each.

    Raises Refused for anything else, for `none` or `24x7` beside windows, and for exceptions from nothing.
    """
    return _parse_hours((texts,) if isinstance(texts, str) else tuple(texts))


@lru_cache(maxsize=1024)
def _parse_hours(texts: tuple[str, ...]) -> Hours:
    parts = [parse_part(text) for text in texts if text not in ("24x7", "none")]
    windows = tuple(part for part in parts if isinstance(part, Window))
    days_off = tuple(part for part in parts if isinstance(part, DaysOff))
    times_off = tuple(part for part in parts if isinstance(part, TimeOff))
    always, never = "24x7" in texts, "none" in texts
    if never and len(texts) > 1:
        raise Refused("expected `none` alone, read something beside it")
    if always and windows:
        raise Refused("expected `24x7` with nothing but exceptions, read a window beside it")
    if not (always or never or windows):
        raise Refused("expected 24x7, none or " + _WINDOW + (", read only exceptions" if parts else ""))
    return Hours(always, windows, days_off, times_off)


def parse_part(text: str) -> Window | DaysOff | TimeOff:
    """One item of a list of hours: a window or an exception."""
    if text == "except" or text.startswith("except "):
        return _parse_exception(text)
    return parse_window(text)


def parse_window(text: str) -> Window:
    """One window, `days HH:MM-HH:MM zone`; `22:00-06:00` runs into the next day, `24:00` may end a day."""
    days, clocks, zone = _three(text, _WINDOW)
    first, dash, last = clocks.partition("-")
    if not dash:
        raise Refused(f"expected {_WINDOW}, read {text!r}, in which {clocks!r} is not `HH:MM-HH:MM`")
    closes = DAY_MINUTES if last == "24:00" else _parse_clock(last)
    return Window(_parse_days(days), _parse_clock(first), closes, parse_zone(zone))


def parse_daily_instant(text: str) -> DailyInstant:
    """A time of day, `days HH:MM zone`."""
    days, clock, zone = _three(text, _DAILY)
    return DailyInstant(_parse_days(days), _parse_clock(clock), parse_zone(zone))


def _three(text: str, expected: str) -> list[str]:
    if len(text) > _LONGEST_TEXT:
        raise Refused(f"expected {expected}, read {len(text)} characters")
    words = text.split(" ")
    if len(words) == 2 and ":" in words[1]:
        raise Refused(f"expected {expected}, read {text!r} without a zone")
    if len(words) == 2 and ":" in words[0]:
        raise Refused(f"expected {expected}, read {text!r} without days")
    if "," in text:
        raise Refused(f"expected {expected}, read {text!r} with a comma; a list has one window per item")
    if len(words) != 3:
        raise Refused(f"expected {expected}, read {text!r}")
    return words


def _parse_days(text: str) -> tuple[int, ...]:
    if text == "daily":
        return tuple(range(7))
    first, dash, last = text.partition("-")
    start = _parse_day(first, text)
    end = _parse_day(last, text) if dash else start
    return tuple(sorted((start + step) % 7 for step in range((end - start) % 7 + 1)))


def _parse_day(word: str, text: str) -> int:
    if word in DAYS:
        return DAYS.index(word)
    close = get_close_matches(word[:3].capitalize(), (*DAYS, "daily"), n=1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    raise Refused(f"expected days such as daily, Mon or Mon-Fri, read {text!r}{meant}")


def _parse_clock(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    if match:
        return int(match[1]) * 60 + int(match[2])
    padded = f"0{text}"
    meant = f"; did you mean {padded!r}?" if _CLOCK.fullmatch(padded) else ""
    raise Refused(f"expected a clock time such as 09:00 or 18:30, read {text!r}{meant}")


def _parse_exception(text: str) -> DaysOff | TimeOff:
    words = text.split(" ")
    if len(text) > _LONGEST_TEXT or len(words) not in (2, 3):
        raise Refused(f"expected {_EXCEPTION}, read {text[:_LONGEST_TEXT]!r}")
    first, slash, last = words[1].partition("/")
    if "T" in words[1]:
        starts, ends = _parse_instant(first, text), _parse_instant(last, text)
        if not starts < ends or len(words) > 2:
            raise Refused(f"expected {_EXCEPTION}, read {text!r}")
        return TimeOff(starts, ends)
    days = DaysOff(
        parse_date(first), parse_date(last if slash else first), parse_zone(words[2]) if len(words) > 2 else ""
    )
    if days.last < days.first:
        raise Refused(f"expected the first day before the last, read {text!r}")
    return days


def _parse_instant(text: str, whole: str) -> datetime:
    match = _INSTANT.fullmatch(text)
    if not match:
        raise Refused(f"expected {_EXCEPTION}, read {whole!r}")
    return datetime.combine(parse_date(match[1]), time.fromisoformat(match[2]), UTC)
