"""Durations fall into buckets that every engine finds alike, and every column says what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.observe.columns import BOUNDARY, CODES, COUNTS, HISTOGRAM, SPANS, bound_of, bucket_of


@given(st.integers(1, 10**15))
def test_a_duration_lies_between_the_bounds_of_its_bucket(duration: int):
    bucket = bucket_of(duration)
    assert bound_of(bucket) <= duration < bound_of(bucket + 1)


@given(st.integers(0, 49 * 32))
def test_a_bound_is_exact(bucket: int):
    assert (bound_of(bucket) - 1) ** 32 < 2**bucket <= bound_of(bucket) ** 32


def test_a_bucket_is_2_percent_wide():
    assert bucket_of(1_000_000_000) == 956
    assert bound_of(957) / bound_of(956) == pytest.approx(2 ** (1 / 32), rel=1e-6)


@pytest.mark.parametrize("table", [SPANS, BOUNDARY, COUNTS, HISTOGRAM, CODES])
def test_every_column_says_what_it_is(table):
    assert len({column.name for column in table}) == len(table)
    assert all(column.meaning and column.type in ("int64", "int32", "int8", "text") for column in table)
