"""A result as workflow commands, which a code host shows beside the lines of a change; the rest stands in the log.

Of each level only so many annotations of one step are shown: what is over is written as plain lines.
Source: docs.github.com, "Workflow commands for GitHub Actions" (form and escapes), and the limits of annotations there.
"""

from collections import Counter
from collections.abc import Iterator

from accord.model.finding import Finding, Severity, Verdict
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.result import Result
from accord.report._asked import Asked
from accord.report._paint import Paint, visible
from accord.report._places import opened_from_here, where
from accord.report._sentences import ending, helps, sentence, settlings, subject_of, told, what
from accord.report._summary import summary

MOST_OF_A_LEVEL = 10
LONGEST_TITLE = 255
LONGEST_MESSAGE = 4_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice", Severity.USUAL: "notice"}


def render(result: Result, asked: Asked) -> str:
    """The commands, the worst first, then in plain lines what is left and the summary."""
    shown = [finding for finding in result.findings if asked.questions or finding.verdict is not Verdict.UNANSWERED]
    given = Counter[str]()
    commands: list[tuple[str, Finding]] = []
    rest: list[tuple[str, Finding]] = []
    for finding in shown:
        level = _LEVELS[finding.severity]
        given[level] += 1
        (commands if given[level] <= MOST_OF_A_LEVEL else rest).append((level, finding))
    lines = [_command(level, finding, asked) for level, finding in commands]
    lines += [_of_problem(problem, asked) for problem in _whole_files(result, MOST_OF_A_LEVEL - given["warning"])]
    lines += [_plain(_in_one_line(finding, asked)) for _, finding in rest]
    lines += [_plain(line) for line in summary(result, asked, Paint(False))]
    return "\n".join(lines) + "\n"


def _command(level: str, finding: Finding, asked: Asked) -> str:
    place = finding.statements[0].fact.place if finding.statements else None
    return _written(
        level,
        place,
        asked,
        ": ".join(filter(None, (finding.rule, subject_of(finding)))),
        "\n".join(_told(finding, asked)),
    )


def _told(finding: Finding, asked: Asked) -> Iterator[str]:
    yield visible(finding.message)
    if finding.condition:
        yield visible(finding.condition)
    statements, more = told(finding)
    for statement in statements:
        yield f"- {sentence(statement)}  ({where(statement.fact.place, asked.imported)})"
    if more:
        yield f"- and {more} more"
    yield from filter(None, [ending(finding)])
    yield from (f"settled if: {line}" for line in settlings(finding))
    yield from (f"help: {line}" for line in helps(finding))


def _whole_files(result: Result, most: int) -> list[Problem]:
    """The first files that were refused whole, one problem for each, as many as are shown."""
    first: dict[tuple[str, str], Problem] = {}
    for problem in sorted(result.problems, key=lambda problem: (problem.place.spot, problem.reason)):
        if problem.fatal:
            first.setdefault((problem.place.root, problem.place.file), problem)
    return list(first.values())[: max(most, 0)]


def _of_problem(problem: Problem, asked: Asked) -> str:
    return _written("warning", problem.place, asked, "not read", visible(problem.reason))


def _written(level: str, place: Place | None, asked: Asked, title: str, message: str) -> str:
    said = {**_where(place, asked), "title": _cut(title, LONGEST_TITLE)}
    properties = ",".join(f"{name}={_property(value)}" for name, value in said.items())
    return f"::{level} {properties}::{_data(_cut(message, LONGEST_MESSAGE))}"


def _where(place: Place | None, asked: Asked) -> dict[str, str]:
    """The file and the line that a host can open; none for what stands in no file, or in an import."""
    if place is None or not place.line or place.root in asked.imported:
        return {}
    file = opened_from_here(place.root, place.file).removeprefix("./")
    return {"file": visible(file), "line": str(place.line), "col": str(place.column)}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _in_one_line(finding: Finding, asked: Asked) -> str:
    place = f"{where(finding.statements[0].fact.place, asked.imported)}: " if finding.statements else ""
    return f"{place}{finding.verdict} {finding.rule} {what(finding)}"


def _plain(line: str) -> str:
    """A line that the host takes for no command."""
    line = line.rstrip().replace("##[", "# #[")
    return f".{line}" if line.lstrip().startswith("::") else line
