"""Every signal, what it watches, and what is wrong with it, from contracts and ledger alone; never who read it."""

from collections.abc import Sequence

from msgspec import Struct
from starlette.responses import Response

from accord.boundaries.system import System
from accord.cases.heard import Tally
from accord.cases.signals import Flaw, Judged, Kind, loudest
from accord.cases.watchers import Watched
from accord.serve.doors import Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._shown import Shown
from accord.serve.pages.overview import address

PATH, TITLE, PLACE = "/signals", "Signals", 2
MOST = 100
_KINDS = {
    Kind.ALERT: "alerting rule",
    Kind.HEARTBEAT: "heartbeat",
    Kind.DECLARED: "named by a contract, stated in no rule file that was read",
    Kind.TOLD: "heard, stated in no file that was read",
}
FLAWLESS = "none"
"""What asks for those with which nothing is wrong."""


class Line(Struct, frozen=True):
    """One signal as it is shown: `subject` is the boundary that it watches, empty where there is none."""

    name: str
    kind: str
    subject: str
    where: str
    term: str
    flaws: tuple[tuple[Flaw, str], ...]
    came_to: str
    last_ns: int


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; `?flaw=` shows those with one flaw, `none` those without any, `?page=` more of them."""
    known, every = await shown.known(), await shown.signals()
    looked = await shown.following.looked(shown.now_ns)
    counts = {flaw: sum(any(one is flaw for one, _ in each.flaws) for each in every) for flaw in Flaw}
    wanted = asked.query("flaw")
    chosen = [each for each in every if is_wanted(each, wanted)]
    number = page_asked(asked.query("page"), len(chosen))
    begins = (number - 1) * MOST
    return frame(
        "signals.html",
        TITLE,
        lines=lines_of(chosen[begins : begins + MOST], known.system),
        begins=begins,
        found=len(chosen),
        number=number,
        pages=-(-len(chosen) // MOST),
        every=len(every),
        flawless=sum(not each.flaws for each in every),
        counts=counts,
        wanted=wanted,
        goes_back=looked.goes_back,
        loudest=loudest(every),
    )


def is_wanted(each: Judged, wanted: str) -> bool:
    """Whether it has the flaw that is asked for; all are wanted where nothing is asked for."""
    if wanted == FLAWLESS:
        return not each.flaws
    return not wanted or any(flaw == wanted for flaw, _ in each.flaws)


def page_asked(text: str, found: int) -> int:
    """The number of the page, from 1; the nearest that there is for anything else."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return max(1, min(number, -(-found // MOST)))


def lines_of(found: Sequence[Judged], system: System) -> list[Line]:
    """The signals as they are shown."""
    return [_line(each, system) for each in found]


def _line(each: Judged, system: System) -> Line:
    watched, tally = each.signal.watched, each.tally
    callers = system.callers(watched.provider, watched.operation) if watched else []
    return Line(
        each.signal.name,
        _KINDS[each.signal.kind],
        _subject(watched, callers) if watched else "",
        address(callers[0] if callers else "", watched.provider, watched.operation) if watched else "",
        watched.term.replace(".", " ") if watched else "",
        each.flaws,
        _came_to(tally) if tally else "",
        tally.last_ns if tally else 0,
    )


def _subject(watched: Watched, callers: Sequence[str]) -> str:
    more = f" and {len(callers) - 1} more" if len(callers) > 1 else ""
    called = f"{watched.provider}/{watched.operation}" if watched.operation else watched.provider
    return f"{callers[0]}{more} → {called}" if callers else called


def _came_to(tally: Tally) -> str:
    """`12 deviations, 3 led to an action; held twice by a silence`."""
    told = [f"{tally.deviations} deviation{'' if tally.deviations == 1 else 's'}"]
    told.append(f"{tally.acted} led to an action ({100 * tally.acted / tally.deviations:.0f} %)")
    if tally.fired > tally.deviations:
        told.append(f"began to fire {tally.fired} times")
    if tally.readings:
        told.append(
            f"read back {tally.readings - min(tally.misread, tally.readings)} of {tally.readings} times as meant"
        )
    if tally.held:
        told.append(f"held {tally.held} times by a silence or a maintenance")
    if tally.cut:
        told.append(f"held back or bundled {tally.cut} times by a page budget")
    if tally.is_open:
        told.append(f"{tally.is_open} open now")
    return ", ".join(told)
