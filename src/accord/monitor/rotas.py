"""Who has a turn at one instant, read off the clock of the schedule; written apart from what lays turns out in time."""

from datetime import UTC, datetime, timedelta

from accord.model.fact import Fact
from accord.model.rotas import NOT_KNOWN, Shift
from accord.model.zone import zone_named
from accord.monitor.speech import is_of_party, references
from accord.monitor.timeline import Timeline

Group = tuple[str, ...]
_DAY = timedelta(days=1)
_MOST_BACK = 400


def shifts_of(line: Timeline, party: str) -> list[Fact]:
    """The shifts among the facts of the witness that are a party's own, or that it says it is made of."""
    parts = {name for fact in line.of_party("shifts", party) for name in references(fact.value)}
    return [
        fact
        for fact in line.facts_of("shift.")
        if isinstance(fact.value, Shift) and any(is_of_party(fact, name) for name in (party, *parts))
    ]


def clock_of(line: Timeline, party: str) -> str:
    """The zone that a party says its schedule follows; empty where it does not."""
    return next((fact.value for fact in line.of_party("zone", party) if isinstance(fact.value, str)), "")


def on_duty(line: Timeline, party: str, moment: datetime) -> list[frozenset[str]] | None:
    """The groups that have a turn of a party's schedule then; the party itself where it has no shifts, None where it cannot be told."""
    shifts = shifts_of(line, party)
    if not shifts:
        return [frozenset((party,))]
    found: list[frozenset[str]] = []
    for fact in shifts:
        group = group_at(fact.value, clock_of(line, party), moment)
        if group is None or NOT_KNOWN in group:
            return None
        if group and frozenset(group) not in found:
            found.append(frozenset(group))
    return found


def group_at(shift: Shift, zone: str, moment: datetime) -> Group | None:
    """The group that has the turn then, nobody where it is empty; None where it cannot be told."""
    zone = shift.zone or zone
    if not shift.followed or any(not (window.zone or zone) for window in shift.windows):
        return None
    outside = (shift.since is not None and moment < shift.since) or (shift.until is not None and moment >= shift.until)
    if outside or not shift.people or not _inside(shift, zone, moment):
        return ()
    if shift.goes_on and len(shift.people) == 1:
        return shift.people[0]
    if shift.begins is None or not zone or (shift.lasts is None and not shift.unit):
        return None
    clock = zone_named(zone)
    begins = shift.begins.astimezone(clock).replace(tzinfo=None) if shift.begins.tzinfo else shift.begins
    if shift.unit in ("seconds", "hours"):
        first = begins.replace(tzinfo=clock).astimezone(UTC).replace(tzinfo=None)
        return _counted(shift, first, moment.astimezone(UTC).replace(tzinfo=None), zone)
    return _counted(shift, begins, moment.astimezone(clock).replace(tzinfo=None), zone)


def _inside(shift: Shift, zone: str, moment: datetime) -> bool:
    """Whether one of its windows holds, each in its own zone or that of the schedule."""
    for window in shift.windows:
        clock = moment.astimezone(zone_named(window.zone or zone))
        minute, day = clock.hour * 60 + clock.minute, clock.weekday()
        today, yesterday = day in window.days, (day - 1) % 7 in window.days
        through_midnight = window.closes <= window.opens
        if today and minute >= window.opens and (through_midnight or minute < window.closes):
            return True
        if through_midnight and yesterday and minute < window.closes:
            return True
    return not shift.windows


def _counted(shift: Shift, begins: datetime, shown: datetime, zone: str) -> Group | None:
    """By counting the turns from the first to the time shown."""
    if not shift.unit:
        inside = begins <= shown < begins + timedelta(seconds=shift.lasts or 0)
        return shift.people[0] if inside else ()
    days = 7 if shift.unit == "weeks" else 1
    unit = timedelta(days=days) if shift.unit in ("days", "weeks") else timedelta(**{shift.unit: 1})
    step = unit * shift.every
    if shift.lasts is None:
        return shift.people[((shown - begins) // step) % len(shift.people)]
    if shift.weekdays:
        return _by_weekday(shift, begins, shown, step, zone)
    length = timedelta(seconds=shift.lasts)
    last = (shown - begins) // step
    back = length // step + 1
    if back > _MOST_BACK:
        return None
    for turn in range(last, last - back - 1, -1):
        opens = begins + turn * step
        if turn >= 0 and opens <= shown < opens + length and _takes_place(shift, turn, opens, zone):
            return shift.people[turn % len(shift.people)]
    return ()


def _by_weekday(shift: Shift, begins: datetime, shown: datetime, step: timedelta, zone: str) -> Group | None:
    if shift.count is not None or shift.lasts is None:
        return None
    monday, length = begins - begins.weekday() * _DAY, timedelta(seconds=shift.lasts)
    if length // _DAY > _MOST_BACK:
        return None
    for back in range(length // _DAY + 2):
        opens = datetime.combine((shown - back * _DAY).date(), begins.time())
        week = (opens - monday) // step
        on_time = (opens - monday) - week * step < 7 * _DAY and opens.weekday() in shift.weekdays
        if on_time and begins <= opens <= shown < opens + length and _takes_place(shift, 0, opens, zone):
            return shift.people[week % len(shift.people)]
    return ()


def _takes_place(shift: Shift, turn: int, opens: datetime, zone: str) -> bool:
    """Whether a turn is none of those that are left out."""
    in_utc = shift.unit in ("seconds", "hours")
    starts = opens.replace(tzinfo=UTC) if in_utc else opens.replace(tzinfo=zone_named(zone)).astimezone(UTC)
    if shift.count is not None and turn >= shift.count:
        return False
    return starts not in shift.skipped and (shift.last is None or starts <= shift.last)
