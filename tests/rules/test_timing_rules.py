"""What pages cannot write: limits and maxima that stand as defaults, at other layers, or in other units."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from accord.check import check
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Finding, Verdict
from accord.sources._claims import read_text

CONTRACTS = """\
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 1}
---
party: payments
promises:
  charge: {latency: {max: 5s}}
"""


def facts(text: str = CONTRACTS) -> Iterator[Fact]:
    for item in read_text(text, "test", "accord.yaml"):
        assert isinstance(item, Fact), item
        yield item


def of_rule(found: list[Fact], rule: str = "timing/caller-gives-up-first") -> list[Finding]:
    return [finding for finding in check(found).findings if finding.rule == rule]


def test_a_maximum_that_the_provider_does_not_stand_for_is_a_condition() -> None:
    said = [replace(fact, stance=Stance.DEFAULT) if fact.term == "latency.max" else fact for fact in facts()]
    (finding,) = of_rule(said)
    assert finding.verdict is Verdict.CONDITIONAL
    assert finding.questions[0].to == "payments"
    assert finding.questions[0].bound == "at most 2s"


def test_a_maximum_that_was_only_observed_is_nobodys_word() -> None:
    seen = [replace(fact, stance=Stance.OBSERVES) if fact.term == "latency.max" else fact for fact in facts()]
    unsaid = [fact for fact in seen if fact.stance is not Stance.OBSERVES]
    assert of_rule(seen) == of_rule(unsaid)


def test_the_smallest_limit_of_all_layers_is_named() -> None:
    said = list(facts())
    limit = next(fact for fact in said if fact.term == "timeout.attempt")
    mesh = replace(limit, consumer="", term="timeout.request", value=10**9, text="1s", layer=Layer.SIDECAR)
    (finding,) = of_rule([*said, mesh])
    assert finding.statements[0].fact == mesh
    assert "at its sidecar" in finding.statements[0].says


def test_limits_of_two_layers_above_the_maximum_are_no_contradiction() -> None:
    said = list(facts(CONTRACTS.replace("attempt: 2s", "attempt: 6s")))
    limit = next(fact for fact in said if fact.term == "timeout.attempt")
    mesh = replace(limit, consumer="", term="timeout.request", value=7 * 10**9, text="7s", layer=Layer.SIDECAR)
    assert of_rule([*said, mesh]) == []


@pytest.mark.parametrize(("limit", "longest"), [("2000ms", "5s"), ("2s", "5000ms"), ("0.5m", "1m"), ("30s", "1h")])
def test_units_make_no_difference(limit: str, longest: str) -> None:
    (finding,) = of_rule(list(facts(CONTRACTS.replace("2s", limit).replace("5s", longest))))
    assert finding.verdict is Verdict.MISMATCH


def test_a_move_that_breaks_another_boundary_says_who_must_follow() -> None:
    chain = """\
party: gateway
assumes:
  checkout/pay: {timeout: {attempt: 3s}, attempts: 1}
---
party: checkout
promises:
  pay: {needs: [payments/charge]}
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 1}
---
party: payments
promises:
  charge: {latency: {max: 5s}}
"""
    finding = next(each for each in of_rule(list(facts(chain))) if each.verdict is Verdict.MISMATCH)
    moves = {move.party: move.do for move in finding.moves}
    assert moves == {
        "checkout": "wait at least 5s (then gateway must wait at least 5s too)",
        "payments": "promise at most 2s",
    }
