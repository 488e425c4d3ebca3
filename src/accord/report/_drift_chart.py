"""The evidence of alarms as SVG: the share over time, what is agreed, and the alarm; readable on light and on dark.

Told apart by form as well as by colour (the blue and the vermilion of Okabe and Ito): lines are solid, dashed and dotted.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from accord.model.drifting import Alarm, Asks, Drift, Hour
from accord.report._drift import at, facts

_WIDE, _TALL, _LEFT, _RIGHT, _TOP, _LOW = 760, 330, 64, 20, 46, 120
_STYLE = """
.page{fill:#ffffff}.ink{fill:#1b1b1b}.faint{fill:#595959}.axis{stroke:#8a8a8a;fill:none}
.share{stroke:#0072b2;stroke-width:2;fill:none}.agreed{stroke:#595959;stroke-width:1.5;stroke-dasharray:7 4}
.limit{stroke:#d55e00;stroke-width:2;stroke-dasharray:2 3;fill:none}.alarm{stroke:#d55e00;stroke-width:2}
.word{fill:#b04a00}text{font:12px system-ui,sans-serif}.title{font-weight:600;font-size:14px}
@media (prefers-color-scheme:dark){.page{fill:#16181c}.ink{fill:#ececec}.faint{fill:#b0b0b0}.axis{stroke:#808080}
.share{stroke:#56b4e9}.agreed{stroke:#c0c0c0}.limit,.alarm{stroke:#ff9a4d}.word{fill:#ffb27a}}
"""


def charts(drift: Drift) -> str:
    """One picture with a chart for each alarm that has a share to show, one under the other."""
    shown = [alarm for alarm in drift.alarms if alarm.hours]
    tall = max(1, len(shown)) * _TALL
    body = "".join(
        f'<g transform="translate(0 {number * _TALL})">{"".join(_chart(alarm))}</g>'
        for number, alarm in enumerate(shown)
    )
    nothing = "" if shown else '<text class="ink" x="20" y="40">no alarm</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {tall}" role="img"><style>{_STYLE}</style>'
        f'<rect class="page" width="{_WIDE}" height="{tall}"/>{body}{nothing}</svg>\n'
    )


def _values(alarm: Alarm) -> list[tuple[int, float]]:
    """What is drawn for each hour: the share of bad calls, or how many calls a minute came."""
    asks = alarm.expectation.asks

    def value(hour: Hour) -> float:
        if asks is Asks.OVER_LIMIT:
            return hour.over_limit / hour.calls
        return hour.over / hour.calls

    return [(hour.minute, value(hour)) for hour in alarm.hours if hour.calls]


def _chart(alarm: Alarm) -> Iterator[str]:
    drawn = alarm.expectation.asks in (Asks.SLOW, Asks.SLOW_AT_ONCE, Asks.OVER_LIMIT)
    values = _values(alarm) if drawn else []
    first = values[0][0] if values else alarm.since
    last = max(alarm.minute, first + 60)
    top = max([value for _, value in values] + [alarm.expectation.share]) * 1.15 or 1.0

    def place(minute: int, value: float) -> tuple[float, float]:
        wide, tall = _WIDE - _LEFT - _RIGHT, _TALL - _TOP - _LOW
        return _LEFT + wide * (min(minute, last) - first) / (last - first), _TOP + tall * (1 - value / top)

    yield f'<text class="ink title" x="20" y="24">{escape(alarm.seen.name)}</text>'
    if values:
        yield from _axes(first, last, top)
        yield _curve("share", [place(minute + 30, value) for minute, value in values])
        dotted = ""
        beyond = [(hour.minute, hour.over_limit / hour.calls) for hour in alarm.hours if hour.calls]
        if alarm.contract.limit_ns and alarm.expectation.asks is not Asks.OVER_LIMIT and any(v for _, v in beyond):
            yield _curve("limit", [place(minute + 30, value) for minute, value in beyond])
            dotted = "; dotted: beyond the caller's limit"
        yield f'<text class="faint" x="{_LEFT}" y="40">solid: share of calls beyond what is agreed{dotted}</text>'
        x, y = place(first, alarm.expectation.share)
        yield f'<line class="agreed" x1="{x:.1f}" x2="{_WIDE - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="faint" x="{x + 4:.1f}" y="{y - 5:.1f}">agreed: {100 * alarm.expectation.share:.3g} %</text>'
        x, _ = place(alarm.minute, 0)
        yield f'<line class="alarm" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_TALL - _LOW}"/>'
        yield f'<text class="word" text-anchor="end" x="{x - 6:.1f}" y="{_TOP + 10}">alarm</text>'
    for number, (name, said) in enumerate(facts(alarm)):
        y = _TALL - _LOW + 34 + 16 * number
        yield f'<text class="faint" x="20" y="{y}">{escape(name)}</text><text class="ink" x="120" y="{y}">{escape(said)}</text>'


def _axes(first: int, last: int, top: float) -> Iterator[str]:
    low = _TALL - _LOW
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{low}H{_WIDE - _RIGHT}"/>'
    yield f'<text class="faint" text-anchor="end" x="{_LEFT - 6}" y="{low}">0 %</text>'
    yield f'<text class="faint" text-anchor="end" x="{_LEFT - 6}" y="{_TOP + 10}">{100 * top:.2g} %</text>'
    yield f'<text class="faint" x="{_LEFT}" y="{low + 15}">{at(first)}</text>'
    yield f'<text class="faint" text-anchor="end" x="{_WIDE - _RIGHT}" y="{low + 15}">{at(last)}</text>'
    days = range(first - first % 1440 + 1440, last, 1440)
    for day in days if len(days) > 1 else ():
        x = _LEFT + (_WIDE - _LEFT - _RIGHT) * (day - first) / (last - first)
        name = datetime.fromtimestamp(day * 60, UTC).strftime("%a")
        yield f'<path class="axis" d="M{x:.1f} {low}v4"><title>{name}</title></path>'


def _curve(name: str, points: list[tuple[float, float]]) -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{name}" points="{drawn}"/>'
