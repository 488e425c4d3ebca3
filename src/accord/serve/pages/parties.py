"""Who is paged: who is on duty now and next, what of the coming days nobody has, and how much there was of late; then who owes an answer."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from msgspec import Struct
from starlette.responses import Response

from accord.cases.load import DAY
from accord.cases.policy import Duty
from accord.model.subject import called
from accord.serve.ahead import DAYS, Rota
from accord.serve.doors import Asked
from accord.serve.pages._clock import on_clock
from accord.serve.pages._frame import frame, lasting
from accord.serve.pages._gaps import owed_by
from accord.serve.pages._paged import Paged
from accord.serve.pages._shown import Shown
from accord.serve.pages._strip import strip

PATH, TITLE, PLACE = "/parties", "Parties and rotas", 2
EACH = 40
"""Rotas on one page, and parties that owe an answer."""


class Line(Struct, frozen=True):
    """One rota as a line: who, until when, who is next, what lies ahead as words and as a drawing, and the pages of 7 and 30 days."""

    name: str
    where: str
    now: str
    until: str
    following: str
    ahead: str
    is_open: bool
    drawing: str
    week: int
    month: int
    owed: int


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; `?name=` shows those whose name has this in it, `?page=` the next ones."""
    known, (rotas, paged) = await shown.known(), await shown.rotas()
    now_ns, wanted, page = shown.now_ns, asked.query("name")[:100], _number(asked.query("page"))
    ordered = sorted(_matching(rotas.values(), wanted), key=lambda each: _urgency(each, now_ns))
    page = min(page, max(1, -(-len(ordered) // EACH)))
    lines = [_line(each, shown, paged, len(owed_by(known, rotas, each.party))) for each in _part(ordered, page)]
    owing = [party for party in sorted({*known.asked, *rotas} - {""}) if wanted.lower() in party.lower()]
    owed = [(party, count) for party in owing if (count := len(owed_by(known, rotas, party)))]
    return frame(
        "parties.html",
        TITLE,
        lines=lines,
        counts=_counts(rotas.values(), now_ns),
        wanted=wanted,
        found=len(ordered),
        earlier=_page(wanted, page - 1) if page > 1 else "",
        later=_page(wanted, page + 1) if page * EACH < len(ordered) else "",
        owing=[(called(party), address(party), count) for party, count in owed[:EACH]],
        more=max(len(owed) - EACH, 0),
        days=DAYS,
    )


class Counts(Struct, frozen=True):
    """How many rotas there are, how many have nobody now, a stretch ahead that nobody has, or cannot be worked out."""

    all: int
    vacant: int
    gaps: int
    unknown: int


def _counts(rotas: Iterable[Rota], now_ns: int) -> Counts:
    known = list(rotas)
    laid_out = [each for each in known if each.duty is not None]
    return Counts(
        len(known),
        sum(each.now(now_ns) is None for each in laid_out),
        sum(each.first_gap(now_ns) is not None for each in laid_out),
        len(known) - len(laid_out),
    )


def _matching(rotas: Iterable[Rota], wanted: str) -> Iterator[Rota]:
    return (each for each in rotas if wanted.lower() in each.party.lower())


def _urgency(rota: Rota, now_ns: int) -> tuple[int, int, str]:
    """What nobody has, the soonest first; then what is not known; then by name."""
    gap = rota.first_gap(now_ns)
    if gap is not None:
        return 0, max(gap.begins_ns, now_ns), rota.party
    return (1, 0, rota.party) if rota.duty is None else (2, 0, rota.party)


def _part(ordered: list[Rota], page: int) -> list[Rota]:
    return ordered[(page - 1) * EACH : page * EACH]


def _line(rota: Rota, shown: Shown, paged: Paged, owed: int) -> Line:
    now_ns = shown.now_ns
    turn, following = rota.now(now_ns), next(rota.coming(now_ns), None)
    gap = rota.first_gap(now_ns)
    told = told_ahead(rota, now_ns)
    month = paged.of(rota.party, now_ns - 30 * DAY)
    return Line(
        name=called(rota.party),
        where=address(rota.party),
        now=shown.name(turn.person) if turn is not None else "",
        until=on_clock(turn.ends_ns, rota.zone) if turn is not None and not _is_endless(rota, turn.ends_ns) else "",
        following=_following(rota, turn, following, shown),
        ahead=told,
        is_open=gap is not None or rota.duty is None,
        drawing=strip(rota.ahead(now_ns), rota.zone, f"{called(rota.party)}: {told}", False, not rota.assumes_always),
        week=sum(page.at_ns >= now_ns - 7 * DAY for page in month),
        month=len(month),
        owed=owed,
    )


def _following(rota: Rota, turn: Duty | None, following: Duty | None, shown: Shown) -> str:
    if following is not None:
        return f"then {shown.name(following.person)}, from {on_clock(following.begins_ns, rota.zone)}"
    is_endless = turn is not None and _is_endless(rota, turn.ends_ns)
    return f"no other turn in {DAYS} days" if is_endless else "nobody is known to follow"


def told_ahead(rota: Rota, now_ns: int) -> str:
    """What lies ahead in a few words."""
    if rota.duty is None:
        return "its shifts cannot be worked out"
    gap = rota.first_gap(now_ns)
    if gap is not None and gap.begins_ns <= now_ns:
        return f"nobody now, until {on_clock(gap.ends_ns, rota.zone)}"
    if gap is not None:
        return f"nobody from {on_clock(gap.begins_ns, rota.zone)}"
    if rota.assumes_always:
        return "asked at any time: it states no hours"
    outside = [each for each in rota.ahead(now_ns) if each.kind != "duty"]
    return (
        f"nobody outside its hours, next for {lasting(outside[0].ends_ns - outside[0].begins_ns)}"
        if outside
        else "always somebody"
    )


def _is_endless(rota: Rota, ends_ns: int) -> bool:
    """Whether a turn goes on behind all that is laid out."""
    return bool(rota.stretches) and ends_ns >= rota.stretches[-1].ends_ns


def address(party: str) -> str:
    """Where the page of a party is."""
    return "/party?" + urlencode({"name": party})


def _page(wanted: str, page: int) -> str:
    return f"{PATH}?" + urlencode({"name": wanted, "page": page} if wanted else {"page": page})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1
