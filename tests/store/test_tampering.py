"""Whoever alters a row, removes one or puts two in another order is found, and the first row that disagrees is named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from accord.store.chain import START as NOTHING
from accord.store.chain import next_root, row_hash
from accord.store.ledger_sqlite import SqliteLedger
from cases.carried import START
from store.recordings import a_whole_life, admit, deviation, entries, fire

ROWS = 6
PAGE = 4096
"""Bytes of a page of the file: its head says what it is."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two lives side by side, in turns, sealed in the middle and at the end: odd rows are of one, even rows of the other."""
    file = tmp_path / "ledger.db"
    ledger = SqliteLedger(file)
    admit(ledger, "p0", "p1", "c0", channels=("ntfy", "smtp"))
    lives = zip(entries(a_whole_life("a"), "a-"), entries(a_whole_life("b"), "b-"), strict=True)
    for number, pair in enumerate(lives):
        ledger.record(pair).result()
        if number == ROWS // 2 - 1:
            ledger.seal(START + number).result()
    ledger.seal(START + ROWS).result()
    ledger.close()
    return file


def alter(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        swapped = lambda blob, old, new: blob.replace(old.encode(), new.encode())  # noqa: E731
        connection.create_function("swapped", 3, swapped)
        for statement in statements:
            connection.execute(statement)


def disagreement(file: Path, root: str = "") -> str:
    ledger = SqliteLedger(file)
    verified = ledger.verify(root)
    ledger.close()
    return verified.disagreement


def test_what_nobody_altered_agrees(file: Path) -> None:
    ledger = SqliteLedger(file)
    verified, roots = ledger.verify(), ledger.roots()
    assert (verified.disagreement, verified.rows, verified.chains, verified.cases) == ("", 2 * ROWS, 2, 2)
    assert [root.sequence for root in roots] == [ROWS, 2 * ROWS] and verified.root == roots[-1].hash
    assert not ledger.verify(roots[0].hash).disagreement
    assert "is not one of this ledger's" in ledger.verify("ab" * 32).disagreement
    assert "is not one of this ledger's" in ledger.verify("noted wrong").disagreement
    ledger.close()


EDITS = {
    "an event": ("update ledger set event = swapped(event, '5.1s', '0.1s') where sequence = 7", "row 7 "),
    "when it happened": ("update ledger set event = swapped(event, 'at_ns\":18', 'at_ns\":17') where sequence = 5", "row 5 "),
    "who said it": ("update ledger set event = swapped(event, '\"p1\"', '\"p0\"') where sequence = 9", "row 9 "),
    "a note": ("update ledger set note = 'nothing' where sequence = 6", "row 6 "),
    "whether it counted": ("update ledger set changed = 1 - changed where sequence = 6", "row 6 "),
    "the identity of an event": ("update ledger set event_id = 'other' where sequence = 2", "row 2 "),
    "the policy of a row": ("update ledger set policy = x'00' where sequence = 4", "row 4 "),
    "a policy": ("update policy set body = swapped(body, 'keeper', 'nobody')", "row 1 "),
    "a hash": ("update ledger set hash = x'00' where sequence = 7", "row 7 "),
    "the program": ("update ledger set program = 'older' where sequence = 8", "row 8 "),
    "a case": ("update cases set body = swapped(body, 'closed', 'merged') where id in (select case_id from ledger where sequence = 11)", "after row 11"),
    "an actor": ("update cases set actor = 'p9' where id in (select case_id from ledger where sequence = 12)", "after row 12"),
    "a message": ("update sending set body = swapped(body, '5.1s', '0.1s') where sequence = 3", "row 3 "),
    "a root": ("update root set hash = x'00' where sequence = 6", "rows 1 to 6"),
    "when a root was made": ("update root set at_ns = 1 where sequence = 12", "rows 7 to 12"),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "named"), EDITS.values(), ids=EDITS)
def test_what_was_edited_is_found(file: Path, statement: str, named: str) -> None:
    alter(file, statement)
    assert named in disagreement(file)


REMOVALS = {
    "the first row": (["delete from ledger where sequence = 1"], "row 1 is missing"),
    "a row between": (["delete from ledger where sequence = 5"], "row 5 is missing"),
    "the last row": (["delete from ledger where sequence = 12"], "row 12 is missing: a root was made"),
    "the last row, and the root over it": (
        ["delete from ledger where sequence = 12", "delete from root where sequence = 12"],
        "the outbox has a message of row 12",
    ),
    "a row, and the others moved up": (
        ["delete from ledger where sequence = 5", "update ledger set sequence = sequence - 1 where sequence > 5"],
        "row 5 ",
    ),
    "a whole chain": ([f"delete from ledger where key = '{deviation('a').key}'"], "row 1 is missing"),
    "a case": (["delete from cases where id in (select case_id from ledger where sequence = 3)"], "is missing: row 11"),
    "a message": (["delete from sending where sequence = 4"], "row 4 "),
}


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_what_was_removed_is_found(file: Path, removal: tuple[list[str], *tuple[str, ...]]) -> None:
    statements, *named = removal
    alter(file, *statements)
    found = disagreement(file)
    assert any(each in found for each in named)


def test_rows_of_one_chain_in_another_order_are_found(file: Path) -> None:
    alter(
        file,
        "update ledger set number = -number where sequence in (3, 5)",
        "update ledger set number = case sequence when 3 then 3 else 2 end where sequence in (3, 5)",
    )
    assert "row 3 " in disagreement(file) or "row 5 " in disagreement(file)


def test_rows_of_two_chains_in_another_order_are_found(file: Path) -> None:
    moves = ((3, 100), (4, 3), (100, 4))
    alter(file, *(f"update ledger set sequence = {to} where sequence = {of}" for of, to in moves))
    assert "row 3" in disagreement(file)


def test_an_event_put_in_is_found(file: Path) -> None:
    alter(
        file,
        "insert into ledger select 13, key, number + 1, 'forged', case_id, event, policy, changed, note, told, queued, state, program,"
        " before, hash from ledger where sequence = 12",
    )
    assert "row 13 " in disagreement(file)


def _rehashed(file: Path) -> None:
    """What somebody does who knows how rows are hashed: all hashes anew, and the roots too."""
    columns = "key, number, event_id, case_id, event, policy, changed, note, told, queued, state, program, coalesce(before, x'')"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        last: dict[str, bytes] = {}
        hashes, root = [], NOTHING
        sealed = dict(connection.execute("select sequence, at_ns from root").fetchall())
        for sequence, *row in connection.execute(
            f"select sequence, {columns} from ledger order by sequence"
        ).fetchall():
            last[row[0]] = row_hash(last.get(row[0], NOTHING), tuple(row))
            hashes.append(last[row[0]])
            connection.execute("update ledger set hash = ? where sequence = ?", (last[row[0]], sequence))
            if sequence in sealed:
                root = next_root(root, sealed[sequence], hashes)
                hashes = []
                connection.execute("update root set hash = ? where sequence = ?", (root, sequence))


def test_an_event_edited_with_all_hashes_made_anew_is_decided_otherwise(file: Path) -> None:
    alter(file, "update ledger set event = swapped(event, '5.1s', '0.1s') where sequence = 1")
    _rehashed(file)
    assert "row 1 " in disagreement(file)


def test_a_story_forged_whole_is_found_by_a_root_that_was_noted_down(file: Path, tmp_path: Path) -> None:
    ledger = SqliteLedger(file)
    noted = ledger.roots()[0].hash
    ledger.close()
    forged = SqliteLedger(tmp_path / "forged.db")
    forged.record([fire(f"e{number}", f"s{number}") for number in range(ROWS)]).result()
    forged.seal(START).result()
    forged.close()
    assert not disagreement(tmp_path / "forged.db")
    assert "rows up to it were altered" in disagreement(tmp_path / "forged.db", noted)


def test_a_damaged_page_is_named_as_damage(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        for place in range(size // 2 // PAGE * PAGE, size, PAGE):
            opened.seek(place)
            opened.write(b"\xff" * 64)
    from accord.store.errors import StoreError

    with pytest.raises(StoreError, match="damaged"):
        found = disagreement(file)
        raise StoreError(found)
