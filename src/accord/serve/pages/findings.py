"""What the check finds in the contracts, the worst first."""

from starlette.responses import Response

from accord.model.finding import Verdict
from accord.serve.doors import Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._shown import Shown, page_of

PATH, TITLE, PLACE = "/findings", "Findings", 3
MOST = 200
_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; `?verdict=` shows those of one verdict."""
    known = await shown.known()
    wanted = asked.query("verdict")
    found = sorted(known.findings, key=lambda each: _ORDER[each.verdict])
    chosen = [each for each in found if wanted in ("", str(each.verdict))]
    counts = {str(verdict): sum(each.verdict is verdict for each in found) for verdict in Verdict}
    return frame(
        "findings.html",
        TITLE,
        findings=[(each, page_of(known, each)) for each in chosen[:MOST]],
        more=max(len(chosen) - MOST, 0),
        counts={name: count for name, count in counts.items() if count},
        wanted=wanted,
        now=shown.now_ns,
    )
