"""The schema that editors use: it takes what the language takes, and refuses unknown keys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from accord.report._contract_schema import contract_schema
from accord.rules._catalogue import rules
from beside import SHARED

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schema" / "contract.schema.json"
LANGUAGE = SHARED / "format-examples"
VALIDATOR = Draft7Validator(contract_schema())
FILES = [*sorted(LANGUAGE.glob("0*.yaml")), *sorted(ROOT.glob("examples/**/accord.yaml"))]


def documents(text: str) -> Iterator[Any]:
    """Every document with its scalars as text, as the language reads them."""
    return (document for document in yaml.load_all(text, yaml.BaseLoader) if document)


def errors(document: Any) -> list[str]:
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def test_the_published_schema_is_the_one_of_the_keys() -> None:
    """Write it anew with `accord schema contract > schema/contract.schema.json`."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == contract_schema()
    Draft7Validator.check_schema(contract_schema())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name + "/" + file.name)
def test_contracts_of_the_language_are_taken(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert [error for document in documents(text) for error in errors(document)] == []
    as_an_editor_reads = json.loads(json.dumps(list(yaml.safe_load_all(text)), default=str))
    assert [error for document in as_an_editor_reads for error in errors(document)] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_contracts_on_the_pages_of_rules_are_taken(rule: Any) -> None:
    blocks = rule.page.split("```")[1::2]
    contracts = [block.partition("\n")[2] for block in blocks if block.partition("\n")[0].endswith("accord.yaml")]
    assert [error for text in contracts for document in documents(text) for error in errors(document)] == []


@pytest.mark.parametrize(
    "text",
    [
        "{promises: {}}",
        "{party: a, promised: {}}",
        "{party: a, promises: {charge: {retries: 3}}}",
        "{party: a, promises: {charge: {latency: {p99: 1s, median: 1s}}}}",
        "{party: a, promises: {charge: {handles: [timeout]}}}",
        "{party: a, assumes: {b/c: {timeout: {total: 2s}}}}",
        "{party: a, assumes: {b/c: {timeout: {attempt: 2 seconds}}}}",
        "{party: a, kind: robot}",
        "{party: a, steps: [{do: x, who: me}]}",
        "{party: a, promises: {charge: {errors: {failed: {code: 500}}}}}",
        "{party: a, promises: {charge: {order: sometimes}}}",
        "{party: a, promises: {charge: [1, 2]}}",
    ],
)
def test_what_the_language_has_no_word_for_is_refused(text: str) -> None:
    (document,) = documents(text)
    assert errors(document)


@pytest.mark.parametrize(
    "text",
    [
        "{party: a, x-note: {anything: [goes]}, promises: {charge: {x-team: b, latency: {max: none, x-why: c}}}}",
        "{party: a, promises: {charge: }, assumes: {b: , c/d: {timeout: unknown, attempts: unknown}}}",
        "{party: a, promises: {charge: {detect: {latency: {by: Slow, within: 2m}}}}}",
        "{party: a, promises: {charge: {needs: [b/c, [d, e/f]], recover: {by: none}, hours: [24x7, except 2026-12-24]}}}",
    ],
)
def test_what_the_language_allows_is_taken(text: str) -> None:
    assert errors(json.loads(json.dumps(yaml.safe_load(text), default=str))) == []
