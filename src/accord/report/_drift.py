"""What drifts, for people: alarms with five facts each, then what is on its way, then what is no more than information."""

from collections.abc import Iterator
from datetime import UTC, datetime

from accord.model.drifting import Alarm, Asks, Drift
from accord.report._paint import Paint, visible

_WHAT = {
    Asks.SLOW: "more answers are slow than agreed",
    Asks.SLOW_AT_ONCE: "more answers are slow than agreed",
    Asks.OVER_LIMIT: "answers come after the caller has left",
    Asks.ERRORS: "more calls fail than agreed",
    Asks.ERRORS_AT_ONCE: "more calls fail than agreed",
    Asks.TRIES: "more tries are made than stated",
    Asks.VANISHED: "calls that came have stopped coming",
}
_BAD = {
    Asks.SLOW: "took longer than {text}",
    Asks.SLOW_AT_ONCE: "took longer than {text}",
    Asks.OVER_LIMIT: "took longer than the caller's {text}",
    Asks.ERRORS: "failed",
    Asks.ERRORS_AT_ONCE: "failed",
    Asks.TRIES: "were a try beyond the {text} stated",
    Asks.VANISHED: "",
}


def drift_text(drift: Drift, paint: Paint) -> str:
    """The whole result, the worst first."""
    lines = [line for alarm in drift.alarms for line in (*_alarm(alarm, paint), "")]
    if drift.coming:
        lines.append(paint("bold", "on its way"))
        lines += [
            f"  {round(100 * each.strength):3d} %  {visible(each.seen.name)}: {_WHAT[each.expectation.asks]}, since {at(each.since)}"
            for each in drift.coming
        ] + [""]
    if drift.untested:
        lines.append(paint("conditional", "not tested"))
        lines += [*(f"  {visible(said)}" for said in drift.untested), ""]
    if drift.information:
        lines += [paint("bold", "for information"), *(f"  {visible(said)}" for said in drift.information), ""]
    alarms = len(drift.alarms)
    lines.append(
        f"{alarms} {'alarm' if alarms == 1 else 'alarms'}; {drift.tests} tests of {drift.boundaries} {'boundary' if drift.boundaries == 1 else 'boundaries'}, {drift.minutes} minutes with telemetry"
    )
    return "\n".join(lines) + "\n"


def _alarm(alarm: Alarm, paint: Paint) -> Iterator[str]:
    yield f"{paint('mismatch', alarm.lane)}  {visible(alarm.seen.name)}: {_WHAT[alarm.expectation.asks]}  {paint('faint', at(alarm.minute))}"
    for name, said in facts(alarm):
        yield f"    {name:14} {visible(said)}"


def facts(alarm: Alarm) -> Iterator[tuple[str, str]]:
    """The five facts of an alarm: expected, seen, since when, when the caller's limit is met, who recovers."""
    yield "expected", _expected(alarm)
    yield "seen", _seen(alarm)
    yield "since", f"{at(alarm.since)}, when the evidence began to rise"
    yield "caller's limit", _until(alarm)
    yield "recovers", alarm.contract.recovers or "nobody says who"


def _expected(alarm: Alarm) -> str:
    told = alarm.expectation
    if told.asks is Asks.VANISHED:
        return f"at least {alarm.due:.0f} calls: half of the least seen in this hour of earlier days ({told.text}: {told.at})"
    if told.asks is Asks.TRIES:
        return f"attempts: {told.text} ({told.at})"
    if told.asks is Asks.OVER_LIMIT:
        return f"at most {_share(told.share)} longer than {told.term} {told.text} ({told.at}), by what is promised"
    return f"{told.term} {told.text} ({told.at}): at most {_share(told.share)} otherwise"


def _seen(alarm: Alarm) -> str:
    span = _span(alarm.minute - alarm.since + 1)
    if alarm.expectation.asks is Asks.VANISHED:
        return f"{alarm.calls} calls in {span}, while the caller told of other things"
    bad = _BAD[alarm.expectation.asks].format(text=alarm.expectation.text)
    return f"{alarm.over} of {alarm.calls} calls {bad}, in {span} ({_share(alarm.over / max(alarm.calls, 1))})"


def _until(alarm: Alarm) -> str:
    contract, breach = alarm.contract, alarm.breach
    if not contract.limit_ns:
        return "nobody says how long the caller waits"
    limit = f"{contract.limit_text} ({contract.limit_at})"
    if breach is None:
        return f"{limit}; when it is met cannot be told from what was seen"
    latest = at(breach.latest) if breach.latest >= 0 else "never"
    return f"{limit} is met at this pace about {at(breach.middle)}, between {at(breach.earliest)} and {latest}"


def at(minute: int) -> str:
    """A minute since 1970 as `Tue 2026-11-24 14:05 UTC`."""
    if minute < 0:
        return "never"
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%a %Y-%m-%d %H:%M UTC")


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest}m" if hours and rest else f"{hours}h" if hours else f"{rest}m"


def _share(share: float) -> str:
    return f"{100 * share:.3g} %"
