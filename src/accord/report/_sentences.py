"""The sentences that all formats for people share."""

from collections.abc import Sequence

from accord.model.fact import Stance
from accord.model.finding import Finding, Statement
from accord.model.subject import called
from accord.report._paint import visible
from accord.report._scopes import scoped
from accord.report._timeline import heading


def sentence(statement: Statement) -> str:
    """What a statement says; of a default also who acts so, and in which versions; of what a mapping read, its name."""
    fact = statement.fact
    if fact.source == "mapping" and fact.version:
        is_default = "default of mapping" if fact.stance is Stance.DEFAULT else "mapping"
        return visible(f"{statement.says} ({is_default} {fact.version})")
    if fact.stance is not Stance.DEFAULT:
        return visible(statement.says)
    return visible(f"{statement.says} (default of {' '.join(filter(None, (fact.source, fact.version)))})")


MOST_STATEMENTS = 12
"""Statements of one finding that are all told; of more, only the first `SHOWN`."""
SHOWN = 5


def told(finding: Finding) -> tuple[Sequence[Statement], int]:
    """The statements that are told to people, and how many more there are."""
    more = len(finding.statements) - SHOWN if len(finding.statements) > MOST_STATEMENTS else 0
    return (finding.statements[:SHOWN] if more else finding.statements), more


def what(finding: Finding) -> str:
    """The subject and the message, `checkout -> payments/charge: checkout waits 2s, ...`."""
    return ": ".join(filter(None, (subject_of(finding), visible(finding.message))))


def ending(finding: Finding) -> str:
    """How it fails in one line, where the message does not say it already; "" where there is no witness."""
    steps = finding.witness.steps if finding.witness is not None else ()
    if finding.witness is None or not steps or steps[-1].does in finding.message:
        return ""
    return f"{heading(finding.witness)} {visible(steps[-1].does)}"


def subject_of(finding: Finding) -> str:
    """The boundary by the names that people know, with what it goes through and the scope where it is not everywhere."""
    via = f" via {finding.via}" if finding.via else ""
    scope = ", ".join(scoped(name, value) for name, value in finding.scope)
    return visible(f"{finding.title}{via}") + (f" [{scope}]" if scope else "")


def helps(finding: Finding) -> list[str]:
    """What each side can do: `checkout: wait at least 5s`."""
    return [visible(f"{called(move.party)}: {move.do}") for move in finding.moves]


def settlings(finding: Finding) -> list[str]:
    """What would settle a finding: `payments says how late payments/charge may answer: at most 2s`."""
    return [
        visible(
            f"{called(question.to) or 'anybody'} says {question.asks}"
            + (f": {question.bound}" if question.bound else "")
        )
        for question in finding.questions
    ]
