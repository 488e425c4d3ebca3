"""What telemetry tells of each boundary, for people: one line each, and beneath it what no metric of either side shows."""

from collections.abc import Iterator, Sequence

from accord.model.observed import Observed, Ranges, percentile, rounded
from accord.report._paint import Paint, visible

_HEADS = ("boundary", "calls", "failed", "p50", "p99", "longest", "tries")
_TRIES = ("try_5", "try_4", "try_3", "try_2")
_UNKNOWN = "?"
_EXACT = 1.03
"""Bounds that are nearer to each other are shown as one value."""
_NO_BOUND = 1 << 62
NOT_DECIDABLE = "? is not decidable: these spans may be a sample, and nothing says how it was drawn; with --complete they are all there were"
BY_WEIGHT = "some of these spans stand for others: shares and percentiles are estimates by their weights, counts are of those kept"
_WIDEST = 64


def observed_text(found: Sequence[Observed], paint: Paint) -> str:
    """A line for each boundary, in the order given, and the sum of them all."""
    cells = [_HEADS, *(_cells(one) for one in found)]
    widths = [min(max(len(row[column]) for row in cells), _WIDEST) for column in range(len(_HEADS))]
    lines = [paint("faint", _line(_HEADS, widths))]
    for one, row in zip(found, cells[1:], strict=True):
        lines.append(_line(row, widths))
        lines += [f"    {paint('conditional', said)}" for said in remarks(one)]
    lines += ["", _summary(found)]
    if not all(one.shares_are_known for one in found):
        lines.append(paint("conditional", NOT_DECIDABLE))
    if any(one.is_weighted for one in found):
        lines.append(paint("conditional", BY_WEIGHT))
    return "\n".join(lines) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.ljust(width) if not number else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *rest)).rstrip()


def _cells(one: Observed) -> tuple[str, ...]:
    where = f" ({one.environment})" if one.environment else ""
    name = visible(
        f"{one.consumer or 'somebody'} -> {one.provider or 'somebody'} {one.operation}{where}".replace("  ", " ")
    )
    times = one.callee_times or one.caller_times
    failed = f"{100 * one.failed:.3g} %" if one.failed else "0"
    longest = _longest(one)
    shares = [_share(times, share, longest) for share in (0.5, 0.99)] if one.shares_are_known else [_UNKNOWN, _UNKNOWN]
    tries = next((number for number, name in zip("5432", _TRIES, strict=True) if one.count(name)), "1")
    return (
        name,
        str(one.count("calls")),
        failed if one.shares_are_known else _UNKNOWN,
        *shares,
        rounded(longest),
        tries,
    )


def _share(times: Ranges, share: float, longest_ns: int) -> str:
    """Within the bucket it lies in, and never above the longest that was seen (0: not known)."""
    found = percentile(times, share)
    if found is None:
        return ""
    wide = found.high > found.low * _EXACT
    return (
        f"{rounded(found.low)}..{_bound(found.high)}"
        if wide
        else rounded(min(found.middle, longest_ns or found.middle))
    )


def _bound(nanoseconds: int) -> str:
    return rounded(nanoseconds) if nanoseconds < _NO_BOUND else ""


def _longest(one: Observed) -> int:
    return one.count("callee_longest_ns") or one.count("caller_longest_ns")


def remarks(one: Observed) -> Iterator[str]:
    """What stands between the two sides, and in neither's own figures."""
    late, repeated = one.count("late"), one.count("repeated")
    if late:
        worked = rounded(one.count("late_ns"))
        yield f"{_counted(late, 'answer')} came after the caller had left: {worked} of work for nobody"
        seen = rounded(one.count("caller_longest_ns"))
        yield f"callers see at most {seen}, because they leave; the times above are the callee's"
    if repeated:
        yield f"{_counted(repeated, 'execution')} of a request that was executed before"
    if one.count("error_ok"):
        yield f"{_counted(one.count('error_ok'), 'call')} failed for the caller and succeeded for the callee"
    if one.count("ok_error"):
        yield f"{_counted(one.count('ok_error'), 'call')} failed for the callee and succeeded for the caller"
    if one.count("refused"):
        yield f"{_counted(one.count('refused'), 'call')} refused in time, because nobody would have waited"
    if one.consumer and one.count("caller_only"):
        yield f"{_counted(one.count('caller_only'), 'call')} of which the callee tells nothing"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _summary(found: Sequence[Observed]) -> str:
    calls = sum(one.count("calls") for one in found)
    paired = sum(one.count("paired") for one in found)
    dark = sorted({one.provider.removeprefix("peer:") for one in found if one.provider.startswith("peer:")})
    seen = f"{_counted(len(found), 'boundary').replace('boundarys', 'boundaries')}, {_counted(calls, 'call')}, {paired} of them seen from both sides"
    return seen + (f"; nothing is told by {', '.join(map(visible, dark[:5]))}" if dark else "")
