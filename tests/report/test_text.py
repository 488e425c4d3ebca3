"""What people see: golden pages, and what must hold for every page."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from accord.model.finding import Finding, Question, Statement
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.result import Result
from accord.report._asked import Asked
from accord.report._paint import Paint, columns, visible, wrapped
from accord.report._timeline import MOST_LINES, timeline
from accord.report.markdown import render as as_markdown
from accord.report.text import render

from . import samples

GOLDEN = Path(__file__).parent / "golden"
ANSI = re.compile("\x1b\\[[0-9;]*m")


@dataclass
class Page:
    name: str
    result: Result
    asked: Asked


PAGES = [
    Page("mismatch", samples.result(samples.MISMATCH), Asked(paths=("shop",))),
    Page("everything", samples.EVERYTHING, Asked(paths=("shop",))),
    Page("everything-with-questions", samples.EVERYTHING, Asked(questions=True, paths=("shop",))),
    Page("everything-narrow", samples.EVERYTHING, Asked(width=60, questions=True, paths=("shop",))),
    Page("everything-in-colour", samples.EVERYTHING, Asked(color=True, paths=("shop",))),
    Page("allowed", samples.ALLOWED, Asked(waived=True, paths=("shop",))),
    Page("questions-only", samples.result(*samples.QUESTIONS), Asked(paths=("shop", "bank"))),
    Page("clean", samples.result(), Asked(paths=("shop",))),
    Page("clean-one-rule", samples.result(), Asked(paths=("shop",), only="--rule timing/")),
    Page("one-party-alone", samples.result(parties=1, boundaries=0, files=1), Asked()),
    Page("nothing-to-check", samples.result(files=0, parties=0, boundaries=0), Asked(paths=("empty",))),
    Page(
        "nothing-readable",
        samples.result(files=0, parties=0, boundaries=0, problems=samples.PROBLEMS),
        Asked(paths=("shop",)),
    ),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_as_it_was_agreed(page: Page) -> None:
    """A change here is a change of what people read: look at it, then write the new page into the folder `golden`."""
    assert render(page.result, page.asked) == (GOLDEN / f"{page.name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_ends_with_the_next_command(page: Page) -> None:
    text = ANSI.sub("", render(page.result, page.asked))
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert text.splitlines()[-1].startswith("next: accord ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_colour_changes_no_letter(page: Page) -> None:
    painted = render(page.result, replace(page.asked, color=True))
    plain = render(page.result, replace(page.asked, color=False))
    assert ANSI.sub("", painted) == plain
    assert "\x1b" not in plain


@pytest.mark.parametrize("width", [72, 100, 160])
def test_no_sentence_is_wider_than_the_page(width: int) -> None:
    for line in render(samples.EVERYTHING, Asked(width=width, questions=True)).splitlines():
        only_names = (
            line.split("  ")[0] in ("mismatch", "conditional", "note")
            or "accord.yaml:" in line
            or "  contract/" in line
        )
        assert columns(line) <= width or only_names


def _repeated(operation: str, asks: str = "what a repeat of {} does", to: str = "payments", **others: Any) -> Finding:
    asked = Question(to, asks.format(f"payments/{operation}"), "always")
    return replace(samples.open_question(""), operation=operation, questions=(asked,), **others)


def test_questions_that_differ_in_their_operation_alone_are_asked_as_one() -> None:
    verbs = [f"PUT /{number}" for number in range(100)]
    others = (_repeated("PUT /0", asks="who reads {}"), _repeated("PUT /x", rule="retries/other"))
    findings = [*map(_repeated, verbs), *others]
    text = render(samples.result(*findings), Asked(questions=True))
    assert "  what a repeat of PUT /0, PUT /1 and 98 more does: always would settle it\n" in text
    assert text.count("contract/question-unanswered   payments/PUT /") == 2 + 1
    assert "      and 98 more (--format json lists them)\n" in text
    assert "  who reads payments/PUT /0: always would settle it\n" in text
    assert "  what a repeat of payments/PUT /x does: always would settle it\n" in text
    assert "102 questions nobody answers" in text
    shown = as_markdown(samples.result(*findings), Asked(questions=True))
    assert "what a repeat of PUT /0, PUT /1 and 98 more does (always would settle it)" in shown


def test_questions_to_the_other_side_name_the_provider_of_the_operations() -> None:
    findings = [_repeated(operation, "which key it sends to {}", to="checkout") for operation in ("a", "b", "c")]
    text = render(samples.result(*findings), Asked(questions=True))
    assert "  which key it sends to payments/a, b and c: always would settle it\n" in text
    assert "more" not in text


def test_a_scope_of_many_definitions_is_told_in_short_where_it_has_no_room() -> None:
    scope = (("env", "prod"), ("variant:Deployment/a", "here/" * 9), ("variant:Deployment/b", "there/" * 9))
    line = "      contract/question-unanswered   payments/a  [env=prod]  [not in every definition]   "
    assert line in render(samples.result(_repeated("a", scope=scope)), Asked(questions=True))
    wide = render(samples.result(_repeated("a", scope=scope)), Asked(questions=True, width=400))
    assert "[Deployment/b is as in there/" in wide and "[not in" not in wide


def test_a_file_cannot_steer_the_terminal() -> None:
    sly = replace(samples.MISMATCH.statements[0], says="checkout\x1b[2J gives\rup\u202e")
    place = replace(samples.LATEST, place=Place("shop", "pay\x07ments.yaml", 1, 1))
    finding = replace(samples.MISMATCH, statements=(sly, Statement(place, "answers\nnow")))
    text = render(
        samples.result(finding, problems=(Problem(Place(".", "\x1b[1m", 1, 1), "\x1b]0;title\x07"),)), Asked()
    )
    assert not [char for char in text if not char.isprintable() and char != "\n"]
    assert "checkout\\x1b[2J gives\\rup\\u202e" in text


def test_places_open_from_where_the_check_was_started() -> None:
    for root, shown in (
        ("shop/", "shop/a.yaml:1:2"),
        (".", "  a.yaml:1:2"),
        ("", "  a.yaml:1:2"),
        ("../x", "../x/a.yaml:1:2"),
    ):
        text = render(samples.result(problems=(Problem(Place(root, "a.yaml", 1, 2), "tabs"),)), Asked())
        assert shown in text


def test_equal_reasons_are_counted_together_and_many_are_cut() -> None:
    problems = tuple(
        Problem(Place(".", f"{number}.yaml", 1, 1), f"reason {number % 20}", fatal=True) for number in range(100)
    )
    text = render(samples.result(problems=problems), Asked())
    assert "not read: 100 whole files" in text
    assert "0.yaml:1:1 and 4 more places" in text
    assert "and 8 more reasons; --format json lists them all" in text


def test_a_long_story_is_told_by_its_beginning_and_its_end() -> None:
    steps = tuple(
        samples.step(number / 4, f"party-{number}", "calls", f"does {number}", samples.LIMIT) for number in range(90)
    )
    lines = timeline(replace(samples.STORY, steps=steps), 100, Paint(False))
    assert len(lines) == MOST_LINES
    assert lines[0].split() == ["0.00s", "party-0", "does", "0"]
    assert lines[-1].split() == ["22.25s", "party-89", "does", "89"]
    assert [line.strip() for line in lines if "more steps" in line] == [f"... {90 - MOST_LINES + 1} more steps ..."]


@pytest.mark.parametrize(
    ("times", "shown"),
    [
        ((0, 2, 4), ["0.0s", "2.0s", "4.0s"]),
        ((0, 0.25, 1), ["0.00s", "0.25s", "1.00s"]),
        ((0, 0.0005), ["0.0000s", "0.0005s"]),
        ((0, 90, 1500), ["0s", "1m30s", "25m"]),
        ((0, 93600), ["0s", "1d2h"]),
    ],
)
def test_times_have_the_digits_they_need(times: tuple[float, ...], shown: list[str]) -> None:
    steps = tuple(
        samples.step(at, f"party-{number}", "calls", "calls", samples.LIMIT) for number, at in enumerate(times)
    )
    lines = timeline(replace(samples.STORY, steps=steps), 100, Paint(False))
    assert [line.split()[0] for line in lines] == shown


def test_widths_are_those_of_a_terminal() -> None:
    assert columns("zahlung") == 7
    assert columns("支払い") == 6
    assert columns("e\u0301") == 1
    assert visible("a\tb\x00") == "a\\tb\\x00"
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("unbreakable", 4) == ["unbreakable"]


def test_a_scope_is_told_in_words() -> None:
    scope = (
        ("env", "prod"),
        ("variant:Deployment/a", "not a.yaml or b.yaml"),
        ("workload:kubernetes:/a", "Deployment/a"),
    )
    told = render(samples.result(_repeated("a", scope=scope)), Asked(questions=True, width=400))
    assert "[env=prod]  [Deployment/a is not as in a.yaml or b.yaml]  [kubernetes:/a runs as Deployment/a]" in told


def test_reasons_that_differ_only_in_a_line_are_told_as_one() -> None:
    places = (Place("shop", f"{name}.yaml", 9, 1) for name in "abc")
    problems = tuple(
        Problem(place, f"not YAML: expected a key of the map that begins in line {number}", fatal=True)
        for number, place in enumerate(places, 3)
    )
    told = render(replace(samples.result(), problems=problems), Asked())
    assert (
        "not read: 3 whole files\n  shop/a.yaml:9:1 and 2 more places\n      not YAML: expected a key of the map that begins in line 3\n"
        in told
    )
