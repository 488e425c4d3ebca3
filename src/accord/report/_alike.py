"""Questions that are alike: the same words and the same bound to the same party, each about another operation."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from accord.model.finding import Finding, Question

MOST_NAMED = 3
"""Operations that one sentence names; of more, the first two and how many others."""

_HERE = "\0"  # stands in no sentence: control characters of names are written out only when they are shown


class Alike(Struct, frozen=True):
    """Questions that are asked as one: `asks` names their operations; `asking` are the findings that ask them."""

    to: str
    asks: str
    bound: str
    asking: tuple[Finding, ...]
    questions: tuple[Question, ...]


def alike(asked: Mapping[Question, Sequence[Finding]]) -> list[Alike]:
    """The questions in the order given, those that are alike together where the first of them stands.

    Alike are questions of the same rules about operations of one provider, as one caller sees them.
    """
    groups: dict[object, list[Question]] = {}
    for question, asking in asked.items():
        groups.setdefault(_kind(question, asking), []).append(question)
    return [_together(questions, asked) for questions in groups.values()]


def _kind(question: Question, asking: Sequence[Finding]) -> object:
    finding = asking[0]
    words = _around(question, finding)
    if words is None or any((other.subject, other.rule) != (finding.subject, finding.rule) for other in asking):
        return question
    return question.to, finding.rule, finding.consumer, finding.provider, words, question.bound


def _around(question: Question, finding: Finding) -> str | None:
    """The question with a mark where it names the operation by its provider; None where it does not."""
    name = f" {finding.provider}/{finding.operation} "
    said = f" {question.asks} "
    return said.replace(name, f" {_HERE} ").strip(" ") if finding.operation and name in said else None


def _together(questions: list[Question], asked: Mapping[Question, Sequence[Finding]]) -> Alike:
    first = questions[0]
    findings = tuple(finding for question in questions for finding in asked[question])
    asks = first.asks
    if len(questions) > 1:
        finding = asked[first][0]
        own = "" if finding.provider == first.to else f"{finding.provider}/"
        names = list(dict.fromkeys(asked[question][0].operation for question in questions))
        asks = (_around(first, finding) or asks).replace(_HERE, own + _named(names))
    return Alike(first.to, asks, first.bound, findings, tuple(questions))


def _named(names: list[str]) -> str:
    """`VoteBeer, VoteTaco and 98 more`."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
