"""Every test of storage is written against the interface; what it runs on is listed here."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.store.interface import Ledger
from accord.store.ledger_sqlite import SqliteLedger
from store.recordings import Opening


@pytest.fixture(params=[SqliteLedger], ids=["sqlite"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Opens the ledger of this test, again after it was closed."""
    opened: list[Ledger] = []

    def open_() -> Ledger:
        opened.append(request.param(tmp_path / "ledger.db"))
        return opened[-1]

    yield open_
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(opening: Opening) -> Ledger:
    return opening()


@pytest.fixture(scope="session")
def failing_calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that lets write and fsync fail when told to; skips where there is no compiler."""
    compiler = shutil.which("cc")
    if not compiler or sys.platform != "linux":
        pytest.skip("there is no C compiler, or this is no Linux")
    library = tmp_path_factory.mktemp("failing") / "failing_disk.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", library, Path(__file__).with_name("failing_disk.c"), "-ldl"], check=True
    )
    return library
