"""When a shift is somebody's: its turns between two instants, exactly, on the clocks of their zones.

A turn that would begin or end at a clock time which is skipped does so at the end of the gap; at one that occurs twice, the
first time. So turns that meet on the clock meet in truth.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from accord.model.hours import Hours, Span, clock_changes, merged
from accord.model.rotas import NOT_KNOWN, Shift
from accord.model.zone import zone_named

MOST_TURNS = 20_000
"""More turns than this between two instants are not told apart: somebody has them."""

Group = tuple[str, ...]
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)


class Turn(Struct, frozen=True):
    """The time from `starts` up to `ends` (UTC) in which one group is on duty; nobody where the group is empty."""

    starts: datetime
    ends: datetime
    group: Group


def turns(shift: Shift, zone: str, starts: datetime, ends: datetime) -> tuple[Turn, ...] | None:
    """The turns of a shift between two instants, in order; None where they cannot be worked out.

    `zone` is the clock of the schedule. Of turns that run into each other the later one counts as well.
    """
    return _turns(located(shift, zone), max(starts.astimezone(UTC), _FIRST), min(ends.astimezone(UTC), _LAST))


def located(shift: Shift, zone: str) -> Shift:
    """The shift with the clock of its schedule wherever it names none of its own."""
    own = shift.zone or zone
    windows = tuple(replace(window, zone=window.zone or own) for window in shift.windows)
    return replace(shift, zone=own, windows=windows)


@lru_cache(maxsize=512)
def _turns(shift: Shift, starts: datetime, ends: datetime) -> tuple[Turn, ...] | None:
    if not shift.followed or any(not window.zone for window in shift.windows):
        return None
    if not shift.people:
        return ()
    begins, stops = max(starts, shift.since or starts), min(ends, shift.until or ends)
    found = list(_unrestricted(shift, begins, stops)) if begins < stops else []
    if any(turn is None for turn in found):
        return None
    told = [turn for turn in found if turn is not None]
    if not shift.windows:
        return tuple(told)
    inside = Hours(windows=shift.windows).spans(starts, ends)
    return tuple(_meeting(told, inside))


def _unrestricted(shift: Shift, begins: datetime, stops: datetime) -> Iterator[Turn | None]:
    """The turns without regard to windows, each cut to the time given; None where they cannot be told."""
    if not shift.zone and (shift.lasts is not None or (shift.begins is not None and shift.begins.tzinfo is None)):
        yield None
        return
    if shift.lasts is None and (len(shift.people) == 1 or not shift.unit or shift.begins is None or not shift.zone):
        yield _unbroken(shift, begins, stops)
        return
    if shift.begins is None:
        yield None
        return
    previous: Turn | None = None
    for number, (turn, (starts, ends)) in enumerate(_occurrences(shift, begins, stops)):
        if number > MOST_TURNS:
            yield _unbroken(shift, begins, stops) if shift.lasts is None else None
            return
        previous = Turn(max(starts, begins), min(ends, stops), shift.people[turn % len(shift.people)])
        if previous.starts < previous.ends and starts not in shift.skipped:
            yield previous


def _unbroken(shift: Shift, begins: datetime, stops: datetime) -> Turn | None:
    """All of the time as one turn, where it does not matter whose it is; None where some of it may be nobody's."""
    groups = set(shift.people)
    if len(groups) == 1:
        return Turn(begins, stops, shift.people[0])
    return None if () in groups else Turn(begins, stops, (NOT_KNOWN,))


def _meeting(turned: list[Turn], inside: Iterable[Span]) -> Iterator[Turn]:
    """The turns cut to the spans; both are in order."""
    spans = list(inside)
    for turn in turned:
        for span in spans:
            starts, ends = max(turn.starts, span.starts), min(turn.ends, span.ends)
            if starts < ends:
                yield Turn(starts, ends, turn.group)


# ---------------------------------------------------------------------- one after the other

_Occurrence = tuple[int, tuple[datetime, datetime]]  # which turn it is, counted from 0; when it starts and ends


def _occurrences(shift: Shift, begins: datetime, stops: datetime) -> Iterator[_Occurrence]:
    """The turns that meet the time given, and some beside it."""
    assert shift.begins is not None
    clock = zone_named(shift.zone or "UTC")
    wall = shift.begins.astimezone(clock).replace(tzinfo=None) if shift.begins.tzinfo else shift.begins
    lasts = None if shift.lasts is None else timedelta(seconds=shift.lasts)
    if shift.unit in ("seconds", "hours"):
        first, step = _at(wall, shift.zone), timedelta(**{shift.unit: shift.every})
        yield from _elapsed(shift, first, step, lasts, begins, stops)
        return
    for turn, opens, following in _on_the_clock(shift, wall, lasts, begins, stops):
        starts = _at(opens, shift.zone)
        if shift.last is not None and starts > shift.last:
            return
        yield turn, (starts, _at(following, shift.zone))


def _elapsed(
    shift: Shift, first: datetime, step: timedelta, lasts: timedelta | None, begins: datetime, stops: datetime
) -> Iterator[_Occurrence]:
    turn = (begins - first - (lasts or step)) // step
    if lasts is not None:
        turn = max(turn, 0)
    while (starts := first + turn * step) < stops:
        if (shift.count is not None and turn >= shift.count) or (shift.last is not None and starts > shift.last):
            return
        yield turn, (starts, starts + (lasts or step))
        turn += 1


def _on_the_clock(
    shift: Shift, wall: datetime, lasts: timedelta | None, begins: datetime, stops: datetime
) -> Iterator[tuple[int, datetime, datetime]]:
    """For each turn its number, and when it begins and ends on the clock of the zone."""
    clock = zone_named(shift.zone)
    nearest, furthest = (end.astimezone(clock).replace(tzinfo=None) for end in (begins, stops))
    if not shift.unit:
        yield 0, wall, wall + (lasts or _DAY)
        return
    if shift.weekdays:
        yield from _on_weekdays(shift, wall, lasts or _DAY, nearest, furthest)
        return
    step = shift.every * (_DAY if shift.unit == "days" else 7 * _DAY)
    turn = (nearest - wall - (lasts or step)) // step - 1
    if lasts is not None:
        turn = max(turn, 0)
    while (opens := wall + turn * step) <= furthest + _DAY:
        if shift.count is not None and turn >= shift.count:
            return
        yield turn, opens, opens + (lasts or step)
        turn += 1


def _on_weekdays(
    shift: Shift, wall: datetime, lasts: timedelta, nearest: datetime, furthest: datetime
) -> Iterator[tuple[int, datetime, datetime]]:
    monday, step = wall - wall.weekday() * _DAY, shift.every * 7 * _DAY
    week = 0 if shift.count is not None else max((nearest - monday - lasts) // step - 1, 0)
    given = 0
    while (first := monday + week * step) <= furthest + _DAY:
        for day in shift.weekdays:
            opens = first + day * _DAY
            if opens < wall:
                continue
            given += 1
            if shift.count is not None and given > shift.count:
                return
            yield week, opens, opens + lasts
        week += 1


@lru_cache(maxsize=65_536)
def _at(wall: datetime, zone: str) -> datetime:
    """The instant at which the clock of a zone shows this: the first of two, the end of the gap where there is none."""
    clock = zone_named(zone or "UTC")
    early, late = (wall.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(clock).replace(tzinfo=None) == wall:
        return early
    changes = clock_changes(late - _DAY, early + _DAY, zone)
    return next((change for change in changes if late <= change + _SECOND and change <= early), early)


# ---------------------------------------------------------------------- several together


def staffed(shifts: Iterable[tuple[Shift, str]], starts: datetime, ends: datetime) -> tuple[Span, ...] | None:
    """The time in which somebody has a turn, each shift with the clock of its schedule; None where that cannot be told."""
    spans: list[Span] = []
    for shift, zone in shifts:
        found = turns(shift, zone, starts, ends)
        if found is None:
            return None
        spans += (Span(turn.starts, turn.ends) for turn in found if turn.group)
    return merged(spans)


def gaps(needed: Iterable[Span], covered: Iterable[Span]) -> Iterator[Span]:
    """The time that is needed and not covered, in order; both are in order and do not overlap."""
    there = tuple(covered)
    for span in needed:
        at = span.starts
        for cover in there:
            if cover.ends <= at:
                continue
            if cover.starts >= span.ends:
                break
            if cover.starts > at:
                yield Span(at, cover.starts)
            at = max(at, cover.ends)
        if at < span.ends:
            yield Span(at, span.ends)
