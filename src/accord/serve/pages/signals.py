"""Every signal, what it watches, and what is wrong with it, from contracts and ledger alone; never who read it."""

from collections import Counter

from starlette.responses import Response

from accord.cases.signals import Flaw, Judged, loudest
from accord.serve.doors import Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._shown import Shown
from accord.serve.pages._signal_lines import lines_of

PATH, TITLE, PLACE = "/signals", "Signals", 2
MOST = 100
FLAWLESS = "none"
"""What asks for those with which nothing is wrong."""


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; `?flaw=` shows those with one flaw, `none` those without any, `?page=` more of them."""
    known, every = await shown.known(), await shown.signals()
    looked = await shown.following.looked(shown.now_ns)
    counts = Counter(flaw for each in every for flaw in {flaw for flaw, _ in each.flaws})
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
        lately=looked.lately,
        flaws=tuple(Flaw),
        loudest=loudest(every),
        now=shown.now_ns,
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
