"""What a rule says it needs, it does need: where a term of NEEDS is missing, asking the rule all the same finds nothing."""

from random import Random

import pytest
from msgspec.structs import replace

from accord.check import joined, judged
from accord.model.fact import Fact
from accord.rules._catalogue import Rule, rules
from accord.sources._claims import read_text
from landscapes import as_files, facts_of, random_landscape
from test_pages import AS_OF, read_blocks, sections

NEEDY = [rule for rule in rules() if rule.needs or rule.concerns]


def of_pages() -> list[list[Fact]]:
    return [read_blocks(blocks)[0] for rule in rules() for _, blocks in sections(rule.page)]


def at_random(count: int) -> list[list[Fact]]:
    random = Random(7)
    return [facts_of(as_files(random_landscape(random))) for _ in range(count)]


@pytest.fixture(scope="module")
def landscapes() -> list[list[Fact]]:
    return [*of_pages(), *at_random(200)]


@pytest.mark.parametrize("rule", NEEDY, ids=lambda rule: rule.id)
def test_a_rule_needs_what_it_says_it_needs(rule: Rule, landscapes: list[list[Fact]]) -> None:
    for facts in landscapes:
        system, _ = joined(facts, AS_OF)
        assert judged(system, [rule]) == judged(system, [replace(rule, needs=(), concerns=None)])


@pytest.mark.parametrize("rule", NEEDY, ids=lambda rule: rule.id)
def test_what_a_rule_needs_is_among_what_it_reads(rule: Rule) -> None:
    assert {term.partition(".")[0] for term in rule.needs} <= set(rule.reads)


def test_a_boundary_of_which_a_needed_term_is_missing_is_not_judged() -> None:
    asked: list[str] = []
    rule = Rule("a/b", ("timeout",), "", ("timeout", "needs"), lambda boundary: asked.append(boundary.subject) or ())
    text = "party: a\nassumes: {b/c: {timeout: 1s}}\n---\nparty: b\npromises: {c: {needs: [d/e]}, f: {needs: [d/e]}}\n"
    facts = [item for item in read_text(text, ".", "accord.yaml") if isinstance(item, Fact)]
    assert judged(joined(facts, AS_OF)[0], [rule]) == []
    assert asked == ["b/c"]


def test_a_system_that_does_not_concern_a_rule_is_not_cut_into_views() -> None:
    asked: list[object] = []

    def judge(system: object, view: object) -> tuple[()]:
        asked.append(view)
        return ()

    facts = [
        item for item in read_text("party: a\nassumes: {b/c: {timeout: 1s}}\n", ".", "a.yaml") if isinstance(item, Fact)
    ]
    system, _ = joined(facts, AS_OF)
    rule = Rule("a/b", ("timeout", "needs"), "", judge_system=judge)
    for other in (replace(rule, needs=("needs",)), replace(rule, concerns=lambda _: False)):
        assert judged(system, [other]) == []
    assert asked == []
    judged(system, [replace(rule, needs=("timeout",), concerns=lambda _: True)])
    assert asked == [{}]
