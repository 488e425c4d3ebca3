"""Rotas are followed by the minute, somebody may stand in, and rotas are shown as lists and as iCalendar."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from serving import MINUTE, NOON, SLOW, Within

from accord.cases.instead import Instead, replaced
from accord.cases.policy import Duty
from accord.files.config import load
from accord.serve.calendars import calendar
from accord.serve.landscape import admitted, carrying_in, unreached
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.person import Address, Person

HOUR = 60 * MINUTE


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path)
    made.reachable("payments-oncall", "second", "checkout", "keeper", "anna-7")
    yield made
    made.close()


def override(service: Within, **told: str) -> dict[str, Any]:
    answer = service.ask("POST", "/api/v1/overrides", json={"rota": "payments-oncall", "person": "anna-7"} | told)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def fire(service: Within) -> None:
    assert service.ask("POST", "/api/v2/alerts", json=[SLOW]).status_code == 200


def test_who_stands_in_is_asked(service: Within) -> None:
    made = override(service, ends="8h", reason="swapped")
    assert (made["person"], made["isReached"], made["ends"]) == ("anna-7", True, "2026-11-27T20:00:00.000Z")
    fire(service)
    assert service.only()["actor"] == "anna-7"


def test_who_is_asked_and_has_not_answered_is_replaced_and_that_buys_no_time(service: Within) -> None:
    fire(service)
    before = service.only()
    service.now += MINUTE
    override(service, ends="8h")
    after = service.only()
    assert (before["actor"], after["actor"]) == ("payments-oncall", "anna-7")
    assert after["deadline"] == before["deadline"]


def test_who_has_it_by_their_own_word_keeps_it(service: Within) -> None:
    fire(service)
    one = service.only()
    said = {"say": "commit", "until": "20m", "by": "payments-oncall"}
    assert service.ask("POST", f"/api/v1/deviations/{one['id']}/answers", json=said).status_code == 200
    override(service, ends="8h")
    assert service.only()["actor"] == "payments-oncall"


def test_an_override_ends_by_itself_and_can_be_taken_back(service: Within) -> None:
    made = override(service, ends="1h")
    assert [each["id"] for each in service.ask("GET", "/api/v1/overrides").json()] == [made["id"]]
    assert service.ask("DELETE", f"/api/v1/overrides/{made['id']}").status_code == 204
    assert service.ask("GET", "/api/v1/overrides").json() == []
    assert service.ask("DELETE", f"/api/v1/overrides/{made['id']}").status_code == 404
    override(service, ends="1h")
    service.now += HOUR
    fire(service)
    assert service.only()["actor"] == "payments-oncall"


def test_overrides_are_kept_when_the_contracts_are_read_again(service: Within) -> None:
    override(service, ends="8h")
    service.do(service.service.reload())
    fire(service)
    assert service.only()["actor"] == "anna-7"


@pytest.mark.parametrize(
    "told",
    [
        {"rota": "nobody", "person": "a", "ends": "1h"},
        {"rota": "second", "person": " ", "ends": "1h"},
        {"rota": "second", "person": "a", "ends": ""},
        {"rota": "second", "person": "a", "ends": "2026-11-27T11:00:00Z"},
        {"rota": "second", "person": "a", "ends": "1h", "begins": "2026-11-28T11:00:00Z"},
        {"rota": "second", "person": "a", "ends": "1h", "begins": "tomorrow"},
    ],
)
def test_an_override_that_cannot_be_is_refused(service: Within, told: dict[str, str]) -> None:
    assert service.ask("POST", "/api/v1/overrides", json=told).status_code == 400
    assert service.ask("GET", "/api/v1/overrides").json() == []


def test_the_later_of_two_who_stand_in_is_on_duty_and_gaps_are_filled() -> None:
    def at(hour: int) -> int:
        return NOON + hour * HOUR

    planned = (Duty(at(0), at(4), "ben"), Duty(at(6), at(8), "cleo"))
    instead = [
        Instead("r", "dora", at(1), at(7)),
        Instead("r", "eve", at(2), at(3)),
        Instead("r", "fay", at(90), at(99)),
    ]
    day = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert replaced(planned, instead, day, day.replace(hour=23)) == (
        Duty(at(0), at(1), "ben"),
        Duty(at(1), at(2), "dora"),
        Duty(at(2), at(3), "eve"),
        Duty(at(3), at(7), "dora"),
        Duty(at(7), at(8), "cleo"),
    )


ROTA = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:day
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260105T080000
DTEND;TZID=Europe/Berlin:20260105T200000
RRULE:FREQ=DAILY
SUMMARY:day
ATTENDEE:mailto:Anna@example.org
END:VEVENT
BEGIN:VEVENT
UID:night
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260105T200000
DTEND;TZID=Europe/Berlin:20260106T080000
RRULE:FREQ=DAILY
SUMMARY:Ben Night
END:VEVENT
END:VCALENDAR
"""
CONTRACT = """\
party: payments
promises:
  charge: {detect: {by: PaymentsSlow}, recover: {by: night-and-day, within: 30m}}
---
party: night-and-day
names: {ical: oncall}
promises:
  page: {acknowledge: 5m}
---
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}}
"""
CONFIGURATION = """\
[channels.hook]
kind = "webhook"
url = "https://hooks.example.org/"
secret_env = "HOOK_SECRET"
[people.anna-7]
channels = ["hook"]
known_as = ["anna@example.org", "Anna"]
[people.keeper]
channels = ["hook"]
"""


@pytest.fixture
def read(tmp_path: Path) -> Iterator[tuple[Any, SqliteLedger, Any]]:
    for name, text in (("oncall.ics", ROTA), ("accord.yaml", CONTRACT), ("accord.toml", CONFIGURATION)):
        (tmp_path / name).write_text(text)
    ledger = SqliteLedger(tmp_path / "ledger")
    config = load((str(tmp_path),))
    carrying, problems = carrying_in((str(tmp_path),), config, "keeper", ledger)
    assert problems == ()
    yield carrying, ledger, config
    ledger.close()


def on_duty(carrying: Any, moment: str) -> str:
    at_ns = int(datetime.fromisoformat(moment).timestamp()) * 1_000_000_000
    deviation = carrying.deviations({"alertname": "PaymentsSlow"}, {})[0]
    found: str = carrying.policy(deviation, at_ns).levels[0].person(at_ns)
    return found


def test_a_rota_of_an_ics_file_is_followed_to_the_minute_also_on_days_when_clocks_change(
    read: tuple[Any, SqliteLedger, Any],
) -> None:
    carrying, ledger, _ = read
    night = ledger.pseudonym_of("ical:Ben Night") or on_duty(carrying, "2026-11-27T02:00:00+01:00")
    assert night.startswith("p-"), "who is not configured has a pseudonym, and no name of theirs is in the ledger"
    for moment, person in (
        ("2026-11-27T07:59:00+01:00", night),
        ("2026-11-27T08:00:00+01:00", "anna-7"),
        ("2026-11-27T19:59:00+01:00", "anna-7"),
        ("2026-11-27T20:00:00+01:00", night),
        ("2026-03-28T19:59:00+01:00", "anna-7"),
        ("2026-03-29T05:59:00+00:00", night),
        ("2026-03-29T06:00:00+00:00", "anna-7"),
        ("2026-10-25T06:59:00+00:00", night),
        ("2026-10-25T07:00:00+00:00", "anna-7"),
    ):
        assert on_duty(carrying, moment) == person, moment


def test_a_mail_address_of_a_rota_leads_to_the_channels_of_a_pseudonym(read: tuple[Any, SqliteLedger, Any]) -> None:
    carrying, ledger, _ = read
    assert on_duty(carrying, "2026-11-27T10:00:00+01:00") == "anna-7"
    assert ledger.pseudonym_of("ical:anna@example.org") == "", "and no second person is made of it"
    assert (carrying.known_as("ANNA"), carrying.known_as("ical:anna@example.org")) == ("anna-7", "anna-7")
    assert carrying.known_as("ben") == ""


def test_whoever_has_no_channel_is_named(read: tuple[Any, SqliteLedger, Any]) -> None:
    carrying, ledger, _ = read
    hook = (Address("hook", ""),)
    admitted(ledger, [Person("anna-7", addresses=hook), Person("keeper", addresses=hook)], carrying)
    assert list(unreached(ledger, carrying, NOON)) == ["checkout", "ical:Ben Night"]


def test_rotas_are_shown_with_changes_and_gaps(tmp_path: Path) -> None:
    contracts = """\
party: payments
promises:
  charge: {detect: {by: PaymentsSlow}, recover: {by: oncall, within: 30m}}
---
party: oncall
promises:
  page: {acknowledge: 5m, hours: "Mon-Fri 09:00-17:00 Europe/Berlin"}
"""
    service = Within(tmp_path, contracts)
    try:
        [rota] = service.ask("GET", "/api/v1/rotas").json()["rotas"]
        assert (rota["party"], rota["now"]["person"]) == ("oncall", "oncall")
        assert rota["next"][0]["begins"] == "2026-11-30T08:00:00.000Z"
        assert rota["gaps"] == [], "its hours promise nobody outside them"
        assert rota["outsideHours"][0] == {"begins": "2026-11-27T16:00:00.000Z", "ends": "2026-11-30T08:00:00.000Z"}
        weekend = {"rota": "oncall", "person": "Anna, O'Neil; ÄÖÜ", "ends": "2026-11-30T08:00:00Z"}
        weekend["begins"] = "2026-11-27T16:00:00Z"
        assert service.ask("POST", "/api/v1/overrides", json=weekend).status_code == 201
        [rota] = service.ask("GET", "/api/v1/rotas").json()["rotas"]
        assert rota["outsideHours"][0]["begins"] == "2026-11-30T16:00:00.000Z"
        answer = service.ask("GET", "/api/v1/rotas/oncall.ics")
        assert answer.headers["content-type"].startswith("text/calendar")
        events = Calendar.from_ical(answer.text).walk("VEVENT")
        assert [str(each["SUMMARY"]) for each in events[:3]] == ["oncall", "Anna, O'Neil; ÄÖÜ", "oncall"]
        assert events[1]["DTSTART"].dt == datetime(2026, 11, 27, 16, tzinfo=UTC)
        service.now += 24 * HOUR
        later = Calendar.from_ical(service.ask("GET", "/api/v1/rotas/oncall.ics").text).walk("VEVENT")
        assert {str(each["UID"]) for each in later[1:3]} <= {str(each["UID"]) for each in events}
        assert service.ask("GET", "/api/v1/rotas/nobody.ics").status_code == 404
    finally:
        service.close()


def test_long_names_are_folded_within_no_character() -> None:
    name = "ö" * 100 + "\r\nX-EVIL:1"
    text = calendar("r", [Duty(NOON, NOON + HOUR, "p")], lambda _: name, NOON, NOON)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    [event] = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["SUMMARY"]) == "ö" * 100 + "\nX-EVIL:1" and "X-EVIL" not in event
