"""One party: who is on duty now and next, what lies ahead, who is asked after them, its load beside the targets, and what it owes."""

from collections.abc import Iterator

from msgspec import Struct
from starlette.responses import Response

from accord.boundaries.people.duty import instant_at
from accord.boundaries.people.ladder import PAGE, ladder
from accord.boundaries.people.ownership import owner_of
from accord.cases.drilling import drill
from accord.cases.policy import Policy
from accord.model.hours import clock_changes
from accord.model.subject import called
from accord.serve.ahead import DAYS, Rota
from accord.serve.doors import Absent, Asked
from accord.serve.drills import Drill, heard
from accord.serve.instants import of
from accord.serve.pages._clock import on_clock
from accord.serve.pages._frame import frame, lasting
from accord.serve.pages._gaps import gaps_of, outside_of, owed_by
from accord.serve.pages._shown import Known, Shown, address
from accord.serve.pages._strip import strip
from accord.serve.pages._weighed import weighed
from accord.serve.pages.parties import address as where_is
from accord.serve.pages.parties import told_ahead
from accord.store.kept import Override

PATH, TITLE, PLACE = "/party", "", 12
MOST_GAPS, MOST_TURNS, MOST_RESTING, MOST_QUESTIONS = 20, 8, 30, 50


class Rung(Struct, frozen=True):
    """One level of the ladder: who is on duty there now, after how long they are asked, how long they have, and what to mind."""

    party: str
    person: str
    after: str
    within: str
    mind: tuple[str, ...]


class Tried(Struct, frozen=True):
    """The last drill: when it began, what came of it in words, and the deviation that it was."""

    begun_ns: int
    came_to: str
    case: str


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; 404 for a name that nothing speaks of."""
    name = asked.query("name")
    known, (rotas, paged) = await shown.known(), await shown.rotas()
    rota = rotas.get(name)
    if not name or (rota is None and name not in known.system.parties and name not in known.asked):
        raise Absent("no contract and no rota speaks of this party")
    values = _of_rota(rota, rotas, shown) if rota is not None else {"rota": None}
    if rota is not None:
        values |= weighed(rota, shown, paged, asked.bearer)
    questions = owed_by(known, rotas, name)
    return frame(
        "party.html",
        called(name),
        party=name,
        owner=called(owner_of(known.system, name, {})),
        resting=_resting(known, name),
        more_resting=max(len(known.resting.get(name, ())) - MOST_RESTING, 0),
        recovered=_recovered(known, name),
        more_recovered=max(len(known.system.operations(name)) - MOST_RESTING, 0),
        questions=questions[:MOST_QUESTIONS],
        more_questions=max(len(questions) - MOST_QUESTIONS, 0),
        days=DAYS,
        now=shown.now_ns,
        name=shown.name,
        **values,
    )


def _of_rota(rota: Rota, rotas: dict[str, Rota], shown: Shown) -> dict[str, object]:
    now_ns = shown.now_ns
    policy = shown.carrier.carrying.policy(drill(rota.party, shown.carrier.carrying.unknown_owner, ""), now_ns)
    gaps = gaps_of(rota, rotas, policy, shown)
    turn, (rungs, last_after) = rota.now(now_ns), _rungs(policy, shown)
    return {
        "rota": rota,
        "on_duty": shown.name(turn.person) if turn is not None else "",
        "until": on_clock(turn.ends_ns, rota.zone) if turn is not None and _ends(rota, turn.ends_ns) else "",
        "coming": _coming(rota, shown),
        "drawing": _drawing(rota, now_ns),
        "kinds": {str(each.kind) for each in rota.ahead(now_ns)},
        "gaps": gaps[:MOST_GAPS],
        "more_gaps": max(len(gaps) - MOST_GAPS, 0),
        "instead": _asked_instead(policy, shown),
        "outside": outside_of(rota, now_ns),
        "twice": [
            (on_clock(begins, rota.zone), on_clock(ends, rota.zone)) for begins, ends in rota.doubled if ends > now_ns
        ][:3],
        "changes": _changes(rota, now_ns),
        "overrides": [
            (
                each,
                shown.name(each.person),
                shown.name(each.by),
                on_clock(each.begins_ns, rota.zone),
                on_clock(each.ends_ns, rota.zone),
            )
            for each in shown.ledger.kept(Override, now_ns)
            if each.rota == rota.party
        ],
        "rungs": rungs,
        "last_after": last_after,
        "policy": policy,
        "in_all": lasting(sum(level.acknowledge_within for level in policy.levels)),
        "again": (lasting(policy.last_every), lasting(policy.last_every_at_most)),
        "tried": _tried(rota.party, shown),
    }


def _drawing(rota: Rota, now_ns: int) -> str:
    label = f"The next {DAYS} days: {told_ahead(rota, now_ns)}"
    return strip(rota.ahead(now_ns), rota.zone, label, is_stated=not rota.assumes_always)


def _asked_instead(policy: Policy, shown: Shown) -> str:
    """Who is asked now where nobody is on duty."""
    now_ns = shown.now_ns
    level = next((each for each in policy.levels if each.person(now_ns)), None)
    return called(level.party) if level is not None else f"{shown.name(policy.last)}, the last resort"


def _ends(rota: Rota, ends_ns: int) -> bool:
    return bool(rota.stretches) and ends_ns < rota.stretches[-1].ends_ns


def _coming(rota: Rota, shown: Shown) -> list[tuple[str, str, str]]:
    """Who is next, from when to when."""
    found = []
    for turn, _ in zip(rota.coming(shown.now_ns), range(MOST_TURNS), strict=False):
        until = on_clock(turn.ends_ns, rota.zone) if _ends(rota, turn.ends_ns) else "further than is laid out"
        found.append((shown.name(turn.person), on_clock(turn.begins_ns, rota.zone), until))
    return found


def _changes(rota: Rota, now_ns: int) -> list[str]:
    """When the clock of the rota changes in the days ahead."""
    if not rota.zone or not rota.stretches:
        return []
    starts, ends = instant_at(now_ns), instant_at(rota.stretches[-1].ends_ns)
    return [on_clock(of(change), rota.zone) for change in clock_changes(starts, ends, rota.zone)]


def _rungs(policy: Policy, shown: Shown) -> tuple[list[Rung], str]:
    """The levels as they would be asked now, and after how long the last resort is; a level without anybody is passed over at once."""
    after, met, found = 0, dict[str, int](), []
    for number, level in enumerate(policy.levels, 1):
        person = level.person(shown.now_ns)
        mind = tuple(_minded(person, met.get(person, 0), shown))
        within = lasting(level.acknowledge_within)
        found.append(Rung(called(level.party), shown.name(person), _after(after), within, mind))
        met.setdefault(person, number)
        after += level.acknowledge_within if person else 0
    return found, _after(after)


def _after(span: int) -> str:
    return lasting(span) if span else "at once"


def _minded(person: str, met: int, shown: Shown) -> Iterator[str]:
    if not person:
        yield "nobody is on duty: passed over"
        return
    if met:
        yield f"the same person as on level {met}: nobody else is asked by it"
    if not _is_reached(person, shown):
        yield "no channel is known: the next is asked at once"


def _is_reached(person: str, shown: Shown) -> bool:
    known = shown.ledger.person(person)
    return known is not None and bool(known.addresses)


def _tried(rota: str, shown: Shown) -> Tried | None:
    """What the last drill measured."""
    drills = [each for each in shown.ledger.kept(Drill) if each.rota == rota]
    last = max(drills, key=lambda each: each.begun_ns, default=None)
    if last is None:
        return None
    case = shown.ledger.case_of(last.key) if last.key else None
    if case is None:
        return Tried(last.begun_ns, "nobody of the ladder was on duty: nobody was told", "")
    seen_ns, taken_ns = heard(shown.ledger.history(case.id))
    if taken_ns:
        seen = f", seen after {lasting(seen_ns - last.begun_ns)}" if seen_ns and seen_ns < taken_ns else ""
        return Tried(last.begun_ns, f"taken after {lasting(taken_ns - last.begun_ns)}{seen}", case.id)
    under_way = "seen, not taken" if seen_ns else "no answer"
    return Tried(last.begun_ns, under_way if last.over else f"under way: {under_way} yet", case.id)


def _resting(known: Known, name: str) -> list[tuple[str, str]]:
    """The operations that somebody of this party is asked to recover, each with where it stands."""
    found = []
    for provider, operation in known.resting.get(name, ())[:MOST_RESTING]:
        callers = known.system.callers(provider, operation)
        found.append((f"{called(provider)}/{operation}", address(callers[0], provider, operation) if callers else ""))
    return found


def _recovered(known: Known, name: str) -> list[tuple[str, str, str]]:
    """Each operation of the party, who is asked first to recover it, and where they stand."""
    found = []
    for operation in known.system.operations(name)[:MOST_RESTING]:
        if operation != PAGE:
            party = next((level.party for level in ladder(known.system, name, operation).levels), "")
            found.append((operation, called(party) or "nobody is named", where_is(party) if party else ""))
    return found
