"""What `accord drift` says of real traces: five facts for an alarm, a picture, and nothing where the contract is kept."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from click.testing import CliRunner

from accord.cli.drift import command
from creeping import CONTRACT, creep, otlp, steady


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command, [*arguments])


def files(folder: Path, told: str) -> list[str]:
    (folder / "accord.yaml").write_text(CONTRACT)
    (folder / "spans.json").write_text(told)
    return [str(folder / "accord.yaml"), "--telemetry", str(folder / "spans.json"), "--complete"]


def test_a_creep_in_real_traces_is_told_in_five_facts(tmp_path: Path):
    given = files(tmp_path, otlp(creep(8, 0, 24), 0, 24 * 60))
    result = run(*given)
    assert result.exit_code == 1, result.output
    text = result.stdout
    assert "checkout -> payments POST /charges (prod): more answers are slow than agreed" in text
    for fact in (
        "latency.p99 1.2s (accord.yaml:",
        "calls took longer than 1.2s",
        "since",
        "2s (accord.yaml:",
        "payments-oncall within 4h",
    ):
        assert fact in text
    assert json.loads(run(*given, "--format", "json").stdout)["alarms"][0]["over"] > 0
    picture = ElementTree.fromstring(run(*given, "--format", "svg").stdout)
    assert "agreed: 1 %" in "".join(picture.itertext())


def test_traces_that_keep_to_the_contract_give_no_alarm_and_a_state(tmp_path: Path):
    given = [*files(tmp_path, otlp(steady(5), 0, 120)), "--state", str(tmp_path / "state")]
    assert run(*given).exit_code == 0
    assert json.loads((tmp_path / "state").read_bytes())["number"] == 1
    assert run(*given).exit_code == 0
    assert json.loads((tmp_path / "state").read_bytes())["number"] == 1


def test_spans_of_unknown_sampling_are_no_evidence(tmp_path: Path):
    given = files(tmp_path, otlp(steady(5, 9.0), 0, 60))
    assert run(*given).exit_code == 1
    assert run(*given[:-1]).exit_code == 0
