"""The ten cases that the language was tried on: each `# says:` line is a finding, each `# silent:` line is none."""

import re
from datetime import date
from pathlib import Path

import pytest

from accord.check import check
from accord.files.read import read
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.sources._claims import read_text
from beside import SHARED, needs

FOLDER = SHARED / "format-examples"
EXAMPLES = sorted(FOLDER.glob("0*.yaml"))
MAPPED = sorted(FOLDER.glob("10-*.yaml"))
_LINE = re.compile(r"^# (says|silent): (.+)$", re.MULTILINE)
_SCOPE = re.compile(r"\s*\[(.+)\]$")

pytestmark = needs(FOLDER)

WORDS = {
    "timeout": ("timing/",),
    "key-lifetime": ("retries/key-forgotten-before-last-try", "delivery/key-forgotten-while-kept"),
    "retries": ("retries/", "errors/repeated-though-maybe-executed"),
    "success-code": ("errors/failure-looks-like-success",),
    "handles": ("errors/unhandled-by-consumer",),
    "detect": ("contract/question-unanswered", "people/escalation-ends-or-loops"),
    "recover": ("contract/", "people/"),
    "hours": ("people/", "contract/"),
    "accepted": ("contract/not-promised-to-this-caller",),
    "access": ("people/", "contract/"),
    "done": ("people/step-without-owner-or-end",),
    "shared-fate": ("contract/recovery-needs-what-failed",),
    "availability": ("contract/",),
    "latency": ("contract/",),
    "freshness": ("contract/",),
    "ready-by": ("contract/",),
    "load": ("capacity/", "contract/"),
    "authority": ("people/",),
    "delivery": ("delivery/",),
    "currency": ("capacity/", "contract/"),
    "order": ("delivery/", "contract/"),
    "sunset": ("contract/",),
    "order_flag": ("capacity/", "contract/"),
    "run_time": ("capacity/", "contract/"),
    "file_size": ("capacity/", "contract/"),
    "features": ("capacity/", "contract/"),
    "spread": ("changes/",),
    "impulse": ("capacity/", "contract/"),
    "address": ("connections/same-local-port-twice",),
}
"""The examples name verdict, term and boundary; these are the rules that speak of the term."""


def mapped_findings(path: Path) -> list[Finding]:
    """What the mapping finds in the files beside it, which stand in a folder of its number."""
    reading = read((str(path), str(path.with_name("10-files"))))
    assert reading.problems == ()
    return list(check(reading.facts, as_of=date(2026, 11, 23)).findings)


def findings(path: Path) -> list[Finding]:
    if path in MAPPED:
        return mapped_findings(path)
    items = list(read_text(path.read_text(), "examples", path.name))
    result = check((item for item in items if isinstance(item, Fact)), as_of=date(2026, 11, 23))
    assert [item for item in items if not isinstance(item, Fact)] == []
    assert result.problems == ()
    return list(result.findings)


def lines() -> list[object]:
    found = []
    for path in (*EXAMPLES, *MAPPED):
        for kind, words in _LINE.findall(path.read_text()):
            found.append(pytest.param(path, kind, words, id=f"{path.name} {kind}: {words}"))
    return found


def speaks_of(finding: Finding, term: str, subject: str) -> bool:
    if not any(finding.rule.startswith(rule) for rule in WORDS[term]):
        return False
    named = {finding.subject, f"{finding.provider}/{finding.operation}", finding.provider, finding.consumer}
    named |= {f"{finding.consumer} -> {finding.provider}"}
    said = {statement.fact.says for statement in finding.statements}
    return subject in named or any(subject == f"{one} -> {finding.provider}" for one in said)


@pytest.mark.parametrize(("path", "kind", "words"), lines())
def test_an_example_says_what_it_must(path: Path, kind: str, words: str) -> None:
    scope = _SCOPE.search(words)
    parts = _SCOPE.sub("", words).split(" ", 1 if kind == "silent" else 2)
    verdict, term, subject = ("", *parts) if kind == "silent" else parts
    found = [finding for finding in findings(path) if speaks_of(finding, term, subject)]
    if scope:
        wanted = dict(pair.split("=") for pair in scope[1].split())
        found = [each for each in found if {name.rpartition(":")[2]: value for name, value in each.scope} == wanted]
    if kind == "silent":
        assert [each for each in found if each.verdict is Verdict.MISMATCH] == []
    else:
        assert verdict in {each.verdict.value for each in found}
