"""The two services of the README with what was seen of them: their own word is kept, and the third column says how it goes."""

import json
import shutil
from pathlib import Path

import pytest

from .conftest import Accord

EXAMPLES = Path(__file__).parents[2] / "examples"
SEEN = "examples/two-services-observed.json"


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory: a copy of the examples."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    monkeypatch.chdir(tmp_path)


def test_two_seconds_the_true_tail_and_five_stand_side_by_side(accord: Accord) -> None:
    done = accord("check", "examples/two-services", "--observed", SEEN, "--format", "json")
    [one] = json.loads(done.out)["three_columns"]
    longest = one["rows"][0]
    assert (longest["measure"], longest["verdict"]) == ("latency.max", "mismatch")
    assert [entry["value"] for entry in (*longest["assumed"], *longest["promised"])] == [2, 5]
    callee, caller = longest["observed"]
    assert 4.8 <= callee["value"] <= 5 and callee["party"] == "payments" and not callee["at_least"]
    assert 2 <= caller["value"] < 2.5 and caller["party"] == "checkout" and caller["at_least"]
    rows = {row["measure"]: row["observed"][0]["value"] for row in one["rows"]}
    assert (rows["late"], rows["repeated"], rows["attempts"]) == (15, 10, 3)
    verdicts = {finding["verdict"] for finding in json.loads(done.out)["findings"]}
    assert "breach" not in verdicts and done.code == 1


def test_the_folder_alone_is_checked_as_ever(accord: Accord) -> None:
    assert "three_columns" not in json.loads(accord("check", "examples/two-services", "--format", "json").out)
