"""Instants and spans as people read them: no more digits than anybody reads, whatever the clock gave."""

import pytest

from accord.model.duration import NANOSECONDS
from accord.model.instants import instant, instant_s, span, window

NOON_S = 1_795_780_800


@pytest.mark.parametrize(
    ("nanoseconds", "said"),
    [(102_077_919, "102ms"), (61_500_000_001, "1m2s"), (3_600_000_000_000, "1h"), (97_675, "98us"), (1_400, "1us"), (15, "15ns"), (-2_400_000_000, "-2s"), (0, "0s")],
)  # fmt: skip
def test_a_span_is_said_to_the_second_and_below_one_to_the_millisecond(nanoseconds: int, said: str) -> None:
    assert span(nanoseconds) == said


def test_an_instant_is_in_utc_and_one_that_no_calendar_has_is_the_nearest() -> None:
    at_ns = NOON_S * NANOSECONDS["s"] + 7_999_999_999
    assert (instant(at_ns), instant_s(at_ns)) == ("2026-11-27 12:00 UTC", "2026-11-27 12:00:07 UTC")
    assert instant(-1) == "1970-01-01 00:00 UTC" and instant(1 << 80) == "9999-12-31 23:59 UTC"


def test_a_window_names_the_day_once_where_it_is_one_day() -> None:
    assert window(NOON_S, NOON_S + 3600) == "2026-11-27 12:00 to 13:00 UTC (1h)"
    assert window(NOON_S, NOON_S + 86_400) == "2026-11-27 12:00 to 2026-11-28 12:00 UTC (1d)"
