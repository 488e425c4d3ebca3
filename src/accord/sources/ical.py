"""Rotas as iCalendar files: each event is a shift of whoever attends it, else of whom its summary names.

A calendar is the party `ical:<folder>/<file>`, and is called as the file is without its ending. Repetition by days and weeks is followed (interval, days, count,
until, exceptions, single events moved); a calendar with any other repetition may be staffed at any time. Needs the extra
`accord[ical]`. Format: RFC 5545, read by the library icalendar.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.rotas import NOT_KNOWN, Shift
from accord.model.zone import zone_named
from accord.sources._on_call import zone
from accord.sources._terraform import local_name

FORMAT = "ical"
FILES = ("*.ics",)
EXTRA = "accord[ical]"
LARGEST = 2_000_000
"""Characters; a larger calendar is no rota."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FOLLOWED = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}
_UNITS = {"DAILY": "days", "WEEKLY": "weeks", "HOURLY": "hours"}
_LONGEST_NAME = 100


def read_text(text: str, start: Place) -> Iterable[Fact | Problem]:
    """A fact for each event of the calendars in the file."""
    if "BEGIN:VEVENT" not in text.upper():
        return
    if len(text) > LARGEST:
        yield Problem(
            start, f"{len(text):,} characters, and no more than {LARGEST:,} are read as a calendar", fatal=True
        )
        return
    try:
        from icalendar import Calendar
    except ImportError:
        yield Problem(start, f"who is on duty is stated here and not read: that needs {EXTRA}", fatal=True)
        return
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
            raise ValueError("expected BEGIN:VCALENDAR")
        found = list(_Calendar(start, text, calendars).facts())
    except Exception as error:  # whatever the library makes of a broken file
        words = " ".join(str(error).split())[:80]
        yield Problem(start, f"not a calendar: {type(error).__name__}: {words}", fatal=True)
        return
    yield from found


class _Calendar:
    """The events of one file, each with the line on which it begins."""

    def __init__(self, start: Place, text: str, calendars: list[Any]) -> None:
        self.start = start
        folder, _, file = start.file.rpartition("/")
        self.party, self.called = local_name(FORMAT, folder, file), file.rpartition(".")[0]
        self.calendars = calendars
        lines = text.replace("\r\n", "\n").split("\n")
        self.lines = [number for number, line in enumerate(lines, 1) if line.strip().upper() == "BEGIN:VEVENT"]
        self.events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
        self.moved: dict[str, list[datetime]] = {}

    def facts(self) -> Iterator[Fact]:
        yield self.fact("kind", "rota", self.called, 1)
        called = [self.called, *(str(calendar.get("X-WR-CALNAME", "")) for calendar in self.calendars)]
        names = tuple(dict.fromkeys(each for each in called if each and each == each.strip() and each.isprintable()))
        if names:
            yield self.fact("names.ical", names, names[0], 1)
        zones = [zone(str(calendar.get("X-WR-TIMEZONE", ""))) for calendar in self.calendars]
        if zones and zones[0] and len(set(zones)) == 1:
            yield self.fact("zone", zones[0], zones[0], 1)
        for event in self.events:
            if "RECURRENCE-ID" in event:
                self.moved.setdefault(str(event.get("UID", "")), []).append(_instant(event["RECURRENCE-ID"].dt))
        for number, event in enumerate(self.events):
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            line = self.lines[number] if number < len(self.lines) else 1
            text = " ".join(str(event.get("SUMMARY", "")).split())[:_LONGEST_NAME] or "an event"
            yield self.fact(f"shift.{number + 1}", self.shift(event), text, line)

    def fact(self, term: str, value: object, text: str, line: int) -> Fact:
        place = Place(self.start.root, self.start.file, line, 1)
        party = self.party
        return Fact(party, Stance.PROMISES, "", party, PARTY, term, value, text, place, Layer.PEOPLE, source=FORMAT)

    def shift(self, event: Any) -> Shift:
        begins, named, lasts = _begin(event), _zone(event), _length(event)
        if begins is None or lasts is None or named is None:
            return Shift(followed=False)
        moved = self.moved.get(str(event.get("UID", "")), []) if "RECURRENCE-ID" not in event else []
        once = Shift(people=(_people(event),), begins=begins, zone=named, lasts=lasts, count=1)
        if "RRULE" not in event or "RECURRENCE-ID" in event:
            return once if "RDATE" not in event else Shift(followed=False)
        return _repeated(event, once, tuple(dict.fromkeys((*_exceptions(event), *moved))))


def _begin(event: Any) -> datetime | None:
    """When it begins, on the clock of its zone or as an instant; a whole day begins at midnight."""
    found = event["DTSTART"].dt if "DTSTART" in event else None
    if isinstance(found, datetime):
        return found.replace(tzinfo=None) if found.utcoffset() != timedelta() or _key(found) else found.astimezone(UTC)
    return datetime.combine(found, time()) if isinstance(found, date) else None


def _key(moment: datetime) -> str:
    """The IANA name of the zone of an instant; empty where it is plain UTC, has none, or one of its own making."""
    return zone(getattr(moment.tzinfo, "key", "")) if moment.tzinfo is not None else ""


def _zone(event: Any) -> str | None:
    """The zone of an event, empty where it is the calendar's; None where it has one that nobody else knows."""
    found = event["DTSTART"].dt if "DTSTART" in event else None
    if not isinstance(found, datetime):
        return ""
    stated = str(event["DTSTART"].params.get("TZID", ""))
    if stated:
        return _key(found) or zone(stated) or None
    return "UTC" if found.tzinfo is not None else ""


def _length(event: Any) -> int | None:
    """How long it lasts on the clock, in seconds; a day without an end lasts one day."""
    starts = event["DTSTART"].dt if "DTSTART" in event else None
    if "DTEND" in event:
        ends = event["DTEND"].dt
        if isinstance(ends, datetime) != isinstance(starts, datetime):
            return None
        if isinstance(starts, datetime) and isinstance(ends, datetime) and starts.tzinfo == ends.tzinfo:
            starts, ends = starts.replace(tzinfo=None), ends.replace(tzinfo=None)
        length = ends - starts
    elif "DURATION" in event:
        length = event["DURATION"].dt
    else:
        length = timedelta(days=1) if not isinstance(starts, datetime) else timedelta()
    return int(length.total_seconds()) if isinstance(length, timedelta) and length >= timedelta() else None


def _people(event: Any) -> tuple[str, ...]:
    """Everybody who attends, by address; else whom the summary names."""
    attends = event.get("ATTENDEE", [])
    named = [str(each) for each in (attends if isinstance(attends, list) else [attends])]
    mails = [each.lower().removeprefix("mailto:") for each in named]
    who = [each for each in mails if each] or [" ".join(str(event.get("SUMMARY", "")).split())]
    return tuple(dict.fromkeys(f"{FORMAT}:{each[:_LONGEST_NAME]}" if each else NOT_KNOWN for each in who))


def _repeated(event: Any, once: Shift, skipped: tuple[datetime, ...]) -> Shift:
    """The event with its repetition, as far as that goes by hours, days or weeks."""
    rule = event["RRULE"]
    if isinstance(rule, list) or "RDATE" in event or not {str(key).upper() for key in rule} <= _FOLLOWED:
        return Shift(followed=False)
    unit, every = _UNITS.get(str(_first(rule, "FREQ", "")).upper()), int(_first(rule, "INTERVAL", 1))
    days = [str(day).upper() for day in rule.get("BYDAY", [])]
    first_day = str(_first(rule, "WKST", "MO")).upper()
    odd = unit is None or every < 1 or not set(days) <= set(_DAYS) or (days and unit == "hours")
    if odd or (days and every > 1 and (first_day != "MO" or unit == "days")):
        return Shift(followed=False)
    until, count = _first(rule, "UNTIL", None), _first(rule, "COUNT", None)
    return Shift(
        people=once.people,
        begins=once.begins,
        zone=once.zone,
        every=every,
        unit="weeks" if days else unit or "",
        weekdays=tuple(sorted({_DAYS.index(day) for day in days})),
        lasts=once.lasts,
        last=None if until is None else _last(until, once.zone),
        count=None if count is None else int(count),
        skipped=skipped,
    )


def _first(rule: Any, key: str, otherwise: Any) -> Any:
    found = rule.get(key, otherwise)
    return (found[0] if found else otherwise) if isinstance(found, list) else found


def _exceptions(event: Any) -> Iterator[datetime]:
    found = event.get("EXDATE", [])
    for group in found if isinstance(found, list) else [found]:
        for each in group.dts:
            moment = each.dt
            same = isinstance(moment, datetime) or not isinstance(event["DTSTART"].dt, datetime)
            yield (
                _instant(moment)
                if same
                else _instant(event["DTSTART"].dt.replace(year=moment.year, month=moment.month, day=moment.day))
            )


def _instant(moment: date) -> datetime:
    """The instant; a day, or a clock time without a zone, as if it were UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _last(until: date, named: str) -> datetime:
    """The last instant at which it may begin: the end of a day where a day is given."""
    if isinstance(until, datetime):
        return _instant(until)
    end = datetime.combine(until, time(23, 59, 59))
    return end.replace(tzinfo=zone_named(named or "UTC")).astimezone(UTC)
