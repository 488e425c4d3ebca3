"""A result as Markdown, for a comment on a change or the summary of a job: both sides, the timeline, what each side can do.

It fits into one comment: what is over is counted. Nothing in it addresses anybody or links to anything by itself.
"""

import re
from collections.abc import Iterable, Iterator

from accord.boundaries.verdicts.allowances import shown
from accord.model.finding import Finding, Verdict
from accord.model.result import Result, Waived
from accord.model.subject import called
from accord.model.three_columns import ThreeColumns
from accord.report._alike import alike
from accord.report._asked import Asked
from accord.report._paint import Paint, visible
from accord.report._places import where
from accord.report._questions import open_questions
from accord.report._repeated import MOST_NAMED, Told, full_name, gathered, own_place
from accord.report._sentences import helps, sentence, settlings, subject_of, told
from accord.report._summary import found, spoken_of, summary
from accord.report._three_columns import HEADS, headline, left_out, measure, seen, stated
from accord.report._three_columns import shown as shown_of
from accord.report._timeline import heading, timeline, told_by_its_end

LONGEST = 60_000
"""Characters; a comment may have 65,536 on one of the hosts."""
_NAMED = 100
"""Of whom the same is true, named one by one: so many that the comment fits still."""
_OPEN = 3
"""Findings whose timeline is open; those of the others unfold."""
_WIDTH = 100
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~$])")
_ADDRESSING = re.compile(r"([@#!&%])(?=[\w/])|(?<=\w)(:)(?=//)")


def render(result: Result, asked: Asked) -> str:
    """The whole comment; it ends with a line break."""
    if not spoken_of(result):
        return "\n".join(["### Accord: nothing to check", "", *_fenced(summary(result, asked, Paint(False)))]) + "\n"
    kept = [finding for finding in result.findings if finding.verdict is not Verdict.UNANSWERED]
    parts = [f"### Accord: {escaped(found(result, asked))}"]
    parts += ["\n".join(_three_columns(one, asked)) for one in shown_of(result.three_columns)]
    parts += (
        ["\n".join(f"- {escaped(said)}" for said in left_out(result.three_columns))] if result.three_columns else []
    )
    parts += [
        "\n".join([*_finding(one.finding, asked, number < _OPEN), *_others(one, asked)])
        for number, one in enumerate(gathered(kept))
    ]
    parts += ["\n".join(_waived(result.waived, asked))] if result.waived and asked.waived else []
    parts += ["\n".join(_questions(result.findings))] if asked.questions and open_questions(result.findings) else []
    last = "\n".join(_folded("What was read", _fenced(summary(result, asked, Paint(False))[1:])))
    return "\n\n".join(_fitting(parts, last)) + "\n"


def _fitting(parts: list[str], last: str) -> list[str]:
    """As many of the parts as fit, the number of those that do not, and the last."""
    room, fitting = LONGEST - min(len(last), LONGEST // 2), []
    for number, part in enumerate(parts):
        room -= len(part) + 2
        if room < 0 and number:
            fitting.append(f"*{len(parts) - number} more do not fit here; `accord check` shows them*")
            break
        fitting.append(part)
    return [*fitting, last]


def _three_columns(one: ThreeColumns, asked: Asked) -> Iterator[str]:
    yield f"#### {escaped(visible(one.subject))}"
    yield ""
    yield escaped(headline(one))
    yield ""
    yield f"| | {' | '.join(HEADS)} |"
    yield "|---|---|---|---|"
    for row in one.rows:
        label = escaped(measure(row)) + (f" **{row.verdict}**" if row.verdict else "")
        said = [
            "<br>".join(
                f"{escaped(stated(entry))} {_code(where(entry.fact.place, asked.imported))}" for entry in entries
            )
            for entries in (row.assumed, row.promised)
        ]
        observed = "<br>".join(escaped(seen(entry)) for entry in row.observed)
        yield f"| {label} | {said[0]} | {observed} | {said[1]} |"
    if one.remarks:
        yield ""
        yield from (f"- {escaped(visible(remark))}" for remark in one.remarks)


def _finding(finding: Finding, asked: Asked, is_open: bool) -> Iterator[str]:
    yield f"#### {finding.verdict}: {escaped(subject_of(finding) or finding.rule)}"
    yield ""
    yield f"`{finding.rule}`: {escaped(visible(finding.message))}"
    yield ""
    yield from _statements(finding, asked)
    if finding.condition:
        yield from ("", escaped(visible(finding.condition)))
    if finding.witness is not None:
        end = told_by_its_end(finding.witness)
        lines = [end] if end else [line[4:] for line in timeline(finding.witness, _WIDTH, Paint(False))]
        title = heading(finding.witness).rstrip(":")
        yield ""
        yield from ([f"{title}:", "", *_fenced(lines)] if is_open else _folded(title, _fenced(lines)))
    sayings = [*(f"settled if {line}" for line in settlings(finding)), *helps(finding)]
    if sayings:
        yield ""
        yield from (f"- {escaped(line)}" for line in sayings)


def _others(told_once: Told, asked: Asked) -> Iterator[str]:
    """Of whom the same is true, each with a place of its own."""
    others, lines = told_once.others, []
    for other in others[:_NAMED]:
        place = own_place(other, told_once.finding).place
        name = visible(full_name(other, told_once.finding)) or subject_of(other)
        lines.append(f"- so for {escaped(name)} ({_code(where(place, asked.imported))})")
    if len(others) > _NAMED:
        lines.append(f"- and for {len(others) - _NAMED} more, which `accord check` shows")
    if lines:
        yield ""
        yield from lines if len(lines) <= MOST_NAMED else _folded(f"so for {len(others)} more", lines)


def _statements(finding: Finding, asked: Asked) -> Iterator[str]:
    """Both sides, each with its place."""
    yield "| says | where |"
    yield "|---|---|"
    statements, more = told(finding)
    for statement in statements:
        yield f"| {escaped(sentence(statement))} | {_code(where(statement.fact.place, asked.imported))} |"
    if more:
        yield f"| and {more} more | |"


def _waived(waived: Iterable[Waived], asked: Asked) -> Iterator[str]:
    lines = [
        f"- `{one.finding.rule}` {escaped(subject_of(one.finding))}: {escaped(visible(shown(one.waiver)))}"
        f" ({_code(where(one.waiver.place, asked.imported))})"
        for one in waived
    ]
    yield from _folded(f"{len(lines)} waived", lines)


def _questions(findings: Iterable[Finding]) -> Iterator[str]:
    lines = [
        f"- {escaped(visible(called(question.to)) or 'anybody')}: {escaped(visible(question.asks))}"
        + (f" ({escaped(visible(question.bound))} would settle it)" if question.bound else "")
        for question in alike(open_questions(findings))
    ]
    yield from _folded("Open questions, by who can answer", sorted(lines))


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def _fenced(lines: Iterable[str]) -> list[str]:
    """The lines as they are, in a fence that is longer than any in them."""
    lines = list(lines)
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *(line.rstrip() for line in lines), fence]


def _code(text: str) -> str:
    """A text as code within a table."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest else ""
    return f"{fence}{blank}{text}{blank}{fence}".replace("|", "\\|")


def escaped(text: str) -> str:
    """A text that is read as it is: no emphasis, no tags, no table cells, and nobody and nothing is addressed by it."""
    parts = _ADDRESSING.split(_SPECIAL.sub(r"\\\1", text))
    return "".join(f"{part}<!-- -->" if number % 3 and part else part or "" for number, part in enumerate(parts))
