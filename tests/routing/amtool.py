"""Asks amtool, Alertmanager's own tool, where an alert goes and which files it refuses."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

AMTOOL = shutil.which("amtool")
needs_amtool = pytest.mark.skipif(
    AMTOOL is None, reason="amtool is not installed: apt-get install prometheus-alertmanager"
)
Labels = Mapping[str, str]


def receivers(asked: Iterable[tuple[Path, Labels]]) -> list[str]:
    """For each file and labels the receivers that amtool names, with commas between."""
    with ThreadPoolExecutor(2) as workers:
        return list(workers.map(lambda pair: _receivers(*pair), asked))


def _receivers(file: Path, labels: Labels) -> str:
    given = [f'{name}="{_escaped(value)}"' for name, value in labels.items()]
    command = [str(AMTOOL), "config", "routes", "test", f"--config.file={file}", *given]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    return ran.stdout.strip("\n")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def refusals(files: list[Path]) -> dict[Path, str]:
    """Which of these files amtool refuses, and its reason."""
    command = [str(AMTOOL), "check-config", *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = {}
    for part in re.split(r"^Checking '", said, flags=re.MULTILINE)[1:]:
        name, _, rest = part.partition("'")
        outcome = re.match(r"\s*(SUCCESS|FAILED:)(.*?)(?:\nFound:|\n\n|\Z)", rest, re.DOTALL)
        assert outcome, part
        if outcome[1] != "SUCCESS":
            found[Path(name)] = " ".join(outcome[2].split())
    return found
