"""`accord explain`: pages and lists."""

import pytest

from accord.cli._pages import page, rule_ids
from accord.rules._catalogue import rules

from .conftest import Accord


def test_pages_read_without_importing_are_those_of_the_rules() -> None:
    assert {rule.id: rule.page for rule in rules()} == {id_: page(file) for id_, file in rule_ids().items()}


@pytest.mark.parametrize("id_", list(rule_ids()))
def test_every_page_can_be_shown(accord: Accord, id_: str) -> None:
    done = accord("explain", id_)
    assert done.code == 0 and done.err == ""
    for heading in ("Example", "Not a gap", "Unanswered", "What to do", "References"):
        assert f"\n{heading}\n" in done.out
    assert "```" not in done.out and "##" not in done.out
    assert done.out.endswith(f"\n\nnext: accord check --rule {id_}\n")


def test_a_page_is_set_for_reading(accord: Accord) -> None:
    out = accord("explain", "timing/caller-gives-up-first").out
    assert out.startswith("timing/caller-gives-up-first\nCaller gives up first\n\n  A caller stops waiting")
    assert "\n    checkout/accord.yaml:\n      party: checkout\n      assumes:\n" in out
    assert "\n  - Site Reliability Engineering" in out


def test_rules_are_listed_by_family(accord: Accord) -> None:
    out = accord("explain").out
    assert "timing: who waits how long for whom\n" in out
    assert "signals: whether anybody hears them, and whose they are\n" in out
    for rule in rules():
        assert f"  {rule.id} " in out
    assert "retries/" not in accord("explain", "timing").out


def test_the_last_part_of_an_id_is_enough(accord: Accord) -> None:
    assert accord("explain", "caller_gives_up_first").out == accord("explain", "timing/caller-gives-up-first").out


def test_an_unknown_rule_is_told_the_nearest(accord: Accord) -> None:
    done = accord("explain", "timing/caller-gives-up")
    assert done.code == 2
    assert "no rule 'timing/caller-gives-up'; did you mean 'timing/caller-gives-up-first'?" in done.err
    assert "accord explain lists them" in done.err
