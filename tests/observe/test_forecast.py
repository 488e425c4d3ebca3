"""When a creep reaches its limit, with an interval that holds it."""

import math

import numpy as np
import pytest

from accord.observe.forecast import forecast

SEASON = np.array([-0.1, 0.02, 0.12, -0.04])


def blocks(days: int, growth_a_day: float, noise: float = 0.0, seed: int = 1) -> list[float]:
    number = np.arange(days * 4)
    rng = np.random.default_rng(seed)
    level = math.log(0.4) + growth_a_day * number / 4 + SEASON[number % 4] + rng.normal(0, noise, len(number))
    return [float(value) for value in np.exp(level)]


def test_a_steady_growth_is_told_exactly_whatever_the_season():
    found = forecast(blocks(5, 0.1), limit=1.0)
    assert found is not None
    now = math.log(0.4) + 0.1 * 19 / 4
    assert found.hours == pytest.approx((0 - now - SEASON.mean()) / 0.1 * 24, abs=1)


def test_the_interval_holds_the_truth_in_most_cases():
    held = 0
    for seed in range(200):
        found = forecast(blocks(5, 0.15, noise=0.02, seed=seed), limit=1.0)
        assert found is not None
        truth = -(math.log(0.4) + 0.15 * 19 / 4) / 0.15 * 24
        held += found.earliest_h - 2 <= truth <= found.latest_h + 2
    assert held >= 160


@pytest.mark.parametrize("calm", [1, 2, 3])
@pytest.mark.parametrize("creeping", [7, 9])
def test_calm_days_before_a_creep_do_not_put_the_forecast_off(calm: int, creeping: int):
    """Blocks of calm days, then of a creep that has gone on for more than a day: 0.3 a day, so about 3 days to the limit."""
    held = told = 0
    for seed in range(100):
        number = np.arange(calm * 4 + creeping)
        grown = np.maximum(number - calm * 4, 0) * 0.3 / 4
        noise = np.random.default_rng(seed).normal(0, 0.02, len(number))
        found = forecast([float(value) for value in np.exp(math.log(0.4) + grown + SEASON[number % 4] + noise)], 1.0)
        if found is not None:
            told += 1
            truth = -(math.log(0.4) + grown[-1] + 0.3 / 8) / 0.3 * 24
            held += found.earliest_h - 3 <= truth <= found.latest_h + 3
    assert held >= 0.8 * told
    assert told >= 50


@pytest.mark.parametrize("growth", [0.0, -0.1])
def test_what_does_not_rise_has_no_forecast(growth: float):
    told = [forecast(blocks(5, growth, noise=0.03, seed=seed), limit=1.0) for seed in range(100)]
    assert sum(each is not None for each in told) <= 10


def test_what_nobody_saw_is_left_out():
    values = blocks(5, 0.1)
    values[3] = values[10] = math.nan
    found = forecast(values, limit=1.0)
    assert found is not None and found.hours == pytest.approx(forecast(blocks(5, 0.1), 1.0).hours, rel=0.05)  # type: ignore[union-attr]


def test_too_little_says_nothing_and_what_is_over_already_is_now():
    assert forecast([0.4, 0.5, 0.6], 1.0) is None
    assert forecast([math.nan] * 20, 1.0) is None
    over = forecast(blocks(5, 0.3), limit=0.5)
    assert over is not None and over.hours == 0
