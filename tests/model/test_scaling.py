"""Shares of pods are rounded up, as Kubernetes does."""

import pytest

from accord.model.problem import Refused
from accord.model.scaling import parse_scaled, scaled, spared


@pytest.mark.parametrize(
    ("text", "total", "means"),
    [("2", 5, 2), ("25%", 4, 1), ("25%", 5, 2), ("0%", 9, 0), ("50%", 1, 1), ("100%", 3, 3), ("x", 3, None), (2, 9, 2)],
)
def test_a_part_of_one_is_one(text, total, means):
    assert scaled(text, total) == means


@pytest.mark.parametrize(
    ("budget", "is_least", "total", "gone"),
    [
        ("67%", True, 3, 0), ("67%", True, 4, 1), ("1", True, 1, 0), ("5", True, 3, 0), ("0", True, 3, 3),
        ("0", False, 7, 0), ("25%", False, 1, 1), ("9", False, 3, 3), ("?", False, 3, None),
    ],
)  # fmt: skip
def test_a_budget_lets_go_what_it_does_not_keep(budget, is_least, total, gone):
    assert spared(budget, is_least, total) == gone


@pytest.mark.parametrize("text", ["", "%", "-1", "1.5", "a", "25 %", "²", "9" * 20])
def test_anything_else_is_refused(text):
    with pytest.raises(Refused, match="expected a number or a percentage"):
        parse_scaled(text)
