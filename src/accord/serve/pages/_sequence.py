"""A witness as a drawing: a lane for each party, time downwards, each step where its party stands."""

from collections.abc import Sequence
from textwrap import wrap
from xml.sax.saxutils import escape

from accord.model.finding import Finding
from accord.model.subject import called
from accord.model.witness import Step
from accord.report._timeline import times

MOST_STEPS, MOST_LANES = 24, 6
_LANE, _ROW, _TOP, _LEFT, _LETTERS, _AIR = 190, 20, 34, 70, 27, 50


def sequence(finding: Finding) -> str:
    """The drawing as SVG; empty where there is no story to draw, or too many parties in it."""
    if finding.witness is None:
        return ""
    steps = finding.witness.steps[:MOST_STEPS]
    parties = [*dict.fromkeys(step.party for step in steps if step.party)]
    if not parties or len(parties) > MOST_LANES or all(step.act in ("states", "concludes") for step in steps):
        return ""
    shown = times(finding.witness.starts, [step.at for step in steps])
    lines = [wrap(step.does, _LETTERS * (1 if step.party else len(parties))) or [""] for step in steps]
    tall = _TOP + sum(len(each) * _ROW + 8 for each in lines) + 10
    wide = _LEFT + _LANE * len(parties) + _AIR
    lanes = "".join(_lane(called(party), number, tall) for number, party in enumerate(parties))
    drawn = "".join(_steps(steps, shown, lines, parties))
    label = escape(finding.message, {'"': "&quot;"})
    return f'<svg class="sequence" viewBox="0 0 {wide} {tall}" width="{wide}" role="img" aria-label="{label}">{lanes}{drawn}</svg>'


def _lane(name: str, number: int, tall: int) -> str:
    at = _LEFT + _LANE * number
    return f'<text class="party" x="{at}" y="16">{escape(name[:_LETTERS])}</text><line class="lane" x1="{at}" x2="{at}" y1="24" y2="{tall}"/>'


def _steps(steps: Sequence[Step], shown: list[str], lines: list[list[str]], parties: list[str]) -> list[str]:
    drawn, down = [], _TOP + _ROW
    for step, time, words in zip(steps, shown, lines, strict=True):
        at = _LEFT + _LANE * (parties.index(step.party) if step.party else 0)
        kind = "end" if step.act == "concludes" else "step"
        drawn.append(f'<text class="time" x="{_LEFT - 10}" y="{down}" text-anchor="end">{escape(time)}</text>')
        drawn.append(f'<circle class="{kind}" cx="{at}" cy="{down - 4}" r="4"/>')
        for word in words:
            drawn.append(f'<text class="{kind}" x="{at + 10}" y="{down}">{escape(word)}</text>')
            down += _ROW
        down += 8
    return drawn
