"""What reviews read: the newest cases first, and the chains of some keys as lines that verify by themselves."""

import json

from accord.review.ledger import read_ledger, stories
from accord.store.chain import row_hash
from accord.store.interface import Ledger
from store.recordings import clear, deviation, fire

NAMES = ("ice", "ash", "elm", "oak", "fir")


def opened(ledger: Ledger) -> list[str]:
    """The ids of cases in the order of their opening; after each of them the first is written anew."""
    ids = []
    for name in NAMES:
        [done] = ledger.record([fire(f"fire {name}", name)]).result()
        assert done.case is not None
        ids.append(done.case.id)
        ledger.record([clear(f"clear {NAMES[0]} {name}", NAMES[0])]).result()
    return ids


def test_the_newest_cases_come_first_whatever_was_written_to_them_since(ledger: Ledger) -> None:
    ids = opened(ledger)
    assert [case.id for case in ledger.latest()] == ids[::-1]
    assert [case.id for case in ledger.latest(limit=2)] == ids[:2:-1]
    assert [case.id for case in ledger.latest(before=ids[3], limit=2)] == [ids[2], ids[1]]
    assert ledger.latest(before=ids[0]) == () == ledger.latest(before="nothing of the kind")


def test_the_chains_of_some_keys_are_whole_and_verify_by_themselves(ledger: Ledger) -> None:
    opened(ledger)
    ledger.seal(1).result()
    keys = [deviation(name).key for name in ("elm", "ice")]
    lines = ledger.exported(keys)
    rows = [json.loads(line) for line in lines if b'"key"' in line]
    assert {row["key"] for row in rows} == set(keys) and len(rows) == 2 + len(NAMES)
    recorded = read_ledger(lines, "x", row_hash)
    assert recorded.gaps == () and recorded.roots == 1 and len(stories(recorded)) == 2
    assert read_ledger(ledger.exported([]), "x", row_hash).rows == ()
