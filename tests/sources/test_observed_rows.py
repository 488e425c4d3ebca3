"""What accord observe exported is read as it was written, and what cannot be counts or times is refused at its line."""

import pytest

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._claims import read_text

ROW = "accord_observed: 1\nboundaries:\n  - {provider: payments, operation: GET /quote, counts: {calls: 3}, MORE}\n"


def read(more: str) -> tuple[dict[str, object], list[Problem]]:
    found = list(read_text(ROW.replace("MORE", more), ".", "observed.yaml"))
    facts = [one for one in found if isinstance(one, Fact)]
    return {fact.term: fact.value for fact in facts}, [one for one in found if isinstance(one, Problem)]


def test_when_calls_came_is_read():
    facts, problems = read("last: 1764549600, windows: 38, longest_gap_s: 60")
    assert not problems
    assert (facts["seen.last"], facts["seen.windows"], facts["seen.longest_gap_s"]) == (1764549600, 38, 60)


def test_where_nothing_says_when_calls_came_nothing_is_said_of_it():
    facts, _ = read("began: 0")
    assert not {"seen.last", "seen.windows", "seen.longest_gap_s", "seen.window"} & set(facts)


@pytest.mark.parametrize("more", ["windows: -1", "last: -5", "longest_gap_s: -60"])
def test_what_is_below_nothing_is_refused_at_its_line(more: str):
    facts, [problem] = read(more)
    assert not facts
    assert problem.place.line == 3 and "at least 0" in problem.reason
