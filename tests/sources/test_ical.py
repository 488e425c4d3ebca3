"""Rotas in iCalendar files: events, their repetition, their zones, and what is not followed."""

import sys
from datetime import UTC, datetime

import pytest

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.model.rotas import Shift
from accord.sources._claims import read_text

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nX-WR-CALNAME:Web rota\r\nX-WR-TIMEZONE:Europe/Berlin\r\n"


def calendar(*events: str) -> str:
    parts = "".join(
        f"BEGIN:VEVENT\r\nUID:u{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events)
    )
    return f"{HEAD}{parts}END:VCALENDAR\r\n"


def read(text: str) -> list[Fact]:
    found = list(read_text(text, "root", "ops/primary.ics"))
    assert all(isinstance(one, Fact) for one in found), found
    return [one for one in found if isinstance(one, Fact)]


def shifts(text: str) -> list[Shift]:
    return [fact.value for fact in read(text) if fact.term.startswith("shift.")]


def test_a_calendar_is_a_party_with_names_and_a_clock() -> None:
    said = {fact.term: fact.value for fact in read(calendar("DTSTART;VALUE=DATE:20261201\r\nSUMMARY:jo"))}
    assert said["names.ical"] == ("primary", "Web rota")
    assert (said["kind"], said["zone"]) == ("rota", "Europe/Berlin")


def test_an_event_stands_on_its_line() -> None:
    facts = read(
        calendar("DTSTART:20261201T090000Z\r\nDTEND:20261201T170000Z\r\nSUMMARY:jo", "DTSTART:20261202T090000Z")
    )
    assert [(fact.provider, fact.text, fact.place.line) for fact in facts if fact.term.startswith("shift.")] == [
        ("ical:ops/primary.ics", "jo", 6),
        ("ical:ops/primary.ics", "an event", 12),
    ]


def test_a_week_of_turns_in_a_zone() -> None:
    text = calendar(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\r\nDTEND;TZID=Europe/Berlin:20260112T090000\r\n"
        "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270101T000000Z\r\nEXDATE;TZID=Europe/Berlin:20260119T090000\r\nSUMMARY:jo"
    )
    assert shifts(text) == [
        Shift(
            people=(("ical:jo",),),
            begins=datetime.fromisoformat("2026-01-05T09:00"),
            zone="Europe/Berlin",
            every=2,
            unit="weeks",
            lasts=7 * 86_400,
            last=datetime(2027, 1, 1, tzinfo=UTC),
            skipped=(datetime(2026, 1, 19, 8, tzinfo=UTC),),
        )
    ]


def test_days_of_the_week_and_a_count() -> None:
    text = calendar("DTSTART:20260105T090000Z\r\nDURATION:PT8H\r\nRRULE:FREQ=WEEKLY;COUNT=9;BYDAY=MO,FR\r\nSUMMARY:jo")
    (shift,) = shifts(text)
    assert (shift.weekdays, shift.count, shift.lasts, shift.unit) == ((0, 4), 9, 8 * 3600, "weeks")


def test_a_moved_event_leaves_its_place() -> None:
    series = "DTSTART:20260105T090000Z\r\nDTEND:20260105T170000Z\r\nRRULE:FREQ=DAILY\r\nSUMMARY:jo"
    moved = "RECURRENCE-ID:20260107T090000Z\r\nDTSTART:20260107T120000Z\r\nDTEND:20260107T200000Z\r\nSUMMARY:lee"
    first, second = shifts(calendar(series, moved).replace("UID:u1", "UID:u0"))
    assert first.skipped == (datetime(2026, 1, 7, 9, tzinfo=UTC),)
    assert (second.people, second.count) == ((("ical:lee",),), 1)


def test_who_attends_goes_before_the_summary() -> None:
    text = calendar("DTSTART:20260105T090000Z\r\nATTENDEE;CN=Jo:mailto:Jo@example.org\r\nSUMMARY:On call")
    assert shifts(text)[0].people == (("ical:jo@example.org",),)


def test_an_event_without_a_name_is_somebodys() -> None:
    assert shifts(calendar("DTSTART:20260105T090000Z"))[0].people == (("",),)


def test_a_cancelled_event_is_none() -> None:
    assert shifts(calendar("DTSTART:20260105T090000Z\r\nSTATUS:CANCELLED\r\nSUMMARY:jo")) == []


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20260105T090000Z\r\nRRULE:FREQ=MONTHLY;BYDAY=1MO\r\nSUMMARY:jo",
        "DTSTART:20260105T090000Z\r\nRRULE:FREQ=DAILY;BYHOUR=9,12\r\nSUMMARY:jo",
        "DTSTART:20260105T090000Z\r\nRDATE:20260107T090000Z\r\nSUMMARY:jo",
        "DTSTART;TZID=Nowhere/Else:20260105T090000\r\nSUMMARY:jo",
        "SUMMARY:jo",
    ],
)
def test_what_is_not_followed_may_be_anywhere(event: str) -> None:
    assert [shift.followed for shift in shifts(calendar(event))] == [False]


def test_other_calendars_and_broken_ones() -> None:
    assert read("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n") == []
    found = list(read_text("BEGIN:VEVENT\nnot a calendar\n", "root", "ops/primary.ics"))
    assert len(found) == 1 and isinstance(found[0], Problem)


def test_without_the_library_one_line_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    found = list(read_text(calendar("DTSTART:20260105T090000Z"), "root", "ops/primary.ics"))
    assert isinstance(found[0], Problem)
    assert "accord[ical]" in found[0].reason
