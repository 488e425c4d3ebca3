"""Times on one scale, drawn: for each term what is assumed, what was observed and what is promised, and how long calls took."""

from collections.abc import Iterator, Sequence
from math import log10
from xml.sax.saxutils import escape

from msgspec import Struct

from accord.model.duration import NANOSECONDS, show_duration
from accord.model.observed import Ranges

COLUMNS = ("assumed", "observed", "promised")
_LANE, _HIGH, _BAR, _EDGE = 20, 44, 4, 10
_MOST_DECADES = 6
_NO_END = 1 << 61
"""What no call takes: the end of a range that has none."""
_SECOND, _MINUTE = NANOSECONDS["s"], NANOSECONDS["m"]
_TICKS = (
    *(part * 10**power for power in range(11) for part in (1, 2, 5) if part * 10**power < _MINUTE),
    *(part * _MINUTE for part in (1, 2, 5, 10, 30, 60, 360, 1440)),
)
_APART = 58


class Mark(Struct, frozen=True):
    """A time in nanoseconds, whose it is (one of COLUMNS), and the words beside it."""

    column: str
    value: int
    text: str


class Term(Struct, frozen=True):
    """One term and the times that are known of it."""

    name: str
    marks: tuple[Mark, ...]


class Strip(Struct, frozen=True):
    """How long calls took, as one side measured it."""

    name: str
    times: Ranges


class _Axis(Struct, frozen=True):
    """A logarithmic scale from one time to another, from `left` to `right`."""

    low: float
    high: float
    left: int
    right: int

    def at(self, value: float) -> float:
        """Where a time stands; what is outside stands at the edge."""
        share = (log10(max(value, 1)) - self.low) / (self.high - self.low)
        return self.left + (self.right - self.left) * min(max(share, 0), 1)


def scale(terms: Sequence[Term], strips: Sequence[Strip] = ()) -> str:
    """The drawing as SVG, once for wide and once for narrow pages; empty where there are not two times to hold against each other."""
    known = [term for term in terms if term.marks]
    values = [mark.value for term in known for mark in term.marks if mark.value > 0]
    spans = [(low, high) for strip in strips for low, high, calls in strip.times if calls]
    if len(set(values)) + len(spans) < 2:
        return ""
    low, high = _ends(values, spans)
    said = escape("; ".join(_said(term) for term in known), {'"': "&quot;"})
    wide = _drawing(known, strips, _Axis(low, high, 96, 720 - _EDGE), 720, said, "wide")
    return wide + _drawing(known, strips, _Axis(low, high, 78, 350 - _EDGE), 350, said, "narrow")


def _ends(values: Sequence[int], spans: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """The decimal logarithms of both ends: all that is known, and a little air."""
    finite = [low if high >= _NO_END else high for low, high in spans]
    highest = max(*values, *finite, 0, 0)
    lowest = min([*values, *(low for low, _ in spans if low > 0)], default=1)
    low, high = log10(max(lowest, 1)), log10(max(highest, 1))
    air = 0.04 * max(high - low, 0.5)
    return max(low, high - _MOST_DECADES) - air, high + air


def _said(term: Term) -> str:
    return f"{term.name}: " + ", ".join(f"{mark.column} {mark.text}" for mark in term.marks)


def _drawing(terms: Sequence[Term], strips: Sequence[Strip], axis: _Axis, wide: int, said: str, kind: str) -> str:
    drawn: list[str] = []
    down = 0
    for strip in strips:
        drawn += _strip(strip, axis, down)
        down += _LANE + _HIGH + 6
    for term in terms:
        drawn.append(f'<text class="party" x="0" y="{down + 15}">{escape(term.name)}</text>')
        down += _LANE
        for mark in sorted(term.marks, key=lambda mark: COLUMNS.index(mark.column)):
            drawn += _mark(mark, axis, down + 10, wide)
            down += _LANE
    lines = "".join(_ticks(axis, down))
    head = f'<svg class="scale {kind}" viewBox="0 0 {wide} {down + 22}" width="{wide}" role="img" aria-label="{said}">'
    return f"{head}{lines}{''.join(drawn)}</svg>"


def _ticks(axis: _Axis, down: int) -> Iterator[str]:
    inside = [tick for tick in _TICKS if axis.low <= log10(tick) <= axis.high]
    most = (axis.right - axis.left) // _APART
    if len(inside) > most:
        inside = [tick for tick in inside if tick >= _MINUTE or str(tick)[0] == "1"]
    step = -(-len(inside) // most) or 1
    for tick in inside[::step]:
        at = axis.at(tick)
        anchor = "end" if at > axis.right - 20 else "middle"
        yield f'<line class="lane" x1="{at:.0f}" x2="{at:.0f}" y1="0" y2="{down + 4}"/>'
        yield f'<text class="time" x="{at:.0f}" y="{down + 18}" text-anchor="{anchor}">{show_duration(tick)}</text>'


def _mark(mark: Mark, axis: _Axis, middle: int, wide: int) -> Iterator[str]:
    """Whose it is, its shape at its place, and its words where there is room."""
    at = axis.at(mark.value)
    letters = wide // 14
    text = mark.text if len(mark.text) <= letters else mark.text[: letters - 1] + "…"
    is_left = at < (axis.left + axis.right) / 2
    beside, anchor = (at + 11, "start") if is_left else (at - 11, "end")
    yield f'<text class="time" x="8" y="{middle + 5}">{mark.column}</text>{_shape(mark.column, at, middle)}'
    yield f'<text x="{beside:.0f}" y="{middle + 5}" text-anchor="{anchor}">{escape(text)}</text>'


def _shape(column: str, at: float, middle: int) -> str:
    """A dot for what is assumed, a diamond for what was observed, a square for what is promised."""
    if column == "assumed":
        return f'<circle class="assumed" cx="{at:.1f}" cy="{middle}" r="5"/>'
    if column == "promised":
        return f'<rect class="promised" x="{at - 5:.1f}" y="{middle - 5}" width="10" height="10"/>'
    return f'<path class="observed" d="M{at:.1f} {middle - 6}l6 6-6 6-6-6z"/>'


def _strip(strip: Strip, axis: _Axis, top: int) -> Iterator[str]:
    """The distribution: one bar for each part of the scale, as high as the logarithm of its calls."""
    columns = [0.0] * (-(-(axis.right - axis.left) // _BAR))
    for low, high, calls in strip.times:
        for column, share in _covered(axis, low, high, len(columns)):
            columns[column] += calls * share
    most, base = log10(1 + max(columns, default=0)), top + _LANE + _HIGH
    bars = "".join(
        f"M{axis.left + _BAR * number} {base}v-{max(_HIGH * log10(1 + calls) / most, 1):.0f}h{_BAR - 1}V{base}z"
        for number, calls in enumerate(columns)
        if calls > 0
    )
    yield f'<text class="party" x="0" y="{top + 15}">{escape(strip.name)}</text>'
    yield f'<path class="bars" d="{bars}"/><line class="axis" x1="{axis.left}" x2="{axis.right}" y1="{base}" y2="{base}"/>'


def _covered(axis: _Axis, low: int, high: int, columns: int) -> Iterator[tuple[int, float]]:
    """The bars that a range lies in, with the share of each: one for what is narrower, where it begins for what has no end."""
    begins, ends = axis.at(low), axis.at(low if high >= _NO_END else high)
    if ends - begins <= _BAR:
        begins = ends = (begins + ends) / 2
    first, last = (min(int((at - axis.left) / _BAR), columns - 1) for at in (begins, ends))
    for column in range(first, last + 1):
        yield column, 1 / (last - first + 1)
