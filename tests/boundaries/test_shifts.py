"""Turns laid out in time: against a look at every minute, against the monitor, and on days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.boundaries.people.shifts import gaps, staffed, turns
from accord.model.hours import Span, Window
from accord.model.rotas import Shift
from accord.monitor.rotas import group_at

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
SPRING, AUTUMN = datetime(2027, 3, 27, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)


def instant_of(wall: datetime, zone: str) -> datetime:
    """Minute by minute from half a day before: the first whose clock shows this time or a later one."""
    clock = ZoneInfo(zone)
    at = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while at.astimezone(clock).replace(tzinfo=None) < wall:
        at += MINUTE
    return at


def counted(shift: Shift, zone: str, starts: datetime, ends: datetime) -> dict[datetime, tuple[str, ...]]:
    """For each minute the group whose turn it is, where it is anybody's, by laying out every turn from the first one on."""
    clock = ZoneInfo(shift.zone or zone)
    assert shift.begins is not None
    step = timedelta(**{shift.unit or "days": shift.every or 1})
    found: dict[datetime, tuple[str, ...]] = {}
    number, wall = 0, shift.begins
    while True:
        opens = wall + number * step
        closes = opens + (step if shift.lasts is None else timedelta(seconds=shift.lasts))
        if shift.unit == "hours":
            first = instant_of(wall, clock.key)
            begin, end = first + number * step, first + number * step + (closes - opens)
        else:
            begin, end = instant_of(opens, clock.key), instant_of(closes, clock.key)
        if begin >= ends or (number and not shift.unit):
            return found
        at = max(begin, starts, shift.since or starts)
        while at < min(end, ends, shift.until or ends):
            if any(window.hold_at(at) for window in shift.windows) or not shift.windows:
                found[at] = shift.people[number % len(shift.people)]
            at += MINUTE
        number += 1


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    zone = draw(st.sampled_from(ZONES))
    unit = draw(st.sampled_from(("", "hours", "days", "weeks")))
    lasts = draw(st.sampled_from((30 * 60, 8 * 3600, 12 * 3600, 86_400, 3 * 86_400)))
    around = draw(st.sampled_from((SPRING, AUTUMN, datetime(2026, 4, 3, tzinfo=UTC))))
    begins = around.replace(tzinfo=None) - draw(st.integers(0, 9)) * DAY + draw(st.integers(0, 47)) * 30 * MINUTE
    window = Window(
        draw(st.sampled_from((tuple(range(7)), (0, 1, 2, 3, 4), (5, 6)))),
        draw(st.sampled_from((0, 120, 540, 1320))),
        draw(st.sampled_from((150, 600, 1020, 1440))),
        zone,
    )
    return Shift(
        people=tuple(draw(st.lists(st.sampled_from((("a",), ("b",), ("a", "c"), ())), min_size=1, max_size=3))),
        begins=begins,
        zone=zone,
        every=draw(st.integers(1, 3)) if unit else 0,
        unit=unit,
        lasts=lasts if not unit or draw(st.booleans()) else None,
        since=draw(st.sampled_from((None, around + DAY))),
        until=draw(st.sampled_from((None, around + 2 * DAY))),
        windows=(window,) if draw(st.booleans()) else (),
    )


@given(shifts(), st.sampled_from((SPRING, AUTUMN, datetime(2026, 4, 3, tzinfo=UTC))))
@settings(max_examples=80, deadline=None)
def test_turns_are_those_of_a_look_at_every_minute(shift: Shift, starts: datetime) -> None:
    ends = starts + 3 * DAY
    laid_out = turns(shift, "", starts, ends)
    assert laid_out is not None
    by_minute = counted(shift, "", starts, ends)
    at = starts
    assert shift.begins is not None
    first = instant_of(shift.begins, shift.zone)
    while at < ends:
        groups = {turn.group for turn in laid_out if turn.starts <= at < turn.ends}
        overlap = (
            shift.lasts is not None
            and shift.unit
            and timedelta(seconds=shift.lasts) > timedelta(**{shift.unit: shift.every})
        )
        if at >= first:  # before it, turns that go on are counted backwards
            there = by_minute.get(at)
            assert (there in groups) if there is not None else not groups
            assert overlap or len(groups) <= 1
        at += 15 * MINUTE


@given(shifts(), st.integers(0, 3 * 24 * 12), st.sampled_from((SPRING, AUTUMN)))
@settings(max_examples=300, deadline=None)
def test_the_monitor_sees_nobody_where_nobody_has_a_turn(shift: Shift, steps: int, starts: datetime) -> None:
    moment = starts + steps * 5 * MINUTE
    laid_out = turns(shift, "", moment, moment + MINUTE)
    assert laid_out is not None
    groups = [turn.group for turn in laid_out if turn.starts <= moment < turn.ends and turn.group]
    seen = group_at(shift, "", moment)
    if not groups:
        # at a time that occurs twice the monitor, which reads the clock, may still see somebody: it then refuses
        twice = (
            moment.astimezone(ZoneInfo(shift.zone)).utcoffset()
            != (moment - 2 * timedelta(hours=1)).astimezone(ZoneInfo(shift.zone)).utcoffset()
        )
        assert seen == () or twice
    elif seen:
        assert seen in groups or shift.lasts is not None


# ---------------------------------------------------------------------- schedules with known answers

WEEKDAYS = (0, 1, 2, 3, 4)
ALL = tuple(range(7))


def event(begins: str, hours: float, zone: str, unit: str = "days", **more: object) -> Shift:
    return Shift(
        people=(("a",),),
        begins=datetime.fromisoformat(begins),
        zone=zone,
        every=0 if not unit else 1,
        unit=unit,
        lasts=int(hours * 3600),
        **more,  # type: ignore[arg-type]
    )


def layer(*windows: Window, **more: object) -> Shift:
    return Shift(**{"people": (("a",),), "windows": windows, **more})  # type: ignore[arg-type]


def window(days: tuple[int, ...], opens: int, closes: int, zone: str) -> Window:
    return Window(days, opens * 60, closes * 60, zone)


BERLIN, NEW_YORK, SYDNEY, LONDON = "Europe/Berlin", "America/New_York", "Australia/Sydney", "Europe/London"
TURNS = {"people": (("a",), ("b",)), "every": 1, "unit": "weeks"}
SCHEDULES: list[tuple[str, list[Shift], str, str]] = [
    ("one layer without end", [layer()], "2026-11-27", ""),
    ("a layer without people", [layer(people=())], "2026-11-27", "2026-11-27T00:00"),
    ("a layer that ends", [layer(until=datetime(2027, 1, 1, tzinfo=UTC))], "2026-11-27", "2027-01-01T00:00"),
    ("a layer that has not begun", [layer(since=datetime(2026, 12, 1, 9, tzinfo=UTC))], "2026-11-27", "2026-11-27T00:00"),
    (
        "one layer ends where the other begins",
        [layer(until=datetime(2026, 12, 1, 9, tzinfo=UTC)), layer(since=datetime(2026, 12, 1, 9, tzinfo=UTC))],
        "2026-11-27",
        "",
    ),
    (
        "an hour between two layers",
        [layer(until=datetime(2026, 12, 1, 8, tzinfo=UTC)), layer(since=datetime(2026, 12, 1, 9, tzinfo=UTC))],
        "2026-11-27",
        "2026-12-01T08:00",
    ),
    ("layers that overlap", [layer(window(ALL, 6, 20, BERLIN)), layer(window(ALL, 18, 8, BERLIN))], "2026-11-27", ""),
    ("day and night in one zone, clocks forward", [layer(window(ALL, 8, 20, BERLIN)), layer(window(ALL, 20, 8, BERLIN))], "2027-03-25", ""),
    ("day and night in one zone, clocks back", [layer(window(ALL, 8, 20, BERLIN)), layer(window(ALL, 20, 8, BERLIN))], "2026-10-20", ""),
    ("an hour is left out at noon", [layer(window(ALL, 13, 12, BERLIN))], "2026-11-27", "2026-11-27T11:00"),
    ("office hours and a weekend, nights missing", [layer(window(WEEKDAYS, 0, 24, BERLIN)), layer(window((6,), 0, 24, BERLIN))], "2026-11-27", "2026-11-27T23:00"),
    ("two zones that meet in winter, not in spring", [layer(window(ALL, 9, 21, BERLIN)), layer(window(ALL, 15, 3, NEW_YORK))], "2026-11-27", "2027-03-14T07:00"),
    ("two zones of which one sets its clock back a week before the other", [layer(window(ALL, 9, 21, BERLIN)), layer(window(ALL, 15, 3, NEW_YORK))], "2026-10-20", "2026-10-25T07:00"),
    ("two zones that meet in summer, not in autumn", [layer(window(ALL, 20, 8, LONDON)), layer(window(ALL, 17, 5, SYDNEY))], "2026-09-20", "2026-10-03T18:00"),
    ("three offices round the world", [layer(window(ALL, 8, 17, LONDON)), layer(window(ALL, 9, 21, NEW_YORK)), layer(window(ALL, 9, 20, SYDNEY))], "2026-11-27", ""),
    ("turns of a week that begin on a Wednesday at 10:30", [layer(begins=datetime.fromisoformat("2024-01-03T10:30"), zone=BERLIN, **TURNS)], "2026-11-27", ""),
    ("every second turn is nobody's", [layer(begins=datetime.fromisoformat("2026-11-02T09:00"), zone=BERLIN, **{**TURNS, "people": (("a",), ())})], "2026-11-27", "2026-11-27T00:00"),
    ("every fourth turn is nobody's", [layer(begins=datetime.fromisoformat("2026-11-23T09:00"), zone=BERLIN, **{**TURNS, "people": (("a",), ("b",), ("c",), ())})], "2026-11-27", "2026-12-14T08:00"),
    ("turns counted back from a start to come", [layer(begins=datetime.fromisoformat("2027-06-01T09:00"), zone=BERLIN, **TURNS)], "2026-11-27", ""),
    ("events of a day each day", [event("2026-01-01T09:00", 24, BERLIN)], "2027-03-25", ""),
    ("events of a day each day, clocks back", [event("2026-01-01T02:30", 24, BERLIN)], "2026-10-20", ""),
    ("events of a day that begin in the hour that is skipped", [event("2026-01-01T02:30", 24, BERLIN)], "2027-03-25", ""),
    ("events of 23 hours", [event("2026-01-01T09:00", 23, BERLIN)], "2026-11-27", "2026-11-27T07:00"),
    ("events that have not begun", [event("2026-12-24T09:00", 24, "UTC")], "2026-11-27", "2026-11-27T00:00"),
    ("a week of events each week", [event("2026-01-05T09:00", 24 * 7, BERLIN, "weeks")], "2026-11-27", ""),
    ("two rotas of twelve hours", [event("2026-01-01T08:00", 12, BERLIN), event("2026-01-01T20:00", 12, BERLIN)], "2027-03-25", ""),
    ("weekdays, and a weekend of two days", [event("2026-01-05T09:00", 24, BERLIN, "weeks", weekdays=WEEKDAYS), event("2026-01-10T09:00", 48, BERLIN, "weeks")], "2026-11-27", ""),
    ("weekdays, and a weekend of a day too little", [event("2026-01-05T09:00", 24, BERLIN, "weeks", weekdays=WEEKDAYS), event("2026-01-10T09:00", 24, BERLIN, "weeks")], "2026-11-27", "2026-11-29T08:00"),
    ("a day that is left out", [event("2026-01-01T00:00", 24, "UTC", skipped=(datetime(2026, 12, 25, tzinfo=UTC),))], "2026-11-27", "2026-12-25T00:00"),
    ("a day that is left out, and somebody instead", [event("2026-01-01T00:00", 24, "UTC", skipped=(datetime(2026, 12, 25, tzinfo=UTC),)), event("2026-12-25T00:00", 24, "UTC", "", count=1)], "2026-11-27", ""),
    ("only so many events", [event("2026-11-20T00:00", 24, "UTC", count=10)], "2026-11-27", "2026-11-30T00:00"),
    ("events up to a last one", [event("2026-11-20T00:00", 24, "UTC", last=datetime(2026, 12, 1, tzinfo=UTC))], "2026-11-27", "2026-12-02T00:00"),
    ("turns of eight hours", [Shift(people=(("a",), ("b",), ("c",)), begins=datetime.fromisoformat("2026-11-01T06:00"), zone=BERLIN, every=8, unit="hours")], "2026-11-27", ""),
    ("turns of eight hours, the third nobody's", [Shift(people=(("a",), ("b",), ()), begins=datetime.fromisoformat("2026-11-27T00:00"), zone="UTC", every=8, unit="hours")], "2026-11-27", "2026-11-27T16:00"),
]  # fmt: skip


@pytest.mark.parametrize(("shifts", "day", "expected"), [case[1:] for case in SCHEDULES], ids=[c[0] for c in SCHEDULES])
def test_the_first_gap(shifts: list[Shift], day: str, expected: str) -> None:
    starts = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=UTC)
    ends = starts + 110 * DAY
    covered = staffed([(shift, "UTC") for shift in shifts], starts, ends)
    assert covered is not None
    gap = next(gaps([Span(starts, ends)], covered), None)
    shown = gap.starts.strftime("%Y-%m-%dT%H:%M") if gap else ""
    assert shown == expected
    if gap is not None:
        assert all(group_at(shift, "UTC", gap.starts) == () for shift in shifts)
