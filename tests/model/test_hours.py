"""Hours against a wall clock that is read minute by minute, in zones of both hemispheres and with odd offsets."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accord.model.hours import (
    ALWAYS,
    DAYS,
    Hours,
    Span,
    first_uncovered,
    merged,
    parse_daily_instant,
    parse_hours,
    parse_window,
    show_instant,
)
from accord.model.problem import Refused

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Australia/Lord_Howe",  # the clock changes by half an hour
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/Santiago",  # the clock changes at midnight
    "Africa/Cairo",
    "Pacific/Chatham",
)
CHANGES = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 4, 5, tzinfo=UTC),
    datetime(2026, 10, 4, tzinfo=UTC),
    datetime(2026, 9, 6, tzinfo=UTC),
    datetime(2026, 4, 24, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC),
)
MINUTE = timedelta(minutes=1)


# ---------------------------------------------------------------------- a second reading of the language, by text


def holds(texts: list[str], instant: datetime) -> bool:
    """The same meaning, worked out from the text each time and from nothing else."""
    if any(is_time_off(text, instant) for text in texts):
        return False
    if texts[0] == "24x7":
        return not is_day_off(texts, instant.astimezone(UTC))
    return any(is_inside(text, texts, instant) for text in texts if not text.startswith("except"))


def is_inside(window: str, texts: list[str], instant: datetime) -> bool:
    days, clocks, zone = window.split(" ")
    first, last = clocks.split("-")
    local = instant.astimezone(ZoneInfo(zone))
    shown = f"{local.hour:02}:{local.minute:02}"
    if is_day_off(texts, local):
        return False
    today = local.strftime("%a") in day_names(days)
    yesterday = DAYS[(local.weekday() - 1) % 7] in day_names(days)
    if first < last:
        return today and first <= shown < last
    return (today and shown >= first) or (yesterday and shown < last)


def day_names(text: str) -> list[str]:
    if text == "daily":
        return list(DAYS)
    first, _, last = text.partition("-")
    names = [first]
    while names[-1] != (last or first):
        names.append(DAYS[(DAYS.index(names[-1]) + 1) % 7])
    return names


def is_day_off(texts: list[str], local: datetime) -> bool:
    for text in texts:
        match = re.fullmatch(r"except (\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?", text)
        if match and match[1] <= local.strftime("%Y-%m-%d") <= (match[2] or match[1]):
            return True
    return False


def is_time_off(text: str, instant: datetime) -> bool:
    match = re.fullmatch(r"except (\S+T\S+)/(\S+)", text)
    return bool(match and datetime.fromisoformat(match[1]) <= instant < datetime.fromisoformat(match[2]))


def minutes(starts: datetime, days: float) -> list[datetime]:
    return [starts + number * MINUTE for number in range(int(days * 24 * 60))]


@st.composite
def windows(draw: st.DrawFn) -> str:
    days = draw(st.sampled_from(("daily", "Mon-Fri", "Sat-Sun", "Fri-Mon", "Sun", "Thu")))
    clock = st.sampled_from(
        ("00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00", "09:00", "18:00", "22:00", "23:45")
    )
    first, last = draw(clock), draw(clock)
    zone = draw(st.sampled_from(ZONES))
    return f"{days} {first}-{last} {zone}"


@st.composite
def hours_texts(draw: st.DrawFn, around: datetime) -> list[str]:
    texts = draw(st.one_of(st.just(["24x7"]), st.lists(windows(), min_size=1, max_size=2)))
    day = around.date() + timedelta(days=draw(st.integers(-1, 2)))
    exceptions = st.sampled_from(
        (f"except {day}", f"except {day}/{day + timedelta(days=1)}", f"except {day}T03:07Z/{day}T21:00Z")
    )
    return texts + draw(st.lists(exceptions, max_size=1))


@given(st.data(), st.sampled_from(CHANGES))
@settings(max_examples=30, deadline=None)
def test_hours_are_what_the_wall_clock_says(data: st.DataObject, change: datetime) -> None:
    texts = data.draw(hours_texts(change))
    hours = parse_hours(texts)
    starts = change - timedelta(hours=20)
    spans = hours.spans(starts, starts + timedelta(days=2))
    for instant in minutes(starts, 2):
        inside = any(span.starts <= instant < span.ends for span in spans)
        assert inside == hours.hold_at(instant) == holds(texts, instant), (texts, instant)


@given(st.data(), st.sampled_from(CHANGES))
@settings(max_examples=25, deadline=None)
def test_the_first_gap_is_the_first_minute_not_covered(data: st.DataObject, change: datetime) -> None:
    needed = data.draw(hours_texts(change))
    offered = [data.draw(hours_texts(change)) for _ in range(data.draw(st.integers(0, 2)))]
    starts = change - timedelta(hours=20)
    found = first_uncovered(parse_hours(needed), [parse_hours(texts) for texts in offered], starts, days=2)
    open_minutes = (
        instant
        for instant in minutes(starts, 2)
        if holds(needed, instant) and not any(holds(texts, instant) for texts in offered)
    )
    assert found == next(open_minutes, None), (needed, offered)


@given(windows(), st.sampled_from(CHANGES))
@settings(max_examples=30, deadline=None)
def test_the_first_span_is_that_of_the_minutes_inside(window: str, change: datetime) -> None:
    spans = parse_hours(window).spans(change, change + timedelta(days=3))
    inside = [instant for instant in minutes(change, 3) if holds([window], instant)]
    outside = [instant for instant in minutes(change, 3) if instant not in inside and inside and instant > inside[0]]
    assert next((span.starts for span in spans), None) == next(iter(inside), None)
    assert not outside or spans[0].ends == outside[0]


@given(st.sampled_from(ZONES), st.integers(0, 1439), st.sampled_from(CHANGES))
@settings(max_examples=50, deadline=None)
def test_a_daily_instant_is_each_minute_at_which_the_clock_shows_it(zone: str, minute: int, change: datetime) -> None:
    shown = f"{minute // 60:02}:{minute % 60:02}"
    starts = change - timedelta(days=1)
    found = parse_daily_instant(f"daily {shown} {zone}").instants(starts, starts + timedelta(days=3))
    read = [instant for instant in minutes(starts, 3) if instant.astimezone(ZoneInfo(zone)).strftime("%H:%M") == shown]
    assert [instant for instant in found if instant in read] == read
    for skipped in set(found) - set(read):
        zoned = ZoneInfo(zone)
        jump = skipped.astimezone(zoned).utcoffset() - (skipped - MINUTE).astimezone(zoned).utcoffset()  # type: ignore[operator]
        assert jump > timedelta(0), "only the end of a gap stands for a time that no clock showed"


# ---------------------------------------------------------------------- single cases worth a name


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_skipped_time_is_the_instant_after_the_gap_and_a_double_one_counts_twice() -> None:
    instant = parse_daily_instant("daily 02:30 Europe/Berlin")
    assert instant.instants(at("2026-03-29T00:00Z"), at("2026-03-29T12:00Z")) == (at("2026-03-29T01:00Z"),)
    both = (at("2026-10-25T00:30Z"), at("2026-10-25T01:30Z"))
    assert instant.instants(at("2026-10-25T00:00Z"), at("2026-10-25T12:00Z")) == both


def test_a_day_that_a_zone_left_out_is_the_instant_after_it() -> None:
    assert parse_daily_instant("Fri 06:00 Pacific/Apia").instants(at("2011-12-29T00:00Z"), at("2012-01-01T00:00Z")) == (
        at("2011-12-30T10:00Z"),
    )


def test_a_day_off_is_a_day_of_the_zone_of_each_window() -> None:
    hours = parse_hours(["daily 00:00-24:00 Europe/Berlin", "daily 00:00-24:00 America/New_York", "except 2026-12-24"])
    assert not hours.hold_at(at("2026-12-24T10:00Z"))
    assert hours.hold_at(at("2026-12-24T03:00Z")), "still the 23rd in New York"
    assert hours.hold_at(at("2026-12-24T23:30Z")), "already the 25th in Berlin"


def test_a_day_off_has_the_zone_that_stands_beside_it() -> None:
    hours = parse_hours(["24x7", "except 2026-12-24 Asia/Tokyo"])
    assert not hours.hold_at(at("2026-12-23T15:00Z"))
    assert hours.hold_at(at("2026-12-24T15:00Z"))


def test_a_window_over_midnight_belongs_to_the_day_it_begins() -> None:
    hours = parse_hours("Fri 22:00-06:00 UTC")
    assert hours.hold_at(at("2026-11-28T05:59Z"))
    assert not hours.hold_at(at("2026-11-27T05:00Z"))
    assert not hours.hold_at(at("2026-11-28T06:00Z"))


def test_always_and_never() -> None:
    start = at("2026-01-01T00:00Z")
    assert parse_hours("24x7") == ALWAYS
    assert first_uncovered(ALWAYS, [], start) == start
    assert first_uncovered(parse_hours("none"), [], start) is None
    assert first_uncovered(ALWAYS, [parse_hours("none")], start) == start
    assert parse_hours("none") == Hours()


def test_the_last_instant_of_a_year_is_covered_by_the_one_before_and_the_one_after() -> None:
    turns = [parse_hours(f"daily {text}") for text in ("08:00-20:00 Asia/Kolkata", "14:30-02:30 UTC")]
    assert first_uncovered(ALWAYS, turns, at("2026-12-30T00:00Z"), days=5) is None


def test_an_instant_is_shown_on_every_clock_concerned() -> None:
    shown = show_instant(at("2026-11-28T00:30Z"), ["Europe/Berlin", "UTC", "America/New_York"])
    assert shown == "Sat 2026-11-28 00:30 UTC (01:30 Europe/Berlin, Fri 2026-11-27 19:30 America/New_York)"


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        ("Mon-Fri 09:00-18:00 CET", "Europe/Berlin"),
        ("Mon-Fri 09:00-18:00 EST", "America/New_York"),
        ("Mon-Fri 09:00-18:00 europe/berlin", "Europe/Berlin"),
        ("Mon-Fri 09:00-18:00 Europe/Berln", "Europe/Berlin"),
        ("Mon-Fri 09:00-18:00 Berlin", "Europe/Berlin"),
        ("Mon-Fri 09:00-18:00 utc", "UTC"),
        ("Mon-Fri 09:00-18:00 Etc/UTC", "UTC"),
        ("Mon-Fri 09:00-18:00 +01:00", "offset"),
        ("Mon-Fri 09:00-18:00 UTC+1", "offset"),
        ("Mon-Fri 09:00-18:00 Etc/GMT-1", "offset"),
        ("Mon-Fri 09:00-18:00 right/Europe/Berlin", "a zone such as"),
        ("Mon-Fri 09:00-18:00 ../../etc/passwd", "a zone such as"),
        ("Mon-Fri 09:00-18:00 Europe", "a zone such as"),
        ("Mon-Fri 09:00-18:00", "without a zone"),
        ("09:00-18:00 UTC", "without days"),
        ("Monday 09:00-18:00 UTC", "did you mean 'Mon'"),
        ("mon-fri 09:00-18:00 UTC", "did you mean 'Mon'"),
        ("Mon,Tue 09:00-18:00 UTC", "one window per item"),
        ("Mon 9:00-18:00 UTC", "did you mean '09:00'"),
        ("Mon 24:00-06:00 UTC", "a clock time such as"),
        ("Mon 09:00 UTC", "HH:MM-HH:MM"),
        ("8x5", "a window such as"),
        ("", "a window such as"),
        ("x" * 300, "300 characters"),
        (["24x7", "none"], "`none` alone"),
        (["24x7", "Mon 09:00-18:00 UTC"], "nothing but exceptions"),
        (["except 2026-12-24"], "only exceptions"),
        (["24x7", "except 2026-12-26/2026-12-24"], "the first day before the last"),
        (["24x7", "except 2026-13-01"], "a date such as"),
        (["24x7", "except 2026-07-02T04:00Z/2026-07-01T21:00Z"], "an exception such as"),
        (["24x7", "except 2026-07-01T21:00+02:00/2026-07-02T04:00Z"], "an exception such as"),
        (["24x7", "except"], "an exception such as"),
        ([], "24x7, none or"),
    ],
)
def test_a_refusal_says_what_was_expected(texts: list[str], meant: str) -> None:
    with pytest.raises(Refused, match=re.escape(meant)):
        parse_hours(texts)


def test_equal_start_and_end_is_a_whole_day() -> None:
    window = parse_window("Mon 09:00-09:00 UTC")
    assert window.hold_at(at("2026-11-23T09:00Z"))
    assert window.hold_at(at("2026-11-24T08:59Z"))
    assert not window.hold_at(at("2026-11-24T09:00Z"))


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for parse in (parse_hours, parse_daily_instant):
        try:
            parse(text)
        except Refused:
            continue


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=6))
def test_merged_spans_are_the_same_time_without_overlap(pairs: list[tuple[int, int]]) -> None:
    start = at("2026-01-01T00:00Z")
    spans = [Span(start + first * MINUTE, start + (first + length) * MINUTE) for first, length in pairs]
    joined = merged(spans)
    assume(spans)
    for number in range(60):
        instant = start + number * MINUTE
        assert any(s.starts <= instant < s.ends for s in spans) == any(s.starts <= instant < s.ends for s in joined)
    assert all(before.ends < after.starts for before, after in pairwise(joined))


def test_the_day_is_an_input() -> None:
    needed, offered = parse_hours("24x7"), parse_hours(["24x7", "except 2026-12-24"])
    early, late = date(2026, 9, 1), date(2026, 12, 1)
    assert first_uncovered(needed, [offered], datetime.combine(early, datetime.min.time(), UTC)) is None
    assert first_uncovered(needed, [offered], datetime.combine(late, datetime.min.time(), UTC)) == at(
        "2026-12-24T00:00Z"
    )
