"""Reviews: what was missing, deviation by deviation, of all of them or of those that were open in a window of time."""

import asyncio
from urllib.parse import urlencode

from starlette.responses import Response

from accord.cases.case import Case
from accord.model.duration import NANOSECONDS
from accord.model.problem import Refused
from accord.serve.doors import Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._reviewed import latest, missing_of
from accord.serve.pages._shown import Shown
from accord.serve.pages._window import Window, window_in

PATH, TITLE, PLACE = "/reviews", "Reviews", 6
MOST = 20
_SHOWN = {"": "all", "open": "open", "closed": "ended"}
_LAST = (
    ("the last hour", NANOSECONDS["h"]),
    ("the last day", NANOSECONDS["d"]),
    ("the last week", 7 * NANOSECONDS["d"]),
)


async def show(asked: Asked, shown: Shown) -> Response:
    """The page, the newest first; `?show=open|closed`, `?from=` and `?to=` (UTC) choose, `?before=` goes on."""
    wanted, before, refused = asked.query("show"), asked.query("before"), ""
    try:
        window = window_in(asked)
    except Refused as error:
        window, refused = None, str(error)

    def holds(case: Case) -> bool:
        is_shown = wanted not in ("open", "closed") or case.is_open is (wanted == "open")
        return is_shown and (window is None or window.holds(case))

    cases = await asyncio.to_thread(latest, shown.ledger, holds, before, MOST)
    return frame(
        "reviews.html",
        TITLE,
        400 if refused else 200,
        rows=list(zip(cases, await missing_of(shown, cases[:MOST]), strict=False)),
        refused=refused,
        window=window,
        written=window.query if window else {"from": asked.query("from"), "to": asked.query("to")},
        choices=[(name, _address(wanted=key, window=window), key == wanted) for key, name in _SHOWN.items()],
        spans=[(name, _address(window=Window(shown.now_ns - span, shown.now_ns))) for name, span in _LAST],
        whole=f"/reviews/window?{urlencode(window.query)}" if window else "",
        more=_address(wanted, window, cases[MOST - 1].id) if len(cases) > MOST else "",
    )


def _address(wanted: str = "", window: Window | None = None, before: str = "") -> str:
    query = {"show": wanted, **(window.query if window else {}), "before": before}
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{PATH}?{said}" if said else PATH
