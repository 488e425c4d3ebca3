"""One corrupted field of one step has a true witness refused, in at least 95 of 100 cases of every kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest

from accord.boundaries.join.system import System
from accord.check import check, joined
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.model.witness import Witness
from accord.monitor import judge
from accord.rules._catalogue import rules
from oracle.compare import compared_rules
from oracle.compare import facts_of as facts_of_text
from oracle.small_sets import as_yaml, random_set
from test_pages import AS_OF, read_blocks, sections

from .corruptions import HARDER, KINDS, corruptions, is_as_true
from .stories import facts_of, witness_of
from .true_stories import STORIES

Judged = tuple[Witness, Callable[[Fact], bool]]


def by_hand() -> Iterator[Judged]:
    for story in STORIES.values():
        yield witness_of(story), facts_of(story).__contains__


def from_pages() -> Iterator[Judged]:
    for rule in rules():
        for _, blocks in sections(rule.page):
            facts, _ = read_blocks(blocks)
            system, _ = joined(facts, AS_OF)
            for finding in check(facts, as_of=AS_OF, rules=[rule]).findings:
                if finding.verdict is Verdict.MISMATCH and finding.witness:
                    yield finding.witness, system.states


def from_small_sets(count: int = 60) -> Iterator[Judged]:
    random = Random(4)
    for _ in range(count):
        facts = facts_of_text(as_yaml(random_set(random)))
        for finding in check(facts, rules=compared_rules()).findings:
            if finding.verdict is Verdict.MISMATCH and finding.witness:
                yield finding.witness, System(facts).states


SOURCES = {"by hand": by_hand, "from the rules' pages": from_pages, "from small contract sets": from_small_sets}


@pytest.mark.parametrize("source", SOURCES)
def test_corrupted_witnesses_are_refused(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    made, refused, as_true, witnesses = Counter[str](), Counter[str](), Counter[str](), 0
    for witness, known in SOURCES[source]():
        witnesses += 1
        assert judge(witness, known) == ""
        for kind, place, corrupted in corruptions(witness):
            if judge(corrupted, known):
                refused[kind] += 1
            elif is_as_true(kind, place, witness, corrupted):
                as_true[kind] += 1
                continue
            made[kind] += 1
    with capsys.disabled():
        print(f"\n{witnesses} witnesses {source}; corrupted, refused, (as true as before, not counted):")
        for kind in (*KINDS, *HARDER):
            share = 100 * refused[kind] / max(made[kind], 1)
            print(f"  {kind:13} {made[kind]:6} {refused[kind]:6}  {share:6.2f} %  ({as_true[kind]})")
        total = 100 * sum(refused[kind] for kind in KINDS) / sum(made[kind] for kind in KINDS)
        print(
            f"  {'in all':13} {sum(made[kind] for kind in KINDS):6} {sum(refused[kind] for kind in KINDS):6}  {total:6.2f} %"
        )
    assert total >= 95
    for kind in KINDS:
        assert made[kind] > 20
        assert refused[kind] >= 0.95 * made[kind], kind
    assert refused["labels"] >= 0.95 * made["labels"]


def test_no_value_makes_the_monitor_stumble() -> None:
    for witness, _ in (*by_hand(), *from_small_sets(20)):
        for _, _, corrupted in corruptions(witness):
            assert isinstance(judge(corrupted, lambda fact: True), str)
