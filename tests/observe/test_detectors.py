"""A test that runs for ever alarms when the agreement no longer holds, and hardly ever before."""

import json
import math

import numpy as np
import pytest

from accord.observe.detectors import DRIFT, FAULT, MINUTES_A_MONTH, VANISHED, Lane, Shares, Traffic

SURE = math.log(1000 * MINUTES_A_MONTH)


def run(test: Shares, rng: np.random.Generator, minutes: int, rate: float, share: float) -> int | None:
    for minute in range(minutes):
        calls = rng.poisson(rate)
        if test.step(np.array([calls]), np.array([rng.binomial(calls, share)]))[0]:
            return minute
    return None


def test_what_is_agreed_and_kept_never_alarms():
    rng = np.random.default_rng(3)
    test = Shares(np.full(50, 0.01), FAULT)
    for _ in range(3000):
        calls = rng.poisson(60, 50)
        assert not test.step(calls, rng.binomial(calls, 0.01)).any()


def test_the_mean_time_to_a_false_alarm_is_at_least_what_is_said():
    """With a threshold low enough to be met: 400 tests exactly at their agreed share, the worst that is still kept."""
    rng = np.random.default_rng(4)
    lane = Lane("often", 1, 0)
    test = Shares(np.full(400, 0.05), lane)
    test._limit = math.log(500)
    alarms = 0
    for _ in range(2000):
        calls = rng.poisson(20, 400)
        alarms += int(test.step(calls, rng.binomial(calls, 0.05)).sum())
    assert 0 < alarms <= 400 * 2000 / 500


def test_twice_the_agreed_errors_are_found_within_hours_in_one_lane_and_at_once_in_the_other():
    rng = np.random.default_rng(5)
    slow, quick = Shares(np.array([0.01]), DRIFT), Shares(np.array([0.01]), FAULT)
    found = run(slow, rng, 24 * 60, 60, 0.02)
    assert found is not None and 90 <= found + 1 <= 10 * 60
    outage = run(quick, rng, 60, 60, 0.5)
    assert outage is not None and 5 <= outage + 1 <= 8


def test_a_burst_shorter_than_the_patience_of_the_lane_never_alarms():
    test = Shares(np.array([0.01]), DRIFT)
    for _ in range(20):
        for _ in range(30):
            assert not test.step(np.array([600.0]), np.array([600.0]))[0]
        for _ in range(12 * 60):
            assert not test.step(np.array([60.0]), np.array([0.0]))[0]


def test_what_nobody_saw_is_no_evidence():
    test = Shares(np.array([0.01]), FAULT)
    for _ in range(3):
        test.step(np.array([60.0]), np.array([30.0]))
    before = test.evidence.copy()
    for _ in range(500):
        test.step(np.array([0.0]), np.array([0.0]))
    assert (test.evidence == before).all()


@pytest.mark.parametrize("agreed", [0.0, -1.0, 1.0, 1.5])
def test_without_an_agreement_there_is_no_test(agreed: float):
    test = Shares(np.array([agreed]), FAULT)
    for _ in range(100):
        assert not test.step(np.array([100.0]), np.array([100.0]))[0]
    assert test.strength[0] == 0


def test_after_an_alarm_a_test_begins_anew():
    test = Shares(np.array([0.01]), FAULT)
    alarms = [minute for minute in range(40) if test.step(np.array([60.0]), np.array([60.0]))[0]]
    assert len(alarms) >= 6 and alarms[1] - alarms[0] >= 5


def test_a_larger_fleet_asks_for_more_evidence():
    assert DRIFT.threshold(1) == DRIFT.threshold(1000) < DRIFT.threshold(100_000)
    assert DRIFT.threshold(1, fleet_months=12_000) > DRIFT.threshold(1)


def test_the_state_survives_a_restart():
    rng = np.random.default_rng(6)
    counts = [(calls := rng.poisson(60, 5), rng.binomial(calls, 0.05)) for _ in range(200)]
    whole, first = Shares(np.full(5, 0.01), DRIFT), Shares(np.full(5, 0.01), DRIFT)
    expected = [whole.step(*each).tolist() for each in counts]
    found = [first.step(*each).tolist() for each in counts[:77]]
    second = Shares(np.full(5, 0.01), DRIFT)
    second.restore(json.loads(json.dumps(first.state())))
    found += [second.step(*each).tolist() for each in counts[77:]]
    assert found == expected and (second.evidence == whole.evidence).all()
    with pytest.raises(ValueError, match="does not fit"):
        Shares(np.full(4, 0.01)).restore(first.state())


def test_traffic_that_vanishes_is_told_within_two_minutes():
    test = Traffic(1)
    rng = np.random.default_rng(7)
    due, seen = np.array([30.0]), np.array([True])
    assert not any(test.step(rng.poisson(60, 1), due, seen)[0] for _ in range(5000))
    assert not test.step(np.array([31.0]), due, seen)[0]
    alarms = [bool(test.step(np.array([0.0]), due, seen)[0]) for _ in range(2)]
    assert any(alarms)


def test_a_gap_in_telemetry_is_no_vanished_traffic():
    test = Traffic(1)
    assert not any(test.step(np.array([0.0]), np.array([60.0]), np.array([False]))[0] for _ in range(1000))
    assert not any(test.step(np.array([0.0]), np.array([0.0]), np.array([True]))[0] for _ in range(1000))


def test_rare_traffic_needs_longer():
    test, minutes = Traffic(1), 0
    while not test.step(np.array([0.0]), np.array([0.5]), np.array([True]))[0]:
        minutes += 1
    assert 30 < minutes < 60
    assert VANISHED.threshold(1) == pytest.approx(SURE)
