"""Open deviations: who acts next, and until when."""

from starlette.responses import Response

from accord.serve.doors import Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._shown import Shown

PATH, TITLE, PLACE = "/deviations", "Open deviations", 1
MOST = 500


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; the next deadline first."""
    cases = shown.open()
    return frame(
        "deviations.html", TITLE, cases=cases[:MOST], more=max(len(cases) - MOST, 0), name=shown.name, now=shown.now_ns
    )
