"""What ended long ago leaves the ledger: whole cases and nothing else, and what stays is proved as before."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from accord.model.message import Fate
from accord.review.ledger import read_ledger, stories
from accord.store.chain import row_hash
from accord.store.errors import StoreError, Unavailable
from accord.store.interface import Ledger
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Outcome, Pruning
from cases.carried import MINUTE, START
from store.recordings import Opening, a_whole_life, admit, clear, deviation, entries, fire

DAY = 24 * 60 * MINUTE
LATER = START + 400 * DAY


def told(ledger: Ledger) -> None:
    """Everything that waits has been handed over."""
    due = ledger.sendings_due(1 << 62, 1000)
    ledger.report([Outcome(each.id, Fate.HANDED, LATER) for each in due]).result()


def lived(ledger: Ledger) -> None:
    """Two lives that ended, in turns, and two that go on: one of a key that had ended once, one of its own."""
    admit(ledger, "p0", "p1", "c0")
    for pair in zip(entries(a_whole_life("a"), "a-"), entries(a_whole_life("b"), "b-"), strict=True):
        ledger.record(pair).result()
    ledger.seal(START + DAY).result()
    told(ledger)
    ledger.record([fire("again", "b", LATER), fire("new", "c", LATER)]).result()


def prune(ledger: Ledger, before_ns: int = LATER - DAY) -> Pruning:
    return ledger.prune(ledger.prunable(before_ns), LATER, "ab" * 32).result()


def test_what_ended_goes_and_what_goes_on_stays(opening: Opening) -> None:
    ledger = opening()
    lived(ledger)
    before, rows = ledger.roots(), ledger.rows()
    done = ledger.cases(is_open=False)
    assert (prune(ledger).rows, prune(ledger).rows) == (12, 0), "a second time there is nothing left"
    assert [row.event.id for row in ledger.rows()] == ["again", "new"] and ledger.rows() == rows[12:]
    assert [ledger.case(each.id) for each in done] == [None, None] and not ledger.sendings(done[0].id)
    assert len(ledger.cases(is_open=True)) == 2
    verified = ledger.verify()
    assert (verified.disagreement, verified.rows, verified.pruned, verified.otherwise) == ("", 2, 12, 0)
    assert ledger.roots()[: len(before)] == before and not ledger.verify(before[0].hash).disagreement
    assert ledger.roots()[-1].sequence == 14, "a root over all of it is made before anything goes"
    ledger.close()
    again = opening()
    assert [(each.rows, each.cases) for each in again.prunings()] == [(12, 2), (0, 0)]
    assert not again.verify().disagreement


def test_a_chain_goes_on_where_it_was_pruned(opening: Opening, tmp_path: Path) -> None:
    """The same key fires again, or is told to be over once more: numbers, hashes and decisions go on as if all were there."""
    pruned = opening()
    lived(pruned)
    prune(pruned)
    late = [clear("stale", "a", LATER + MINUTE), fire("anew", "a", LATER + DAY), fire("more", "b", LATER + DAY)]
    came = [pruned.record([each]).result()[0] for each in late]
    assert not pruned.verify().disagreement
    pruned.close()
    again = opening()
    assert not again.verify().disagreement and [row.number for row in again.rows()] == [7, 1, 7, 8, 8]
    whole = SqliteLedger(tmp_path / "whole.db")
    lived(whole)
    same = [whole.record([each]).result()[0] for each in late]
    assert [(each.case, each.changed, each.note) for each in came] == [
        (each.case, each.changed, each.note) for each in same
    ]
    assert [row.hash for row in again.rows()] == [row.hash for row in whole.rows()[12:]]
    assert prune(again, LATER + 2 * MINUTE).rows == 1, "the word about what had ended goes as well"
    assert not again.verify().disagreement
    whole.close()


def test_where_everything_went_the_next_row_has_the_next_number(opening: Opening) -> None:
    ledger = opening()
    admit(ledger, "p0", "p1", "c0")
    ledger.record(list(entries(a_whole_life()))).result()
    told(ledger)
    assert prune(ledger).rows == 6 and ledger.rows() == ()
    assert ledger.seal(LATER).result().sequence == 6
    ledger.record([fire("new", "c", LATER)]).result()
    assert [row.sequence for row in ledger.rows()] == [7] and not ledger.verify().disagreement


@pytest.mark.parametrize("kept", ["open", "young", "untold"])
def test_what_is_open_young_or_not_told_stays_whole(ledger: Ledger, kept: str) -> None:
    admit(ledger, "p0", "p1", "c0")
    story = list(entries(a_whole_life()))
    ledger.record(story[: -1 if kept == "open" else None]).result()
    if kept != "untold":
        told(ledger)
    what = ledger.prunable(START + MINUTE if kept == "young" else LATER)
    assert (what.ends, what.rows, what.cases) == ((), 0, ())


def test_what_changed_since_it_was_archived_is_not_pruned(ledger: Ledger) -> None:
    lived(ledger)
    what = ledger.prunable(LATER - DAY)
    ledger.record([clear("stale", "a", START + 2 * DAY)]).result()
    with pytest.raises(StoreError, match="nothing was pruned"):
        ledger.prune(what, LATER, "ab" * 32).result()
    assert len(ledger.rows()) == 15 and not ledger.verify().disagreement


def test_the_archive_tells_each_story_and_so_does_what_is_left(ledger: Ledger) -> None:
    lived(ledger)
    what = ledger.prunable(LATER - DAY)
    archived = read_ledger(ledger.archived(what), "archive", row_hash)
    assert (len(archived.rows), archived.gaps) == (12, ()) and len(stories(archived)) == 2
    prune(ledger)
    left = read_ledger(ledger.exported({deviation("b").key, deviation("c").key}), "ledger", row_hash)
    assert (len(left.rows), left.gaps, [row.is_otherwise for row in left.rows]) == (2, (), [False, False])


EDITS = {
    "the hash of a row that went": "update pruned set hash = x'00' where sequence = 4",
    "a row that went": "delete from pruned where sequence = 4",
    "the last row of what went": "update anchor set note = 'nothing'",
    "the case after it": "update anchor set body = x'7b7d'",
    "an end that is not there": "delete from anchor where number = 6",
    "one row more": "delete from ledger where sequence = 13",
}


@pytest.mark.parametrize("statement", EDITS.values(), ids=EDITS)
def test_what_was_altered_of_it_is_found(tmp_path: Path, statement: str) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    lived(ledger)
    prune(ledger)
    ledger.close()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection, connection:
        connection.execute(statement)
    ledger = SqliteLedger(tmp_path / "ledger.db")
    assert ledger.verify().disagreement
    ledger.close()


def test_it_is_pruned_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends it on the way, the ledger is as it was."""
    ledger = SqliteLedger(tmp_path / "ledger.db")
    lived(ledger)
    rows = ledger.rows()
    monkeypatch.setattr("accord.store.pruning._BUNDLES", "select no such thing, ?")
    with pytest.raises(Unavailable):
        prune(ledger)
    assert ledger.rows() == rows and ledger.prunings() == () and not ledger.verify().disagreement
    ledger.close()


@pytest.mark.parametrize("point", ["before the commit", "after it"])
def test_a_process_that_is_killed_while_it_prunes_has_pruned_all_or_nothing(tmp_path: Path, point: str) -> None:
    file = tmp_path / "ledger.db"
    ledger = SqliteLedger(file)
    lived(ledger)
    ledger.close()
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from accord.store.ledger_sqlite import SqliteLedger; from accord.store.memory import Memory\n"
        "ledger = SqliteLedger(Path(sys.argv[1])); what = ledger.prunable(int(sys.argv[2]))\n"
        "end = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "if sys.argv[3] == 'before the commit': Memory.forget = end\n"
        "ledger.prune(what, int(sys.argv[2]), 'ab' * 32).result(); end()\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(file), str(LATER - DAY), point], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    ledger = SqliteLedger(file)
    assert not ledger.verify().disagreement
    is_pruned = point == "after it"
    assert (len(ledger.rows()), len(ledger.prunings())) == ((2, 1) if is_pruned else (14, 0))
    ledger.close()
