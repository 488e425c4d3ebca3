"""Times of both sides on one scale, drawn: what is assumed above the line, what is promised below it."""

from collections.abc import Sequence
from math import log10
from xml.sax.saxutils import escape

from msgspec import Struct

_WIDE, _TALL, _EDGE = 420, 74, 14


class Mark(Struct, frozen=True):
    """A time in nanoseconds, whose it is (assumed, observed, promised), and the words beside it."""

    column: str
    value: int
    text: str


def scale(marks: Sequence[Mark]) -> str:
    """The drawing as SVG; empty where there are not two times to hold against each other. The scale is logarithmic."""
    known = [mark for mark in marks if mark.value > 0]
    if len({mark.value for mark in known}) < 2:
        return ""
    lowest, highest = (log10(pick(mark.value for mark in known)) for pick in (min, max))
    wide = _WIDE - 2 * _EDGE - 60

    def place(value: int) -> float:
        return _EDGE + 30 + wide * (log10(value) - lowest) / (highest - lowest)

    said = ", ".join(f"{mark.column} {mark.text}" for mark in known)
    drawn = "".join(_drawn(mark, place(mark.value)) for mark in known)
    return (
        f'<svg class="scale" viewBox="0 0 {_WIDE} {_TALL}" role="img" aria-label="{escape(said, {chr(34): "&quot;"})}">'
        f'<line class="axis" x1="{_EDGE}" x2="{_WIDE - _EDGE}" y1="37" y2="37"/>{drawn}</svg>'
    )


def _drawn(mark: Mark, at: float) -> str:
    above = mark.column == "assumed"
    ends, words = (14, 10) if above else (58, 70)
    shape = f'<path class="{mark.column}" d="M{at:.1f} 37 L{at:.1f} {ends}"/>'
    dot = (
        f'<circle class="{mark.column}" cx="{at:.1f}" cy="37" r="4"/>'
        if above
        else f'<rect class="{mark.column}" x="{at - 4:.1f}" y="33" width="8" height="8"/>'
    )
    return f'{shape}{dot}<text class="words" x="{at:.1f}" y="{words}" text-anchor="middle">{escape(mark.text)}</text>'
