"""Open questions as lines: counted, listed by who can answer them, or beside the finding they would settle."""

from collections.abc import Iterable

from accord.model.finding import Finding, Question, Verdict
from accord.model.place import Place
from accord.model.subject import called
from accord.report._asked import Asked
from accord.report._paint import Paint, hanging, visible
from accord.report._places import where

_OUTSIDE = "dns:"
FEW = 3
"""Questions that a report shows unasked, where there is nothing else to show."""


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
    asked = open_questions(findings)
    return _grouped({question: asked[question] for question in sorted(asked, key=_asked_of)}, wanted, paint)


def _asked_of(question: Question) -> str:
    return question.to


def _grouped(questions: dict[Question, list[Finding]], wanted: Asked, paint: Paint) -> list[str]:
    asked_of: dict[str, list[tuple[Question, list[Finding]]]] = {}
    for question, asking in questions.items():
        asked_of.setdefault(question.to, []).append((question, asking))
    lines: list[str] = []
    for party, asked in asked_of.items():
        lines.append(
            f"{paint('unanswered', 'unanswered')}  asked of {paint('bold', visible(called(party)) or 'anybody')}"
        )
        for question, asking in asked:
            lines += _entry(question, asking, wanted, paint)
        lines.append("")
    return lines


def first_questions(findings: Iterable[Finding], wanted: Asked, paint: Paint) -> list[str]:
    """A few of the open questions, for a report that has nothing else to show: the most telling first.

    Those are the ones of which a bound is known that would settle them; outsiders, whom nobody here can ask, come last.
    """
    asked = open_questions(findings)
    first = sorted(asked, key=lambda question: (question.to.startswith(_OUTSIDE), not question.bound))[:FEW]
    return _grouped({question: asked[question] for question in first}, wanted, paint)


def _entry(question: Question, asking: list[Finding], wanted: Asked, paint: Paint) -> list[str]:
    lines = hanging("  ", _sentence(question), wanted.width)
    for finding in asking:
        place = where(_asked_at(question, finding), wanted.imported) if finding.statements else ""
        where_asked = "".join(f"  [{visible(name)}={visible(value)}]" for name, value in finding.scope)
        lines.append(paint("faint", f"      {finding.rule}   {visible(finding.title)}{where_asked}   {place}"))
    return lines


def _asked_at(question: Question, finding: Finding) -> Place:
    """Where the party that is asked speaks, of all that the finding rests on; else where the finding stands."""
    facts = [statement.fact for statement in finding.statements]
    own = (fact for fact in facts if question.to in (fact.says, fact.provider))
    return next(own, facts[0]).place


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
