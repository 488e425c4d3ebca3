"""`accord config`: each value with where it comes from."""

from pathlib import Path

import pytest

from accord.files.keys import KEYS

from .conftest import Accord, write


def test_every_key_is_shown_with_its_value_and_origin(
    accord: Accord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "accord.toml", '[check]\nquestions = true\n\n[[scope]]\npath = "staging/**"\nenv = "staging"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACCORD_CHECK_FORMAT", "json")
    done = accord("config")
    rows = {
        line.split("  ")[0].strip(): [part.strip() for part in line.split("  ") if part.strip()][1:]
        for line in done.out.splitlines()
    }
    assert set(rows) >= {key.name for key in KEYS}
    assert rows["check.questions"] == ["true", "accord.toml:2"]
    assert rows["check.format"] == ["json", "ACCORD_CHECK_FORMAT"]
    assert rows["check.fail_on"] == ["mismatch, breach", "default"]
    assert rows["scope staging/**"] == ["env=staging", "accord.toml:4"]
    assert done.out.endswith("file: accord.toml\n")


def test_no_file_is_said(accord: Accord, tmp_path: Path) -> None:
    assert "file: none found" in accord("config", tmp_path).out


def test_what_is_wrong_with_a_file_is_said_with_its_line(accord: Accord, tmp_path: Path) -> None:
    file = write(tmp_path, "accord.toml", "[check]\nas_of = 3\nquestion = true\n")
    done = accord("config", "--config", file)
    assert done.code == 2
    assert "accord.toml:2" in done.err and "accord.toml:3" in done.err and "did you mean 'questions'" in done.err


def test_a_variable_and_an_option_have_no_line(accord: Accord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "accord.yaml", "party: a\n")
    assert "accord check: --as-of: check.as_of: expected a date" in accord("check", file, "--as-of", "2027-1-1").err
    monkeypatch.setenv("ACCORD_CHECK_FOO", "1")
    assert "accord check: environment variable ACCORD_CHECK_FOO: unknown variable" in accord("check", file).err
