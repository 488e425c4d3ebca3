"""A system in which values were exchanged is the system that one would make of all its facts anew."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from accord.boundaries.join.altered import Altered, is_alterable
from accord.boundaries.join.in_views import InViews
from accord.boundaries.join.system import System
from accord.boundaries.join.view import EVERY
from accord.boundaries.verdicts import moves
from accord.boundaries.verdicts.moves import with_changes
from accord.check import joined, judged, with_moves
from accord.model.fact import Fact
from accord.model.finding import Change
from accord.model.nothing import NONE
from accord.rules._catalogue import Rule, rules
from accord.sources._claims import read_text
from test_pages import AS_OF, read_blocks, sections


def shown(system: System) -> list[tuple[str, Any]]:
    """All that a system can be asked, in an order."""
    names = ("facts", "keys", "parties", "speaking", "spoken_of", "gateways", "running", "words", "conditional")
    found: list[tuple[str, Any]] = [(name, getattr(system, name)) for name in names]
    found += [("several", [list(facts) for facts in system.several]), ("terms", sorted(system.terms))]
    found += [(term, system.about(term)) for term in sorted(system.terms)]
    found += [(family, system.system_views((family,)).dimensions) for family in sorted(system.conditional)]
    for key in system.keys:
        in_views = InViews(system, key)
        found += [(str(key), (system.callers(*key[1:]), system.above(key), in_views.scoped))]
        views = [EVERY, *(view for family in system.conditional for view, _ in in_views.of((family,))[1])]
        found += [
            (str(key), (view, system.assumed(key, view).terms, system.promised(key[1], key[2], view).terms))
            for view in views
        ]
    return found


def other_values(system: System, number: int, of: int) -> dict[Fact, Fact]:
    """One fact in so many with the value of another fact about the same term, or else with a text that nobody wrote."""
    after: dict[Fact, Fact] = {}
    for fact in [fact for fact in system.facts if is_alterable(fact) and fact.value is not NONE][number::of]:
        same = [other for other in system.about(fact.term) if other.value not in (fact.value, NONE)]
        after[fact] = replace(fact, value=same[0].value, text=same[0].text) if same else replace(fact, text="other")
    return after


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_whatever_it_is_asked_it_answers_as_one_made_anew(rule: Rule) -> None:
    for _, blocks in sections(rule.page):
        system, _ = joined(read_blocks(blocks)[0], AS_OF)
        for of in (1, 3):
            for number in range(of):
                after = other_values(system, number, of)
                anew = System(
                    with_changes(system.facts, [Change(*pair) for pair in after.items()]), AS_OF, system.observed
                )
                altered = Altered(system, after)
                assert shown(altered) == shown(anew)
                assert judged(altered, rules()) == judged(anew, rules())
        assert shown(system) == shown(System(system.facts, AS_OF))  # which was not changed by that


TIMED = """\
party: a
assumes: {b/c: {timeout: 1s}}
---
party: b
promises: {c: {latency: {max: 2s}}}
"""


def only_system(text: str) -> System:
    return joined([item for item in read_text(text, ".", "accord.yaml") if isinstance(item, Fact)], AS_OF)[0]


def test_what_says_who_calls_whom_is_not_alterable() -> None:
    system = only_system("party: b\npromises: {c: {latency: {max: 2s}, needs: [d/e]}}\n")
    assert [fact.term for fact in system.facts if not is_alterable(fact)] == ["needs"]


def test_a_move_that_changes_values_works_out_once_who_calls_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    system = only_system(TIMED)
    findings = judged(system, rules())
    tried = sum(len(finding.moves) for finding in findings)
    made: list[str] = []

    def counted(name: str, made_by: Callable[..., System]) -> Callable[..., System]:
        return lambda *given: made.append(name) or made_by(*given)  # type: ignore[func-returns-value]

    monkeypatch.setattr(moves, "System", counted("anew", System))
    monkeypatch.setattr(moves, "Altered", counted("altered", Altered))
    assert sum(len(finding.moves) for finding in with_moves(system, findings, rules())) == tried == 2
    assert sorted(made) == ["altered", "altered", "anew"]
