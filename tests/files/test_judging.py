"""Judging in several processes: the same findings in the same order."""

import os
from datetime import date
from pathlib import Path

import pytest

from accord.boundaries.verdicts.pieces import Found, Piece, in_turn
from accord.check import check
from accord.files import judging
from accord.files.judging import LEAST, spread_for
from accord.files.read import read
from accord.model.finding import Finding, Verdict
from accord.model.result import Result

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system copies no process")
EXAMPLES = sorted(path for path in (Path(__file__).parents[2] / "examples").iterdir() if path.is_dir())
AS_OF = date(2026, 11, 27)


def found(folder: Path, processes: int) -> Result:
    """What is found in a folder by so many processes."""
    reading = read([str(folder)])
    return check(reading.facts, reading.problems, as_of=AS_OF, spread=spread_for(LEAST, processes))


@pytest.mark.parametrize("processes", [2, 4])
@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_several_processes_find_what_one_finds(folder: Path, processes: int) -> None:
    """Findings, their witnesses and moves, and their order do not depend on who judged."""
    assert found(folder, processes) == found(folder, 1)


def test_the_examples_have_every_common_verdict() -> None:
    """So that what travels between processes has all of its parts."""
    verdicts = {finding.verdict for folder in EXAMPLES for finding in found(folder, 1).findings}
    assert verdicts >= {Verdict.MISMATCH, Verdict.CONDITIONAL, Verdict.UNANSWERED}


def test_few_facts_are_judged_here() -> None:
    """A copy of the process would take longer than they do."""
    assert spread_for(LEAST - 1, 4) is in_turn
    assert spread_for(LEAST, 1) is in_turn


def test_what_cannot_be_written_is_judged_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding that no bytes hold exactly is found by the process itself."""
    original = os.getpid()
    monkeypatch.setattr(judging, "bytes_if_exact", lambda structure: b"")

    def piece(number: int) -> Piece:
        return lambda: Found((Finding(Verdict.NOTE, f"{number} by {os.getpid() == original}", ()),))

    given = spread_for(LEAST, 3)([piece(number) for number in range(30)])
    assert [each.message for one in given for each in one.findings] == [f"{number} by True" for number in range(30)]
