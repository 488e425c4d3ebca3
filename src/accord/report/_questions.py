"""Open questions as lines: counted, listed by who can answer them, or beside the finding they would settle."""

from collections.abc import Iterable

from accord.model.finding import Finding, Question, Verdict
from accord.model.subject import called
from accord.report._asked import Asked
from accord.report._paint import Paint, hanging, visible
from accord.report._places import where

FEW = 3
"""Questions that a report shows unasked where there is nothing else to show, or one or two more of the same finding."""


def open_questions(findings: Iterable[Finding]) -> dict[Question, list[Finding]]:
    """Every question that an unanswered finding asks, once, with the findings that ask it."""
    asked: dict[Question, list[Finding]] = {}
    for finding in findings:
        if finding.verdict is Verdict.UNANSWERED:
            for question in finding.questions:
                asked.setdefault(question, []).append(finding)
    return asked


def question_list(findings: Iterable[Finding], wanted: Asked, paint: Paint) -> list[str]:
    """The open questions, grouped by the party who can answer."""
    asked_of: dict[str, list[tuple[Question, list[Finding]]]] = {}
    for question, asking in open_questions(findings).items():
        asked_of.setdefault(question.to, []).append((question, asking))
    lines: list[str] = []
    for party, asked in sorted(asked_of.items(), key=lambda item: item[0]):
        lines.append(
            f"{paint('unanswered', 'unanswered')}  asked of {paint('bold', visible(called(party)) or 'anybody')}"
        )
        for question, asking in asked:
            lines += _entry(question, asking, wanted, paint)
        lines.append("")
    return lines


def first_questions(findings: Iterable[Finding], wanted: Asked, paint: Paint) -> list[str]:
    """A few of the open questions, for a report that has nothing else to show."""
    asking: list[Finding] = []
    for finding in findings:
        if len(open_questions(asking)) < FEW:
            asking.append(finding)
    return question_list(asking, wanted, paint)


def _entry(question: Question, asking: list[Finding], wanted: Asked, paint: Paint) -> list[str]:
    lines = hanging("  ", _sentence(question), wanted.width)
    for finding in asking:
        place = where(finding.statements[0].fact.place, wanted.imported) if finding.statements else ""
        where_asked = "".join(f"  [{visible(name)}={visible(value)}]" for name, value in finding.scope)
        lines.append(paint("faint", f"      {finding.rule}   {visible(finding.title)}{where_asked}   {place}"))
    return lines


def settling(questions: tuple[Question, ...], width: int, paint: Paint) -> list[str]:
    """What would settle a finding that is decided only under a condition."""
    lines = []
    for question in questions:
        bound = f": {visible(question.bound)}" if question.bound else ""
        text = f"{visible(called(question.to))} says {visible(question.asks)}{bound}"
        first, *rest = hanging(" " * 14, text, width)
        lines += ["  " + paint("unanswered", "settled if:") + " " + first[14:], *rest]
    return lines


def _sentence(question: Question) -> str:
    bound = f": {visible(question.bound)} would settle it" if question.bound else ""
    return visible(question.asks) + bound
