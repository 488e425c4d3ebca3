"""Reading in several processes: the same facts in the same order, and nothing that goes on after it."""

import os
from pathlib import Path

import pytest

from accord.files.ahead import LEAST, ReaderAhead, texts_of
from accord.files.config import DEFAULTS
from accord.files.landscape import Side, sides_of
from accord.files.read import read
from accord.model.problem import Problem
from accord.model.result import Reading

RULES = """\
groups:
- name: group-{number}
  rules:
  - alert: Service{number}Fails
    expr: rate(service_{number}_errors_total{{job="shop"}}[5m]) > 0.05
    for: 10m
    labels: {{severity: page, share: 0.5, team: team-{number}}}
    annotations:
      summary: service-{number} fails {padding}
"""
MAPPING = """\
mapping: limits-{number}
files: [values-{number}.settings]
gives: {{party: shop-{number}, promises: {{any: {{latency: {{max: <.t>}}}}}}}}
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system copies no process")


class Failing(ReaderAhead):
    """Its copies fail at their work."""

    def _answer(self, share: object) -> bytes:
        raise MemoryError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of many sizes, some refused, more than it takes to read them in several processes."""
    for number in range(60):
        padding = "x" * (number * 400)
        (tmp_path / f"rules-{number}.yaml").write_text(RULES.format(number=number, padding=padding))
        (tmp_path / f"wrong-{number}.yaml").write_text(f"groups: [name: {number}\nparty: shop-{number}\n")
        (tmp_path / f"accord-{number}.yaml").write_text(f"party: shop-{number}\nowner: team # accord: allow[x\n")
        (tmp_path / f"mapping-{number}.yaml").write_text(MAPPING.format(number=number))
        (tmp_path / f"values-{number}.settings").write_text(f"t: {number + 1}s\n")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) > LEAST
    return tmp_path


def read_by(reader: ReaderAhead, folder: Path, processes: int) -> Reading:
    """What a reader gives that reads ahead in so many processes."""
    given = [side for side in sides_of([str(folder)], DEFAULTS) if not isinstance(side, Problem)]
    sides = [Side(side.root, tuple(side.texts)) for side in given]
    reader.read_ahead(texts_of(sides), processes)
    return reader.reading_of([str(folder)], sides)


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_several_processes_read_what_one_reads(folder: Path, processes: int) -> None:
    """Facts, problems, waivers and their order do not depend on who read them."""
    reader = ReaderAhead()
    expected = read([str(folder)])
    assert sum(fact.source == "mapping" for fact in expected.facts) >= 60
    assert len(expected.problems) >= 60
    assert read_by(reader, folder, processes) == expected
    assert reader.written == {}


def test_others_read_their_share(folder: Path) -> None:
    """With two processes both read, and what holds a mapping is read here."""
    reader = ReaderAhead()
    sides = [Side(side.root, tuple(side.texts)) for side in sides_of([str(folder)], DEFAULTS) if isinstance(side, Side)]
    reader.read_ahead(texts_of(sides), 2)
    assert 0 < len(reader.written) < 240


def test_a_copy_that_fails_costs_nothing_but_time(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its share is read by the original, and nobody is told."""
    assert read_by(Failing(), folder, 3) == read([str(folder)])
    assert capfd.readouterr() == ("", "")
