"""What one cause does to several: findings in the same words about others, told in full once."""

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict
from accord.model.place import Place
from accord.model.subject import called

FEWEST = 3
"""Findings in the same words from which on only the first is told in full."""
MOST_NAMED = 5

_TOLD_ONCE = frozenset((Verdict.CONDITIONAL, Verdict.NOTE))
_HERE = "\0"  # stands in no sentence: control characters of names are written out only when they are shown


class Told(Struct, frozen=True):
    """A finding that is told in full, and those of which the same is true."""

    finding: Finding
    others: tuple[Finding, ...] = ()


def gathered(findings: Sequence[Finding]) -> list[Told]:
    """The findings in the order given, those in the same words together where the first of them stands.

    First those of which only who is on the one side differs, and one place: of one cause. Of what is left, conditions and
    notes that are the same of several providers; then what one line, of which there are several copies, has come to.
    """
    told: list[list[Finding]] = []
    alone = list(findings)
    for cause, words in ((_cause, _words), (_side, _of_providers), (_line, _words_of_nobody)):
        alike = [same for several in _several(alone, cause) for same in _several(several, words)]
        known = {id(finding) for same in alike for finding in same}
        alone = [finding for finding in alone if id(finding) not in known]
        told += alike
    told += [[finding] for finding in alone]
    position = {id(finding): number for number, finding in enumerate(findings)}
    return [Told(same[0], tuple(same[1:])) for same in sorted(told, key=lambda same: position[id(same[0])])]


def _several(findings: Sequence[Finding], words: Callable[[Finding], object]) -> list[list[Finding]]:
    """Those of the groups that are worth telling together: of many, or of what would read the same twice."""
    return [same for same in _together(findings, words) if len(same) >= FEWEST or _reads_the_same(*same[:2])]


def _reads_the_same(finding: Finding, other: Finding | None = None) -> bool:
    """Whether a finding has the same head, the same statements and the same places as another: two folders deploy one module."""
    if other is None or (finding.title, finding.scope) != (other.title, other.scope):
        return False
    return [_said_at(one) for one in finding.statements] == [_said_at(one) for one in other.statements]


def _said_at(statement: Statement) -> tuple[str, Place]:
    return statement.says, statement.fact.place


def _together(findings: Sequence[Finding], words: Callable[[Finding], object]) -> list[list[Finding]]:
    """The findings in groups of the same words; one of which they are None is by itself."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        groups.setdefault(words(finding) or number, []).append(finding)
    return [*groups.values()]


def _cause(finding: Finding) -> object:
    """Who is on the other side, and where that says it; None where only one side says anything."""
    causes = [one.fact.place for one in finding.statements if not _is_said_of(finding.consumer, one.fact)]
    if not finding.consumer or not causes or len(causes) == len(finding.statements):
        return None
    other_side = (finding.provider, finding.operation, finding.via)
    return (finding.rule, finding.verdict, finding.severity, finding.scope, *other_side, *causes)


def _words(finding: Finding) -> object:
    """All that is said but for who is on the one side."""
    return tuple(_without((finding.consumer,), _said(finding)))


def _said(finding: Finding) -> list[str]:
    said = [finding.message, finding.condition, *(move.do for move in finding.moves)]
    said += [statement.says for statement in finding.statements]
    return said + [text for question in finding.questions for text in (question.to, question.asks, question.bound)]


def _is_said_of(party: str, fact: Fact) -> bool:
    return bool(party) and party in (fact.consumer, fact.provider)


def _of_providers(finding: Finding) -> object:
    """What is said but for whom it is said of; None where it is of nobody, or is told each time."""
    if finding.verdict not in _TOLD_ONCE or not finding.provider or not finding.operation:
        return None
    said = [finding.message, finding.condition, *(statement.says for statement in finding.statements)]
    return (finding.rule, finding.verdict, finding.consumer, *_without((finding.provider,), said))


def _side(finding: Finding) -> object:
    return finding.rule, finding.verdict, finding.consumer


def _line(finding: Finding) -> object:
    """Where the other side says it, whoever that is called in each copy of it; where only one side speaks, all places."""
    places = [one.fact.place for one in finding.statements if not _is_said_of(finding.consumer, one.fact)]
    return (finding.rule, finding.verdict, finding.severity, finding.scope, finding.via, *places) if places else None


def _words_of_nobody(finding: Finding) -> object:
    """All that is said but for the names of all whom it concerns."""
    facts = [statement.fact for statement in finding.statements]
    named = (finding.consumer, finding.provider, *(party for fact in facts for party in (fact.consumer, fact.provider)))
    return tuple(_without(named, _said(finding)))


def _without(parties: Iterable[str], said: Sequence[str]) -> list[str]:
    """Texts without the names of some parties."""
    known = {name for party in parties for name in (party, called(party)) if name}
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    named = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")
    return [named.sub(_HERE, text) for text in said]


def full_name(finding: Finding, first: Finding) -> str:
    """What a finding is about with the folder that says so, where it reads the same as the one told in full; else ""."""
    return finding.subject if _reads_the_same(finding, first) else ""


def own_place(finding: Finding, first: Finding) -> Fact:
    """The statement of a finding that stands elsewhere than that of the one told in full."""
    pairs = zip(finding.statements, first.statements, strict=True)
    own = [mine.fact for mine, other in pairs if mine.fact.place != other.fact.place]
    return own[0] if own else finding.statements[0].fact
