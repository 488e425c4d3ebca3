"""Istio's Bookinfo: its real manifests, held against forty lines that say what stands only in its code."""

from pathlib import Path

import pytest

from accord.boundaries.join.defaulted import with_defaults
from accord.check import check, joined, refused_witnesses
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Verdict
from accord.model.problem import Problem
from accord.model.result import Result
from accord.sources._claims import read_text
from beside import CORPUS, needs

PROJECT = Path(__file__).parent.parent
MANIFESTS = CORPUS / "istio-bookinfo"
CONTRACT = PROJECT / "examples" / "bookinfo"
DELAY = "networking/virtual-service-ratings-test-delay.yaml"

pytestmark = needs(MANIFESTS)


def read(root: Path) -> tuple[list[Fact], list[Problem]]:
    files = sorted(path for path in root.rglob("*.yaml"))
    found = [each for path in files for each in read_text(path.read_text(), root.name, str(path.relative_to(root)))]
    return [each for each in found if isinstance(each, Fact)], [each for each in found if isinstance(each, Problem)]


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    manifests, refused = read(MANIFESTS)
    contract, wrong = read(CONTRACT)
    assert (refused, wrong) == ([], [])
    return manifests + contract


@pytest.fixture(scope="module")
def result(facts: list[Fact]) -> Result:
    return check(facts)


def mismatches(result: Result, rule: str = "") -> list[Finding]:
    return [
        finding for finding in result.findings if finding.verdict is Verdict.MISMATCH and finding.rule.startswith(rule)
    ]


def test_the_contract_is_short():
    assert len((CONTRACT / "accord.yaml").read_text().splitlines()) <= 40


def test_nothing_is_refused(result: Result, facts: list[Fact]):
    assert result.problems == ()
    assert refused_witnesses(joined(facts)[0]) == []


def test_the_classic_failure_is_told_with_its_times(result: Result):
    found = [finding for finding in mismatches(result, "timing/") if finding.subject == "productpage -> reviews/get"]
    assert len(found) == 1
    finding = found[0]
    assert dict(finding.scope)["version:reviews"] == "v2"
    assert dict(finding.scope)["requests:ratings"] == "header end-user = jason"
    assert dict(finding.scope)["variant:VirtualService/ratings"] == DELAY
    assert finding.witness is not None
    told = [(step.at // 10**9, step.party, step.act) for step in finding.witness.steps]
    for moment in (
        (0, "productpage", "calls"),
        (3, "productpage", "gives-up"),
        (3, "productpage", "calls"),
        (6, "productpage", "gives-up"),
        (7, "ratings", "answers"),
        (7, "reviews", "answers"),
        (10, "reviews", "answers"),
    ):
        assert moment in told
    assert sum(act == "calls" and party == "reviews" for _, party, act in told) == 2


def test_the_seven_seconds_come_from_the_manifest(result: Result):
    finding = next(
        finding for finding in mismatches(result, "timing/") if finding.subject == "productpage -> reviews/get"
    )
    places = [
        (statement.fact.place.root, statement.fact.place.file, statement.fact.place.line)
        for statement in finding.statements
    ]
    assert ("istio-bookinfo", DELAY, 17) in places


def test_a_failure_under_the_status_of_success_is_found(result: Result):
    found = {(finding.subject, dict(finding.scope).get("version:ratings")) for finding in mismatches(result, "errors/")}
    assert ("reviews -> ratings/get", "v2-mysql or v2-mysql-vm") in found


def test_the_version_that_waits_less_is_no_mismatch(result: Result):
    versions = {
        value for finding in mismatches(result, "timing/") for name, value in finding.scope if name == "version:reviews"
    }
    assert versions == {"v2"}
    v3 = [
        finding
        for finding in result.findings
        if dict(finding.scope).get("version:reviews") == "v3" and finding.rule.startswith("timing/inner")
    ]
    assert v3 == []


def test_every_mismatch_is_one_that_was_looked_into(result: Result):
    """Each was held against the code of the sample by hand; a new one must be too before it is added here."""
    assert {(finding.rule, finding.subject) for finding in mismatches(result)} == {
        ("timing/inner-wait-exceeds-outer-budget", "productpage -> reviews/get"),
        ("timing/idle-limit-cuts-silent-answer", "productpage -> ratings/get"),
        ("errors/failure-looks-like-success", "reviews -> ratings/get"),
        ("errors/failure-looks-like-success", "productpage -> ratings/get"),
        ("errors/failure-looks-like-success", "productpage -> reviews/get"),
    }


def test_real_names_and_contract_names_meet(facts: list[Fact]):
    system, _ = joined(facts)
    named = {"details", "googleapis", "productpage", "ratings", "reviews"}
    gateways = {"gateway:/bookinfo-gateway", "gateway:/gateway"}
    databases = {"kubernetes:/mongodb", "kubernetes:/mysqldb", "kubernetes:vm/mysqldb"}
    assert set(system.parties) == named | gateways | databases | {"openapi:swagger.yaml"}
    runs = {fact.text for fact in system.facts if fact.term == "runs" and fact.provider == "reviews"}
    assert runs == {"version v1", "version v2", "version v3"}


def test_the_mesh_tries_again_by_default(facts: list[Fact]):
    tries = [fact for fact in with_defaults(facts) if fact.stance is Stance.DEFAULT and fact.term == "attempts"]
    assert {(fact.provider, fact.value) for fact in tries} == {
        ("dns:www.googleapis.com", 3),
        *((f"kubernetes:/{name}", 3) for name in ("details", "productpage", "ratings", "reviews")),
    }


def test_the_manifests_alone_accuse_nobody():
    manifests, _ = read(MANIFESTS)
    assert mismatches(check(manifests)) == []
