"""A local name of a cluster, which nobody linked, is a party like any other: findings name it whole, the monitor follows."""

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace

from accord.boundaries.join.system import System
from accord.check import check, joined, judged, refused_witnesses
from accord.model.contract_values import Needs, Rung, WorkStep
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.model.problem import Problem
from accord.rules._catalogue import Rule
from accord.sources._claims import read_text
from test_pages import AS_OF, cases, read_blocks

PAYMENTS = "kubernetes:shop/payments"
MANIFESTS = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop}
spec:
  hosts: [payments]
  http:
  - fault: {delay: {fixedDelay: 7s, percentage: {value: 100}}}
    route: [{destination: {host: payments}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: payments, namespace: shop}
spec:
  selector: {matchLabels: {app: payments}}
  template:
    metadata: {labels: {app: payments}}
    spec: {containers: [{name: payments, image: payments:1}]}
---
apiVersion: v1
kind: Service
metadata: {name: payments, namespace: shop}
spec: {selector: {app: payments}, ports: [{port: 80}]}
"""
CALLER = """\
party: till
promises:
  pay: {latency: {max: 3s}, needs: [behind]}
assumes:
  behind: {timeout: {attempt: 2s}}
"""


def read(text: str, file: str) -> list[Fact]:
    found = list(read_text(text, ".", file))
    assert not [each for each in found if isinstance(each, Problem)]
    return [each for each in found if isinstance(each, Fact)]


Rename = Callable[[str], str]


def renamed_value(value: object, rename: Rename) -> object:
    if isinstance(value, str):
        return rename(value)
    if isinstance(value, Needs):
        return Needs(tuple(tuple(rename(call) for call in together) for together in value.calls))
    if isinstance(value, Rung):
        return replace(value, to=rename(value.to))
    if isinstance(value, WorkStep):
        needs = tuple(rename(need) for need in value.needs)
        return replace(value, by=rename(value.by) if value.by else value.by, needs=needs)
    if isinstance(value, tuple):
        return tuple(renamed_value(part, rename) for part in value)
    return value


def renamed(fact: Fact, rename: Rename) -> Fact:
    """The fact with each party's name replaced: of who speaks, of both sides, in references and in versions of a party.

    A word of an alert rule or of a routing file is no reference to a party.
    """
    if fact.source in ("prometheus", "alertmanager"):
        return fact
    scope = tuple(
        sorted(
            (f"version:{rename(name.removeprefix('version:'))}" if name.startswith("version:") else name, values)
            for name, values in fact.scope
        )
    )
    return replace(
        fact,
        says=rename(fact.says),
        consumer=rename(fact.consumer),
        provider=rename(fact.provider),
        value=renamed_value(fact.value, rename),
        scope=scope,
    )


def renaming(names: dict[str, str]) -> Rename:
    def rename(reference: str) -> str:
        party, slash, operation = reference.partition("/")
        return f"{names[party]}{slash}{operation}" if party in names else reference

    return rename


def told(findings: list[Finding], rename: Rename) -> list[tuple[str, str, str, str]]:
    """Of each finding the rule, the verdict, and both sides; callers that collide together are joined by a plus."""
    return sorted(
        (
            each.rule,
            each.verdict.value,
            "+".join(rename(name) for name in each.consumer.split("+")),
            f"{rename(each.provider)}/{each.operation}",
        )
        for each in findings
    )


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    behind = renaming({"behind": PAYMENTS})
    return read(MANIFESTS, "shop/payments.yaml") + [renamed(fact, behind) for fact in read(CALLER, "till/accord.yaml")]


def test_a_manifests_name_stands_whole_in_every_finding(facts: list[Fact]) -> None:
    system, _ = joined(facts, AS_OF)
    assert set(system.parties) == {"till", PAYMENTS}
    assert ("till", PAYMENTS, "any") in system.keys
    findings = check(facts, as_of=date(2026, 11, 23)).findings
    assert {party for each in findings for party in (each.consumer, each.provider)} <= {"", "till", PAYMENTS}
    assert {question.to for each in findings for question in each.questions} <= {"till", PAYMENTS}
    assert any(question.to == PAYMENTS for each in findings for question in each.questions)


def test_a_mismatch_with_an_unlinked_name_has_a_witness_that_is_accepted(facts: list[Fact]) -> None:
    assert refused_witnesses(joined(facts, AS_OF)[0]) == []
    findings = check(facts, as_of=AS_OF).findings
    late = [each for each in findings if each.rule == "timing/caller-gives-up-first"]
    assert [(each.verdict, each.subject) for each in late] == [(Verdict.MISMATCH, f"till -> {PAYMENTS}/any")]
    assert late[0].witness is not None
    assert {step.party for step in late[0].witness.steps} <= {"", "till", "istio", PAYMENTS}


@pytest.mark.parametrize(("rule", "blocks"), cases())
def test_a_page_finds_the_same_under_local_names(rule: Rule, blocks: list[tuple[str, str]]) -> None:
    """Whatever a rule finds of `payments`, it finds of `kubernetes:shop/payments`; owners keep their own spelling."""
    stated, _ = read_blocks(blocks)
    plain, _ = joined(stated, AS_OF)
    owners = {fact.value for fact in plain.facts if fact.term == "owner"}
    rename = renaming(
        {name: f"kubernetes:shop/{name}" for name in plain.parties if ":" not in name and name not in owners}
    )
    observed = [renamed(fact, rename) for fact in plain.observed]
    local = System([renamed(fact, rename) for fact in plain.facts], AS_OF, observed)
    assert refused_witnesses(local, [rule]) == []
    assert told(judged(local, [rule]), str) == told(judged(plain, [rule]), rename)
