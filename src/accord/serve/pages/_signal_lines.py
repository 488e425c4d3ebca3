"""A signal as pages show it: what it watches, what is wrong with it in words, what it came to."""

from collections.abc import Sequence

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.cases.heard import Tally
from accord.cases.signals import Flaw, Judged, Kind
from accord.cases.watchers import Watched
from accord.serve.pages._shown import address

_KINDS = {
    Kind.ALERT: "alerting rule",
    Kind.HEARTBEAT: "heartbeat",
    Kind.DECLARED: "named by a contract, stated in no rule file that was read",
    Kind.TOLD: "heard, stated in no file that was read",
}


class Line(Struct, frozen=True):
    """One signal as it is shown: `subject` is the boundary that it watches, empty where there is none; `also` and `apart` name others."""

    name: str
    kind: str
    is_heartbeat: bool
    subject: str
    where: str
    term: str
    also: str
    apart: str
    flaws: tuple[tuple[Flaw, str], ...]
    came_to: str
    last_ns: int


def lines_of(found: Sequence[Judged], system: System) -> list[Line]:
    """The signals as they are shown."""
    return [_line(each, system) for each in found]


def _line(each: Judged, system: System) -> Line:
    watched, tally = each.signal.watched, each.tally
    callers = system.callers(watched.provider, watched.operation) if watched else []
    return Line(
        each.signal.name,
        _KINDS[each.signal.kind],
        each.signal.kind is Kind.HEARTBEAT,
        _subject(watched, callers) if watched else "",
        address(callers[0] if callers else "", watched.provider, watched.operation) if watched else "",
        watched.term.replace(".", " ") if watched else "",
        _listed(each.signal.also),
        _listed(each.signal.apart),
        each.flaws,
        came_to(each),
        tally.last_ns if tally else 0,
    )


def _subject(watched: Watched, callers: Sequence[str]) -> str:
    more = f" and {len(callers) - 1} more" if len(callers) > 1 else ""
    called = f"{watched.provider}/{watched.operation}" if watched.operation else watched.provider
    return f"{callers[0]}{more} -> {called}" if callers else called


def _listed(several: Sequence[Watched]) -> str:
    return ", ".join(dict.fromkeys(_called(one) for one in several))


def _called(watched: Watched) -> str:
    operation = f"{watched.provider}/{watched.operation}" if watched.operation else watched.provider
    return f"{watched.term.replace('.', ' ')} of {operation}" if watched.term else operation


def came_to(each: Judged) -> str:
    """`12 deviations, 3 led to an action (25 %), held 2 times by a silence or a maintenance`."""
    tally = each.tally
    if each.signal.kind is Kind.HEARTBEAT:
        return f"fell silent {_times(tally.deviations)}" if tally else "never told to have fallen silent"
    return _told(tally) if tally else "did not fire"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _told(tally: Tally) -> str:
    told = [f"{tally.deviations} deviation{'' if tally.deviations == 1 else 's'}"]
    told.append(f"{tally.acted} led to an action ({100 * tally.acted / tally.deviations:.0f} %)")
    if tally.fired > tally.deviations:
        told.append(f"began to fire {_times(tally.fired)}")
    if tally.readings:
        told.append(
            f"read back {tally.readings - min(tally.misread, tally.readings)} of {tally.readings} times as meant"
        )
    if tally.held:
        told.append(f"held {_times(tally.held)} by a silence or a maintenance")
    if tally.cut:
        told.append(f"held back or bundled {_times(tally.cut)} by a page budget")
    if tally.is_open:
        told.append(f"{tally.is_open} open now")
    return ", ".join(told)
