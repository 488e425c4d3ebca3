"""Files of a real house through one short mapping: what its people found and mended over five months, and what they did not have to."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from accord.check import check
from accord.files.config import load
from accord.files.read import read
from accord.model.fact import Stance
from accord.model.finding import Finding, Verdict
from beside import CORPUS, needs
from paired import PAIRED, declared

PATH, PAIRS = CORPUS / "wikimedia-video-path", CORPUS / "wikimedia-fix-pairs-a"
MAPPING = Path(__file__).parent / "houses" / "video-path-mapping.yaml"
STAGES = ("2024-06-20", "2024-07-11", "2024-08-01", "2024-09-20", "2024-11-14")
MENTIONED = (Verdict.MISMATCH, Verdict.CONDITIONAL)
NEVER_RETRIED = "timing/timed-out-try-never-retried"
"""What EXPECTED.csv reports of fifteen listeners, as a claim of its own (V9)."""
LISTENERS = "puppet/hieradata/common/profile/services_proxy/envoy.yaml"
RUNNER = "puppet/hieradata/role/common/mediawiki/jobrunner.yaml"
SIDECAR = "charts/charts/shellbox/values.yaml"
SERVICE = "charts/helmfile.d/services/shellbox-video/values.yaml"
JOBS = "charts/helmfile.d/services/changeprop-jobqueue/values.yaml"

pytestmark = needs(PATH)


@cache
def findings(*paths: str) -> tuple[Finding, ...]:
    reading = read(paths, load([str(MAPPING)], environ={}))
    assert reading.problems == ()
    result = check(reading.facts, as_of=date(2026, 11, 23))
    assert result.problems == ()
    return tuple(finding for finding in result.findings if finding.verdict in MENTIONED)


def of_stage(stage: str) -> tuple[Finding, ...]:
    found = findings(str(MAPPING), str(PATH / stage))
    return tuple(finding for finding in found if finding.rule != NEVER_RETRIED)


def test_tries_that_never_come_are_told_of_each_listener_with_retries_but_one() -> None:
    found = [each for each in findings(str(MAPPING), str(PATH / STAGES[0])) if each.rule == NEVER_RETRIED]
    assert len({finding.consumer for finding in found}) == 15
    assert "listener-eventgate-main" not in {finding.consumer for finding in found}


def test_the_mapping_is_short() -> None:
    assert len(MAPPING.read_text(encoding="utf-8").splitlines()) <= 40


CLAIMS = {
    "V1": ("listener-shellbox-video -> shellbox-video/any", "timeout.request", LISTENERS, 170, "60s"),
    "V2": ("shellbox-video -> shellbox-php/any", "timeout.request", SIDECAR, 51, "180.0s"),
    "V3": ("listener-shellbox-video -> shellbox-video/any", "timeout.idle", LISTENERS, 168, "5m"),
    "V4": ("shellbox-video -> shellbox-php/any", "timeout.idle", SERVICE, 28, "5m"),
    "V5": ("videoscaler -> jobrunner/any", "timeout.idle", RUNNER, 48, "5m"),
    "V6": ("changeprop -> jobs/webVideoTranscode", "timeout.attempt", JOBS, 156, "5m"),
    "V7": ("tcp 6036", "at", LISTENERS, 169, "tcp 6036"),
    "V8": ("listener-videoscaler -> videoscaler/any", "timeout.request", LISTENERS, 380, "30s"),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_first_day_names_each_claim_with_its_timer_and_line(claim: str) -> None:
    subject, term, file, line, text = CLAIMS[claim]
    facts = [
        statement.fact
        for finding in of_stage(STAGES[0])
        if finding.subject == subject
        for statement in finding.statements
        if statement.fact.term == term
    ]
    assert (file, line, text) in {(fact.place.file, fact.place.line, fact.text) for fact in facts}


def test_defaults_are_those_of_the_platform_not_of_the_house() -> None:
    facts = {
        (statement.fact.says, statement.fact.term)
        for finding in of_stage(STAGES[0])
        for statement in finding.statements
        if statement.fact.stance is Stance.DEFAULT
    }
    assert facts == {("envoy", "timeout.idle"), ("kafka", "timeout.attempt")}


UNTIL = {
    "V1": {"2024-06-20": "60s"},
    "V2": {"2024-06-20": "180.0s"},
    "V3": {"2024-06-20": "5m", "2024-07-11": "5m"},
    "V4": {"2024-06-20": "5m", "2024-07-11": "5m"},
    "V5": dict.fromkeys(STAGES[:3], "5m"),
    "V6": dict.fromkeys(STAGES[:4], "5m") | {"2024-11-14": "7200000ms"},
    "V7": dict.fromkeys(STAGES[:4], "tcp 6036"),
    "V8": dict.fromkeys(STAGES, "30s"),
}
"""On which days each claim stands, and with which figure; the fixes are of the days between."""


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("claim", UNTIL)
def test_a_finding_disappears_when_it_was_fixed(claim: str, stage: str) -> None:
    subject, term, *_ = CLAIMS[claim]
    texts = {
        statement.fact.text
        for finding in of_stage(stage)
        if finding.subject == subject
        for statement in finding.statements
        if statement.fact.term == term
    }
    wanted = UNTIL[claim].get(stage)
    assert texts == ({wanted} if wanted else set())


def test_nothing_else_is_held_against_anybody() -> None:
    """Neither the staircase below a day, nor three tries inside 61 s, nor a limit on processor time."""
    claimed = {subject for subject, *_ in CLAIMS.values()} | {"changeprop -> jobs/webVideoTranscodePrioritized"}
    for stage in STAGES:
        others = {finding.subject for finding in of_stage(stage)} - claimed
        assert others == {"tcp 6012", "tcp 6013", "tcp 6500", "tcp 6501"}


def test_ports_shared_on_purpose_are_findings_of_their_own() -> None:
    """Each can be waived by itself: no finding is about two ports."""
    found = {finding.subject: len(finding.statements) for finding in of_stage(STAGES[0]) if "tcp" in finding.subject}
    assert found == {"tcp 6012": 2, "tcp 6013": 2, "tcp 6036": 2, "tcp 6500": 4, "tcp 6501": 3}


def test_ports_shared_on_purpose_are_waived_from_the_configuration_and_the_one_by_mistake_is_not() -> None:
    """The configuration waives what comments of the file accept, and nothing else; neither waiver meets nothing."""
    config = load(file=str(MAPPING.with_name("accord.toml")), environ={})
    reading = read((str(MAPPING), str(PATH / STAGES[0])), config)
    result = check(reading.facts, as_of=date(2026, 11, 23), waivers=reading.waivers, whole=reading.whole)
    rule = "connections/same-local-port-twice"
    assert {waived.finding.subject for waived in result.waived} == {"tcp 6012", "tcp 6013", "tcp 6500", "tcp 6501"}
    assert [finding.subject for finding in result.findings if finding.rule == rule] == ["tcp 6036"]
    assert not [finding for finding in result.findings if finding.rule.startswith("contract/waiver-")]


# ---------------------------------------------------------------------- pairs before and after a fix


@pytest.mark.parametrize("pair", PAIRED)
def test_a_pair_is_flagged_before_and_silent_after(pair: str, tmp_path: Path) -> None:
    assert len(PAIRED[pair].splitlines()) <= 10
    added = tmp_path / "accord-mapping.yaml"
    added.write_text(declared(MAPPING.read_text(encoding="utf-8"), pair), encoding="utf-8")
    before, after = (
        {
            finding.subject
            for finding in findings(str(added), str(PAIRS / pair / when))
            if "tcp" not in finding.subject and finding.rule != NEVER_RETRIED
        }
        for when in ("before", "after")
    )
    assert before
    assert not after
