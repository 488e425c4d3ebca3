"""What the tutorial says beside its steps is so; the steps themselves are run with those of all pages."""

import re
import shutil
from pathlib import Path

import pytest

from accord.cli import run

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "tutorial.md").read_text(encoding="utf-8")
COMMAND = "uvx --from . accord "


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "ACCORD_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(line: str) -> list[str]:
    assert line.startswith(COMMAND)
    return line.removeprefix(COMMAND).split()


def test_what_is_written_is_what_is_shown(clone: Path) -> None:
    run(["init", "examples/only-manifests"])
    written = (clone / "examples/only-manifests/accord.yaml").read_text(encoding="utf-8")
    assert written.endswith(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])  # type: ignore[index]


def test_a_contract_that_claims_nothing_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", "examples/only-manifests"])
    before = capsys.readouterr().out
    run(["init", "examples/only-manifests"])
    capsys.readouterr()
    run(["check", "examples/only-manifests"])
    assert words(capsys.readouterr().out.replace("read 4 files", "read 3 files")) == words(before)


def words(shown: str) -> list[str]:
    """What is shown, however its lines are broken; the party has its short name once a contract says it."""
    return shown.replace("kubernetes:shop/orders", "orders").split()


def test_every_other_command_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    others = [one for one in re.findall(rf"`({COMMAND}[^`]+)`", PAGE) if "\n" not in one]
    assert len(others) == 2
    assert [run(typed(one)) for one in others] == [0, 0]
