"""`accord ledger`: verify, export, backup and restore, on a ledger that is closed or being written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from accord.model.message import Fate
from accord.store.ledger_sqlite import SqliteLedger, SqliteReader
from accord.store.rows import Outcome
from cases.carried import MINUTE, START
from cli.conftest import Accord
from store.recordings import KEY, a_whole_life, admit, entries, fire


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("ledger.db")


@pytest.fixture
def ledger(file: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(file)
    admit(ledger, "p0", "c0")
    ledger.record(list(entries(a_whole_life()))).result()
    ledger.seal(1).result()
    yield ledger
    ledger.close()


def test_a_ledger_that_is_being_written_is_verified(accord: Accord, ledger: SqliteLedger) -> None:
    done = accord("ledger", "verify", "ledger.db")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "ledger.db: 6 rows in 1 chain, 1 case, 11 messages: everything agrees, and every event is decided alike",
        f"1 root, the last {ledger.roots()[0].hash}",
    ]
    assert accord("ledger", "verify", "ledger.db", "--root", ledger.roots()[0].hash).code == 0


def test_the_first_row_that_disagrees_is_named(accord: Accord, ledger: SqliteLedger) -> None:
    ledger.close()
    with closing(sqlite3.connect("ledger.db")) as connection, connection:
        connection.execute("update ledger set note = 'nothing of the kind' where sequence = 3")
    done = accord("ledger", "verify", "ledger.db")
    assert done.code == 1
    assert done.out.startswith(f"ledger.db: row 3 (number 3 of {KEY!r}): its hash: read ")


def test_a_root_of_another_ledger_disagrees(accord: Accord, ledger: SqliteLedger) -> None:
    done = accord("ledger", "verify", "ledger.db", "--root", "ab" * 32)
    assert done.code == 1 and "is not one of this ledger's" in done.out


def test_rows_of_an_older_program_are_counted(accord: Accord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ledger.db"
    monkeypatch.setattr("accord.store.recording.program", lambda: "0.0.9+older")
    older = SqliteLedger(file, lambda case, event, policy: _differently(case, event, policy))
    older.record([fire("e1")]).result()
    older.close()
    monkeypatch.undo()
    done = accord("ledger", "verify", file)
    assert done.code == 0
    assert "1 row was decided by another program, and this one decides it otherwise" in done.out


def _differently(*heard: object) -> object:
    from msgspec.structs import replace

    from accord.cases.step import step

    return replace(step(*heard), note="as it was told then")  # type: ignore[arg-type]


def test_an_export_holds_everything_that_the_hashes_cover(accord: Accord, ledger: SqliteLedger) -> None:
    from accord.store.chain import row_hash

    done = accord("ledger", "export", "ledger.db")
    lines = [msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in done.out.splitlines()]
    kinds = [next(iter(line)) for line in lines]
    assert kinds == ["accord_ledger", "policy", *["sequence"] * 6, "root"]
    before = b""
    for line in lines[2:-1]:
        said = {name: msgspec.json.decode(value) for name, value in line.items()}
        raw = {name: bytes.fromhex(said[name]) for name in ("policy", "told", "queued", "state")} | {
            "event": bytes(line["event"])
        }
        row = said | raw | {"changed": int(said["changed"]), "before": b""}
        before = row_hash(before, tuple(row[name] for name in list(said)[1:-1]))
        assert before.hex() == said["hash"]
    written = accord("ledger", "export", "ledger.db", "--output", "ledger.jsonl")
    assert written.code == 0 and Path("ledger.jsonl").read_text() == done.out


def test_a_backup_is_verified_and_comes_back_as_it_was(accord: Accord, ledger: SqliteLedger) -> None:
    done = accord("ledger", "backup", "ledger.db", "backup.db")
    assert done.code == 0 and "backup.db: 6 rows in 1 chain" in done.out
    assert Path("backup.db").stat().st_mode & 0o777 == 0o600
    ledger.record([fire("later", "eu")]).result()
    done = accord("ledger", "restore", "backup.db", "restored.db")
    assert done.code == 0 and "restored.db: 6 rows in 1 chain" in done.out
    with SqliteReader(Path("restored.db")) as restored:
        assert restored.rows() == ledger.rows(limit=6) and restored.people() == ledger.people()
        assert restored.sendings_due(1 << 62) == tuple(s for s in ledger.sendings_due(1 << 62) if s.key == KEY)


def test_nothing_is_overwritten(accord: Accord, ledger: SqliteLedger) -> None:
    Path("there.db").write_text("something")
    for verb, of in (("backup", "ledger.db"), ("restore", "ledger.db")):
        done = accord("ledger", verb, of, "there.db")
        assert (done.code, done.err) == (2, "accord: there.db exists, and nothing is overwritten; give another name\n")
    assert Path("there.db").read_text() == "something"
    Path("gone.db-wal").write_text("a log that was left")
    done = accord("ledger", "restore", "ledger.db", "gone.db")
    assert done.code == 2 and "gone.db-wal is there" in done.err


def test_what_is_no_ledger_is_refused_and_leaves_nothing(accord: Accord, file: Path) -> None:
    Path("notes.txt").write_text("no database at all, and longer than the header of one is\n" * 9)
    for verb in ("backup", "restore"):
        done = accord("ledger", verb, "notes.txt", "copy.db")
        assert done.code == 2 and "is no ledger, or is damaged" in done.err and not Path("copy.db").exists()
    assert accord("ledger", "verify", "notes.txt").code == 2
    assert "does not exist" in accord("ledger", "verify", "none.db").err


@pytest.fixture
def three_years_later(monkeypatch: pytest.MonkeyPatch) -> int:
    now_ns = START + 3 * 365 * 24 * 60 * MINUTE
    monkeypatch.setattr("accord.cli._today.now_ns", lambda: now_ns)
    return now_ns


def test_what_ended_long_ago_goes_into_an_archive_that_tells_it(
    accord: Accord, ledger: SqliteLedger, three_years_later: int
) -> None:
    handed = [Outcome(each.id, Fate.HANDED, 1) for each in ledger.sendings_due(1 << 62)]
    ledger.report(handed).result()
    ledger.record([fire("later", "eu", three_years_later)]).result()
    root = ledger.seal(2).result().hash
    [case] = ledger.cases(is_open=False)
    running = accord("ledger", "prune", "ledger.db", "--archive", "old.jsonl")
    assert running.code == 2 and "holds this ledger" in running.err and not Path("old.jsonl").exists()
    ledger.close()
    done = accord("ledger", "prune", "ledger.db", "--archive", "old.jsonl")
    assert (done.code, done.err) == (0, ""), done.out
    sum_ = sha256(Path("old.jsonl").read_bytes()).hexdigest()
    first, *rest = done.out.splitlines()
    assert first.startswith("old.jsonl: 6 rows of 1 deviation that ended before ") and first.endswith(f"SHA-256 {sum_}")
    assert rest[:2] == [
        "ledger.db: 1 row in 1 chain, 1 case, 3 messages: everything agrees, and every event is decided alike",
        "6 rows pruned before: their hashes agree",
    ]
    assert accord("ledger", "verify", "ledger.db", "--root", root).code == 0
    assert Path("old.jsonl").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect("ledger.db")) as connection:
        assert connection.execute("pragma freelist_count").fetchone() == (0,), "its room is given back"
    assert accord("review", case.id, "--ledger", "old.jsonl").code == 0
    assert accord("review", case.id, "--ledger", "ledger.db").code == 2
    assert accord("ledger", "export", "ledger.db").out.count('"pruned":') == 6
    again = accord("ledger", "prune", "ledger.db", "--archive", "old.jsonl")
    assert again.code == 0 and "nothing is pruned" in again.out


def test_nothing_is_pruned_where_it_cannot_be_archived_or_does_not_agree(
    accord: Accord, ledger: SqliteLedger, three_years_later: int
) -> None:
    ledger.report([Outcome(each.id, Fate.HANDED, 1) for each in ledger.sendings_due(1 << 62)]).result()
    ledger.close()
    Path("there.jsonl").write_text("something")
    for to, said in (("there.jsonl", "nothing is overwritten"), ("nowhere/old.jsonl", "cannot be written")):
        done = accord("ledger", "prune", "ledger.db", "--archive", to)
        assert done.code == 2 and said in done.err
    for option in (("--before", "soon"), ("--before", "2999-01-01"), ("--keep", "2")):
        assert accord("ledger", "prune", "ledger.db", "--archive", "old.jsonl", *option).code == 2
    with closing(sqlite3.connect("ledger.db")) as connection, connection:
        connection.execute("update ledger set note = 'nothing of the kind' where sequence = 3")
    done = accord("ledger", "prune", "ledger.db", "--archive", "old.jsonl")
    assert done.code == 2 and "nothing is pruned of what does not agree: row 3" in done.err
    assert not Path("old.jsonl").exists() and Path("there.jsonl").read_text() == "something"
