"""Every test of storage is written against the interface; what it runs on is listed here."""

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
