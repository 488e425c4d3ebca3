"""Gaps in duty: found in few weeks, and the same that a look at every day of the year finds."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.boundaries.people.duty import YEAR, first_instant, gap
from accord.model.hours import first_uncovered, parse_hours

AS_OF = date(2026, 11, 23)
ZONES = ("UTC", "Europe/London", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo")
DAYS = ("daily", "Mon-Fri", "Sat-Sun", "Sun")
CLOCKS = ("00:00", "02:00", "04:00", "09:00", "12:00", "17:00", "22:00", "24:00")


@st.composite
def hours_texts(draw: st.DrawFn) -> tuple[str, ...]:
    window = st.builds(
        "{} {}-{} {}".format,
        st.sampled_from(DAYS),
        st.sampled_from(CLOCKS[:-1]),
        st.sampled_from(CLOCKS),
        st.sampled_from(ZONES),
    )
    texts = draw(st.one_of(st.just(["24x7"]), st.lists(window, min_size=1, max_size=2)))
    first = draw(st.dates(date(2026, 11, 1), date(2027, 12, 31)))
    last = date.fromordinal(first.toordinal() + draw(st.sampled_from((0, 3, 45))))
    exceptions = (f"except {first}/{last}", f"except {first}T21:00Z/{last}T23:00Z")
    return (*texts, *draw(st.lists(st.sampled_from(exceptions), max_size=1)))


@given(hours_texts(), st.lists(hours_texts(), min_size=1, max_size=2))
@settings(max_examples=60, deadline=None)
def test_a_gap_of_the_year_is_the_first_one_of_all_its_days(
    needed: tuple[str, ...], offered: list[tuple[str, ...]]
) -> None:
    stated = parse_hours(needed), [parse_hours(texts) for texts in offered]
    every_day = first_uncovered(*stated, first_instant(AS_OF), YEAR)
    found = gap(*stated, AS_OF)
    assert found == every_day or every_day is None


@pytest.mark.parametrize(("day", "first"), [
    ("2026-11-23", "2027-03-15"),
    ("2026-12-14", "2027-03-15"),
    ("2027-03-20", "2027-03-22"),
    ("2027-04-01", "2027-11-01"),
])  # fmt: skip
def test_clocks_that_change_in_different_weeks_leave_a_gap_whatever_the_day(day: str, first: str) -> None:
    london = parse_hours("Mon-Fri 09:00-17:00 Europe/London")
    boston = parse_hours("Mon-Fri 04:00-12:00 America/New_York")
    found = gap(london, [boston], date.fromisoformat(day))
    assert found is not None
    assert found.date().isoformat() == first
