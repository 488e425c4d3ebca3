"""What programs read: the published form, its schema, and that it says what the text says."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from accord.model.finding import Finding, Statement
from accord.model.place import Place
from accord.model.problem import Problem
from accord.report._asked import Asked
from accord.report._output_schema import output_schema
from accord.report.json import render
from accord.report.text import render as as_text

from . import samples

SCHEMA = Path(__file__).parents[2] / "schema" / "output.schema.json"
RESULTS = [
    samples.EVERYTHING,
    samples.result(),
    samples.result(files=0, parties=0, boundaries=0, problems=samples.PROBLEMS),
]


def read(*findings: Finding, **more: object) -> dict:  # type: ignore[type-arg]
    found: dict = json.loads(render(samples.result(*findings, **more), Asked()))  # type: ignore[arg-type, type-arg]
    return found


def test_the_published_schema_is_the_one_of_this_version() -> None:
    """Write it anew with `accord schema output > schema/output.schema.json`; keys are only ever added."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == output_schema()


@pytest.mark.parametrize("result", RESULTS)
def test_results_follow_the_published_schema(result: object) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    Draft202012Validator.check_schema(validator.schema)
    assert not list(validator.iter_errors(json.loads(render(result, Asked()))))  # type: ignore[arg-type]


def test_every_key_of_the_form_is_there() -> None:
    document = json.loads(render(samples.EVERYTHING, Asked()))
    assert list(document) == [
        "accord",
        "read",
        "parties",
        "boundaries",
        "counts",
        "findings",
        "alerts",
        "records",
        "routings",
    ]
    assert document["accord"] == 1
    assert document["counts"] == {"mismatch": 2, "breach": 0, "conditional": 1, "unanswered": 3, "note": 1}
    assert list(document["findings"][0]) == [
        "rule", "verdict", "severity", "boundary", "scope", "message", "condition", "places", "witness", "questions", "help", "fingerprint",
    ]  # fmt: skip


def test_the_first_place_is_the_statement_at_fault() -> None:
    place = read(samples.MISMATCH)["findings"][0]["places"][0]
    assert place == {
        "party": "checkout",
        "root": "shop",
        "file": "checkout/accord.yaml",
        "line": 4,
        "column": 24,
        "stance": "assumes",
        "says": "checkout gives up each try after 2s",
    }


def test_a_default_names_its_source_and_versions() -> None:
    place = read(samples.CONDITIONAL)["findings"][0]["places"][1]
    assert (place["stance"], place["source"], place["version"]) == ("default", "istio", "1.1 and later")


def test_a_witness_has_seconds_parties_and_places() -> None:
    moments = read(samples.MISMATCH)["findings"][0]["witness"]
    assert [moment["at_s"] for moment in moments] == [0, 2, 2, 4, 5, 5]
    assert moments[1]["file"] == "checkout/accord.yaml"
    assert (moments[-1]["party"], moments[-1]["file"], moments[-1]["line"]) == ("", None, None)
    assert "at" not in moments[0]


def test_a_witness_on_the_wall_clock_has_instants() -> None:
    moments = read(samples.AT_NIGHT)["findings"][0]["witness"]
    assert [moment["at"] for moment in moments][:2] == ["2026-11-27T22:30:00Z", "2026-11-27T22:32:00Z"]


def test_scope_is_an_object() -> None:
    assert read(samples.AT_NIGHT)["findings"][0]["scope"] == {"env": "prod", "version:payments": "2.10 or 2.11"}


def test_what_was_not_read_is_in_order_of_place_whatever_came_first() -> None:
    there = read(problems=samples.PROBLEMS)
    back = read(problems=samples.PROBLEMS[::-1])
    assert there == back
    assert [entry["file"] for entry in there["read"]["not_read"]] == [
        "chart/a.yaml",
        "chart/b.yaml",
        "checkout/accord.yaml",
    ]
    assert [entry["whole_file"] for entry in there["read"]["not_read"]] == [True, True, False]


def test_a_name_that_is_no_text_can_be_written() -> None:
    odd = Problem(Place(".", "odd\udc80.yaml", 1, 1), "not UTF-8")
    assert read(problems=(odd,))["read"]["not_read"][0]["file"] == "odd\udc80.yaml"


def test_text_and_json_say_the_same() -> None:
    """Everything that the JSON says of a finding stands in the text; messages only where they add to the statements."""
    document = json.loads(render(samples.EVERYTHING, Asked()))
    text = " ".join(as_text(samples.EVERYTHING, Asked(width=400, questions=True)).split())
    for finding in document["findings"]:
        assert finding["rule"] in text
        said = [f"{place['root']}/{place['file']}:{place['line']}:{place['column']}" for place in finding["places"]]
        said += [f"{question['asks']}" for question in finding["questions"]]
        said += [f"{move['party']}: {move['do']}" for move in finding["help"]]
        said += [moment["does"] for moment in finding["witness"]]
        if finding["verdict"] != "unanswered":
            said += [place["says"] for place in finding["places"]] + [finding["condition"]]
        assert [words for words in said if words not in text] == []
    for entry in document["read"]["not_read"]:
        assert entry["reason"] in text


def test_equal_findings_give_equal_texts() -> None:
    twin = replace(
        samples.MISMATCH, statements=tuple(Statement(each.fact, each.says) for each in samples.MISMATCH.statements)
    )
    assert render(samples.result(samples.MISMATCH), Asked()) == render(samples.result(twin), Asked(width=7, color=True))
