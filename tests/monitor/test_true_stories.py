"""Every true story is accepted, every act and expectation has one, and the monitor knows exactly the vocabulary."""

from __future__ import annotations

import pytest

from accord.model.acts import ACTS, EXPECTATIONS
from accord.monitor import acts, expectations, judge

from .stories import facts_of, witness_of
from .true_stories import STORIES


@pytest.mark.parametrize("name", STORIES)
def test_a_true_story_is_accepted(name: str) -> None:
    assert judge(witness_of(STORIES[name]), facts_of(STORIES[name])) == ""


def test_each_act_and_each_expectation_has_a_true_story() -> None:
    told = {step.act for story in STORIES.values() for step in witness_of(story).steps}
    assert told == set(ACTS)
    assert {story.breaks for story in STORIES.values()} == set(EXPECTATIONS)


def test_the_monitor_judges_the_whole_vocabulary() -> None:
    assert list(acts.JUDGES) == list(ACTS)
    assert list(expectations.JUDGES) == list(EXPECTATIONS)
