"""One review of all that was open in a window of time."""

import asyncio
from urllib.parse import urlencode

from starlette.responses import Response

from accord.serve.doors import Absent, Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._reviewed import Unfit, as_file, latest, reviewed
from accord.serve.pages._shown import Shown
from accord.serve.pages._window import window_in
from accord.serve.pages.review import page

PATH, TITLE, PLACE = "/reviews/window", "", 13
MOST = 20
"""How many deviations one review holds: of more nobody reads the sections."""


async def show(asked: Asked, shown: Shown) -> Response:
    """The page of `?from=` to `?to=` (UTC); `?format=markdown|html` gives the file. 404 where nothing was open."""
    window = window_in(asked)
    if window is None:
        raise Absent("expected a window: from and to, each such as 2026-11-27T14:30 (UTC)")
    cases = await asyncio.to_thread(latest, shown.ledger, window.holds, "", MOST)
    if not cases:
        raise Absent("nothing was open in this window")
    if len(cases) > MOST:
        raise Absent(
            f"more than {MOST} deviations were open in this window: choose a shorter one, or write it with accord review"
        )
    said = window.query
    try:
        review = await reviewed(shown, cases, f"{said['from']}/{said['to']} UTC" if len(cases) > 1 else "")
    except Unfit as unfit:
        return frame("absent.html", "Not shown", 500, reason=str(unfit))
    if format_ := asked.query("format"):
        return as_file(review, format_, f"{said['from']}-{said['to']}".replace(":", ""))
    query = urlencode(said)
    return page(review, f"/reviews?{query}", f"/reviews/window?{query}&format=")
