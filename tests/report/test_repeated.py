"""What one cause does to several is told in full once, and of each whom it concerns a place of its own."""

from datetime import date
from itertools import pairwise

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.report._asked import Asked
from accord.report.text import render
from accord.sources._claims import read_text

HEAD = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Timeout: 60}}
Resources:
"""
BEHIND = """
  {0}:
    Type: AWS::Serverless::Function
    Properties: {{Events: {{Asked: {{Type: Api, Properties: {{Path: /{0}, Method: get}}}}}}}}
"""


def shown(*functions: str, head: str = HEAD) -> str:
    text = head + "".join(BEHIND.format(name) for name in functions)
    facts = [item for item in read_text(text, ".", "template.yaml") if isinstance(item, Fact)]
    return render(check(facts, as_of=date(2026, 11, 27)), Asked(width=100))


@pytest.mark.parametrize(("count", "in_full"), [(1, 1), (2, 2), (3, 1), (9, 1)])
def test_the_same_of_three_is_told_in_full_once(count: int, in_full: int) -> None:
    page = shown(*(f"F{number}" for number in range(count)))
    assert page.count("conditional  timing/platform-cap-below-promise") == in_full
    assert page.count("so for ServerlessRestApi -> ") == min(count - in_full, 5)
    assert f"{count} conditional" in page
    assert ("and for 3 more" in page) == (count == 9)


def test_each_of_the_others_has_the_place_where_it_differs() -> None:
    lines = shown("A", "B", "C").splitlines()
    after = {line.strip(): below.strip() for line, below in pairwise(lines) if "so for" in line}
    assert after == {
        "so for ServerlessRestApi -> B/invoke": "template.yaml:12:27",
        "so for ServerlessRestApi -> C/invoke": "template.yaml:16:27",
    }


def test_what_is_said_in_other_numbers_is_told_in_full() -> None:
    own = BEHIND.format("D").replace("{Events", "{Timeout: 45, Events")
    page = shown("A", "B", "C", head=HEAD + own)
    assert page.count("conditional  timing/platform-cap-below-promise") == 2
