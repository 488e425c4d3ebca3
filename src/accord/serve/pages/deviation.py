"""One deviation: what both sides were told, how far each message got, and everything that happened."""

from collections.abc import Sequence

from msgspec import Struct
from starlette.responses import Response

from accord.serve.doors import Absent, Asked
from accord.serve.pages._frame import called, frame
from accord.serve.pages._shown import Shown, address
from accord.store.rows import Row, Sending

PATH, TITLE, PLACE = "/deviations/{id}", "", 10
_WORDS = {"Fire": "fires", "ReadBack": "reads back", "RotaChanged": "rota changed", "Rerated": "severity changed"}


class Line(Struct, frozen=True):
    """One row of the history in words."""

    at_ns: int
    what: str
    who: str
    note: str
    changed: bool


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; 404 where there is no such deviation."""
    case = shown.ledger.case(asked.path("id"))
    if case is None:
        raise Absent("no deviation of this id is in the ledger")
    deviation = case.deviation
    where = address(deviation.consumer.partition("+")[0], deviation.provider, deviation.operation)
    return frame(
        "deviation.html",
        called(case.key),
        case=case,
        where=where if deviation.provider else "",
        history=[_line(row, shown) for row in shown.ledger.history(case.id)],
        sides=_by_side(shown.ledger.sendings(case.id)),
        name=shown.name,
        now=shown.now_ns,
    )


def _line(row: Row, shown: Shown) -> Line:
    event = row.event
    kind = type(event).__name__
    who = getattr(event, "by", "") or getattr(event, "person", "") or getattr(event, "holder", "")
    return Line(event.at_ns, _WORDS.get(kind, kind.lower()), shown.name(who) if who else "", row.note, row.changed)


def _by_side(sendings: Sequence[Sending]) -> dict[str, list[Sending]]:
    found: dict[str, list[Sending]] = {"owner": [], "other": [], "keeper": []}
    for sending in sendings:
        found[str(sending.message.side)].append(sending)
    return {side: told for side, told in found.items() if told}
