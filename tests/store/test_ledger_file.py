"""A ledger's file: one process writes it, it grows with the program, and what is no ledger is refused."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from accord.store.errors import Incompatible, InUse, StoreError, Unavailable
from accord.store.ledger_sqlite import SqliteLedger, SqliteReader
from accord.store.migrating import migrate, steps
from accord.store.migrating import version as version_of
from store.recordings import KEY, fire


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_a_second_process_is_refused_and_told_who_holds_it(file: Path) -> None:
    ledger = SqliteLedger(file)
    program = "import sys; from pathlib import Path; from accord.store.ledger_sqlite import SqliteLedger; SqliteLedger(Path(sys.argv[1]))"
    second = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True)
    assert second.returncode and f"process {os.getpid()} holds this ledger" in second.stderr
    with pytest.raises(InUse, match="only one may"):
        SqliteLedger(file)
    ledger.record([fire("e1")]).result()
    ledger.close()
    SqliteLedger(file).close()


def test_another_name_of_the_same_file_is_the_same_ledger(file: Path, tmp_path: Path) -> None:
    ledger = SqliteLedger(file)
    (tmp_path / "other.db").symlink_to(file)
    with pytest.raises(InUse):
        SqliteLedger(tmp_path / "other.db")
    ledger.close()


def test_a_process_that_was_killed_holds_nothing_and_lost_nothing(file: Path) -> None:
    program = (
        "import os, signal, sys; sys.path[:0] = sys.argv[2:]; from pathlib import Path\n"
        "from accord.store.ledger_sqlite import SqliteLedger; from store.recordings import fire\n"
        "ledger = SqliteLedger(Path(sys.argv[1]))\n"
        "futures = [ledger.record([fire(f'e{n}', f's{n % 5}')]) for n in range(2000)]\n"
        "done = [n for n, future in enumerate(futures) if n < 500 and future.result()]\n"
        "print(*done, flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    tests = str(Path(__file__).parents[1])
    killed = subprocess.run([sys.executable, "-c", program, str(file), tests], capture_output=True, text=True)
    assert killed.returncode < 0, killed.stderr
    ledger = SqliteLedger(file)
    recorded = {row.event.id for row in ledger.rows(limit=5000)}
    assert {f"e{n}" for n in killed.stdout.split()} <= recorded and len(killed.stdout.split()) == 500
    assert not ledger.verify().disagreement
    ledger.close()


def test_it_is_read_while_another_writes(file: Path) -> None:
    ledger = SqliteLedger(file)
    ledger.record([fire("e1")]).result()
    with SqliteReader(file) as reader:
        assert reader.case_of(KEY) == ledger.case_of(KEY)
        ledger.record([fire("e2", "eu")]).result()
        assert len(reader.rows()) == 2 and not reader.verify().disagreement
        with pytest.raises(Unavailable, match="read-only"), reader.readers() as connection:
            connection.execute("delete from ledger")
    ledger.close()


@pytest.mark.skipif(os.name == "nt", reason="other rights there")
def test_its_owner_alone_may_read_it(file: Path, tmp_path: Path) -> None:
    ledger = SqliteLedger(file)
    ledger.record([fire("e1")]).result()
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
    ledger.close()


def test_its_steps_are_numbered_without_a_gap_and_leave_the_file_at_the_newest(file: Path) -> None:
    assert [number for number, _ in steps()] == list(range(1, len(steps()) + 1))
    SqliteLedger(file).close()
    with closing(sqlite3.connect(file)) as connection:
        assert version_of(connection, "") == len(steps())


def test_a_newer_file_is_refused_and_left_as_it_is(file: Path) -> None:
    SqliteLedger(file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"pragma user_version = {len(steps()) + 1}")
    before = file.read_bytes()
    for open_ in (SqliteLedger, SqliteReader):
        with pytest.raises(Incompatible, match="written by a newer accord"):
            open_(file)
    assert file.read_bytes() == before


def test_an_older_file_is_brought_up_to_date_by_who_writes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = SqliteLedger(file)
    ledger.record([fire("e1")]).result()
    ledger.close()
    newer = (*steps(), (len(steps()) + 1, "create table more (name text primary key) strict;\n"))
    monkeypatch.setattr("accord.store.migrating.steps", lambda: newer)
    monkeypatch.setattr("accord.store.connections.steps", lambda: newer)
    with pytest.raises(Incompatible, match="written by an older accord"):
        SqliteReader(file)
    ledger = SqliteLedger(file)
    assert len(ledger.rows()) == 1 and not ledger.verify().disagreement
    ledger.close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("select count(*) from more").fetchone() == (0,)


def test_a_step_that_fails_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteLedger(file).close()
    broken = (*steps(), (len(steps()) + 1, "create table more (name text);\ncreate table root (again text);\n"))
    monkeypatch.setattr("accord.store.migrating.steps", lambda: broken)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(connection, str(file))
        tables = [name for (name,) in connection.execute("select name from sqlite_schema")]
        assert "more" not in tables and version_of(connection, "") == len(broken) - 1


def test_what_is_no_ledger_is_refused(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table other (name text)")
    with pytest.raises(Incompatible, match="read another SQLite file"):
        SqliteLedger(file)
    text = tmp_path / "notes.txt"
    text.write_text("no database at all, and longer than the header of one is\n" * 9)
    with pytest.raises(StoreError, match="damaged"):
        SqliteLedger(text)
    with pytest.raises(StoreError, match="no such file"):
        SqliteReader(tmp_path / "none.db")
    with pytest.raises(StoreError, match="no lock can be made beside it"):
        SqliteLedger(tmp_path / "nowhere" / "ledger.db")
