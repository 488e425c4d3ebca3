"""Whoever follows a page of the docs sees what it shows: every command of every page is run, or says why it is not."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.cli._program import program
from consoles import (
    ANY,
    PAGES,
    PREFIXES,
    PROJECT,
    REASONS,
    Command,
    Reader,
    commands,
    differs,
    path_with_accord,
    reason,
    steps,
)

MOST_NOT_RUN = 10
REWRITE = bool(os.environ.get("ACCORD_REWRITE"))
FENCE = re.compile(r"^ *```(\w*)(.*)$", re.MULTILINE)
INLINE = re.compile(r"`((?:uv run |uvx --from \. )?accord [a-z][^`]*)`")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def with_consoles() -> list[Path]:
    return [page for page in PAGES if any(step["console"] and not reason(step) for step in steps(text_of(page)))]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    for variable in [name for name in os.environ if name.startswith("ACCORD_")]:
        monkeypatch.delenv(variable)
    for variable in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ACCORD_CHECK_AS_OF", "2026-11-27")
    monkeypatch.setenv("PATH", path_with_accord())
    folder = tmp_path / "clone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    before = dict(os.environ)
    one = Reader(folder)
    yield one
    one.ends()
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("page", with_consoles(), ids=name_of)
def test_a_page_shows_what_its_reader_sees(page: Path, reader: Reader) -> None:
    """`ACCORD_REWRITE=1` writes what is seen into the page, wherever nothing is left out."""
    text, wrong, seen = text_of(page), [], []
    for step in steps(text):
        for command, output in reader.does(step):
            if difference := differs(command.shown, output):
                wrong.append(f"$ {command.typed}\n{difference}")
                seen.append((command, output))
    if REWRITE:
        page.write_text(rewritten(text, seen), encoding="utf-8")
    assert not wrong, "\n\n".join(wrong)


def rewritten(text: str, seen: list[tuple[Command, str]]) -> str:
    """A page that shows what was seen; a block with an elision is left to its author."""
    for command, output in reversed(seen):
        if ANY not in command.shown:
            lines = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
            text = text[: command.began] + lines + text[command.ended :]
    return text


def test_what_is_not_run_is_little_and_says_one_of_few_reasons() -> None:
    found = Counter(reason(step) for page in PAGES for step in steps(text_of(page)) if step["console"] and reason(step))
    assert set(found) == set(REASONS)
    assert sum(found.values()) <= MOST_NOT_RUN


def test_what_is_said_to_be_a_step_of_ci_is_one() -> None:
    script = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    blocks = [step for page in PAGES for step in steps(text_of(page)) if step["console"] and "CI" in reason(step)]
    typed = [
        part.partition("#")[0].split() for step in blocks for one in commands(step) for part in one.typed.split("&&")
    ]
    known = [words for words in typed if words in ([".ci/run"], ["pip", "install", "uv"])]
    others = [words[words.index("docs") + 1 if "docs" in words else 2] for words in typed if words not in known]
    assert known and others and all(re.search(rf"^run uv run .*\b{name}\b", script, re.MULTILINE) for name in others)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_command_hides_in_a_block_that_is_not_run(page: Path) -> None:
    text = text_of(page)
    assert {language for language, _ in FENCE.findall(text)} & {"sh", "bash", "shell"} == set()
    blocks = [step[0] for step in steps(text) if step["console"]]
    outside = text
    for block in blocks:
        outside = outside.replace(block, "")
    assert "```console" not in outside
    synopses = page.name == "commands.md"
    typed = re.findall(r"^(?: {4}|\t)\s*((?:\$|accord|uv|uvx|pip|curl|docker|\.ci/run)\b.*)$", outside, re.MULTILINE)
    assert typed == [] or synopses


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_command_in_a_sentence_has_the_options_it_is_told_with(page: Path) -> None:
    told = INLINE.findall(text_of(page))
    assert [one for one in told if unknown(one)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_benchmark_that_is_named_takes_the_options_it_is_named_with(page: Path) -> None:
    for file, options in re.findall(r"`(?:[A-Z_]+=\d+ )?(?:uv run [^`]*?)?(bench/\w+\.py)([^`]*)`", text_of(page)):
        source = (PROJECT / file).read_text(encoding="utf-8")
        assert [option for option in re.findall(r"--[a-z-]+", options) if f'"{option}"' not in source] == [], file


def unknown(told: str) -> list[str]:
    """The words of a command in a sentence that no command has."""
    for prefix in PREFIXES:
        told = told.removeprefix(prefix)
    with program.make_context("accord", [], resilient_parsing=True) as context:
        name = told.split()[1]
        command = program.get_command(context, name)
    if command is None:
        return [name]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    inner = getattr(command, "commands", {}).values()
    known |= {option for one in inner for parameter in one.params for option in parameter.opts}
    return [option for option in re.findall(r"(?<![\w-])--[a-z-]+", told) if option not in known]


def test_an_output_that_differs_is_seen() -> None:
    assert differs("a 1\n", "a 2\n") and differs("a\n", "a\nb\n") and differs("a\nb\n", "a\n") and differs("", "a\n")


def test_an_elision_stands_for_what_is_in_its_place_alone() -> None:
    assert not differs("a … c\n", "a b c\n") and differs("a … c\n", "a b d\n")
    assert not differs("a\n…\nd\n", "a\nb\nc\nd\n") and differs("a\n…\nd\n", "a\nb\nc\n")


def test_a_block_gives_its_commands_with_what_they_show_and_how_they_end() -> None:
    [step] = steps("<!-- exit: 1 -->\n```console\n$ accord config\na\n\nb\n$ accord check \\\n    x\n```\n")
    first, second = commands(step)
    assert (first.typed, first.shown, first.code) == ("accord config", "a\n\nb\n", 0)
    assert (second.words, second.shown, second.code) == (["check", "x"], "", 1)
