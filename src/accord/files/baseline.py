"""The file of a baseline: what is known, one table for each finding, sorted, so that people can read what changes."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

from accord.boundaries.verdicts.baseline import parts_of
from accord.files.keys import ConfigRefused
from accord.files.toml import Toml, read_toml
from accord.model.finding import Finding
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.waiver import OF_WAIVERS, Known

USUAL_NAME = "accord.baseline.toml"
VERSION = 1
LARGEST = 20_000_000
"""Bytes that a baseline may have."""
_HEAD = f"""\
# Findings that were there when this was written; accord check counts only others. Written by accord baseline: it may only shrink.
version = {VERSION}
"""
_TEXTS = ("rule", "subject", "message", "fingerprint")
_NOWHERE = Place("", "", 0, 0)


def read_baseline(file: str) -> tuple[Known, ...]:
    """The entries of a baseline; raises ConfigRefused with everything that is wrong."""
    if not os.path.lexists(file):
        raise ConfigRefused([Problem(Place("", file, 0, 0), "no such baseline; accord baseline writes it", fatal=True)])
    toml = read_toml(file, LARGEST)
    problems: list[Problem] = []
    if toml.tables.get("version") != VERSION:
        problems.append(Problem(toml.place(("version",)), f"expected `version = {VERSION}`, the form of a baseline"))
    tables = toml.tables.get("finding", [])
    if not isinstance(tables, list):
        problems.append(Problem(toml.place(("finding",)), "expected [[finding]], one for each finding"))
        tables = []
    entries = [_entry(toml, position, table, problems) for position, table in enumerate(tables)]
    if problems:
        raise ConfigRefused(problems)
    return tuple(entries)


def _entry(toml: Toml, position: int, table: Any, problems: list[Problem]) -> Known:
    table = table if isinstance(table, dict) else {}
    texts = [table.get(name, "") for name in _TEXTS]
    count, parts, place = table.get("count", 1), table.get("parts", []), toml.place(("finding", position))
    if not all(isinstance(text, str) for text in texts) or not texts[3]:
        problems.append(Problem(place, "expected `rule`, `subject`, `message` and `fingerprint`, each a text"))
        return Known("", "", "", "", 1, place)
    if type(count) is not int or count < 1:
        problems.append(Problem(place, "count: expected a number from 1 on"))
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        problems.append(Problem(place, "parts: expected a list of texts"))
    rule, subject, message, fingerprint = texts
    return Known(fingerprint, rule, subject, message, count, place, tuple(parts) if isinstance(parts, list) else ())


def entries_of(findings: Iterable[Finding]) -> list[Known]:
    """An entry for each finding but for notes on waivers; those of one fingerprint are one entry that counts them."""
    findings = [finding for finding in findings if not finding.rule.startswith(OF_WAIVERS)]
    counts = Counter(finding.fingerprint for finding in findings)
    first = {finding.fingerprint: finding for finding in reversed(findings)}
    return [
        Known(name, found.rule, found.subject, found.message, counts[name], _NOWHERE, _parts(found))
        for name, found in first.items()
    ]


def _parts(finding: Finding) -> tuple[str, ...]:
    return parts_of(finding) if len(finding.statements) > 1 else ()


def written(entries: Iterable[Known]) -> str:
    """The text of a baseline, by rule and subject."""
    ordered = sorted(entries, key=lambda entry: (entry.rule, entry.subject, entry.message, entry.fingerprint))
    return "\n".join([_HEAD, *(_table(entry) for entry in ordered)])


def _table(entry: Known) -> str:
    lines = ["[[finding]]", *(f"{name} = {_quoted(getattr(entry, name))}" for name in _TEXTS)]
    lines += [f"count = {entry.count}"] if entry.count > 1 else []
    lines += [f"parts = [{', '.join(map(_quoted, entry.parts))}]"] if entry.parts else []
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON's escapes are among its own, but for DEL and for halves of surrogate pairs."""
    import json  # a check without a baseline does not pay for it

    sound = text.encode("utf-8", "replace").decode()
    return json.dumps(sound, ensure_ascii=False).replace("\x7f", "\\u007f")
