"""Real rules with a routing file whose receivers are all empty: once for each receiver, and the heartbeat by itself."""

from accord.check import check, joined, refused_witnesses
from accord.files.read import read
from accord.model.finding import Finding, Severity, Verdict
from accord.rules._catalogue import rules
from beside import CORPUS, needs

FILES = CORPUS / "kube-prometheus"
RULES = [rule for rule in rules() if {"route", "receiver"} & set(rule.reads) and rule.id.startswith("signals/")]

pytestmark = needs(FILES)


def said(finding: Finding) -> tuple[str, str, Verdict, Severity, str, int]:
    place = finding.statements[0].fact.place
    rule = finding.rule.removeprefix("signals/")
    return rule, finding.operation, finding.verdict, finding.severity, place.file.rpartition("/")[2], place.line


def test_the_four_empty_receivers():
    reading = read([str(FILES)])
    assert not refused_witnesses(joined(reading.facts)[0], RULES)
    given = check(reading.facts, rules=RULES).findings
    assert {said(finding) for finding in given} == {
        ("reaches-nobody", "Critical", Verdict.MISMATCH, Severity.ERROR, "alertmanager-secret.yaml", 40),
        ("reaches-nobody", "Default", Verdict.MISMATCH, Severity.WARNING, "alertmanager-secret.yaml", 38),
        ("reaches-nobody", "null", Verdict.NOTE, Severity.INFO, "alertmanager-secret.yaml", 41),
        ("dead-mans-switch-to-nowhere", "Watchdog", Verdict.MISMATCH, Severity.WARNING, "kubePrometheus-prometheusRule.yaml", 25),
    }  # fmt: skip
    assert {finding.message for finding in given} == {
        "34 alerts end at Critical, and no receiver of the file tells anybody",
        "94 alerts end at Default, and no receiver of the file tells anybody",
        "InfoInhibitor is sent on purpose to null, which tells nobody",
        "Watchdog ends at Watchdog: nobody notices when it stops",
    }
