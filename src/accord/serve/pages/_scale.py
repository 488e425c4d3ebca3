"""Times of both sides on one scale, drawn: what is assumed above the line, what is promised below it."""

from collections.abc import Sequence
from math import log10
from xml.sax.saxutils import escape

from msgspec import Struct

_WIDE, _LOW, _EDGE, _ROW = 720, 24, 14, 20


class Mark(Struct, frozen=True):
    """A time in nanoseconds, whose it is (assumed, observed, promised), and the words beside it."""

    column: str
    value: int
    text: str


def scale(marks: Sequence[Mark]) -> str:
    """The drawing as SVG; empty where there are not two times to hold against each other. The scale is logarithmic."""
    known = sorted((mark for mark in marks if mark.value > 0), key=lambda mark: mark.value)
    if len({mark.value for mark in known}) < 2:
        return ""
    above = [mark for mark in known if mark.column == "assumed"]
    below = [mark for mark in known if mark.column != "assumed"]
    line = _LOW + _ROW * len(above)
    drawn = [_drawn(mark, _place(mark, known), line, line - _ROW * number - 10) for number, mark in enumerate(above)]
    drawn += [_drawn(mark, _place(mark, known), line, line + _ROW * number + 22) for number, mark in enumerate(below)]
    said = escape(", ".join(f"{mark.column}: {mark.text}" for mark in known), {'"': "&quot;"})
    axis = f'<line class="axis" x1="{_EDGE}" x2="{_WIDE - _EDGE}" y1="{line}" y2="{line}"/>'
    tall = line + _ROW * len(below) + _LOW
    return (
        f'<svg class="scale" viewBox="0 0 {_WIDE} {tall}" role="img" aria-label="{said}">{axis}{"".join(drawn)}</svg>'
    )


def _place(mark: Mark, known: Sequence[Mark]) -> float:
    lowest, highest = log10(known[0].value), log10(known[-1].value)
    return _EDGE * 3 + (_WIDE - _EDGE * 6) * (log10(mark.value) - lowest) / (highest - lowest)


def _drawn(mark: Mark, at: float, line: int, words: int) -> str:
    """A dot or a square on the line, and its words on a level of their own, on the side where there is room."""
    is_left = at < _WIDE / 2
    column = "assumed" if mark.column == "assumed" else "promised"
    shape = f'<circle class="{column}" cx="{at:.1f}" cy="{line}" r="5"/>'
    if column == "promised":
        shape = f'<rect class="{column}" x="{at - 5:.1f}" y="{line - 5}" width="10" height="10"/>'
    beside, anchor = (at + 9, "start") if is_left else (at - 9, "end")
    lead = f'<path class="{column}" d="M{at:.1f} {line} L{at:.1f} {words - 4}"/>'
    return f'{lead}{shape}<text x="{beside:.1f}" y="{words}" text-anchor="{anchor}">{escape(mark.text)}</text>'
