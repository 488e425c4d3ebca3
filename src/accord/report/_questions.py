"""Open questions as lines: counted, listed by who can answer them, or beside the finding they would settle."""

from collections.abc import Iterable

from accord.model.finding import Finding, Question, Verdict
from accord.model.place import Place
from accord.model.subject import called
from accord.report._alike import Alike, alike
from accord.report._asked import Asked
from accord.report._paint import Paint, columns, hanging, visible
from accord.report._places import where
from accord.report._scopes import scoped

_OUTSIDE = "dns:"
_OF_SEVERAL = "variant:"
MOST_PLACES = 3
"""Places listed below one question; of more, the first two."""

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
    """The open questions, those that are alike as one, grouped by the party who can answer."""
    return _grouped(sorted(alike(open_questions(findings)), key=_asked_of), wanted, paint)


def _asked_of(asked: Alike) -> str:
    return asked.to


def _grouped(questions: Iterable[Alike], wanted: Asked, paint: Paint) -> list[str]:
    asked_of: dict[str, list[Alike]] = {}
    for question in questions:
        asked_of.setdefault(question.to, []).append(question)
    lines: list[str] = []
    for party, asked in asked_of.items():
        lines.append(
            f"{paint('unanswered', 'unanswered')}  asked of {paint('bold', visible(called(party)) or 'anybody')}"
        )
        for question in asked:
            lines += _entry(question, wanted, paint)
        lines.append("")
    return lines


def first_questions(findings: Iterable[Finding], wanted: Asked, paint: Paint) -> list[str]:
    """A few of the open questions, for a report that has nothing else to show: the most telling first.

    Those are the ones of which a bound is known that would settle them; outsiders, whom nobody here can ask, come last.
    """
    asked = alike(open_questions(findings))
    first = sorted(asked, key=lambda question: (question.to.startswith(_OUTSIDE), not question.bound))[:FEW]
    return _grouped(first, wanted, paint)


def _entry(asked: Alike, wanted: Asked, paint: Paint) -> list[str]:
    lines = hanging("  ", sentence_of(asked), wanted.width)
    shown = asked.asking if len(asked.asking) <= MOST_PLACES else asked.asking[: MOST_PLACES - 1]
    for finding in shown:
        place = where(_asked_at(asked.to, finding), wanted.imported) if finding.statements else ""
        said = f"      {finding.rule}   {visible(finding.title)}"
        lines.append(
            paint("faint", f"{said}{_only_where(finding, wanted.width - columns(said + place) - 3)}   {place}")
        )
    more = len(asked.asking) - len(shown)
    return [*lines, *([paint("faint", f"      and {more} more (--format json lists them)")] if more else [])]


def _only_where(finding: Finding, room: int) -> str:
    """The scope of a finding; which of several definitions of an object are meant is told only where there is room."""
    pairs = [f"  [{scoped(name, value)}]" for name, value in finding.scope]
    if columns("".join(pairs)) <= room:
        return "".join(pairs)
    told = [pair for pair, (name, _) in zip(pairs, finding.scope, strict=True) if not name.startswith(_OF_SEVERAL)]
    return "".join(told) + ("  [not in every definition]" if len(told) < len(pairs) else "")


def _asked_at(party: str, finding: Finding) -> Place:
    """Where the party that is asked speaks, of all that the finding rests on; else where the finding stands."""
    facts = [statement.fact for statement in finding.statements]
    own = (fact for fact in facts if party in (fact.says, fact.provider))
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


def sentence_of(asked: Alike) -> str:
    """What is asked, and the answer that would settle it where one is known."""
    bound = f": {visible(asked.bound)} would settle it" if asked.bound else ""
    return visible(asked.asks.replace(asked.to, called(asked.to)) if asked.to else asked.asks) + bound
