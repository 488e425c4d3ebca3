"""When nobody of a rota is on duty, in words: from when to when, why, and who is asked instead."""

from collections.abc import Iterator

from msgspec import Struct

from accord.cases.coverage import Kind, Stretch, joined
from accord.cases.policy import Policy
from accord.model.finding import Question
from accord.model.subject import called
from accord.serve.ahead import ASKED_ABOUT, Rota
from accord.serve.pages._clock import on_clock
from accord.serve.pages._frame import lasting
from accord.serve.pages._shown import Known, Shown

_WHY = {
    Kind.GAP: "nobody has a turn, and its hours name this time",
    Kind.UNSAID: "nobody is on duty, and no hours say whether anybody should be",
    Kind.UNPLANNED: "nothing is planned yet",
}
_BY_TURNS = "nobody has a turn, between turns that meet otherwise"


class Gap(Struct, frozen=True):
    """A time that nobody has: on the clock of the rota, how long, why, and whom what fires then goes to."""

    kind: str
    begins: str
    ends: str
    lasts: str
    why: str
    instead: str


class Outside(Struct, frozen=True):
    """The times outside the stated hours: how many, how long in all, and the next of them."""

    count: int
    lasts: str
    begins: str
    ends: str


def gaps_of(rota: Rota, rotas: dict[str, Rota], policy: Policy, shown: Shown) -> list[Gap]:
    """The gaps of the days ahead, in order."""
    found = (each for each in rota.ahead(shown.now_ns) if each.kind in ASKED_ABOUT)
    others = [rotas[level.party] for level in policy.levels[1:] if level.party in rotas]
    return [
        Gap(
            str(each.kind),
            on_clock(each.begins_ns, rota.zone),
            on_clock(each.ends_ns, rota.zone),
            lasting(each.ends_ns - each.begins_ns),
            _BY_TURNS if rota.by_turns and each.kind is Kind.GAP else _WHY[each.kind],
            _instead(each, others, shown.name(policy.last)),
        )
        for each in found
    ]


def _instead(gap: Stretch, others: list[Rota], last: str) -> str:
    """The next level that has somebody when the gap begins, or the last resort."""
    for other in others:
        covered = joined((each.begins_ns, each.ends_ns) for each in other.duty or ())
        held = next((ends for begins, ends in covered if begins <= gap.begins_ns < ends), None)
        if held is not None:
            return called(other.party) + ("" if held >= gap.ends_ns else ", at first")
    return f"{last}, the last resort" + (", at first" if others else "")


def outside_of(rota: Rota, now_ns: int) -> Outside | None:
    """The times outside its hours; None where there are none."""
    found = [each for each in rota.ahead(now_ns) if each.kind is Kind.OUTSIDE]
    if not found:
        return None
    lasts = sum(each.ends_ns - each.begins_ns for each in found)
    first = found[0]
    return Outside(len(found), lasting(lasts), on_clock(first.begins_ns, rota.zone), on_clock(first.ends_ns, rota.zone))


def owed_by(known: Known, rotas: dict[str, Rota], party: str) -> tuple[Question, ...]:
    """What a party is asked: by the check, and so that its coming days can be told."""
    return (*known.asked.get(party, ()), *_unanswered_of(rotas.get(party)))


def _unanswered_of(rota: Rota | None) -> Iterator[Question]:
    """What the party has to say before this page can tell all of it."""
    if rota is None:
        return
    if rota.duty is None:
        yield Question(rota.party, "who is on duty when: its shifts cannot be worked out from what is written")
    if rota.assumes_always:
        yield Question(
            rota.party, "in which hours it can be paged (page: {hours: ...}); until then it is asked at any time"
        )
    if not rota.zone:
        yield Question(rota.party, "in which zone it lives (hours or a schedule with a zone such as Europe/Berlin)")
    kinds = {each.kind for each in rota.vacant}
    if Kind.UNSAID in kinds or (rota.by_turns and any(each.kind is Kind.OUTSIDE for each in rota.stretches)):
        yield Question(rota.party, "whether anybody is meant to be on duty between its turns (page: {hours: ...})")
    if Kind.UNPLANNED in kinds:
        until = next(each.begins_ns for each in rota.vacant if each.kind is Kind.UNPLANNED)
        yield Question(rota.party, f"who is on duty from {on_clock(until, rota.zone)} on")
