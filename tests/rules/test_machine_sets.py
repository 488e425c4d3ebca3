"""Small sets of machine configuration, of signals and of people, each with what it must give and nothing else.

The answers were written from the documentation and the source of the platforms before anything was run. A set begins
with `===` and its name, each of its files with `---` and its path. A comment `# finding: VERDICT RULE` stands on the line
that one of the finding's statements stands on, or above the files where it is told at any line; `# says: TEXT` above
the files is a part of what the text of the check says. Open questions are left
out where none is expected: whom to ask what is another matter than whether something is wrong. So is that an alert links
no runbook.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from accord.cli.check import command

TABLES = sorted((Path(__file__).parent / "machine_sets").glob("*.txt"))
_SAID = re.compile(r"\s*# finding: (\S+) (\S+)")
_SAYS = "# says: "
_STANDING = "signals/runbook-missing"


class Told(NamedTuple):
    """A finding that is expected; at any place where `place` is empty."""

    verdict: str
    rule: str
    place: str


class Small(NamedTuple):
    """The files of one set, and what is to be found in them."""

    files: dict[str, str]
    told: list[Told]
    says: list[str]


def small_set(text: str) -> Small:
    files, told, says, file = {}, [], [], ""
    for line in text.splitlines():
        if line.startswith(_SAYS):
            says.append(line.removeprefix(_SAYS))
        if line.startswith("--- "):
            file = line[4:]
            files[file] = ""
            continue
        place = f"{file}:{files[file].count(chr(10)) + 1}" if file else ""
        told += [Told(*found, place) for found in _SAID.findall(line)]
        if file:
            files[file] += _SAID.sub("", line) + "\n"
    return Small(files, told, says)


def small_sets() -> dict[str, Small]:
    found = {}
    for table in TABLES:
        for text in re.split(r"^=== ", table.read_text(), flags=re.MULTILINE)[1:]:
            name, _, rest = text.partition("\n")
            assert name not in found, name
            found[name] = small_set(rest.rstrip("\n"))
    return found


SETS = small_sets()


def test_there_are_sets():
    assert len(SETS) > 450


@pytest.mark.parametrize("name", SETS)
def test_exactly_what_is_expected_is_told(name, tmp_path, monkeypatch):
    files, told, says = SETS[name]
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    monkeypatch.chdir(tmp_path)
    left = json.loads(checked("json"))["findings"]
    for one in told:
        found = next((finding for finding in left if is_told(finding, one)), None)
        assert found is not None, f"{one} is not told, of {[(finding['rule'], finding['message']) for finding in left]}"
        left.remove(found)
    assert [(one["rule"], one["message"]) for one in left if one["verdict"] != "unanswered" and one["rule"] != _STANDING] == []  # fmt: skip
    shown = " ".join(checked("text").split()) if says else ""
    assert [each for each in says if each not in shown] == []


def checked(form: str) -> str:
    options = ["--format", form, "--questions", "--color", "never", "--as-of", "2026-11-27", "--exit-zero", "."]
    return CliRunner().invoke(command, options).stdout


def is_told(finding: dict, one: Told) -> bool:
    places = {f"{place['file']}:{place['line']}" for place in finding["places"]}
    return (finding["verdict"], finding["rule"]) == one[:2] and (not one.place or one.place in places)
