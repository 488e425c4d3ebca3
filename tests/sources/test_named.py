"""Which files a source takes by their name is known before it is imported, and only the source that takes one is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from accord.sources._named import is_taken, patterns, source_module, source_names, source_of_file

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", source_names())
def test_what_stands_in_the_file_of_a_source_is_what_it_has(name: str) -> None:
    assert patterns().get(name, ()) == getattr(source_module(name), "FILES", ())


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("infra/main.tf", "terraform"),
        ("CODEOWNERS", "codeowners"),
        ("docs/rota.ICS", "ical"),
        (".env.production", "dotenv"),
        ("alert.rules", "prometheus"),
        ("alertmanager.yml.j2", "templates"),
    ],
)
def test_a_file_is_taken_by_its_name(file: str, name: str) -> None:
    assert source_of_file(file) is source_module(name)
    assert is_taken(file.rpartition("/")[2])


@pytest.mark.parametrize("file", ["README.md", "accord.yaml", "main.tf.bak", "src/terraform.py"])
def test_what_no_source_takes_is_taken_by_none(file: str) -> None:
    assert source_of_file(file) is None
    assert not is_taken(file)


def test_to_know_whether_a_source_takes_a_file_none_is_imported() -> None:
    program = (
        "import sys; from accord.sources._named import is_taken, source_of_file; "
        "assert is_taken('main.tf') and not is_taken('README.md'); before = set(sys.modules); assert source_of_file('.env.local'); "
        "print(*sorted(before)); print(*sorted(set(sys.modules) - before))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    before, then = (
        {name.removeprefix("accord.sources.") for name in line.split()} for line in done.stdout.splitlines()
    )
    assert before.isdisjoint(source_names())
    assert then & set(source_names()) == {"dotenv"}
