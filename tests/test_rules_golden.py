"""Every rule there is stands in tests/golden/rules.txt, so that none is lost silently."""

from pathlib import Path

from accord.rules._catalogue import rules

GOLDEN = Path(__file__).parent / "golden" / "rules.txt"


def test_the_list_of_rules_is_complete() -> None:
    """A new rule adds its line; a line is removed only together with its rule."""
    listed, found = set(_lines()), {rule.id for rule in rules()}
    changes = [f"add the line    {id_}" for id_ in sorted(found - listed)]
    changes += [f"remove the line {id_}" for id_ in sorted(listed - found)]
    assert not changes, "\n".join(["tests/golden/rules.txt is not the list of rules:", *changes])


def test_the_list_is_sorted_and_says_each_rule_once() -> None:
    assert _lines() == sorted(set(_lines()))


def _lines() -> list[str]:
    return GOLDEN.read_text(encoding="utf-8").splitlines()
