"""What is said of waivers and baselines: notes whose one statement is the line that somebody wrote."""

from collections.abc import Iterable

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.finding import Finding, Statement, Verdict
from accord.model.place import Place
from accord.model.waiver import Waiver

WRITTEN = "accord:"
"""How the parties are spelled that stand for what is written to Accord itself: `accord:allow[family/name]`."""


def note_on(waiver: Waiver, says: str, message: str) -> Finding:
    """A note on a waiver."""
    return note_on_lines(f"allow[{waiver.rule}]" if waiver.rule else "allow", [(waiver.place, says)], message)


def note_on_lines(about: str, lines: Iterable[tuple[Place, str]], message: str) -> Finding:
    """A note on what is written at some places, each with what stands there."""
    party = f"{WRITTEN}{about}"
    statements = tuple(
        Statement(
            Fact(party, Stance.ASSUMES, "", party, PARTY, "waiver", says, says, place, Layer.PEOPLE, source="waiver"),
            says,
        )
        for place, says in lines
    )
    return Finding(Verdict.NOTE, message, statements, provider=party)


def shown(waiver: Waiver) -> str:
    """A waiver in words, with its owner and its reason: `allowed until 2027-03-31 by team-shop because ...`."""
    until = f" until {waiver.until.isoformat()}" if waiver.until else ""
    owner = f" by {waiver.owner}" if waiver.owner else ""
    return f"allowed{until}{owner} because {waiver.because}"
