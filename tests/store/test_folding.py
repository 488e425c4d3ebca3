"""What the log has is copied into the file beside the commits, and where that fails nothing of a commit does."""

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from accord.store import folding
from accord.store.kept import Note
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.writer import Writer


def in_the_file_alone(ledger: Path) -> int:
    """How many notes the file has without its log."""
    alone = ledger.with_name("alone")
    shutil.copy(ledger, alone)
    with sqlite3.connect(f"file:{alone}?immutable=1", uri=True) as connection:
        found: int = connection.execute("select count(*) from kept").fetchone()[0]
    connection.close()
    return found


def until_in_the_file(ledger: Path) -> int:
    ends = time.monotonic() + 20
    while not (found := in_the_file_alone(ledger)) and time.monotonic() < ends:
        time.sleep(0.02)
    return found


def test_what_is_much_is_copied_while_the_ledger_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "FOLDED_AFTER", 10)
    ledger = SqliteLedger(tmp_path / "ledger")
    for number in range(9):
        ledger.keep(Note(f"test/{number}")).result()
    assert in_the_file_alone(tmp_path / "ledger") == 0
    for number in range(9, 20):
        ledger.keep(Note(f"test/{number}")).result()
    assert 10 <= until_in_the_file(tmp_path / "ledger") <= 20
    ledger.close()


def test_a_copying_that_fails_stops_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_file: Path) -> sqlite3.Connection:
        asked.append(1)
        raise sqlite3.OperationalError("disk I/O error")

    asked: list[int] = []
    monkeypatch.setattr(folding, "FOLDED_AFTER", 1)
    monkeypatch.setattr(folding, "folding", refused)
    ledger = SqliteLedger(tmp_path / "ledger")
    for number in range(5):
        ledger.keep(Note(f"test/{number}")).result()
    assert not ledger.trouble()
    ledger.close()
    assert asked
    with SqliteLedger(tmp_path / "ledger") as again:
        assert len(again.kept(Note)) == 5


def test_no_statement_is_undone_by_a_file(tmp_path: Path) -> None:
    """A file that is made and removed for each commit costs more than the commit."""
    writer = Writer(tmp_path / "ledger")
    assert writer.do(lambda connection: connection.execute("pragma temp_store").fetchone()).result() == (2,)
    writer.close()
