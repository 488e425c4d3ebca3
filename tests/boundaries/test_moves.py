"""Moves are tried on what they touch, the first findings first, and none is shown that was not tried."""

from collections.abc import Sequence

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from accord.boundaries.join.system import Key, System
from accord.boundaries.reliance.neighbourhood import referring
from accord.boundaries.verdicts import moves
from accord.boundaries.verdicts.moves import Changed, Trials
from accord.boundaries.verdicts.pieces import Found, Piece
from accord.check import check, joined, judged, with_moves
from accord.model.contract_values import references
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Verdict
from accord.model.subject import provider_of
from accord.model.terms import term_of
from accord.report import json, text
from accord.report._asked import Asked
from accord.rules._catalogue import Rule, rules
from accord.sources._claims import read_text
from test_pages import AS_OF, read_blocks, sections


def tree(operations: int) -> list[Fact]:
    """Operations that each need two others, and promise to answer sooner than these."""
    parties = []
    for number in range(operations):
        parts = [f"p{part}/get" for part in (2 * number + 1, 2 * number + 2) if part < operations]
        needs = f", needs: [{', '.join(parts)}]" if parts else ""
        parties.append(f"party: p{number}\npromises: {{get: {{latency: {{max: {1000 + number}ms}}{needs}}}}}\n")
    return [item for item in read_text("---\n".join(parties), ".", "accord.yaml") if isinstance(item, Fact)]


def failing(system: System) -> list[Finding]:
    return [each for each in judged(system, rules()) if each.verdict is Verdict.MISMATCH and each.moves]


def tried(system: System, findings: list[Finding], most_facts: int) -> tuple[list[int], int]:
    """How many moves each finding keeps, and how many facts were judged for them."""
    judged_facts = 0

    def judge(other: System, keys: Sequence[Key], changed: Changed) -> list[Finding]:
        nonlocal judged_facts
        judged_facts += len(other.facts)
        return judged(other, rules(), keys)

    trials = Trials(system, judge, findings, most_facts)
    return [len(trials.settled(finding).moves) for finding in findings], judged_facts


def test_every_move_of_a_small_system_is_tried() -> None:
    system, _ = joined(tree(20))
    findings = failing(system)
    assert len(findings) == 10
    assert [len(each.moves) for each in with_moves(system, findings, rules())] == [1] * 10


def test_the_first_findings_keep_their_moves_where_all_would_take_too_long() -> None:
    system, _ = joined(tree(20))
    findings = failing(system)
    kept, judged_facts = tried(system, findings, most_facts=100)
    assert kept == sorted(kept, reverse=True)
    assert 0 < sum(kept) < 10
    assert judged_facts < 100 + len(system.facts)


def test_a_move_that_cannot_be_tried_is_not_shown() -> None:
    system, _ = joined(tree(20))
    assert tried(system, failing(system), most_facts=0) == ([0] * 10, 0)


def test_moves_that_were_not_tried_are_counted_and_told() -> None:
    facts = tree(20)
    system, _ = joined(facts)
    findings = failing(system)
    trials = Trials(system, lambda *_: [], findings, most_facts=0)
    left = tuple(trials.settled(finding) for finding in findings)
    assert [(finding.moves, finding.untried) for finding in left] == [((), 1)] * 10
    result = replace(check(facts), findings=left)
    assert "10 help lines are left out for 10 findings: re-checking them would take too long\n" in text.render(
        result, Asked(width=120)
    )
    written = json.document(result, Asked()).findings
    assert [(finding.help, finding.help_untried) for finding in written] == [([], 1)] * 10
    assert "left out" not in text.render(check(facts), Asked(width=120))
    assert all(finding.help_untried is UNSET for finding in json.document(check(facts), Asked()).findings)


@pytest.mark.parametrize("most_facts", [0, 1, 150, 2_500, 4_000, 250_000])
def test_moves_that_are_tried_at_once_are_those_that_are_tried_in_turn(
    most_facts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever time there is for them: those for which there is none are the same too."""
    monkeypatch.setattr(moves, "MANY", 20)
    system, _ = joined(tree(100))
    findings = failing(system)
    assert len(findings) > 20

    def judge(other: System, keys: Sequence[Key], changed: Changed) -> list[Finding]:
        return judged(other, rules(), keys)

    def backwards(pieces: Sequence[Piece]) -> list[Found]:
        asked.append(len(pieces))
        return [piece() for piece in reversed(pieces)][::-1]

    asked: list[int] = []
    one, other = (Trials(system, judge, findings, most_facts) for _ in range(2))
    assert other.of(findings, backwards) == one.of(findings)
    assert other.left == one.left
    assert bool(asked) is (most_facts >= 2_500)


def test_what_a_move_is_tried_on_is_worked_out_once_for_all_that_touch_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "party: a\nassumes: {b/c: {timeout: 1s}}\n---\nparty: b\npromises: {c: {latency: {max: 2s}}}\n"
    system, _ = joined([item for item in read_text(text, ".", "accord.yaml") if isinstance(item, Fact)])
    around: list[tuple[Key, ...]] = []
    whole = moves.neighbourhood
    monkeypatch.setattr(moves, "neighbourhood", lambda *given: around.append(given[1]) or whole(*given))
    findings = failing(system)
    assert [len(each.moves) for each in with_moves(system, findings, rules())] == [2]
    assert around == [(("a", "b", "c"),)]


def named_by_hand(system: System) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for fact in system.facts:
        known = term_of(fact.term)
        if isinstance(fact.value, tuple) and fact.term != "needs" and (known is None or known.domain != "words"):
            for name in references(fact.value):
                found.setdefault(provider_of(name), set()).add(fact.says)
    return found


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_who_names_a_party_is_who_names_it_in_any_list_but_of_words(rule: Rule) -> None:
    for _, blocks in sections(rule.page):
        system, _ = joined(read_blocks(blocks)[0], AS_OF)
        expected = named_by_hand(system)
        for party in {*system.parties, *expected}:
            assert referring(system, party) == expected.get(party, set())


def test_words_that_another_party_is_called_by_name_nobody() -> None:
    text = """\
party: reset
promises: {get: {latency: {max: 2s}}}
---
party: b
promises: {get: {latency: {max: 1s}, recover: {by: rota, within: 1h}}}
assumes: {reset/get: {timeout: 1s, attempts: 2, retry_on: [reset]}}
"""
    system, _ = joined([item for item in read_text(text, ".", "accord.yaml") if isinstance(item, Fact)])
    assert system.about("retry_on")[0].value == ("reset",)
    assert (referring(system, "reset"), referring(system, "rota")) == (set(), {"b"})


def test_a_line_that_says_several_things_changes_in_all_of_them() -> None:
    text = "party: a\nassumes: {b/c: {timeout: {attempt: 1s}}, b/d: {timeout: {attempt: 1s}}}\n"
    facts = [item for item in read_text(text, ".", "accord.yaml") if isinstance(item, Fact)]
    one, other = [fact for fact in facts if fact.term == "timeout.attempt"]
    elsewhere = replace(other, place=replace(other.place, file="other.yaml"))
    trials = Trials(System([one, replace(other, place=one.place), elsewhere]), lambda *_: [], [])
    changed = trials.wherever_stated([Change(one, replace(one, value=5, text="5ns"))])
    assert [(change.before, change.after.value if change.after else None) for change in changed] == [
        (one, 5),
        (replace(other, place=one.place), 5),
    ]
