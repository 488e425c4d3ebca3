"""Whom a page reaches in the end: somebody who answers, nobody, or those who were paged before."""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import breaks, concludes, states
from accord.boundaries.join.knots import knots
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.ladder import Return, answering, climbed, paged_by, speakers
from accord.model.contract_values import Rung
from accord.model.fact import ANY, Fact
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Step, Witness

PEOPLE = frozenset(("rota", "team", "external"))
MOST_STARTS = 64
"""In a larger knot of parties that page each other, the ways back are followed from one party only."""


def is_nobody(system: System, party: str, view: View) -> bool | None:
    """Whether a page ends at this party and wakes nobody; None where it does not say what it is or whom it pages."""
    own = system.party(party, view)
    kind, further = own.value("kind"), own.get("escalates")
    if kind in PEOPLE or answers(system, party, view):
        return False
    if further is not None and further.value is not NONE:
        return False
    return True if kind is not None and further is not None else None


def answers(system: System, party: str, view: View) -> bool:
    """Whether the party promises to acknowledge, in any of its operations."""
    sides = [system.promised(party, operation, view) for operation in system.operations(party) or [ANY]]
    stated = [side.get("acknowledge") for side in sides]
    return any(fact is not None and fact.value is not NONE for fact in stated)


def ladders(system: System, view: View) -> Iterator[tuple[str, Fact]]:
    """Every party that pages others, with the statement that says whom."""
    for party in speakers(system, "escalates"):
        stated = system.party(party, view).get("escalates")
        if stated is not None and stated.value is not NONE:
            yield party, stated


def circles(system: System, view: View) -> Iterator[tuple[str, Return]]:
    """Every way back to a party that was paged before, where nobody on the whole ladder promises to acknowledge.

    Each once, told from its first party by name; of a knot of more than MOST_STARTS parties only those through its first.
    """
    paged = {party: [answering(system, rung.to)[0] for rung in stated.value] for party, stated in ladders(system, view)}
    found = [each for knot in knots(paged) for each in _round(system, knot, view)]
    yield from sorted(found, key=lambda each: each[0])


def _round(system: System, knot: list[str], view: View) -> Iterator[tuple[str, Return]]:
    """The ways back inside one knot; whoever stands in it reaches the same parties, so one who answers is enough for all."""
    seen: set[frozenset[str]] = set()
    for party in knot if len(knot) <= MOST_STARTS else knot[:1]:
        ladder = climbed(system, list(paged_by(system, party, 0, view)), view)
        if party == knot[0] and any(answers(system, level.party, view) for level in ladder.levels):
            return
        for back in ladder.returns:
            around = frozenset(_circle(back))
            if party in around and around not in seen:
                seen.add(around)
                yield party, back


def _circle(back: Return) -> tuple[str, ...]:
    return back.path[back.path.index(back.path[-1]) :]


def going_round(start: str, back: Return) -> Witness:
    """The pages one after the other, from the party `start` on, until one comes back."""
    steps, paged, pager = [breaks(start, "has something to pass on")], {start: 0}, start
    for party, because, rung in zip(back.path, back.because, back.rungs, strict=True):
        at = paged[pager] + ((rung.after or 0) if rung else 0)
        steps.append(_page(at, pager, because, party))
        if party not in paged or party == start:
            paged[party] = at
        pager = party
    does = f"{pager} is paged again, and nobody has promised to answer"
    return Witness((*steps, concludes(does, at=steps[-1].at)), "ladder-ends-in-a-person", back.because[:1])


def reaching_nobody(about: str, shown: Fact, within: Fact | None, dead: list[Fact], says: str) -> Witness:
    """A signal shows the deviation of `about`, and wakes nobody; `dead` are its kind and its `escalates: none`."""
    signal = dead[0].provider
    at = within.value if within is not None and isinstance(within.value, int) else 0
    told = [states(fact, f"says {fact.term} {fact.text}") for fact in dead]
    pages = [
        breaks(about),
        Step(at, signal, "detects", f"shows the deviation of {about}", shown, about),
        _page(at, shown.says, shown, signal),
    ]
    expects = (shown, within) if within is not None and at else (shown,)
    return Witness((*told, *pages, concludes(says, about, at)), "ladder-ends-in-a-person", expects)


def passed_on_to_nobody(party: str, stated: Fact, rung: Rung, dead: list[Fact], says: str) -> Witness:
    """A ladder pages a party that wakes nobody."""
    told = [states(fact, f"says {fact.term} {fact.text}") for fact in dead]
    page = _page(rung.after or 0, party, stated, provider_of(rung.to))
    steps = (*told, breaks(party, "has something to pass on"), page, concludes(says, at=rung.after or 0))
    return Witness(steps, "ladder-ends-in-a-person", (stated,))


def _page(at: int, pager: str, because: Fact, party: str) -> Step:
    return Step(at, pager, "pages", f"pages {party}", because, party)
