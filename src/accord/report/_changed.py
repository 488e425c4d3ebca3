"""What changed between two times, for people: a line for each boundary, the farthest from before first, and who is common to them."""

from collections.abc import Iterator, Sequence

from accord.model.changed import Change, Changed, Part, Side, common_party
from accord.model.observed import rounded
from accord.report._paint import Paint, visible

_HEADS = ("", "boundary", "calls", "own time", "what changed", "distance")
_MOST_SAME = 5
_AS_A_SAMPLE = (
    "how these spans were drawn is not told: if the two times were sampled in different ways, that may be the difference; "
    "--complete says that they are all there were"
)


def changed_text(found: Sequence[Changed], paint: Paint, decidable: bool) -> str:
    """Those that stand out, then the nearest of the rest; `decidable`: nothing may be a sample that nobody tells of."""
    told = [one for one in found if one.stands_out]
    shown = [*told, *[one for one in found if not one.stands_out][:_MOST_SAME]]
    cells = [_HEADS, *(_cells(number, one) for number, one in enumerate(shown, start=1))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADS))]
    lines = [paint("faint", _line(_HEADS, widths))]
    for number, (row, one) in enumerate(zip(cells[1:], shown, strict=True)):
        if number == len(told):
            lines.append(paint("faint", _divides(len(told), len(found) - len(told))))
        lines.append(_line(row, widths))
        lines += [f"    {paint('conditional', said)}" for said in _remarks(one)]
    lines += ["", _summary(found, told)]
    if not decidable:
        lines.append(paint("conditional", _AS_A_SAMPLE))
    return "\n".join(lines) + "\n"


def _divides(told: int, rest: int) -> str:
    return (
        f"within what chance and an ordinary day do ({rest}{', the nearest' if rest > _MOST_SAME else ''}):"
        if rest
        else ""
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    right = (0, 5)
    return "  ".join(
        cell.rjust(width) if number in right else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ).rstrip()


def _cells(rank: int, one: Changed) -> tuple[str, ...]:
    return (
        str(rank),
        _name(one),
        f"{one.before.calls} > {one.after.calls}",
        f"{_time(one.before)} > {_time(one.after)}",
        _what(one),
        f"{one.score:.1f}",
    )


def _name(one: Changed) -> str:
    where = f" ({one.environment})" if one.environment else ""
    return visible(f"{one.consumer or 'somebody'} -> {one.provider or 'somebody'} {one.operation}{where}")


def _time(side: Side) -> str:
    return rounded(side.own_ns) if side.own_ns else "-"


def _what(one: Changed) -> str:
    before, after = one.before, one.after
    if one.what is Change.STOPS:
        return "the last that is called"
    if one.what is Change.ERRORS:
        return (
            f"own errors {_part(Part(before.own_failed, before.calls))} > {_part(Part(after.own_failed, after.calls))}"
        )
    if one.what is Change.CALLED:
        return f"called by {_part(before.called)} > {_part(after.called)}"
    ratio = after.own_ns / before.own_ns if before.own_ns else 0.0
    return f"own time x{ratio:.3g}" if ratio else "own time"


def _part(part: Part) -> str:
    return f"{part.some} of {part.total}"


def _remarks(one: Changed) -> Iterator[str]:
    if one.follows:
        yield f"its caller stops before it, after {visible(one.follows)}"
    if one.stops:
        yield f"after it no longer called: {', '.join(map(visible, one.stops))}"
    inherited = one.after.failed - one.after.own_failed
    if inherited > one.before.failed - one.before.own_failed and one.stands_out:
        yield f"{inherited} more failed because a call beneath did"


def _summary(found: Sequence[Changed], told: Sequence[Changed]) -> str:
    if not told:
        return f"none of {_boundaries(len(found))} changed beyond what chance and an ordinary day do"
    common = visible(common_party(told))
    return f"{len(told)} of {_boundaries(len(found))} changed; what they have most in common: {common}"


def _boundaries(count: int) -> str:
    return "1 boundary" if count == 1 else f"{count} boundaries"
