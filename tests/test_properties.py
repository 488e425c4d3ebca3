"""What holds of every landscape, whatever its statements: tried on many, at random.

What "compatible" means, and why an added fact cannot change it. A rule is *decided* at a boundary when everything it
asks has been said there. It then says mismatch, or nothing: compatible. While something is missing it asks (unanswered),
or says under which condition it holds (conditional). So an added fact can turn a question into an answer, of either
kind, but it cannot turn an answer into anything else: it speaks of something that the rule does not ask, or of another
boundary. Two things follow that can be tried. First, a fact of a term that a rule does not declare, or about parties
that have nothing to do with the boundary, changes nothing that the rule says. Second, an unknown never passes
silently: where a mismatch rests on a term and that term is taken away, the boundary is not found compatible, but is
asked about. Exempt from the second are terms whose absence is an answer by the language itself: one try where no
`attempts` stand, no pause where no `backoff` stands, no limit of a kind where only another kind is stated, no error,
no limit of what is accepted, no need and no promise where none is stated: there the rule has nothing to hold.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from random import Random

import pytest

from accord.check import check, joined, judged
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.model.result import Result
from accord.report import json as json_report
from accord.report import text as text_report
from accord.report._asked import Asked
from accord.rules._catalogue import rules
from landscapes import ASSUMED, PROMISED, Cell, Landscape, as_files, facts_of, random_landscape
from oracle.compare import compared_rules
from oracle.compare import facts_of as facts_of_text
from oracle.explorer import ACTS_TWICE, GIVES_UP_FIRST
from oracle.small_sets import SmallSet, as_yaml, random_set

SEED = int(os.environ.get("ACCORD_SEED", "1"))
LANDSCAPES = int(os.environ.get("ACCORD_LANDSCAPES", "150"))

OWN_SIDE = {
    "contract/cannot-hold": "holds a promise against what the same party rests it on: a better promise needs better parts",
    "people/escalation-outlasts-recovery": "holds a promised recovery against the party's own ladder",
    "people/access-comes-too-late": "holds a promised recovery against the party's own procedure",
    "timing/attempts-cannot-happen": "holds the limits of one caller against each other: a longer limit on each try leaves less room",
}
"""Rules that hold one side against itself: there a statement is guarantee and assumption at once."""
TOO_MUCH = ("retries/amplification", "capacity/more-sent-than-accepted", "capacity/callers-together-exceed")
"""Rules that share one failure: callers are summed where each alone is accepted, tries counted where the calls alone are."""

CUT_SHORT = ("timing/caller-gives-up-first", "timing/idle-limit-cuts-silent-answer")
"""Rules that share one failure: the limit that fires first is told of, by the one or the other, and the rest wait behind it."""

BEHIND = "timing/idle-limit-cuts-silent-answer"
TWO_MEANINGS = {"timeout.request": ("retries/unsafe-operation-repeated", BEHIND), "timeout.attempt": (BEHIND,)}
"""A limit on all tries says how long a caller waits, and how often it can ask: to wait longer is also to ask more often.

Whoever raises the limit that fires first meets the one behind it, of which another rule tells.
"""


def landscapes(seed: int, count: int = LANDSCAPES) -> list[tuple[Landscape, Random]]:
    random = Random(SEED * 100 + seed)
    return [(random_landscape(random), random) for _ in range(count)]


def checked(landscape: Landscape) -> list[Finding]:
    """What the rules find; whether the moves they offer settle it is not asked."""
    return judged(joined(facts_of(as_files(landscape)))[0], rules())


def mismatches(landscape: Landscape, subject: str, consumer: str | None) -> set[tuple[str, str]]:
    """The mismatches about an operation; where a caller changed something, those with that caller."""
    return {
        ("too much", "")
        if finding.rule in TOO_MUCH
        else ("cut short" if finding.rule in CUT_SHORT else finding.rule, finding.consumer)
        for finding in checked(landscape)
        if finding.verdict is Verdict.MISMATCH
        and f"{finding.provider}/{finding.operation}" == subject
        and consumer in (None, *finding.consumer.split("+"))
        and finding.rule not in OWN_SIDE
    }


@pytest.mark.parametrize("heading", ["promises", "assumes"])
def test_to_promise_more_or_to_ask_less_never_adds_a_mismatch_there(heading: str) -> None:
    scales = PROMISED if heading == "promises" else ASSUMED
    tried = 0
    for landscape, random in landscapes(1 if heading == "promises" else 2):
        cells = [
            cell
            for cell in landscape
            if cell.heading == heading and cell.term in scales and cell.value + 1 < len(cell.scale)
        ]
        for cell in random.sample(cells, min(3, len(cells))):
            milder = replace(cell, value=random.randrange(cell.value + 1, len(cell.scale)))
            changed = tuple(milder if other == cell else other for other in landscape)
            if is_handled_cut(landscape, cell):
                continue
            consumer = None if heading == "promises" else cell.party
            before, after = mismatches(landscape, cell.subject, consumer), mismatches(changed, cell.subject, consumer)
            after -= {(rule, cell.party) for rule in TWO_MEANINGS.get(cell.term, ())}
            assert after <= before, f"{cell} -> {milder} adds {after - before}\n{told(landscape)}"
            tried += 1
    assert tried > LANDSCAPES


def is_handled_cut(landscape: Landscape, cell: Cell) -> bool:
    """Whether the statement is what a caller counts on where it handles its own cut: see the next test."""
    handles = [
        other
        for other in landscape
        if other.term == "handles" and (other.party, other.about) == (cell.party, cell.about)
    ]
    return (
        cell.term.startswith("latency.")
        and cell.heading == "assumes"
        and any("timeout" in other.scale[other.value] for other in handles)
    )


def test_to_count_on_later_answers_leaves_a_handled_cut_agreed() -> None:
    provider = "party: b\npromises: {do: {latency: {p99: 1s, max: 5s}}}\n---\n"
    for counted_on in ("1s", "3s"):
        caller = f"party: a\nassumes: {{b/do: {{timeout: {{attempt: 2s}}, handles: [timeout], latency: {{p99: {counted_on}}}}}}}\n"
        findings = check(facts_of_text(provider + caller), rules=compared_rules()).findings
        assert not [finding for finding in findings if finding.verdict is Verdict.MISMATCH], counted_on


def told(landscape: Landscape) -> str:
    return "\n---\n".join(as_files(landscape).values())


# ---------------------------------------------------------------------- what is added, and what is missing


def about(findings: list[Finding], rule: str, subject: str) -> list[tuple[str, str, str]]:
    return sorted(
        (finding.verdict.value, finding.consumer, finding.message)
        for finding in findings
        if finding.rule == rule and f"{finding.provider}/{finding.operation}" == subject
    )


def test_a_fact_that_a_rule_does_not_declare_changes_nothing_it_says() -> None:
    tried = 0
    for landscape, random in landscapes(3, LANDSCAPES // 2):
        cell = random.choice(landscape)
        without = tuple(other for other in landscape if other != cell)
        fewer, more = checked(without), checked(landscape)
        for rule in rules():
            if cell.term.partition(".")[0] not in rule.reads and rule.id != "contract/question-unanswered":
                assert about(fewer, rule.id, cell.subject) == about(more, rule.id, cell.subject), (
                    f"{rule.id} {cell}\n{told(landscape)}"
                )
                tried += 1
    assert tried > LANDSCAPES


def test_facts_about_strangers_change_nothing() -> None:
    strangers = facts_of_text(
        "party: x\nassumes: {y/do: {timeout: {attempt: 1s}, attempts: 3}}\n---\nparty: y\npromises: {do: {latency: {max: 9s}, idempotent: never}}\n",
        "x.yaml",
    )
    for landscape, _ in landscapes(4, 60):
        facts = facts_of(as_files(landscape))
        alone = check(facts).findings
        together = [
            finding
            for finding in check([*facts, *strangers]).findings
            if finding.provider != "y" and finding.consumer not in ("x", "y")
        ]
        assert list(alone) == together


ESSENTIAL = {GIVES_UP_FIRST: ("latency",), ACTS_TWICE: ("idempotent",)}
"""The terms without which the rule has a question: everything else it reads has an answer by convention where it is absent."""


def test_an_unknown_never_passes_silently() -> None:
    random, tried = Random(SEED * 100 + 5), 0
    for _ in range(400):
        small: SmallSet = random_set(random)
        facts = facts_of_text(as_yaml(small))
        for finding in check(facts, rules=compared_rules()).findings:
            for term in ESSENTIAL.get(finding.rule, ()) if finding.verdict is Verdict.MISMATCH else ():
                left = [fact for fact in facts if not is_said(fact, finding, term)]
                verdicts = {
                    other.verdict
                    for other in check(left, rules=compared_rules()).findings
                    if other.rule == finding.rule and other.consumer == finding.consumer
                }
                assert verdicts in ({Verdict.UNANSWERED}, {Verdict.CONDITIONAL}) or behind(small, finding), (
                    f"{finding.rule} without {term}: {verdicts}\n{as_yaml(small)}"
                )
                tried += 1
    assert tried > 150


def is_said(fact: Fact, finding: Finding, term: str) -> bool:
    return not fact.consumer and fact.provider == finding.provider and fact.term.partition(".")[0] == term


def behind(small: SmallSet, finding: Finding) -> bool:
    """Whether the provider waits for a third party: without a maximum of its own, another rule takes over."""
    return small.provider_calls is not None and finding.provider == "provider" and finding.rule == GIVES_UP_FIRST


# ---------------------------------------------------------------------- order, reports, units


def test_the_order_of_files_and_facts_never_matters() -> None:
    for landscape, random in landscapes(6, LANDSCAPES // 2):
        files = as_files(landscape)
        order = random.sample(list(files), len(files))
        facts = facts_of(files, order)
        expected = check(facts_of(files))
        assert check(facts) == expected
        random.shuffle(facts)
        assert check(facts).findings == expected.findings


_HEAD = re.compile(r"^(mismatch|breach|conditional|unanswered|note)  (\S+)   (.+?)(?:  \[.*\])?$", re.MULTILINE)


def result_of(landscape: Landscape) -> Result:
    return check(facts_of(as_files(landscape)), files=len(as_files(landscape)))


def test_text_and_json_tell_the_same() -> None:
    asked = Asked(width=400)
    for landscape, _ in landscapes(7, LANDSCAPES // 2):
        result = result_of(landscape)
        text, document = text_report.render(result, asked), json.loads(json_report.render(result, asked))
        shown = [found for found in document["findings"] if found["verdict"] != "unanswered"]
        assert _HEAD.findall(text) == [
            (found["verdict"], found["rule"], subject_of(found["boundary"])) for found in shown
        ]
        for found in shown:
            assert all(
                place["says"] in text and f"{place['file']}:{place['line']}" in text for place in found["places"]
            ), found
            assert all(help_["do"] in text for help_ in found["help"])
        counts = {
            verdict: sum(found["verdict"] == verdict for found in document["findings"])
            for verdict in document["counts"]
        }
        assert counts == document["counts"]
        assert document["read"]["files"] == result.files


def subject_of(boundary: dict[str, str]) -> str:
    provided = f"{boundary['provider']}/{boundary['operation']}" if boundary["operation"] else boundary["provider"]
    return f"{boundary['consumer']} -> {provided}" if boundary["consumer"] else provided


def without_words(finding: Finding) -> object:
    """What a finding says apart from the words, in which each value stands as its author wrote it."""
    steps = finding.witness.steps if finding.witness else ()
    return (
        finding.verdict,
        finding.rule,
        finding.subject,
        finding.severity,
        finding.scope,
        [(place_of(statement.fact), statement.fact.term, statement.fact.value) for statement in finding.statements],
        [(step.at, step.party, step.act, step.about, step.attempt, step.count) for step in steps],
        [question.to for question in finding.questions],
        [(move.party, len(move.changes)) for move in finding.moves],
        finding.fingerprint,
    )


def place_of(fact: Fact) -> tuple[str, int]:
    return fact.place.file, fact.place.line


def test_the_same_quantities_in_other_units_give_the_same_findings() -> None:
    found = 0
    for landscape, _ in landscapes(8):
        one, other = (check(facts_of(as_files(landscape, other_units))).findings for other_units in (False, True))
        assert [without_words(finding) for finding in one] == [without_words(finding) for finding in other], told(
            landscape
        )
        found += len(one)
    assert found > LANDSCAPES


def test_the_other_units_are_other_texts() -> None:
    landscape = random_landscape(Random(9), fullness=1.0)
    assert as_files(landscape) != as_files(landscape, other_units=True)
