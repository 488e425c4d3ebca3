"""The days ahead of a rota, drawn on one line of time: where somebody is on duty, and where nobody is."""

from collections.abc import Sequence
from datetime import timedelta
from xml.sax.saxutils import escape

from accord.boundaries.people.duty import instant_at, nanoseconds
from accord.cases.coverage import Kind, Stretch
from accord.model.zone import zone_named
from accord.serve.pages._clock import on_day

_UNITS, _EVERY = 9000, 21
"""The line is so wide inside, whatever the width it is shown at; a label stands at every so many days."""
_LAST_LABEL = 0.92
UNSTATED = "unstated"
_TOPS = {Kind.DUTY: (4, 12), Kind.GAP: (0, 20), Kind.OUTSIDE: (9, 2), Kind.UNSAID: (0, 20), Kind.UNPLANNED: (9, 2)}
"""Where each kind begins and how tall it is: what nobody has stands out by its height, not by its colour alone."""


def strip(ahead: Sequence[Stretch], zone: str, label: str, with_days: bool = True, is_stated: bool = True) -> str:
    """The drawing as SVG, as wide as there is room; empty where nothing is known. Days are those of the zone.

    Where nobody stated that somebody is there (`is_stated`), it is drawn as an outline.
    """
    if not ahead:
        return ""
    begins_ns, ends_ns = ahead[0].begins_ns, ahead[-1].ends_ns
    names = {kind: str(kind) for kind in Kind} | ({} if is_stated else {Kind.DUTY: UNSTATED})
    drawn = "".join(_path(kind, names[kind], ahead, begins_ns, ends_ns) for kind in Kind)
    said = escape(label, {'"': "&quot;"})
    box = f'viewBox="0 0 {_UNITS} 20" preserveAspectRatio="none"'
    bars = f'<svg class="strip" role="img" aria-label="{said}" {box}>{drawn}</svg>'
    return bars + (f'<svg class="days" aria-hidden="true">{_days(begins_ns, ends_ns, zone)}</svg>' if with_days else "")


def _path(kind: Kind, name: str, ahead: Sequence[Stretch], begins_ns: int, ends_ns: int) -> str:
    """One path for all stretches of a kind, with as few letters as it takes."""
    top, tall = _TOPS[kind]
    scale = _UNITS / (ends_ns - begins_ns)
    parts = []
    for each in ahead:
        if each.kind is kind:
            left, right = round((each.begins_ns - begins_ns) * scale), round((each.ends_ns - begins_ns) * scale)
            parts.append(f"M{left} {top}h{max(right - left, 1)}v{tall}H{left}z")
    return f'<path class="{name}" d="{"".join(parts)}"/>' if parts else ""


def _days(begins_ns: int, ends_ns: int, zone: str) -> str:
    clock = zone_named(zone or "UTC")
    day = instant_at(begins_ns).astimezone(clock).replace(hour=0, minute=0, second=0, microsecond=0)
    drawn = []
    for number in range(1, (ends_ns - begins_ns) // 86_400_000_000_000 + 1, _EVERY):
        at_ns = nanoseconds(day + timedelta(days=number))
        share = (at_ns - begins_ns) / (ends_ns - begins_ns)
        if share < _LAST_LABEL:
            place = f"{100 * share:.2f}%"
            drawn.append(f'<line class="axis" x1="{place}" x2="{place}" y1="2" y2="8"/>')
            drawn.append(f'<text class="time" x="{place}" y="22">{on_day(at_ns, zone)}</text>')
    return "".join(drawn)
