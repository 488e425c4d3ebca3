"""What one cause does to several: findings in the same words about others, told in full once."""

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
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
    notes that are the same of several providers.
    """
    alike = [same for same in _together(findings, _cause) if len(same) >= FEWEST]
    told = [same for several in alike for same in _together(several, _words) if len(same) >= FEWEST]
    known = {id(finding) for same in told for finding in same}
    alone = [finding for finding in findings if id(finding) not in known]
    for same in _together(alone, _of_providers):
        told += [same] if len(same) >= FEWEST else [[finding] for finding in same]
    position = {id(finding): number for number, finding in enumerate(findings)}
    return [Told(same[0], tuple(same[1:])) for same in sorted(told, key=lambda same: position[id(same[0])])]


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
    said = [finding.message, finding.condition, *(move.do for move in finding.moves)]
    said += [statement.says for statement in finding.statements]
    said += [text for question in finding.questions for text in (question.to, question.asks, question.bound)]
    return tuple(_without(finding.consumer, said))


def _is_said_of(party: str, fact: Fact) -> bool:
    return party in (fact.consumer, fact.provider)


def _of_providers(finding: Finding) -> object:
    """What is said but for whom it is said of; None where it is of nobody, or is told each time."""
    if finding.verdict not in _TOLD_ONCE or not finding.provider or not finding.operation:
        return None
    said = [finding.message, finding.condition, *(statement.says for statement in finding.statements)]
    return (finding.rule, finding.verdict, finding.consumer, *_without(finding.provider, said))


def _without(party: str, said: Sequence[str]) -> list[str]:
    """Texts without the name of a party."""
    names = "|".join(re.escape(name) for name in (party, called(party)))
    named = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")
    return [named.sub(_HERE, text) for text in said]


def own_place(finding: Finding, first: Finding) -> Fact:
    """The statement of a finding that stands elsewhere than that of the one told in full."""
    pairs = zip(finding.statements, first.statements, strict=True)
    own = [mine.fact for mine, other in pairs if mine.fact.place != other.fact.place]
    return own[0] if own else finding.statements[0].fact
