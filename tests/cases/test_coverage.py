"""What lies ahead of a rota: against a plain count of every minute, in three zones, over the days on which their clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.boundaries.people.duty import nanoseconds
from accord.boundaries.people.shifts import turns
from accord.cases.coverage import Kind, LaidOut, doubled, stretches, turns_of
from accord.cases.policy import Duty
from accord.model.hours import Hours, Window
from accord.model.rotas import Shift

MINUTE = timedelta(minutes=1)
MINUTE_NS = 60 * 1_000_000_000
CHANGES = {
    "Europe/Berlin": (datetime(2026, 10, 24, tzinfo=UTC), datetime(2027, 3, 27, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 10, 31, tzinfo=UTC), datetime(2027, 3, 13, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 10, 2, tzinfo=UTC), datetime(2027, 4, 2, tzinfo=UTC)),
}
"""The day before each change; the clocks of Lord Howe change by half an hour."""
DAYS = 3
WEEK = tuple(range(7))


def on_clock(at: datetime, zone: str, opens: int, closes: int, days: tuple[int, ...]) -> bool:
    """Whether the clock of a zone, read at this instant, shows a time of these days."""
    shown = at.astimezone(ZoneInfo(zone))
    minute, day = shown.hour * 60 + shown.minute, shown.weekday()
    if opens < closes:
        return day in days and opens <= minute < closes
    return (day in days and minute >= opens) or ((day - 1) % 7 in days and minute < closes)


times = st.integers(0, 47).map(lambda half: half * 30)
days = st.sampled_from((WEEK, (0, 1, 2, 3, 4), (5, 6), (6,)))


@given(st.sampled_from(sorted(CHANGES)), st.booleans(), times, times, times, times, days, st.integers(-1, 60))
@settings(max_examples=60, deadline=None)
def test_every_minute_is_of_the_kind_that_its_clock_shows(
    zone: str, in_spring: bool, opens: int, closes: int, begins: int, ends: int, when: tuple[int, ...], planned: int
) -> None:
    starts = CHANGES[zone][in_spring]
    stops = starts + timedelta(days=DAYS)
    hours = Hours(windows=(Window(when, opens, closes, zone),))
    shift = Shift(
        (("anna",), ("ben",)),
        datetime.fromisoformat("2026-01-05"),
        zone,
        1,
        "days",
        windows=(Window(WEEK, begins, ends, zone),),
    )
    laid_out = turns(shift, "", starts, stops)
    assert laid_out is not None
    duty = [Duty(nanoseconds(each.starts), nanoseconds(each.ends), each.group[0]) for each in laid_out]
    until = None if planned < 0 else nanoseconds(starts) + planned * 60 * MINUTE_NS
    spans = tuple((nanoseconds(each.starts), nanoseconds(each.ends)) for each in hours.spans(starts, stops))
    found = stretches(duty, LaidOut(spans, until), nanoseconds(starts), nanoseconds(stops))
    kinds = [each.kind for each in found for _ in range((each.ends_ns - each.begins_ns) // MINUTE_NS)]
    at, number = starts, 0
    while at < stops:
        if on_clock(at, zone, begins, ends, WEEK):
            wanted = Kind.DUTY
        elif until is not None and nanoseconds(at) >= until:
            wanted = Kind.UNPLANNED
        else:
            wanted = Kind.GAP if on_clock(at, zone, opens, closes, when) else Kind.OUTSIDE
        assert kinds[number] is wanted, (at.isoformat(), zone)
        at, number = at + MINUTE, number + 1
    assert number == len(kinds) == DAYS * 24 * 60
    assert all(one.ends_ns == other.begins_ns and one.kind is not other.kind for one, other in pairwise(found))


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30), st.sampled_from("abc")).map(
        lambda each: Duty(each[0] * MINUTE_NS, (each[0] + each[1]) * MINUTE_NS, each[2])
    ),
    max_size=8,
)


@given(spans)
@settings(max_examples=300, deadline=None)
def test_who_is_asked_is_the_first_of_those_who_are_there_in_every_minute(duty: list[Duty]) -> None:
    asked = list(turns_of(duty))
    twice = doubled(duty, 0, 100 * MINUTE_NS)
    for minute in range(100):
        at = minute * MINUTE_NS
        there = [each.person for each in duty if each.begins_ns <= at < each.ends_ns]
        told = [each.person for each in asked if each.begins_ns <= at < each.ends_ns]
        assert told == there[:1]
        assert any(begins <= at < ends for begins, ends in twice) is (len(set(there)) > 1)
    assert all(one.ends_ns < other.begins_ns or one.person != other.person for one, other in pairwise(asked))


@pytest.mark.parametrize(("laid_out", "kind"), [(LaidOut(None), Kind.UNSAID), (LaidOut(((0, 9),)), Kind.GAP)])
def test_without_anybody_all_of_it_is_one_stretch(laid_out: LaidOut, kind: Kind) -> None:
    [only] = stretches((), laid_out, 2, 7)
    assert (only.begins_ns, only.ends_ns, only.kind) == (2, 7, kind)
    assert stretches((), laid_out, 7, 7) == ()
