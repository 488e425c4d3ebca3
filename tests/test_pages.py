"""Every rule page is a test: the findings of its rule on each of its small repositories are those its comments announce."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from accord.check import check, joined, refused_witnesses
from accord.files.baseline import read_baseline
from accord.files.config import load
from accord.files.vocabulary import stated
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.waiver import Known, Waiver
from accord.rules._catalogue import Rule, rules
from accord.sources._claims import read_text, waivers_of_file
from mapped import mapped

CONFIGURATION, BASELINE = "accord.toml", "accord.baseline.toml"
AS_OF = date(2026, 11, 23)
_BLOCK = re.compile(r"^```\w* file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
_ANNOUNCED = re.compile(r"# finding: (\w+)")
HEADINGS = ("Example", "Not a gap", "Unanswered", "What to do", "References")


def sections(page: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    parts = _HEADING.split(page)
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        blocks = _BLOCK.findall(body)
        if blocks:
            yield title, blocks


def read_blocks(blocks: list[tuple[str, str]]) -> tuple[list[Fact], list[Problem]]:
    facts, problems = [], []
    for file, text in blocks:
        if file == BASELINE:
            continue
        for item in configured(text) if file == CONFIGURATION else read_text(text, "page", file):
            (facts if isinstance(item, Fact) else problems).append(item)
    for item in mapped(blocks, "page"):
        (facts if isinstance(item, Fact) else problems).append(item)
    return facts, problems


def configured(text: str) -> Iterator[Fact | Problem]:
    """What a block `file=accord.toml` states: the words of an organisation."""
    with TemporaryDirectory() as folder:
        path = Path(folder, CONFIGURATION)
        path.write_text(text, encoding="utf-8")
        yield from stated(load(file=str(path), environ={}))


def waivers_of_blocks(blocks: list[tuple[str, str]]) -> list[Waiver]:
    return [waiver for file, text in blocks for waiver in waivers_of_file(text, Place("page", file, 1, 1))]


def baseline_of(blocks: list[tuple[str, str]]) -> list[Known]:
    with TemporaryDirectory() as folder:
        path = Path(folder, BASELINE)
        texts = [text for file, text in blocks if file == BASELINE]
        path.write_text(texts[0] if texts else "version = 1\n", encoding="utf-8")
        return list(read_baseline(str(path)))


def cases() -> list[object]:
    return [
        pytest.param(rule, blocks, id=f"{rule.id}: {title}")
        for rule in rules()
        for title, blocks in sections(rule.page)
    ]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_page_has_its_headings(rule: Rule) -> None:
    missing = [heading for heading in HEADINGS if f"\n## {heading}" not in rule.page]
    assert not missing
    assert any(title == "Example" for title, _ in sections(rule.page))


@pytest.mark.parametrize(("rule", "blocks"), cases())
def test_a_page_finds_what_it_announces(rule: Rule, blocks: list[tuple[str, str]]) -> None:
    facts, problems = read_blocks(blocks)
    assert not problems
    announced = [
        (match[1], file, number)
        for file, text in blocks
        for number, line in enumerate(text.splitlines(), start=1)
        for match in _ANNOUNCED.finditer(line)
    ]
    system, _ = joined(facts, AS_OF)
    refused = [
        f"{finding.subject}: the monitor refuses the witness: {why}"
        for _, finding, why in refused_witnesses(system, [rule])
    ]
    assert not refused, "\n".join(refused)
    found = []
    waivers, baseline = waivers_of_blocks(blocks), baseline_of(blocks)
    for finding in check(facts, as_of=AS_OF, rules=[rule], waivers=waivers, baseline=baseline).findings:
        assert finding.verdict is not Verdict.MISMATCH or finding.witness is not None
        place = finding.statements[0].fact.place
        found.append((finding.verdict.value, place.file, place.line))
    assert sorted(found) == sorted(announced)
