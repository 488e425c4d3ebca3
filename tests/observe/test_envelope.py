"""What changed inside the contract is information: said once days are known, never by chance, and never an alarm."""

from pathlib import Path

import numpy as np
import pytest
from creeping import agreements, minutes, steady

from accord.observe.drift import Fleet
from accord.observe.envelope import changed

NOW = 500_000


def hours(days: int, calls: int, share: float, last: float, seed: int = 1) -> np.ndarray:
    """So many days of hours before NOW, of which the last day has a share of its own."""
    chance = np.random.default_rng(seed)
    rows = np.zeros((24 * days, 6), dtype=np.int32)
    for number, row in enumerate(rows):
        slow = share if number < 24 * (days - 1) else last
        row[:] = (NOW - 24 * days + number, 60, calls, calls, chance.binomial(calls, slow), 0)
    return rows


def test_a_change_is_seen_once_three_days_are_known():
    found = changed(hours(5, 1200, 0.001, 0.004), NOW)
    assert found is not None and (found.hours, found.days) == (24, 4)
    assert found.usual < 0.0025 < found.over / found.calls
    sudden = changed(hours(5, 1200, 0.001, 0.02), NOW)
    assert sudden is not None and sudden.hours == 6
    assert changed(hours(3, 1200, 0.001, 0.02), NOW) is None


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 1.0])
def test_what_is_as_on_other_days_is_no_change(share: float):
    assert [seed for seed in range(200) if changed(hours(7, 60, share, share, seed), NOW)] == []


def test_few_calls_and_fewer_slow_ones_are_no_change():
    assert changed(hours(7, 2, 0.001, 1.0), NOW) is None
    assert changed(hours(7, 1200, 0.01, 0.001), NOW) is None


def test_a_fleet_tells_of_it_and_raises_no_alarm(tmp_path: Path):
    calm, slower, turn = steady(12), steady(12, 1.27), 3 * 1440
    fleet = Fleet(agreements(tmp_path))
    told = minutes(lambda minute, chance: (calm if minute < turn else slower)(minute, chance), turn + 1440 + 1)
    assert [alarm for minute in told for alarm in fleet.step(minute)] == []
    [said, *others] = fleet.information()
    assert said.startswith("checkout -> payments POST /charges (prod): changed, still inside what is agreed: 0.")
    assert "of 3 days before (1 % is agreed: accord.yaml:" in said
    assert all("nothing is agreed" in other for other in others)
