"""Parties and rotas: who is there now and next, what nobody has, what load signals made, and what is owed; never who was slow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import MINUTE, NOON, SLOW, Within, text

from accord.serve.tokens import PostedToken, made
from accord.store.kept import Role

HOUR = 60 * MINUTE
NAMES = r'<li class="rota">\n<p><a href="[^"]*"><strong>([^<]+)<'
CONTRACTS = """\
party: payments
promises:
  charge:
    detect: {by: PaymentsSlow, within: 2m}
    recover: {by: oncall, within: 30m}
---
party: oncall
promises:
  page: {acknowledge: 5m, hours: "Mon-Fri 09:00-17:00 Europe/Berlin"}
escalates: [{after: 5m, unless: acknowledged, to: second}]
---
party: second
promises:
  page: {acknowledge: 10m}
---
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}}
"""
NASTY = "<script>alert(1)</script>\"'&"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path, CONTRACTS)
    made.reachable("oncall", "second", "checkout", "keeper", "anna-7")
    yield made
    made.close()


def plain(page: str) -> str:
    """What is read, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_list_says_who_is_there_who_is_next_and_what_lies_ahead(service: Within) -> None:
    page = plain(text(service, "/parties"))
    assert "2 are paged" in page and "0 have nobody on duty now" in page
    assert "until Fri 27 Nov 17:00 CET" in page and "then oncall, from Mon 30 Nov 09:00 CET" in page
    assert (
        "nobody outside its hours, next for 2d16h" in page
        and "asked at any time: it states no hours" in page
        and "no other turn in 90 days" in page
    )


def test_a_party_says_who_is_asked_one_after_the_other_and_where_it_ends(service: Within) -> None:
    page = plain(text(service, "/party?name=oncall"))
    assert "oncall is on duty now, until Fri 27 Nov 17:00 CET; then oncall , from Mon 30 Nov 09:00 CET" in page
    assert "No gap within its hours" in page and "64 times" in page
    assert (
        "It ends with keeper, at the latest 15m after the first page: asked again after 5m, at most 15m apart" in page
    )
    assert "payments/charge" in page and "Mon-Fri 09:00-17:00 Europe/Berlin" in page


def test_outside_its_hours_it_is_said_who_is_asked_instead(service: Within) -> None:
    service.now += 6 * HOUR
    page = plain(text(service, "/party?name=oncall"))
    assert "Nobody is on duty now; next is oncall , from Mon 30 Nov 09:00 CET. What fires now goes to second." in page
    assert "nobody is on duty: passed over" in page


def test_hours_that_nobody_states_are_a_question_to_that_party(service: Within) -> None:
    assert 'class="unstated"' in text(service, "/party?name=second")
    page = plain(text(service, "/party?name=second"))
    assert "is asked now and at any time: when anybody of it is there, nobody says" in page and "No gap" not in page
    assert "not said; it is asked at any time" in page and "not said; times are in UTC" in page
    assert "in which hours it can be paged" in page and "in which zone it lives" in page


def test_who_stands_in_is_named_with_reason_and_end_on_the_clock_of_the_rota(service: Within) -> None:
    told = {"rota": "oncall", "person": "anna-7", "ends": "2026-11-28T08:00:00Z", "reason": NASTY}
    assert service.ask("POST", "/api/v1/overrides", json=told).status_code == 201
    page = text(service, "/party?name=oncall")
    assert not re.search(r"<script(?! src=)", page) and "&lt;script&gt;" in page
    assert "anna-7 from Fri 27 Nov 13:00 CET until Sat 28 Nov 09:00 CET" in plain(page)
    assert "anna-7 is on duty now" in plain(page)


def fire(service: Within, name: str = "") -> None:
    labels = {**SLOW["labels"], **({"cluster": name} if name else {})}
    assert service.ask("POST", "/api/v2/alerts", json=[{**SLOW, "labels": labels}]).status_code == 200


def figures(page: str) -> dict[str, list[str]]:
    """The rows of the load: days, then pages, deviations, by night, on a weekend."""
    rows = re.findall(r'<tr role="row"><th scope="row" role="rowheader">(\d+) days</th>(.*?)</tr>', page)
    return {days: re.findall(r">([^<]+)</td>", cells) for days, cells in rows}


def test_pages_count_once_for_each_turn_and_belong_to_the_level_that_was_asked(service: Within) -> None:
    fire(service)
    service.pass_time(6 * MINUTE)
    assert figures(text(service, "/party?name=oncall")) == {"7": ["1", "1", "0", "0"], "30": ["1", "1", "0", "0"]}
    assert figures(text(service, "/party?name=second"))["30"][:2] == ["1", "1"]
    service.now += 8 * 24 * HOUR
    assert figures(text(service, "/party?name=oncall"))["7"] == ["0", "0", "0", "0"]
    assert figures(text(service, "/party?name=oncall"))["30"] == ["1", "1", "0", "0"]
    service.now += 24 * 24 * HOUR
    assert "Nobody of it was paged in the last 30 days" in text(service, "/party?name=oncall")


MANY = (
    CONTRACTS
    + "---\nparty: mailer\npromises:\n"
    + "".join(f"  op{n}: {{detect: {{by: Slow{n}}}, recover: {{by: oncall, within: 30m}}}}\n" for n in range(6))
)


def test_what_the_breaker_makes_one_of_is_one_page_about_all_of_it_also_after_a_restart(tmp_path: Path) -> None:
    service = Within(tmp_path, MANY)
    service.reachable("oncall", "second", "checkout", "keeper")
    alerts = [{"labels": {"alertname": f"Slow{number}", "severity": "critical"}} for number in range(6)]
    assert service.ask("POST", "/api/v2/alerts", json=alerts).status_code == 200
    before = figures(text(service, "/party?name=oncall"))["7"]
    service.do(service.service.life.step())
    service.now += 10 * MINUTE
    service.do(service.service.life.step())
    asked = [each.sending for each in service.ledger.queued(0, 1000) if each.sending.message.person == "oncall"]
    [bundle] = [each for each in asked if each.message.about == "bundle"]
    alone = {each.message.deviation for each in asked if each.message.interrupts and not each.parked} - {
        bundle.message.deviation
    }
    assert len(bundle.message.also) == 3 and before[:2] == ["3", "3"]
    [pages, deviations, *_] = figures(text(service, "/party?name=oncall"))["7"]
    assert (int(pages), int(deviations)) == (len(alone) + 1, len(alone | set(bundle.message.also)))
    service.service.shown = type(service.service.shown)(service.service.carrier, service.service.naming)
    again = service.do(service.service.shown.rotas())[1].of("oncall", 0)
    assert (len(again), len({case for page in again for case in page.cases})) == (int(pages), int(deviations))
    service.close()


def test_only_the_last_month_is_read_when_the_service_begins(tmp_path: Path) -> None:
    service = Within(tmp_path, MANY)
    service.reachable("oncall", "second", "checkout", "keeper")
    for number in range(6):
        service.ask("POST", "/api/v2/alerts", json=[{"labels": {"alertname": f"Slow{number}", "severity": "critical"}}])
        service.now += 9 * 24 * HOUR
        since_ns = service.now - 31 * 24 * HOUR
        shown = type(service.service.shown)(service.service.carrier, service.service.naming)
        found = [page.at_ns for page in service.do(shown.rotas())[1].of("oncall", 0)]
        told = [each.sending for each in service.ledger.queued(0, 1000) if each.sending.message.person == "oncall"]
        assert found == [each.queued_ns for each in told if each.queued_ns >= since_ns]
    assert 0 < len(found) < len(told)
    service.close()


def test_a_page_at_night_is_told_by_the_clock_of_the_rota_and_not_at_all_without_one(service: Within) -> None:
    told = {"rota": "oncall", "person": "anna-7", "ends": "2026-11-30T08:00:00Z"}
    service.ask("POST", "/api/v1/overrides", json=told)
    service.now += 10 * HOUR + 30 * MINUTE
    fire(service)
    assert figures(text(service, "/party?name=oncall"))["7"] == ["1", "1", "1", "0"]
    service.pass_time(6 * MINUTE)
    assert figures(text(service, "/party?name=second"))["7"] == ["1", "1", "not known", "not known"]


def test_drills_are_no_load_and_the_last_one_is_told_with_its_time(service: Within) -> None:
    assert "Never tried" in text(service, "/party?name=oncall")
    begun = service.ask("POST", "/api/v1/drills", json={"rota": "oncall"}).json()
    assert "under way: no answer yet" in text(service, "/party?name=oncall")
    service.now += 3 * MINUTE
    said = {"say": "commit", "until": "20m", "by": "oncall"}
    assert service.ask("POST", f"/api/v1/deviations/{begun['deviation']}/answers", json=said).status_code == 200
    page = text(service, "/party?name=oncall")
    assert "taken after 3m" in page and f"/deviations/{begun['deviation']}" in page
    assert "Nobody of it was paged" in page


def test_nothing_is_judged_before_thirty_days_and_every_target_has_its_source(service: Within) -> None:
    fire(service)
    page = text(service, "/party?name=oncall")
    assert "Nothing is judged yet: 0 of 30 days are in the ledger" in page
    assert 'class="tag accord">within' not in page and "beyond it" not in page
    assert page.count("ISA-18.2") >= 4 and "Site Reliability Engineering" in page and "24:282" in page
    for say, by in (("fixed", "oncall"), ("confirm", "checkout")):
        service.ask("POST", f"/api/v1/deviations/{service.only()['id']}/answers", json={"say": say, "by": by})
    service.now += 31 * 24 * HOUR
    fire(service)
    page = text(service, "/party?name=oncall")
    assert "Nothing is judged yet" not in page and 'class="tag accord">within' in page


def test_what_waits_for_the_rota_is_owed(service: Within) -> None:
    fire(service)
    page = text(service, "/party?name=oncall")
    assert f"/deviations/{service.only()['id']}" in page and "Deadline" in page
    assert "no question is open to it" not in page


def test_the_load_of_a_person_is_shown_to_them_and_to_an_admin_by_pseudonym_and_unranked(tmp_path: Path) -> None:
    service = Within(tmp_path, CONTRACTS)
    service.reachable("oncall", "second", "checkout", "keeper")
    service.reachable("p-zoe", "p-ada")
    fire(service)
    for person in ("p-zoe", "p-ada"):
        service.now += MINUTE
        told = {"rota": "oncall", "person": person, "ends": "1h"}
        assert service.ask("POST", "/api/v1/overrides", json=told).status_code == 201
    secrets = {}
    for role, bearer in ((Role.READER, ""), (Role.RESPONDER, "p-ada"), (Role.ADMIN, "")):
        token, secrets[role] = made(PostedToken(role, role), bearer, service.now)
        service.ledger.keep(token).result()

    def people(role: Role) -> list[str]:
        page = text(service, "/party?name=oncall", authorization=f"Bearer {secrets[role]}")
        rows = page.partition('aria-label="Load by person"')[2].partition("</table>")[0]
        return re.findall(r'role="rowheader">([^<]+)<', rows)

    assert people(Role.READER) == []
    assert people(Role.RESPONDER) == ["p-ada"]
    assert people(Role.ADMIN) == ["oncall", "p-ada", "p-zoe"], "in the order of the pseudonyms, which are of chance"
    service.close()


def with_calendar(tmp_path: Path, *events: str) -> Within:
    """A service whose `oncall` follows a calendar of these events and states no hours of its own."""
    from accord.files.config import load
    from accord.serve.landscape import carrying_in

    contract = CONTRACTS.replace(', hours: "Mon-Fri 09:00-17:00 Europe/Berlin"', "")
    contract = contract.replace("party: oncall\n", "party: oncall\nnames: {ical: oncall}\n")
    schedule = "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *events, "END:VCALENDAR", ""))
    for name, content in (("oncall.ics", schedule), ("accord.yaml", contract)):
        (tmp_path / name).write_text(content)
    service = Within(tmp_path, contract)
    known, problems = carrying_in((str(tmp_path),), load((str(tmp_path),)), "keeper", service.ledger)
    assert problems == ()
    service.service.carrier.carrying = known
    return service


def event(who: str, begins: str, ends: str, rule: str = "") -> str:
    """An event on the clock of Berlin."""
    times = f"DTSTART;TZID=Europe/Berlin:{begins}\nDTEND;TZID=Europe/Berlin:{ends}"
    repeats = f"\nRRULE:{rule}" if rule else ""
    return f"BEGIN:VEVENT\nUID:{who}\nDTSTAMP:20260101T000000Z\n{times}{repeats}\nSUMMARY:{who}\nEND:VEVENT"


def test_a_gap_between_planned_turns_and_their_end_are_named_with_who_is_asked_instead(tmp_path: Path) -> None:
    anna = event("Anna", "20261120T080000", "20261204T080000")
    service = with_calendar(tmp_path, anna, event("Ben", "20261204T090000", "20261218T080000"))
    page = text(service, "/party?name=oncall")
    said = plain(page)
    gap = "Fri 4 Dec 08:00 CET to Fri 4 Dec 09:00 CET , 1h: nobody has a turn, between turns that meet otherwise."
    assert f"{gap} What fires then goes to second." in said
    assert "Fri 18 Dec 08:00 CET to Thu 25 Feb 13:00 CET , 69d5h: nothing is planned yet." in said
    assert "Anna is on duty now" in said and "as its turns are planned" in said
    assert "who is on duty from Fri 18 Dec 08:00 CET on" in said
    assert 'class="gap"' in page and 'class="unplanned"' in page
    assert "1 with a gap in 90 days" in plain(text(service, "/parties"))
    [rota] = [each for each in service.ask("GET", "/api/v1/rotas").json()["rotas"] if each["party"] == "oncall"]
    assert [(each["kind"], each["begins"]) for each in rota["gaps"]] == [
        ("gap", "2026-12-04T07:00:00.000Z"),
        ("unplanned", "2026-12-18T07:00:00.000Z"),
    ]
    assert rota["outsideHours"] == []
    service.close()


def test_a_hole_in_turns_that_come_again_is_a_gap_too(tmp_path: Path) -> None:
    every = "FREQ=WEEKLY;INTERVAL=2"
    anna = event("Anna", "20261116T090000", "20261123T090000", every)
    service = with_calendar(tmp_path, anna, event("Ben", "20261123T090000", "20261130T080000", every))
    said = plain(text(service, "/party?name=oncall"))
    assert "Mon 30 Nov 08:00 CET to Mon 30 Nov 09:00 CET , 1h: nobody has a turn, between turns that meet" in said
    assert said.count("between turns that meet otherwise") == 7, "every second Monday"
    service.close()


def test_pauses_of_turns_that_were_never_meant_to_meet_are_one_question_and_no_gap(tmp_path: Path) -> None:
    every = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR"
    anna = event("Anna", "20261116T090000", "20261116T170000", every)
    service = with_calendar(tmp_path, anna, event("Ben", "20261123T090000", "20261123T170000", every))
    page = text(service, "/party?name=oncall")
    assert 'class="gap"' not in page and "64 times" in page
    assert "whether anybody is meant to be on duty between its turns" in page
    assert "0 with a gap in 90 days" in plain(text(service, "/parties"))
    service.close()


def test_a_rota_that_cannot_be_worked_out_is_a_question_to_it(tmp_path: Path) -> None:
    service = with_calendar(tmp_path, event("Anna", "20261120T080000", "20261120T180000", "FREQ=MONTHLY"))
    said = plain(text(service, "/party?name=oncall"))
    assert "Who is on duty cannot be worked out from what is written" in said
    assert "who is on duty when: its shifts cannot be worked out" in said and "asked at any time" not in said
    listed = plain(text(service, "/parties"))
    assert "1 cannot be worked out" in listed and "its shifts cannot be worked out" in listed
    service.close()


def test_two_at_once_are_told_apart_from_one(tmp_path: Path) -> None:
    anna = event("Anna", "20261120T080000", "20261204T080000")
    service = with_calendar(tmp_path, anna, event("Ben", "20261203T080000", "20270318T080000"))
    said = plain(text(service, "/party?name=oncall"))
    assert "Two people are on duty from Thu 3 Dec 08:00 CET until Fri 4 Dec 08:00 CET: only the first" in said
    assert "Anna is on duty now, until Fri 4 Dec 08:00 CET; then Ben" in said and "No gap" in said
    service.close()


def test_a_gap_over_a_day_on_which_clocks_change_is_as_long_as_it_is(tmp_path: Path) -> None:
    service = Within(tmp_path, CONTRACTS.replace("Mon-Fri 09:00-17:00", "daily 08:00-22:00"))
    service.now += 120 * 24 * HOUR + 10 * HOUR  # the evening before
    page = plain(text(service, "/party?name=oncall"))
    assert "until Sat 27 Mar 22:00 CET" not in page and "next is oncall , from Sun 28 Mar 08:00 CEST" in page
    assert "it changes on Sun 28 Mar 03:00 CEST" in page
    service.now -= 2 * HOUR
    page = plain(text(service, "/parties"))
    assert "until Sat 27 Mar 22:00 CET" in page and "nobody outside its hours, next for 9h" in page
    service.close()


def test_an_empty_installation_says_what_to_write(tmp_path: Path) -> None:
    service = Within(tmp_path, "party: nobody\n")
    page = text(service, "/parties")
    assert "Nobody is paged yet" in page and "recover: {by:" in page and 'class="empty"' in page
    assert service.ask("GET", "/party?name=nowhere").status_code == 404
    assert service.ask("GET", "/party").status_code == 404
    service.close()


def test_a_party_that_nobody_is_paged_for_says_who_recovers_for_it_and_what_it_owes(service: Within) -> None:
    page = plain(text(service, "/party?name=payments"))
    assert "Nobody is paged under this name" in page and "recovered by charge: oncall" in page
    assert "Still owed by payments question" in page and "payments/charge" in page


def test_many_rotas_come_in_pages_those_with_a_gap_first_and_are_laid_out_once(tmp_path: Path) -> None:
    parts = []
    for number in range(100):
        hours = '"Mon-Fri 09:00-17:00 Europe/Berlin"' if number % 2 else "24x7"
        parts.append(
            f"party: s{number:03}\npromises: {{work: {{detect: {{by: Slow{number:03}}}, recover: {{by: rota-{number:03}, within: 30m}}}}}}\n"
        )
        parts.append(f"party: rota-{number:03}\npromises: {{page: {{acknowledge: 5m, hours: {hours}}}}}\n")
    service = Within(tmp_path, "---\n".join(parts))
    first, second, third = (text(service, f"/parties?page={page}") for page in (1, 2, 3))
    names = [re.findall(NAMES, page) for page in (first, second, third)]
    assert [len(each) for each in names] == [40, 40, 20]
    assert sorted(name for each in names for name in each) == [f"rota-{number:03}" for number in range(100)]
    assert 'rel="next"' in first and 'rel="prev"' in third and 'rel="next"' not in third
    assert len(first.encode()) < 200_000
    assert re.findall(NAMES, text(service, "/parties?name=rota-07&page=99")) == [
        f"rota-{number:03}" for number in range(70, 80)
    ]
    shown = service.service.shown
    before = service.do(shown.rotas())[0]
    service.now += MINUTE
    assert service.do(shown.rotas())[0] is before
    service.ask("POST", "/api/v1/overrides", json={"rota": "rota-001", "person": "ann", "ends": "1h"})
    after = service.do(shown.rotas())[0]
    assert {party for party in before if before[party] is not after[party]} == {"rota-001"}
    service.close()


def test_nothing_is_inline_and_links_lead_somewhere(service: Within) -> None:
    fire(service)
    pages = [
        text(service, path) for path in ("/parties", "/party?name=oncall", "/party?name=payments", "/party?name=second")
    ]
    for page in pages:
        assert not re.search(r"<script(?! src=)", page) and "style=" not in page and page.count("<h1>") == 1
        assert page.count("<table") == page.count('role="region" aria-label=')
        assert page.count('<svg class="strip"') == page.count('role="img"')
    for link in {found for page in pages for found in re.findall(r'href="(/[^"]*)"', page)}:
        assert service.ask("GET", link.replace("&amp;", "&")).status_code == 200, link
    assert NOON
