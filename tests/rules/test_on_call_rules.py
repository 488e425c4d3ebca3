"""Rules about people on call, on whole small repositories: who is awake, who is paged twice, and how late all of them may be."""

from datetime import date

import pytest

from accord.boundaries.join.view import EVERY
from accord.boundaries.signals.receivers import party_behind
from accord.check import check, joined, refused_witnesses
from accord.model.fact import Fact
from accord.model.finding import Finding, Severity, Verdict
from accord.sources._claims import read_text

AS_OF = date(2026, 11, 27)

LAYER = """
  layer {{
    start                        = "2024-01-01T09:00:00+01:00"
    rotation_virtual_start       = "{virtual}"
    rotation_turn_length_seconds = {turn}
    users                        = [{users}]{more}
  }}
"""


def layer(*users: str, virtual: str = "2024-01-01T09:00:00+01:00", turn: int = 604800, more: str = "") -> str:
    named = ", ".join(f"pagerduty_user.{user}.id" for user in users)
    return LAYER.format(virtual=virtual, turn=turn, users=named, more=more)


def schedule(name: str, *layers: str, zone: str = "Europe/Berlin") -> str:
    return f'resource "pagerduty_schedule" "{name}" {{\n  time_zone = "{zone}"\n{"".join(layers)}}}\n'


def policy(name: str, *levels: tuple[int, str], loops: int = 0) -> str:
    rules = "".join(
        "  rule {\n"
        f"    escalation_delay_in_minutes = {minutes}\n"
        + "".join(f"    target {{ id = pagerduty_{target}.id }}\n" for target in targets.split())
        + "  }\n"
        for minutes, targets in levels
    )
    return f'resource "pagerduty_escalation_policy" "{name}" {{\n  num_loops = {loops}\n{rules}}}\n'


def found(files: dict[str, str], *ids: str) -> list[Finding]:
    facts = [one for file, text in files.items() for one in read_text(text, "root", file)]
    assert all(isinstance(one, Fact) for one in facts), facts
    stated = [one for one in facts if isinstance(one, Fact)]
    system, problems = joined(stated, AS_OF)
    assert not problems
    assert not refused_witnesses(system)
    return [finding for finding in check(stated, as_of=AS_OF).findings if not ids or finding.rule in ids]


def ops(*parts: str, contract: str = "") -> dict[str, str]:
    return {"ops/oncall.tf": "".join(parts)} | ({"accord.yaml": contract} if contract else {})


# ---------------------------------------------------------------------- how late all of them may be

PROMISE = """
party: ledger
promises: {post: {hours: 24x7, recover: {by: ledger-oncall, within: %s}}}
---
party: ledger-oncall
kind: rota
names: {%s}
%s
"""
LATE = "people/escalation-outlasts-recovery"
PATIENT = policy("ledger", (15, "schedule.first"), (15, "schedule.second"), (30, "user.boss"))
CHAIN = """
resource "grafana_oncall_escalation_chain" "ledger" {
  name = "ledger"
}
resource "grafana_oncall_escalation" "a" {
  escalation_chain_id          = grafana_oncall_escalation_chain.ledger.id
  type                         = "notify_on_call_from_schedule"
  notify_on_call_from_schedule = grafana_oncall_schedule.first.id
  position                     = 0
}
resource "grafana_oncall_escalation" "b" {
  escalation_chain_id = grafana_oncall_escalation_chain.ledger.id
  type                = "wait"
  duration            = 1800
  position            = 1
}
resource "grafana_oncall_escalation" "c" {
  escalation_chain_id = grafana_oncall_escalation_chain.ledger.id
  type                = "notify_persons"
  persons_to_notify   = ["U1"]
  position            = 2
}
resource "grafana_oncall_escalation" "d" {
  escalation_chain_id = grafana_oncall_escalation_chain.ledger.id
  type                = "wait"
  duration            = 600
  position            = 3
}
"""
ESCALATION = """
resource "opsgenie_escalation" "ledger" {
  name = "ledger"
  rules {
    condition   = "if-not-acked"
    notify_type = "default"
    delay       = 0
    recipient {
      type = "schedule"
      id   = opsgenie_schedule.first.id
    }
  }
  rules {
    condition   = "if-not-acked"
    notify_type = "default"
    delay       = 40
    recipient {
      type = "user"
      id   = opsgenie_user.boss.id
    }
  }
}
"""
STEPS = """
resource "goalert_escalation_policy" "ledger" {
  name = "ledger"
  step {
    delay_minutes = 25
    schedule_ids  = [goalert_schedule.first.id]
  }
  step {
    delay_minutes = 20
    user_ids      = [goalert_user.boss.id]
  }
}
"""


@pytest.mark.parametrize(
    ("text", "names", "takes"),
    [
        (PATIENT, "pagerduty: escalation_policy.ledger", "1h"),
        (PATIENT, "pagerduty: ledger", "1h"),
        (PATIENT, "pagerduty: ops/escalation_policy.ledger", "1h"),
        (CHAIN, "grafana_oncall: escalation_chain.ledger", "40m"),
        (ESCALATION, "opsgenie: ledger", "40m"),
        (STEPS, "goalert: escalation_policy.ledger", "45m"),
    ],
    ids=["pagerduty", "short name", "whole name", "grafana oncall", "opsgenie", "goalert"],
)
def test_a_ladder_of_a_tool_outlasts_a_promise(text: str, names: str, takes: str) -> None:
    (late,) = found(ops(text, contract=PROMISE % ("30m", names, "")), LATE)
    assert late.verdict is Verdict.MISMATCH
    assert f"it may take {takes} while everybody keeps their word" in late.message


def test_a_bound_that_the_ladder_meets_is_no_mismatch() -> None:
    verdicts = {one.verdict for one in found(ops(PATIENT, contract=PROMISE % ("1h", "pagerduty: ledger", "")), LATE)}
    assert Verdict.MISMATCH not in verdicts


def test_what_people_promise_themselves_goes_before_the_ladder() -> None:
    own = "promises: {page: {acknowledge: 5m, hands_on: 0s, hours: 24x7}}"
    verdicts = {one.verdict for one in found(ops(PATIENT, contract=PROMISE % ("30m", "pagerduty: ledger", own)), LATE)}
    assert Verdict.MISMATCH not in verdicts


def test_a_first_level_that_promises_to_answer_is_reckoned_with() -> None:
    contract = PROMISE % ("30m", "pagerduty: ledger", "") + (
        "---\nparty: first\nkind: rota\nnames: {pagerduty: ops/schedule.first}\n"
        "promises: {page: {acknowledge: 10m, hands_on: 5m, hours: 24x7}}\n"
    )
    verdicts = {one.verdict for one in found(ops(PATIENT, contract=contract), LATE)}
    assert Verdict.MISMATCH not in verdicts


def test_a_name_that_several_have_ties_nothing() -> None:
    text = schedule("ledger", layer("jo")) + PATIENT
    for name, late in (("ledger", []), ("escalation_policy.ledger", [Verdict.MISMATCH])):
        findings = found(ops(text, contract=PROMISE % ("30m", f"pagerduty: {name}", "")), LATE)
        assert [one.verdict for one in findings if one.verdict is Verdict.MISMATCH] == late


def test_ladders_alone_ask_nothing() -> None:
    assert found(ops(PATIENT, CHAIN, ESCALATION, STEPS)) == []


# ---------------------------------------------------------------------- nobody on duty

EMPTY = "people/nobody-on-duty"
NIGHT = '\n    restriction {\n      type = "daily_restriction"\n      start_time_of_day = "20:00:00"\n      duration_seconds = 43200\n    }'
DAY = NIGHT.replace("20:00:00", "08:00:00")
OFFICE = "".join(
    "\n    restriction {\n"
    f'      type = "weekly_restriction"\n      start_day_of_week = {day}\n      start_time_of_day = "09:00:00"\n'
    "      duration_seconds = 28800\n    }"
    for day in range(1, 6)
)
ENDS = '\n    end = "2026-12-31T09:00:00Z"'


@pytest.mark.parametrize(
    ("layers", "from_when"),
    [
        ([layer("jo", "lee")], ""),
        ([layer()], "Fri 2026-11-27 00:00 UTC"),
        ([layer("jo", more=ENDS)], "Thu 2026-12-31 09:00 UTC"),
        ([layer("jo", more=ENDS), layer("lee")], ""),
        ([layer("jo", more=DAY), layer("lee", more=NIGHT)], ""),
        ([layer("jo", more=DAY), layer("lee", more=NIGHT + ENDS)], "Thu 2026-12-31 19:00 UTC"),
        ([layer("jo", more=DAY), layer(more=NIGHT)], "Fri 2026-11-27 00:00 UTC"),
        ([layer("jo", more=OFFICE)], ""),
        ([layer("jo", more=OFFICE + ENDS)], "Thu 2026-12-31 09:00 UTC"),
        ([layer("jo", more=OFFICE), layer("lee", more=NIGHT)], ""),
    ],
)
def test_a_time_that_is_laid_out_and_nobodys(layers: list[str], from_when: str) -> None:
    findings = found(ops(schedule("s", *layers), policy("p", (5, "schedule.s"), (5, "user.kim"))), EMPTY)
    mismatches = [one for one in findings if one.verdict is Verdict.MISMATCH]
    assert [from_when in one.message for one in mismatches] == ([True] if from_when else [])


def test_office_hours_alone_are_a_note() -> None:
    (note,) = found(ops(schedule("s", layer("jo", more=OFFICE)), policy("p", (5, "schedule.s"))), EMPTY)
    assert note.verdict is Verdict.NOTE
    assert "Fri 2026-11-27 00:00 UTC" in note.message


def test_office_hours_under_a_promise_are_told_by_the_promise() -> None:
    contract = PROMISE % ("4h", "pagerduty: p", "")
    files = ops(schedule("s", layer("jo", more=OFFICE)), policy("p", (5, "schedule.s")), contract=contract)
    findings = found(files, EMPTY, "people/promise-outside-duty-hours")
    assert [(one.rule, one.verdict) for one in findings] == [("people/promise-outside-duty-hours", Verdict.MISMATCH)]


def test_a_schedule_that_nobody_rests_on_is_a_warning() -> None:
    (empty,) = found(ops(schedule("s", layer())), EMPTY)
    assert (empty.verdict, empty.severity) == (Verdict.MISMATCH, Severity.WARNING)


def calendar(*days: str) -> str:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART:{day}T000000Z\r\nDURATION:P7D\r\nSUMMARY:jo\r\nEND:VEVENT\r\n"
        for day in days
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{events}END:VCALENDAR\r\n"


PLANNED = ("20261123", "20261130", "20261207", "20261214")


def test_a_calendar_that_ends_and_one_with_a_hole() -> None:
    contract = (
        "party: oncall\nkind: rota\nnames: {ical: primary}\n---\nparty: web\npromises: {get: {recover: {by: oncall}}}\n"
    )
    whole = found({"accord.yaml": contract, "ops/primary.ics": calendar(*PLANNED)}, EMPTY)
    assert [(one.verdict, one.message) for one in whole] == [
        (Verdict.NOTE, "nobody is planned on oncall from Mon 2026-12-21 00:00 UTC on")
    ]


def test_a_promise_rests_on_what_a_calendar_plans() -> None:
    contract = (
        "party: oncall\nkind: rota\nnames: {ical: primary}\n---\n"
        "party: web\npromises: {get: {hours: 24x7, recover: {by: oncall}}}\n"
    )
    rule = "people/promise-outside-duty-hours"
    (gap,) = found({"accord.yaml": contract, "ops/primary.ics": calendar(*PLANNED[:1], *PLANNED[2:])}, rule)
    assert gap.verdict is Verdict.MISMATCH
    assert "Mon 2026-11-30 00:00 UTC" in gap.message


# ---------------------------------------------------------------------- the same person twice

TWICE = "people/same-person-twice-in-ladder"
WEEK_LATER = "2024-01-08T09:00:00+01:00"


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([policy("p", (5, "user.jo"), (5, "user.jo"))], Verdict.MISMATCH),
        ([policy("p", (5, "user.jo"), (5, "user.lee"))], None),
        ([policy("p", (5, "user.jo"), (5, "user.jo user.lee"))], None),
        ([policy("p", (5, "user.jo user.lee"), (5, "user.jo"))], Verdict.MISMATCH),
        ([schedule("s", layer("jo")), policy("p", (5, "schedule.s"), (5, "user.jo"))], Verdict.MISMATCH),
        ([schedule("s", layer("jo")), policy("p", (5, "schedule.s"), (5, "schedule.s"))], Verdict.MISMATCH),
        ([schedule("s", layer("jo", "lee")), policy("p", (5, "schedule.s"), (5, "schedule.s"))], Verdict.NOTE),
        ([schedule("s", layer("jo", "lee")), policy("p", (5, "schedule.s"), (5, "user.jo"))], Verdict.MISMATCH),
        ([schedule("s", layer("jo", "lee")), policy("p", (5, "schedule.s"), (5, "user.kim"))], None),
        (
            [
                schedule("s", layer("jo", "lee")),
                schedule("t", layer("jo", "lee", virtual=WEEK_LATER)),
                policy("p", (5, "schedule.s"), (5, "schedule.t")),
            ],
            None,
        ),
        (
            [
                schedule("s", layer("jo", "lee", "kim")),
                schedule("t", layer("jo", "lee", "kim"), zone="UTC"),
                policy("p", (5, "schedule.s"), (5, "schedule.t")),
            ],
            Verdict.MISMATCH,
        ),
        (
            [
                schedule("s", layer("jo", "lee")),
                schedule("t", layer("lee", "jo", turn=86400)),
                policy("p", (5, "schedule.s"), (5, "schedule.t")),
            ],
            Verdict.MISMATCH,
        ),
        ([policy("p", (5, "schedule.elsewhere"), (5, "user.jo"))], None),
        (
            [  # of layers that overlap one may go before the other
                schedule("s", layer("jo"), layer("lee")),
                policy("p", (5, "schedule.s"), (5, "user.jo")),
            ],
            None,
        ),
    ],
)
def test_whom_a_later_level_wakes(parts: list[str], verdict: Verdict | None) -> None:
    assert [one.verdict for one in found(ops(*parts), TWICE)] == ([verdict] if verdict else [])


def test_it_says_whether_that_is_always_so() -> None:
    both = [schedule("s", layer("jo")), policy("p", (5, "schedule.s"), (5, "user.jo"))]
    (always,) = found(ops(*both), TWICE)
    assert "whenever it pages" in always.message
    (sometimes,) = found(ops(schedule("s", layer("jo", "lee")), policy("p", (5, "schedule.s"), (5, "user.jo"))), TWICE)
    assert "for a page at" in sometimes.message
    assert (always.severity, sometimes.severity) == (Severity.ERROR, Severity.WARNING)


def test_a_ladder_of_a_contract_over_two_calendars() -> None:
    contract = (
        "party: first\nkind: rota\nnames: {ical: primary}\npromises: {page: {acknowledge: 5m}}\n"
        "escalates: [{after: 10m, unless: acknowledged, to: second}, {after: 0s, to: first}]\n---\n"
        "party: second\nkind: rota\nnames: {ical: secondary}\npromises: {page: {acknowledge: 5m}}\n---\n"
        "party: alert\nkind: alert\nescalates: [{after: 0s, to: first}, {after: 10m, to: second}]\n"
    )
    files = {"accord.yaml": contract, "ops/primary.ics": calendar(*PLANNED), "ops/secondary.ics": calendar(*PLANNED)}
    assert {one.verdict for one in found(files, TWICE)} == {Verdict.MISMATCH}


# ---------------------------------------------------------------------- receivers


def test_who_stands_behind_a_receiver() -> None:
    text = "party: web-oncall\nkind: rota\nnames: {alertmanager: web-pages, pagerduty: web}\n"
    facts = [one for one in read_text(text, "root", "accord.yaml") if isinstance(one, Fact)]
    system, _ = joined(facts, AS_OF)
    assert party_behind(system, EVERY, "web-pages") == "web-oncall"
    assert party_behind(system, EVERY, "other") == ""


def test_a_receiver_that_two_claim_is_nobodys() -> None:
    text = "party: a\nnames: {alertmanager: pages}\n---\nparty: b\nnames: {alertmanager: pages}\n"
    facts = [one for one in read_text(text, "root", "accord.yaml") if isinstance(one, Fact)]
    assert party_behind(joined(facts, AS_OF)[0], EVERY, "pages") == ""
