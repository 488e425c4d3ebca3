"""A small shop to check, and the program run in this process."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from accord.cli import run

CHECKOUT = """\
party: checkout
owner: team-shop
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 3
"""
PAYMENTS = """\
party: payments
owner: team-payments
promises:
  charge: {latency: {max: 5s}, idempotent: never}
"""


class Done(msgspec.Struct, frozen=True):
    """What one run gave: its exit code, its result and what it said beside it."""

    code: int
    out: str
    err: str


Accord = Callable[..., Done]


@pytest.fixture
def accord(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Accord:
    """Runs the program; the page is 100 columns wide and without colour."""
    for variable in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "ACCORD_DEBUG", "ACCORD_CONFIG"):
        monkeypatch.delenv(variable, raising=False)

    def run_it(*arguments: str | Path) -> Done:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return run_it


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: two sides that each keep their word."""
    write(tmp_path, "checkout/accord.yaml", CHECKOUT)
    write(tmp_path, "payments/accord.yaml", PAYMENTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
