"""The lanes of a review as drawings that need neither a script nor a style of their own: one bar for each fact in each lane."""

from collections.abc import Iterator
from html import escape

from accord.model.instants import span
from accord.model.review import Lane, Mark, Review

KEYS = (("before", "did not exist yet"), ("apart", "existed, not told"), ("told", "told"), ("known", "understood"))
_MILLISECOND = 1_000_000
_LEAST, _LAST = 0.4, 99.6
"""How narrow a bar is drawn, and where the last may begin, in hundredths of the whole."""
_HATCH = (
    '<svg class="hatch" width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="apart" width="6" height="6" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="apart" width="3" height="6"/></pattern></defs></svg>'
)


def drawn(review: Review) -> Iterator[str]:
    """All lanes as lines of HTML, under a key; each bar stands beneath the same in words."""
    begins, ends = review.header.begins_ns, max(review.header.ends_ns, review.header.begins_ns + 1)
    keys = "".join(f"{_svg('key', [_bar(name, 0, 100)])}{said}" for name, said in KEYS)
    yield f'{_HATCH}<p class="key">{keys}</p>'
    for lane in review.lanes:
        yield from _lane(lane, begins, ends)


def _lane(lane: Lane, begins: int, ends: int) -> Iterator[str]:
    yield f'<div class="lane"><h3>{escape(lane.party)}</h3>'
    for mark in lane.marks:
        said = escape(f"{mark.fact} ({_said(mark, ends)})")
        yield f'<div class="fact"><p>{said}</p>{_svg("bar", _bars(mark, begins, ends))}</div>'
    yield "</div>"


def _svg(kind: str, bars: list[str]) -> str:
    return f'<svg class="{kind}" width="100%" height="12" aria-hidden="true" focusable="false">{"".join(bars)}</svg>'


def _said(mark: Mark, ends: int) -> str:
    """The bar in words, for who cannot see it."""
    existed = mark.existed_ns
    if not mark.told_ns:
        return f"not told, for {span(ends - existed)}" if existed else "not told"
    understood = f", understood {_after(mark.understood_ns, existed)}" if mark.understood_ns else ""
    return f"told {_after(mark.told_ns, existed)}{understood}"


def _after(at_ns: int, existed_ns: int) -> str:
    if not existed_ns:
        return "when it was first said"
    return "at once" if at_ns < existed_ns + _MILLISECOND else f"after {span(at_ns - existed_ns)}"


def _bars(mark: Mark, begins: int, ends: int) -> list[str]:
    existed = max(mark.existed_ns, begins)
    told = mark.told_ns or ends
    understood = mark.understood_ns or ends
    parts = (("apart", existed, told), ("told", told, understood), ("known", understood, ends))
    return [
        _bar(name, 100 * (start - begins) / (ends - begins), 100 * (stop - start) / (ends - begins))
        for name, start, stop in parts
        if stop > start or (name == "known" and mark.understood_ns)
    ]


def _bar(name: str, left: float, wide: float) -> str:
    """A part of a bar; what was not told is hatched, so that it is told apart without colours."""
    fill = ' fill="url(#apart)"' if name == "apart" else f' class="{name}"'
    return f'<rect{fill} x="{min(left, _LAST):.2f}%" width="{max(wide, _LEAST):.2f}%" height="12"/>'
