"""The essay with its third column: two contracts that hold, and what happens between them, counted."""

import json
from pathlib import Path

import pytest

from .conftest import Accord, write
from .test_observe import essay

CHECKOUT = """\
party: checkout
owner: team-shop
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 3
"""
PAYMENTS = """\
party: payments
owner: team-payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, latency: {max: 5s}, idempotent: never}
"""


@pytest.fixture
def traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory: both contracts in `shop`, and what happened in `spans.json`."""
    write(tmp_path, "shop/checkout/accord.yaml", CHECKOUT)
    write(tmp_path, "shop/payments/accord.yaml", PAYMENTS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spans.json").write_bytes(essay())


def test_the_essay_is_counted(traced: None, accord: Accord) -> None:
    result = accord("check", "shop", "--observed", "spans.json", "--complete", "--format", "json")
    found = {one["rule"]: one for one in json.loads(result.out)["findings"]}
    outside = found["observed/observed-outside-assumed"]
    assert outside["verdict"] == "mismatch" and [place["stance"] for place in outside["places"]] == [
        "assumes",
        "observes",
    ]
    assert "2s" in outside["places"][0]["says"]
    assert outside["places"][1]["says"].startswith("3 answers took longer, up to 5s; 3 came after checkout had left")
    wasted = found["observed/work-for-nobody"]["message"]
    assert wasted.startswith("3 answers of 3 calls came after the caller had left: 9s of work for nobody; 2 executions")
    assert "observed/observed-outside-promised" not in found


def test_what_was_exported_says_the_same_and_without_it_nothing_changes(traced: None, accord: Accord) -> None:
    accord("observe", "spans.json", "--complete", "--format", "json", "--output", "observed.json")
    alone = json.loads(accord("check", "shop", "--format", "json").out)
    both = json.loads(accord("check", "shop", "--observed", "observed.json", "--format", "json").out)
    assert [one for one in both["findings"] if not one["rule"].startswith("observed/")] == alone["findings"]
    assert {one["rule"] for one in both["findings"]} - {one["rule"] for one in alone["findings"]} == {
        "observed/executed-twice",
        "observed/observed-outside-assumed",
        "observed/work-for-nobody",
    }
    assert {name: both[name] for name in ("parties", "boundaries")} == {
        name: alone[name] for name in ("parties", "boundaries")
    }


NOT_TELEMETRY = {
    "notes.md": "# Notes\n",
    "other.json": '{"a": 1}',
    "empty.json": "",
    "exported.json": '{"accord_observed": 1, "boundaries": [{"consumer": 1}]}',
}


@pytest.mark.parametrize("name", NOT_TELEMETRY)
def test_a_source_of_which_nothing_can_be_read_is_refused_by_its_name(
    accord: Accord, tmp_path: Path, name: str
) -> None:
    """Whoever names it means that it is held against both sides: a check without it is not the one that was asked for."""
    (tmp_path / "accord.yaml").write_text("party: checkout\nassumes:\n  payments/charge: {timeout: {attempt: 2s}}\n")
    (tmp_path / name).write_text(NOT_TELEMETRY[name])
    done = accord("check", tmp_path / "accord.yaml", "--observed", tmp_path / name)
    assert (done.code, done.out) == (2, ""), done.out
    assert done.err.startswith(f"accord check: --observed {tmp_path / name}: "), done.err
    assert "expected" in done.err.lower() and done.err.count(str(tmp_path)) == 1


def test_one_source_that_cannot_be_read_is_refused_beside_others_that_can(accord: Accord, tmp_path: Path) -> None:
    (tmp_path / "accord.yaml").write_text("party: checkout\nassumes:\n  payments/charge: {timeout: {attempt: 2s}}\n")
    (tmp_path / "spans.json").write_text('{"resourceSpans": []}')
    (tmp_path / "notes.md").write_text("# Notes\n")
    sources = ("--observed", tmp_path / "spans.json", "--observed", tmp_path / "notes.md")
    assert accord("check", tmp_path / "accord.yaml", *sources[:2]).code == 0, "nothing happened, and that was read"
    done = accord("check", tmp_path / "accord.yaml", *sources)
    assert done.code == 2 and f"--observed {tmp_path / 'notes.md'}: expected telemetry" in done.err
