"""The hook and the action: their shape, and that what they run does what they say."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from accord.cli.check import command

ROOT = Path(__file__).parents[1]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
SHOP = ROOT / "examples" / "two-services"
BASH = shutil.which("bash")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_reads_the_whole_repository_once(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert hook["pass_filenames"] is False and hook["require_serial"] is True
    assert hook["entry"].split()[:2] == ["accord", "check"]


def test_a_hook_runs_for_the_files_that_are_read() -> None:
    pattern = re.compile(HOOKS[0]["files"])
    for name in (
        "a.yaml",
        "x/a.yml",
        "a.json",
        ".github/CODEOWNERS",
        "CODEOWNERS",
        "ops/main.tf",
        "ops/main.tf.json",
        "r.ics",
        "accord.toml",
    ):
        assert pattern.search(name), name
    for name in ("a.py", "README.md", "MYCODEOWNERS", "pyproject.toml"):
        assert not pattern.search(name), name


def test_every_input_of_the_action_is_used_and_has_a_meaning() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])
    assert all(each["description"] for each in ACTION["inputs"].values())
    assert ACTION["runs"]["using"] == "composite"


def test_no_input_is_pasted_into_a_script() -> None:
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
        assert "run" not in step or step["shell"] == "bash"


def test_the_action_gives_only_options_that_exist() -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    given = set(re.findall(r"\((--[\w-]+) ", STEPS["check"]["run"]))
    assert given and given <= known


@pytest.mark.skipif(BASH is None, reason="no bash")
@pytest.mark.parametrize(
    ("inputs", "code", "words"),
    [
        ({}, 1, "::error file="),
        ({"FORMAT": "text"}, 1, "mismatch  timing/"),
        ({"PATHS": "checkout\npayments"}, 1, "::error file="),
        ({"PATHS": "nobody"}, 3, "nothing to check"),
        ({"FAIL_ON": "nonsense"}, 2, ""),
        ({"FAIL_ON": "note, warning\nnot-read", "SARIF": "out.sarif"}, 1, "::error file="),
        ({"UPLOAD": "true"}, 1, "::error file="),
        ({"PATHS": "--exit-zero"}, 2, ""),
        ({"PATHS": "$(touch pwned) `touch pwned`; touch pwned"}, 2, ""),
    ],
)
def test_the_check_of_the_action_runs(tmp_path: Path, inputs: dict[str, str], code: int, words: str) -> None:
    shutil.copytree(SHOP, tmp_path, dirs_exist_ok=True)
    (tmp_path / "nobody").mkdir()
    program = tmp_path / "accord-program"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m accord "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    named = {"paths": "PATHS", "format": "FORMAT", "fail-on": "FAIL_ON", "upload-sarif": "UPLOAD", "summary": "SUMMARY"}
    usual = {variable: ACTION["inputs"][name]["default"] for name, variable in named.items()}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")},
        "CONFIG": "",
        "BASELINE": "",
        "SARIF": "",
        **usual,
        **inputs,
        "ACCORD": str(program),
        "GITHUB_OUTPUT": "output",
        "GITHUB_STEP_SUMMARY": "summary.md",
    }
    assert set(STEPS["check"]["env"]) <= set(environment)
    done = subprocess.run(
        [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["check"]["run"]],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert words in done.stdout
    assert not (tmp_path / "pwned").exists()
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert outputs["exit-code"] == str(code)
    sarif = inputs.get("SARIF") or ("accord.sarif" if inputs.get("UPLOAD") else "")
    assert outputs.get("sarif", "") == sarif
    if sarif:
        assert json.loads((tmp_path / sarif).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "summary.md").exists() == (code != 2)
