"""Clocks that jump, days that are longer or shorter, a month asleep: no deadline is skipped, none fires twice, lateness is on record."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from serving import CONTRACTS, MINUTE, NOON, SLOW, Within

from accord.cases.events import Timer
from accord.model.duration import NANOSECONDS
from accord.serve.instants import read

HOUR, DAY = NANOSECONDS["h"], NANOSECONDS["d"]
PEOPLE = ("payments-oncall", "second", "checkout", "keeper")
ZONES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
}
"""Days on which the clocks go forward and back in 2026: by an hour, by an hour, and by half an hour."""

Serving = Callable[..., Within]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    made: list[Within] = []

    def serve(text: str = CONTRACTS, at: int = NOON) -> Within:
        made.append(Within(tmp_path, text))
        made[-1].reachable(*PEOPLE)
        made[-1].now = at
        return made[-1]

    yield serve
    for each in made:
        each.close()


def timers(service: Within, case: str) -> list[tuple[int, bool, str]]:
    """Turn, whether it changed anything, and the note of each timer on record."""
    rows = service.ledger.history(case)
    return [(row.event.turn, row.changed, row.note) for row in rows if isinstance(row.event, Timer)]


def settled(service: Within) -> None:
    """Steps until nothing is due at this instant."""
    for _ in range(100):
        before = service.ledger.rows(limit=100_000)[-1].sequence
        service.do(service.service.life.step())
        if service.ledger.rows(limit=100_000)[-1].sequence == before:
            return
    raise AssertionError("it never settles: something fires again and again at one instant")


def each_once_and_open_ones_carried(service: Within, case: str) -> list[tuple[int, bool, str]]:
    """No turn's timer counts twice, turns rise, and the case has an actor and a deadline that is not over."""
    found = timers(service, case)
    turns = [turn for turn, changed, _ in found if changed]
    assert turns == sorted(set(turns)), "a deadline fired twice, or out of order"
    now = service.only()
    if now["phase"] not in ("closed", "withdrawn"):
        assert now["actor"] and read(now["deadline"]) > service.now
    assert service.ledger.audit().broken == () and not service.ledger.verify().disagreement
    return found


@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_a_clock_that_jumps_an_hour_ahead_fires_what_is_overdue_once_and_says_how_late(
    serving: Serving, severity: str
) -> None:
    service = serving()
    service.ask("POST", "/api/v2/alerts", json=[{**SLOW, "labels": {**SLOW["labels"], "severity": severity}}])
    service.now += HOUR
    settled(service)
    found = each_once_and_open_ones_carried(service, service.only()["id"])
    assert len(found) == 1 and "55m late" in found[0][2], found
    assert service.only()["actor"] == "second"


def test_a_clock_that_jumps_an_hour_back_fires_nothing_early_or_again(serving: Serving) -> None:
    service = serving()
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    service.pass_time(5 * MINUTE)
    case = service.only()["id"]
    assert [turn for turn, _, _ in timers(service, case)] == [1]
    deadline = service.only()["deadline"]
    service.now -= HOUR
    settled(service)
    assert [turn for turn, _, _ in timers(service, case)] == [1], "turn 1 fires once"
    assert service.only()["deadline"] == deadline
    service.pass_time(HOUR + 10 * MINUTE)
    found = each_once_and_open_ones_carried(service, case)
    assert [turn for turn, _, _ in found][:2] == [1, 2]
    assert service.only()["phase"] == "last"


def test_an_answer_while_the_clock_is_behind_is_bound_as_any_other(serving: Serving) -> None:
    service = serving()
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    case = service.only()["id"]
    service.now -= HOUR
    answer = service.ask(
        "POST", f"/api/v1/deviations/{case}/answers", json={"say": "commit", "until": "20m", "by": "payments-oncall"}
    )
    assert answer.status_code == 200, answer.text
    service.now += 2 * HOUR
    settled(service)
    each_once_and_open_ones_carried(service, case)
    assert service.only()["actor"] == "second"


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_thirty_days_asleep_every_deviation_goes_on_once_and_late(serving: Serving, severity: str) -> None:
    service = serving()
    labels = {**SLOW["labels"], "severity": severity}
    service.ask("POST", "/api/v2/alerts", json=[{**SLOW, "labels": labels}])
    service.ask("POST", "/api/v1/events", json={"signal": "Elsewhere"})
    service.now += 30 * DAY
    settled(service)
    service.do(service.service.intake.lapse())
    for case in service.cases():
        found = timers(service, case["id"])
        assert len(found) == 1 and " late" in found[0][2], found
        assert case["actor"] and read(case["deadline"]) > service.now
    assert len(service.cases()) == 2
    service.pass_time(3 * HOUR)
    assert service.ledger.audit().broken == () and not service.ledger.verify().disagreement


HOURS = """\
party: payments
promises:
  charge:
    latency: {{max: 5s}}
    detect: {{latency: {{by: PaymentsSlow, within: 2m}}}}
    recover: {{by: payments-oncall, within: 30m}}
---
party: payments-oncall
promises:
  page: {{acknowledge: 5m, hours: "daily 08:00-20:00 {zone}"}}
escalates: [{{after: 5m, unless: acknowledged, to: second}}]
---
party: second
promises:
  page: {{acknowledge: 10m, hours: "daily 20:00-08:00 {zone}"}}
---
party: checkout
promises:
  page: {{acknowledge: 10m, hours: "daily 00:00-24:00 {zone}"}}
assumes:
  payments/charge: {{timeout: {{attempt: 2s}}}}
"""
DAYS = [
    (zone, day, change) for zone, days in ZONES.items() for change, day in zip(("ahead", "back"), days, strict=True)
]


def on_the_clock(zone: str, day: str, hour: int) -> int:
    from zoneinfo import ZoneInfo

    local = datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=ZoneInfo(zone))
    return int(local.astimezone(UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(("zone", "day", "change"), DAYS)
def test_duty_changes_by_the_clock_on_the_wall_on_both_days_of_the_change(
    serving: Serving, zone: str, day: str, change: str
) -> None:
    """One on duty at every instant of the day, and the change of duty at 08:00 on the clock, however long the night was."""
    service = serving(HOURS.format(zone=zone), on_the_clock(zone, day, 0) - 2 * HOUR)
    morning = on_the_clock(zone, day, 8)
    deviation = service.service.carrier.carrying.deviations(SLOW["labels"], {})[0]
    for at in range(service.now, morning + 3 * HOUR, 10 * MINUTE):
        levels = service.service.carrier.carrying.policy(deviation, at).levels
        on_duty = [level.person(at) for level in levels if level.person(at)]
        assert on_duty == ["payments-oncall" if at >= morning else "second"], (at - morning) / HOUR


@pytest.mark.parametrize(("zone", "day", "change"), DAYS)
def test_a_ladder_that_runs_through_the_change_skips_nothing_and_fires_nothing_twice(
    serving: Serving, zone: str, day: str, change: str
) -> None:
    service = serving(HOURS.format(zone=zone), on_the_clock(zone, day, 0) - MINUTE)
    service.ask("POST", "/api/v2/alerts", json=[{**SLOW, "startsAt": "2026-01-01T00:00:00Z"}])
    case = service.only()
    assert (case["actor"], read(case["deadline"]) - service.now) == ("second", 10 * MINUTE)
    service.pass_time(5 * HOUR)
    found: list[Any] = each_once_and_open_ones_carried(service, case["id"])
    assert [turn for turn, changed, _ in found if changed] == list(range(1, len(found) + 1)), "every turn has its end"
    assert not [note for _, _, note in found if "late" in note], "and none of them was late"
