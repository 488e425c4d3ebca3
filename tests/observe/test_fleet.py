"""A fleet of tests finds what drifts before it breaks, is silent where the contract is kept, and survives a restart."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from creeping import CONTRACT, FIRST, SEEN, agreements, creep, minutes, steady
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.model.drifting import Alarm, Asks
from accord.model.problem import Refused
from accord.observe import state as states
from accord.observe.drift import Fleet

DAY = 1440


def alarms(fleet: Fleet, told: object) -> list[Alarm]:
    return [alarm for minute in told for alarm in fleet.step(minute)]  # type: ignore[attr-defined]


def test_a_creep_is_found_hours_before_the_callers_limit_is_met(tmp_path: Path):
    fleet = Fleet(agreements(tmp_path))
    found = alarms(fleet, minutes(creep(20, 2 * DAY, 48), 4 * DAY))
    slow = [alarm for alarm in found if alarm.expectation.asks is Asks.SLOW]
    assert slow
    first = slow[0]
    assert 2 * DAY < first.minute - FIRST < 4 * DAY - 10 * 60
    assert 2 * DAY < first.since - FIRST <= first.minute - FIRST
    assert first.over > 0.01 * first.calls
    assert first.contract.recovers.startswith("payments-oncall within 4h")
    assert len(first.hours) > 48


def test_a_step_of_a_deploy_that_stays_inside_the_contract_is_silent(tmp_path: Path):
    calm, slower = steady(20), steady(20, 1.3)
    fleet = Fleet(agreements(tmp_path))
    assert not alarms(fleet, minutes(lambda m, c: (calm if m < DAY else slower)(m, c), 2 * DAY))


def test_calls_that_vanish_are_missed_within_two_minutes(tmp_path: Path):
    calm = steady(60)
    gone = 2 * DAY + 7 * 60 + 25
    fleet = Fleet(agreements(tmp_path))
    found = alarms(fleet, minutes(lambda m, c: calm(m, c) if m < gone else np.zeros(0), gone + 5))
    assert found[0].expectation.asks is Asks.VANISHED
    assert found[0].minute - (FIRST + gone) + 1 <= 2
    assert found[0].calls == 0


def test_nothing_vanishes_before_a_day_is_known_nor_where_the_caller_tells_nothing(tmp_path: Path):
    fleet = Fleet(agreements(tmp_path))
    calm = steady(60)
    assert not alarms(fleet, minutes(lambda m, c: calm(m, c) if m < 600 else np.zeros(0), 900))
    fleet = Fleet(agreements(tmp_path))
    assert not alarms(
        fleet, (each for each in minutes(calm, 2 * DAY) if not DAY + 300 <= each.minute - FIRST < DAY + 420)
    )


def test_without_an_agreement_there_is_no_alarm(tmp_path: Path):
    fleet = Fleet(
        agreements(tmp_path, "party: payments\nnames: {otel: payments}\npromises: {charge: {at: POST /charges}}\n")
    )
    assert not alarms(fleet, minutes(steady(20, 10.0), 300))
    assert any("checkout -> payments" in said for said in fleet.information())


def test_a_promise_of_another_environment_is_not_held_against_this_one(tmp_path: Path):
    text = CONTRACT.replace("party: payments\n", "party: payments\nonly: {env: staging}\n")
    fleet = Fleet(agreements(tmp_path, text))
    assert not alarms(fleet, minutes(steady(20, 10.0), 120))


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 399), st.integers(1, 5))
def test_a_restart_changes_no_alarm(tmp_path_factory: pytest.TempPathFactory, cut: int, seed: int):
    folder = tmp_path_factory.mktemp("state")
    agreed = agreements(folder)
    told = list(minutes(lambda m, c: steady(20, 1.0 + m / 100)(m, c) if m < 350 or m > 370 else np.zeros(0), 400, seed))
    whole = alarms(Fleet(agreed), told)
    before = Fleet(agreed)
    found = alarms(before, told[:cut])
    states.write(before, folder / "state.json", 1)
    after = Fleet(agreed)
    assert states.read(after, folder / "state.json") == 1
    found += alarms(after, told)  # those that were taken before are passed over
    assert found == whole
    assert whole


def test_a_changed_contract_resets_its_own_tests_alone(tmp_path: Path):
    fleet = Fleet(agreements(tmp_path))
    alarms(fleet, islice(minutes(steady(20, 1.45), 60), 60))
    states.write(fleet, tmp_path / "state.json", 1)
    other = Fleet(agreements(tmp_path, CONTRACT.replace("p99: 1.2s", "p99: 1.3s")))
    states.read(other, tmp_path / "state.json")
    row = fleet.index[SEEN]
    assert np.isneginf(other.tests[Asks.SLOW].evidence[row]).all()
    assert (other.tests[Asks.ERRORS].evidence[row] == fleet.tests[Asks.ERRORS].evidence[row]).all()
    assert np.isfinite(fleet.tests[Asks.ERRORS].evidence[row]).all()


def test_what_is_no_state_is_refused(tmp_path: Path):
    file = tmp_path / "state.json"
    for text in ("", "{}", "[1]", '{"accord_state": 9}'):
        file.write_text(text)
        with pytest.raises(Refused, match=r"state\.json"):
            states.read(Fleet(agreements(tmp_path)), file)
