"""The rules' findings on a small set, in the explorer's words, so that the two can be held side by side."""

from __future__ import annotations

from accord.boundaries.system import System
from accord.check import check, refused_witnesses
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.rules._catalogue import Rule, rules
from accord.sources import contract
from accord.sources._yaml import Document, documents

from .explorer import ACTS_TWICE, GIVES_UP_FIRST, OUTLASTS, TRIES_CANNOT_HAPPEN
from .small_sets import SmallSet, as_yaml

COMPARED = (GIVES_UP_FIRST, ACTS_TWICE, TRIES_CANNOT_HAPPEN, OUTLASTS)


def compared_rules() -> list[Rule]:
    """The rules that the explorer judges too, as far as they exist."""
    return [rule for rule in rules() if rule.id in COMPARED]


def facts_of(text: str, file: str = "accord.yaml") -> list[Fact]:
    """The facts of a contract text; anything refused is a defect of the test."""
    found: list[Fact] = []
    for document in documents(text, ".", file):
        assert isinstance(document, Document), document
        for read in contract.read(document):
            assert isinstance(read, Fact), f"{read}\n{text}"
            found.append(read)
    return found


def findings_of(small: SmallSet, chosen: list[Rule], unit: str = "s") -> list[Finding]:
    """What the chosen rules find in the set."""
    return list(check(facts_of(as_yaml(small, unit)), rules=chosen).findings)


def mismatches(findings: list[Finding]) -> set[tuple[str, str]]:
    """The definite findings as pairs of rule and consumer."""
    return {(finding.rule, finding.consumer) for finding in findings if finding.verdict is Verdict.MISMATCH}


def refused(small: SmallSet, chosen: list[Rule]) -> list[str]:
    """Why the monitor refused witnesses of this set; must stay empty."""
    return [f"{rule}: {reason}" for rule, _, reason in refused_witnesses(System(facts_of(as_yaml(small))), chosen)]
