"""The rules' claims on a small set, in the explorer's words, so that the two can be held side by side."""

from __future__ import annotations

from accord.boundaries.join.system import System
from accord.check import joined, judged, refused_witnesses
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.rules._catalogue import Rule, rules
from accord.sources import contract
from accord.sources._yaml import Document, documents

from .explorer import ACTS_TWICE, GIVES_UP_FIRST, OUTLASTS, TRIES_CANNOT_HAPPEN
from .small_sets import SmallSet, as_yaml

KEY_FORGOTTEN = "retries/key-forgotten-before-last-try"
COMPARED = (GIVES_UP_FIRST, ACTS_TWICE, TRIES_CANNOT_HAPPEN, OUTLASTS, KEY_FORGOTTEN)
SAID_AS = {KEY_FORGOTTEN: ACTS_TWICE}
"""Rules that find one thing the explorer knows under another name: to it, a request that acts twice is one thing."""


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


def claims(system: System, chosen: list[Rule]) -> tuple[set[tuple[str, str]], list[str]]:
    """What the chosen rules claim to be a mismatch, as pairs of rule and consumer, and why the monitor refuses some of it."""
    refused = refused_witnesses(system, chosen)
    found = [(SAID_AS.get(rule, rule), finding.consumer) for rule, finding, _ in refused]
    found += [
        (SAID_AS.get(finding.rule, finding.rule), finding.consumer)
        for finding in judged(system, chosen)
        if finding.verdict is Verdict.MISMATCH
    ]
    return set(found), [f"{rule}: {reason}" for rule, _, reason in refused]


def system_of(small: SmallSet, unit: str = "s") -> System:
    """The set, read and joined."""
    system, problems = joined(facts_of(as_yaml(small, unit)))
    assert not problems
    return system
