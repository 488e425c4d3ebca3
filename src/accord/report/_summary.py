"""The end of a report: what was found, what was read, what was not and why, and the next useful command."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from shlex import quote

from accord.model.finding import Verdict
from accord.model.problem import Problem
from accord.model.result import Result
from accord.report._asked import Asked
from accord.report._paint import Paint, hanging, visible
from accord.report._places import where
from accord.report._questions import open_questions

MOST_REASONS = 12
_LINE = re.compile(r"\bline \d+(?:, column \d+)?")
"""Where else a reason points to: places that differ in no more than that are told as one."""
MOST_RULES = 8
MANY = 10
"""Findings from which on the end of a report says which rules they are of."""

_WORDS = {
    Verdict.MISMATCH: ("mismatch", "mismatches"),
    Verdict.BREACH: ("breach", "breaches"),
    Verdict.CONDITIONAL: ("conditional", "conditional"),
    Verdict.NOTE: ("note", "notes"),
}

_STDIN = "-"
_FILES = (".yaml", ".yml", ".json")

_BEGINNING = """\
an accord.yaml says what no other file says; it begins like this:
  party: checkout
  assumes:
    payments/charge: {timeout: {attempt: 2s}, attempts: 3}"""


def summary(result: Result, asked: Asked, paint: Paint) -> list[str]:
    """The last lines of a report; the very last says what to do next."""
    if not spoken_of(result):
        return [
            *_nothing(result, asked),
            *not_read(result.problems, asked.width, paint),
            f"next: {paint('code', 'accord schema contract')}",
        ]
    lines = hanging("", found(result, asked), asked.width)
    lines += by_rule(result)
    lines += hanging("", f"read {_count(result.files, 'file')}: {_parties(result)}", asked.width)
    lines += not_read(result.problems, asked.width, paint)
    lines += hanging("", untried(result), asked.width) if untried(result) else []
    return [*lines, f"next: {paint('code', next_command(result, asked))}"]


def spoken_of(result: Result) -> bool:
    """Whether anything was read that speaks of anybody: a party, an alert, a recorded series."""
    return bool(result.parties or result.alerts or result.records or result.routings)


def by_rule(result: Result) -> list[str]:
    """How many findings each rule has, the most first, where there are more findings than fit on a screen."""
    shown = [finding for finding in result.findings if finding.verdict is not Verdict.UNANSWERED]
    counts = Counter(finding.rule for finding in shown).most_common()
    if len(shown) < MANY:
        return []
    widest = len(str(counts[0][1]))
    lines = [f"  {str(count).rjust(widest)}  {rule}" for rule, count in counts[:MOST_RULES]]
    return [
        *lines,
        *([f"  and of {_count(len(counts) - MOST_RULES, 'more rule')}"] if len(counts) > MOST_RULES else []),
    ]


def untried(result: Result) -> str:
    """How many moves are not shown because they were not re-checked; "" where all were."""
    left_out = sum(finding.untried for finding in result.findings)
    of = sum(1 for finding in result.findings if finding.untried)
    moves = _count(left_out, "help line is", "help lines are")
    return f"{moves} left out for {_count(of, 'finding')}: re-checking them would take too long" if left_out else ""


def found(result: Result, asked: Asked) -> str:
    """`1 mismatch, 12 questions nobody answers`, or that nothing contradicts anything."""
    counts = Counter(finding.verdict for finding in result.findings)
    parts = [_count(counts[verdict], *words) for verdict, words in _WORDS.items() if counts[verdict]]
    questions = len(open_questions(result.findings))
    if questions:
        hint = "" if asked.questions else " (--questions lists them)"
        parts.append(_count(questions, "question nobody answers", "questions nobody answers") + hint)
    only = f" for {visible(asked.only)}" if asked.only else ""
    apart = set_apart(result, asked)
    nothing = "nothing else is found" if apart else "no statement contradicts another, and no question is open"
    return ", ".join([*(parts or [nothing]), *apart]) + only


def set_apart(result: Result, asked: Asked) -> list[str]:
    """`2 waived (--waived lists them)` and `3 known to the baseline`, each where there are any."""
    hint = "" if asked.waived else " (--waived lists them)"
    waived = [f"{len(result.waived)} waived{hint}"] if result.waived else []
    return waived + ([f"{len(result.known)} known to the baseline"] if result.known else [])


def next_command(result: Result, asked: Asked) -> str:
    """The command that helps most after this report."""
    first = next((finding for finding in result.findings if finding.verdict is not Verdict.UNANSWERED), None)
    if first is not None:
        return f"accord explain {first.rule}"
    paths = " ".join(visible(quote(path)) for path in asked.paths if asked.paths != (".",))
    if result.findings and not asked.questions:
        return " ".join(filter(None, ("accord check", paths, "--questions")))
    if result.findings:
        return f"accord explain {result.findings[0].rule}"
    if _STDIN in asked.paths:
        return "accord explain"
    begins = result.unwritten and len(asked.paths) == 1 and not asked.paths[0].endswith(_FILES)
    return " ".join(filter(None, ("accord init" if begins else "accord facts", paths)))


def not_read(problems: Sequence[Problem], width: int, paint: Paint) -> list[str]:
    """What was refused and why, equal reasons counted together, whole files first."""
    groups: dict[tuple[bool, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((not problem.fatal, _LINE.sub("line", problem.reason)), []).append(problem)
    if not groups:
        return []
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    shown = sorted(
        ordered[:MOST_REASONS], key=lambda item: (item[0][0], min(problem.place.spot for problem in item[1]))
    )
    lines = [paint("note", "not read: ") + extent(problems)]
    for _, group in shown:
        first = min(group, key=lambda problem: (problem.place.spot, problem.reason))
        more = f" and {_count(len(group) - 1, 'more place')}" if len(group) > 1 else ""
        lines.append("  " + where(first.place) + more)
        lines += hanging("      ", visible(first.reason), width)
    if len(ordered) > MOST_REASONS:
        lines.append(f"  and {_count(len(ordered) - MOST_REASONS, 'more reason')}; --format json lists them all")
    return lines


def extent(problems: Iterable[Problem]) -> str:
    """How many files, and how many places in others: a file that is refused for two reasons is one file."""
    whole = {(problem.place.root, problem.place.file) for problem in problems if problem.fatal}
    places = sum((problem.place.root, problem.place.file) not in whole for problem in problems)
    if not whole:
        return _count(places, "place")
    parts = [_count(places, "place in other files", "places in other files")] if places else []
    return ", ".join([_count(len(whole), "whole file"), *parts])


def nothing_readable(result: Result) -> bool:
    """Whether there is nothing to judge because it could not be read, rather than because nobody speaks here."""
    return (
        not spoken_of(result)
        and bool(result.problems)
        and (not result.files or not all(problem.fatal for problem in result.problems))
    )


def _nothing(result: Result, asked: Asked) -> list[str]:
    paths = " ".join("standard input" if path == _STDIN else visible(path) for path in asked.paths)
    if nothing_readable(result):
        return hanging("", f"nothing could be read in {paths}", asked.width)
    files = f"of {_count(result.files, 'file')} none is" if result.files else "there is"
    none = "an accord.yaml or a manifest that is known" if result.files else "no accord.yaml and no manifest"
    return [*hanging("", f"nothing to check in {paths}: {files} {none}", asked.width), *_BEGINNING.splitlines()]


def _parties(result: Result) -> str:
    """`14 parties, 6 alerts, 5 boundaries`: what there is; of parties without a boundary, why there is none."""
    counts = (
        (result.parties, "party", "parties"),
        (result.alerts, "alert", "alerts"),
        (result.records, "recorded series", "recorded series"),
        (result.routings, "routing tree", "routing trees"),
        (result.boundaries, "boundary", "boundaries"),
    )
    text = ", ".join(_count(number, one, many) for number, one, many in counts if number)
    alone = result.parties and not (result.boundaries or result.alerts)
    return f"{text}; no file says yet who calls whom" if alone else text


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
