"""One deviation: what both sides were told, how far each message got, and everything that happened."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from accord.cases.deviation import Deviation, called
from accord.cases.together import AND, operations_in
from accord.serve.doors import Absent, Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._shown import Known, Shown, address
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
    known = await shown.known()
    return frame(
        "deviation.html",
        called(case.key),
        case=case,
        boundaries=list(_boundaries(case.deviation, known)),
        history=[_line(row, shown) for row in shown.ledger.history(case.id)],
        sides=_by_side(shown.ledger.sendings(case.id)),
        name=shown.name,
        now=shown.now_ns,
    )


def _boundaries(deviation: Deviation, known: Known) -> Iterator[tuple[str, str]]:
    """Each operation that it is about, with who calls it, and the page of that boundary; empty where there is none any more."""
    provider, consumers = deviation.provider, deviation.consumer.split(AND)
    for operation in operations_in(deviation.operation) if provider else ():
        callers = [each for each in consumers if (each, provider, operation) in known.keys]
        subject = replace(deviation, consumer=AND.join(callers or consumers), operation=operation).subject
        yield called(subject), address(callers[0], provider, operation) if callers else ""


def _line(row: Row, shown: Shown) -> Line:
    event = row.event
    kind = type(event).__name__
    who = getattr(event, "by", "") or getattr(event, "person", "") or getattr(event, "holder", "")
    return Line(
        event.at_ns,
        _WORDS.get(kind, kind.lower()),
        shown.name(who) if who else "",
        shown.naming.named(row.note),
        row.changed,
    )


def _by_side(sendings: Sequence[Sending]) -> dict[str, list[Sending]]:
    found: dict[str, list[Sending]] = {"owner": [], "other": [], "keeper": []}
    for sending in sendings:
        found[str(sending.message.side)].append(sending)
    return {side: told for side, told in found.items() if told}
