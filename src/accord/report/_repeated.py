"""What one cause does to several: conditions and notes in the same words about others, told in full once."""

import re
from collections.abc import Sequence

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
    """The findings in the order given, those in the same words together where the first of them stands."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        groups.setdefault(_words(finding) or number, []).append(finding)
    told: list[Told] = []
    for same in groups.values():
        together = len(same) >= FEWEST
        told += [Told(same[0], tuple(same[1:]))] if together else [Told(finding) for finding in same]
    position = {id(finding): number for number, finding in enumerate(findings)}
    return sorted(told, key=lambda one: position[id(one.finding)])


def _words(finding: Finding) -> object:
    """What is said but for whom it is said of; None where it is of nobody, or is told each time."""
    if finding.verdict not in _TOLD_ONCE or not finding.provider or not finding.operation:
        return None
    names = "|".join(re.escape(name) for name in (finding.provider, called(finding.provider)))
    of_provider = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")
    said = (finding.message, finding.condition, *(statement.says for statement in finding.statements))
    return (finding.rule, finding.verdict, finding.consumer, *(of_provider.sub(_HERE, text) for text in said))


def own_place(finding: Finding, first: Finding) -> Fact:
    """The statement of a finding that stands elsewhere than that of the one told in full."""
    pairs = zip(finding.statements, first.statements, strict=True)
    own = [mine.fact for mine, other in pairs if mine.fact.place != other.fact.place]
    return own[0] if own else finding.statements[0].fact
