"""The page behind a link: five facts, what can be answered, and one tap to have it. It needs no script and changes nothing when opened."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import parse_qs

from msgspec.structs import replace
from starlette.responses import HTMLResponse, Response

from accord.cases.case import Case, Phase
from accord.cases.promise import latest_commitment
from accord.cases.understanding import shown_picks
from accord.channels._page import instant
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.problem import Refused
from accord.serve.access import OPEN
from accord.serve.answers import Said, asks_for_picks, event_of
from accord.serve.carrier import Carrier
from accord.serve.doors import Asked, Door
from accord.serve.links import Link, Links
from accord.serve.naming import Naming
from accord.serve.receipts import Receipts
from accord.store.errors import Unavailable

PATH = "/a/{link}"
LARGEST_FORM = 4096
OFFERED = tuple(minutes * NANOSECONDS["m"] for minutes in (15, 30, 60, 120, 240))
"""How long from now can be tapped, where that lies within what was promised."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_STYLE = """:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1rem}
h1{font-size:1.25rem;overflow-wrap:anywhere}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
form{margin:1rem 0}fieldset{border:1px solid #8888;border-radius:.5rem;margin:0 0 1rem}label{display:block;padding:.35rem 0}
button{font:inherit;padding:.7rem 1rem;margin:.25rem .25rem .25rem 0;border-radius:.5rem;border:1px solid #8888;cursor:pointer}
.first{background:#1a56b0;color:#fff;border-color:#1a56b0}.said{border-left:.3rem solid #1a56b0;padding-left:.75rem}"""
_ASKED = (Phase.AWAIT, Phase.READBACK, Phase.LAST)


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
            page = self._page(link, "")
        except Refused as refused:
            return _unusable(refused)
        await self._receipts.opened(link)
        return page

    async def take(self, asked: Asked) -> Response:
        """What was tapped, and what it came to."""
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
        return self._page(link, recorded.note or "taken down", 200 if recorded.changed or recorded.repeated else 409)

    def _case(self, link: Link) -> Case:
        case = self._carrier.ledger.case(link.case)
        if case is None:
            raise Refused("this link is of a deviation that is not here")
        return case

    def _page(self, link: Link, note: str, status: int = 200) -> Response:
        case = self._case(link)
        parts = [f"<h1>{escape(case.key)}</h1>", _facts(self._told(case))]
        if note:
            parts.insert(1, f'<p class="said" role="status">{escape(note)}</p>')
        parts += self._forms(case, link)
        return _whole(case.key, "".join(parts), status)

    def _told(self, case: Case) -> dict[str, str]:
        deviation, actor = case.deviation, self._naming.name(case.actor)
        told = {"expected": deviation.expected or "not said", "seen": deviation.seen or "not said"}
        told["since"] = instant(case.since_ns or case.opened_ns)
        if case.is_open:
            has = "has it" if case.phase is Phase.COMMITTED else "is asked"
            told["now"] = f"{actor} {has} until {instant(case.deadline_ns)}"
        else:
            told["now"] = f"{case.phase}: {case.reason}"
        return told

    def _forms(self, case: Case, link: Link) -> Iterable[str]:
        """What this person can answer to this turn."""
        if link.turn != case.turn or not case.is_open:
            yield f"<p>This link is of turn {link.turn}; it is turn {case.turn} now. What it says above is how it stands.</p>"
        elif case.phase in _ASKED and link.person == case.actor:
            yield self._form(case, "commit", "I have it", picks=True)
            yield _tap("decline", "Not mine")
            yield _tap("fixed", "It is recovered")
        elif case.phase is Phase.COMMITTED and link.person == case.actor:
            yield _tap("fixed", "It is recovered")
            yield self._form(case, "progress", "I need longer")
        elif case.phase is Phase.HANDOVER and link.person == case.to:
            yield self._form(case, "accept", "I take it over", picks=True)
            yield _tap("refuse", "I do not")
        elif case.phase is Phase.CLAIMED and link.person == case.actor:
            yield _tap("confirm", "Yes, it is recovered", first=True)
            yield _tap("dispute", "No, it is not")

    def _form(self, case: Case, say: str, word: str, picks: bool = False) -> str:
        now_ns = self._carrier.clock()
        policy = self._carrier.carrying.policy(case.deviation, now_ns)
        latest = latest_commitment(case, policy, now_ns) - now_ns
        lasts = _offered(latest)
        taps = "".join(
            f'<button class="first" name="until" value="{show_duration(each)}">{word}: {show_duration(each)}</button>'
            for each in lasts
        )
        if not taps:
            return "<p>No time is left to commit to: the next is being asked.</p>"
        shown = self._picks(case) if picks and asks_for_picks(case) else ""
        return f'<form method="post"><input type="hidden" name="say" value="{say}">{shown}{taps}</form>'

    def _picks(self, case: Case) -> str:
        neighbours = tuple(each.key for each in self._carrier.ledger.cases(limit=20) if each.id != case.id)
        picks = shown_picks(case.id, case.turn, case.deviation, neighbours)
        return _choice("boundary", "Which boundary is it?", picks.boundaries) + _choice(
            "difference", "What was expected, what is seen?", picks.differences
        )


def _whole(title: str, parts: str, status: int) -> Response:
    body = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{parts}</main></body></html>'
    return HTMLResponse(body, status, headers={"content-security-policy": _POLICY})


def _unusable(refused: Refused) -> Response:
    """A page for who holds a link that opens nothing: people open links, not programs."""
    title = "This link opens nothing"
    return _whole(title, f"<h1>{title}</h1><p>{escape(str(refused))}.</p>", 400)


def _offered(latest: int) -> list[int]:
    """Times from now that can be tapped: the usual ones that fit, and all that is left, in whole minutes."""
    whole = latest - latest % NANOSECONDS["m"]
    return sorted({each for each in (*OFFERED, whole) if 0 < each <= latest and each <= OFFERED[-1]})


def _choice(name: str, question: str, choices: tuple[str, ...]) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{place}"> {escape(text)}</label>'
        for place, text in enumerate(choices)
    )
    return f"<fieldset><legend>{question}</legend>{options}</fieldset>"


def _tap(say: str, word: str, first: bool = False) -> str:
    style = ' class="first"' if first else ""
    return f'<form method="post"><button{style} name="say" value="{say}">{word}</button></form>'


def _facts(told: Mapping[str, str]) -> str:
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in told.items()) + "</dl>"


def _said(form: Mapping[str, list[str]], link: Link) -> Said:
    one = {name: values[0] for name, values in form.items()}
    boundary, difference = (int(one[name]) if one.get(name, "") in ("0", "1", "2") else -1 for name in _PICKS)
    texts = {name: one.get(name, "") for name in ("say", "until", "to", "names")}
    return Said(turn=link.turn, boundary=boundary, difference=difference, **texts)


_PICKS = ("boundary", "difference")
