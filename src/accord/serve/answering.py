"""The page behind a link: five facts, what can be answered, and one tap to have it. It needs no script and changes nothing when opened."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from accord.cases.case import PHASES_IN_WORDS, Case, Phase
from accord.cases.events import Answer
from accord.cases.promise import latest_commitment
from accord.cases.understanding import shown_picks
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.instants import instant
from accord.model.problem import Refused
from accord.serve.access import OPEN
from accord.serve.answers import Said, asks_for_picks, event_of
from accord.serve.carrier import Carrier
from accord.serve.doors import Asked, Door
from accord.serve.links import Link, Links
from accord.serve.naming import Naming
from accord.serve.pages._frame import frame
from accord.serve.receipts import Receipts
from accord.store.errors import Unavailable

PATH = "/a/{link}"
LARGEST_FORM, LONGEST_NUMBER, SEE_OTHER = 4096, 16, 303
OFFERED = tuple(minutes * NANOSECONDS["m"] for minutes in (15, 30, 60, 120, 240))
"""How long from now can be tapped, where that lies within what was promised."""
_ASKED = (Phase.AWAIT, Phase.READBACK, Phase.LAST)


class Choice(Struct, frozen=True):
    """A question of which one of several texts is picked."""

    name: str
    question: str
    texts: tuple[str, ...]


class Form(Struct, frozen=True):
    """Something that can be said with one tap: by a button for each of `lasts` where it needs a time, for each of `takers` where it
    needs somebody (others can be written there), else by one.
    """

    say: str
    word: str
    is_first: bool = False
    needs_time: bool = False
    lasts: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    takers: tuple[tuple[str, str], ...] | None = None


class AnswerPage:
    """The doors that a link opens."""

    def __init__(self, carrier: Carrier, links: Links, naming: Naming, receipts: Receipts) -> None:
        self._carrier, self._links, self._naming, self._receipts = carrier, links, naming, receipts

    def doors(self) -> Iterable[Door]:
        """Showing and answering; whoever holds the link may."""
        yield Door("GET", PATH, OPEN, self.show)
        yield Door("POST", PATH, OPEN, self.take, LARGEST_FORM)

    async def show(self, asked: Asked) -> Response:
        """The page; opening it answers nothing, and is kept as a receipt of the message."""
        try:
            link = self._links.read(asked.path("link"), self._carrier.clock())
            page = self._page(link, self._came_to(link, asked.query("row")))
        except Refused as refused:
            return _unusable(refused)
        await self._receipts.opened(link)
        return page

    async def take(self, asked: Asked) -> Response:
        """What was tapped. What it came to is shown by the page that the browser goes to next: a reload of that repeats nothing."""
        try:
            link = self._links.read(asked.path("link"), self._carrier.clock())
            case = self._case(link)
        except Refused as refused:
            return _unusable(refused)
        said = _said(parse_qs(asked.body.decode("utf-8", "replace")), link)
        try:
            return await self._taken(said, case, link)
        except Refused as refused:
            return self._page(link, str(refused), 400)
        except Unavailable as refused:
            return self._page(link, f"not taken down, please tap again: {refused}", 503)

    async def _taken(self, said: Said, case: Case, link: Link) -> Response:
        said = replace(said, to=self._naming.known(said.to)) if said.to else said
        recorded = await self._carrier.tell(case, event_of(said, case, link.person, self._carrier.clock()))
        await self._receipts.answered(link)
        return Response(status_code=SEE_OTHER, headers={"location": f"?row={recorded.sequence}"})

    def _came_to(self, link: Link, row: str) -> str:
        """What the answer came to that was recorded in this row: of this person, about this deviation; empty for any other."""
        sequence = int(row) if row.isascii() and row.isdigit() and len(row) < LONGEST_NUMBER else 0
        for found in self._carrier.ledger.rows(sequence - 1, 1) if sequence else ():
            is_theirs = isinstance(found.event, Answer) and found.event.by == link.person
            if is_theirs and (found.sequence, found.case) == (sequence, link.case):
                return self._naming.named(found.note) or "taken down"
        return ""

    def _case(self, link: Link) -> Case:
        case = self._carrier.ledger.case(link.case)
        if case is None:
            raise Refused("this link is of a deviation that is not here")
        return case

    def _page(self, link: Link, note: str, status: int = 200) -> Response:
        case = self._case(link)
        return frame(
            "answer.html",
            case.key,
            status,
            navigates=False,
            note=note,
            told=self._told(case),
            case=case,
            link=link,
            forms=list(self._forms(case, link)) if case.is_open else [],
        )

    def _told(self, case: Case) -> dict[str, str]:
        deviation, actor = case.deviation, self._naming.name(case.actor)
        told = {"expected": deviation.expected or "not said", "seen": deviation.seen or "not said"}
        told["since"] = instant(case.since_ns or case.opened_ns)
        if case.is_open:
            has = "has it" if case.phase is Phase.COMMITTED else "is asked"
            told["now"] = f"{actor} {has} until {instant(case.deadline_ns)}"
            if case.phase is Phase.HANDOVER:
                to = self._naming.name(case.to)
                told["now"] = f"{actor} has it, and offers it to {to} until {instant(case.deadline_ns)}"
        else:
            told["now"] = f"{PHASES_IN_WORDS[case.phase]}: {case.reason}"
        return told

    def _forms(self, case: Case, link: Link) -> Iterable[Form]:
        """What this person can answer to the present turn, also by the link of an earlier one: the form says which it is of."""
        is_actor = link.person == case.actor
        if case.phase in _ASKED and is_actor:
            yield self._promise(case, "commit", "I have it", self._picks(case))
            yield Form("decline", "Not mine")
            yield Form("fixed", "It is recovered")
        elif case.phase is Phase.COMMITTED and is_actor:
            yield Form("fixed", "It is recovered", is_first=True)
            yield self._promise(case, "progress", "I need longer")
            yield Form("offer", "Offer it to", takers=self._takers(case))
        elif case.phase is Phase.HANDOVER and link.person == case.to:
            yield self._promise(case, "accept", "I take it over", self._picks(case))
            yield Form("refuse", "I do not")
        elif case.phase is Phase.HANDOVER and is_actor:
            yield Form("fixed", "It is recovered")
        elif case.phase is Phase.CLAIMED and is_actor:
            yield Form("confirm", "Yes, it is recovered", is_first=True)
            yield Form("dispute", "No, it is not")

    def _promise(self, case: Case, say: str, word: str, choices: tuple[Choice, ...] = ()) -> Form:
        now_ns = self._carrier.clock()
        policy = self._carrier.carrying.policy(case.deviation, now_ns)
        lasts = _offered(latest_commitment(case, policy, now_ns) - now_ns)
        return Form(say, word, say != "progress", True, tuple(show_duration(each) for each in lasts), choices)

    def _takers(self, case: Case) -> tuple[tuple[str, str], ...]:
        """Whom a hand-over can be offered with one tap: who of the ladder is on duty now, and the last resort; by pseudonym, with name."""
        now_ns = self._carrier.clock()
        policy = self._carrier.carrying.policy(case.deviation, now_ns)
        people = dict.fromkeys((*(level.person(now_ns) for level in policy.levels), policy.last))
        return tuple((each, self._naming.name(each)) for each in people if each and each != case.actor)

    def _picks(self, case: Case) -> tuple[Choice, ...]:
        if not asks_for_picks(case):
            return ()
        neighbours = tuple(each.key for each in self._carrier.ledger.cases(limit=20) if each.id != case.id)
        picks = shown_picks(case.id, case.turn, case.deviation, neighbours)
        return (
            Choice("boundary", "Which boundary is it?", picks.boundaries),
            Choice("difference", "What was expected, what is seen?", picks.differences),
        )


def _unusable(refused: Refused) -> Response:
    """A page for who holds a link that opens nothing: people open links, not programs."""
    return frame("unusable.html", "This link opens nothing", 400, navigates=False, reason=str(refused))


def _offered(latest: int) -> list[int]:
    """Times from now that can be tapped: the usual ones that fit, and all that is left, in whole minutes."""
    whole = latest - latest % NANOSECONDS["m"]
    return sorted({each for each in (*OFFERED, whole) if 0 < each <= latest and each <= OFFERED[-1]})


def _said(form: Mapping[str, list[str]], link: Link) -> Said:
    one = {name: values[0] for name, values in form.items()}
    boundary, difference = (int(one[name]) if one.get(name, "") in ("0", "1", "2") else -1 for name in _PICKS)
    texts = {name: one.get(name, "") for name in ("say", "until", "to", "names")}
    turn = one.get("turn", "")
    is_number = turn.isascii() and turn.isdigit() and len(turn) < 10
    return Said(turn=int(turn) if is_number else link.turn, boundary=boundary, difference=difference, **texts)


_PICKS = ("boundary", "difference")
