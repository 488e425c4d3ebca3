"""Killed again and again at named points and at any moment, it loses nothing that it answered with 2xx, and tells everybody.

ACCORD_KILLS is how many rounds there are, 50 at a time on one ledger; `.ci/nightly` runs all 1,000.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from killed import Rounds

ROUNDS, ON_ONE_LEDGER = int(os.environ.get("ACCORD_KILLS", "50")), 50


@pytest.mark.parametrize("seed", range(max(ROUNDS // ON_ONE_LEDGER, 1)))
def test_nothing_that_was_answered_is_lost_whenever_it_is_killed(tmp_path: Path, seed: int) -> None:
    rounds = Rounds(tmp_path, seed)
    try:
        for _ in range(min(ROUNDS, ON_ONE_LEDGER)):
            rounds.round()
        rounds.end()
        copies = rounds.copies()
        print(f"\nkills {seed}: {rounds.outside.count()} answered, 0 lost; {dict(rounds.died)}; {copies}")
        print(f"refused: {dict(rounds.refused)}")
        assert rounds.outside.opened and rounds.outside.ended and rounds.outside.answers and rounds.outside.silences
        assert not copies.unexplained, "told twice for no reason"
        assert not [name for name, count in Counter(rounds.refused).items() if name.startswith("5")]
    finally:
        rounds.close()
