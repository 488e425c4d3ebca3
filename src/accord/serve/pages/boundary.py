"""One boundary: what is assumed, seen and promised, side by side; what follows; who is asked; what happened."""

from collections.abc import Iterator

from msgspec import Struct
from starlette.responses import Response

from accord.boundaries.join.system import Boundary
from accord.boundaries.seen.sightings import sightings
from accord.boundaries.seen.three_columns import three_columns
from accord.cases.deviation import Deviation
from accord.cases.policy import Policy
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.report._places import where
from accord.serve.doors import Absent, Asked
from accord.serve.pages._frame import frame, lasting
from accord.serve.pages._scale import Mark, scale
from accord.serve.pages._sequence import sequence
from accord.serve.pages._shown import Known, Shown

PATH, TITLE, PLACE = "/boundary", "", 11
MOST_PAST = 20
_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}


class Cell(Struct, frozen=True):
    """One statement as its author wrote it, and where it stands."""

    text: str
    place: str
    is_default: bool = False


class Term(Struct, frozen=True):
    """One term: what each side says of it, and what was seen."""

    name: str
    assumed: tuple[Cell, ...]
    observed: tuple[Cell, ...]
    promised: tuple[Cell, ...]


class Rung(Struct, frozen=True):
    """One level of the ladder: who, how long they have, and who is on duty now."""

    party: str
    within: str
    person: str


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; 404 for a boundary that nobody speaks of."""
    known = await shown.known()
    key = (asked.query("consumer"), asked.query("provider"), asked.query("operation"))
    if key not in set(known.system.keys):
        raise Absent("no contract and no artefact speaks of this boundary")
    boundary = known.system.boundary(key, {})
    deviation = Deviation("", key[0], key[1], key[2])
    policy = shown.carrier.carrying.policy(deviation, shown.now_ns)
    findings = sorted(known.by_key.get(key, ()), key=lambda each: _ORDER[each.verdict])
    return frame(
        "boundary.html",
        f"{key[0]} → {key[1]}/{key[2]}",
        key=key,
        terms=list(terms_of(boundary, known)),
        drawing=scale(times_of(boundary)),
        findings=[(each, sequence(each)) for each in findings],
        rungs=[
            Rung(level.party, lasting(level.acknowledge_within), shown.name(level.person(shown.now_ns)))
            for level in policy.levels
        ],
        policy=policy,
        recovers=_recovers(policy),
        cases=[case for case in shown.open() if _is_of(case.deviation, key)],
        past=[case for case in shown.ledger.cases(is_open=False, limit=1000) if _is_of(case.deviation, key)][
            :MOST_PAST
        ],
        name=shown.name,
        now=shown.now_ns,
    )


def terms_of(boundary: Boundary, known: Known) -> Iterator[Term]:
    """Every term that either side speaks of, or that was seen: what is expected first, then who detects and recovers."""
    assumed, promised = boundary.assumed.terms, boundary.promised.terms
    seen = _seen(boundary, known)
    for name in sorted({*assumed, *promised, *seen}, key=lambda term: (_is_of_people(term), term)):
        cells = (_cells(assumed.get(name, ())), seen.get(name, ()), _cells(promised.get(name, ())))
        yield Term(name.replace(".", " "), *cells)


def times_of(boundary: Boundary) -> list[Mark]:
    """Every time that either side waits or promises, to be held against each other on one scale."""
    sides = (("assumed", boundary.assumed.terms), ("promised", boundary.promised.terms))
    return [
        Mark(column, fact.value, f"{name.replace('.', ' ')} {fact.text}")
        for column, terms in sides
        for name, facts in terms.items()
        for fact in facts
        if name.partition(".")[0] in _TIMES and isinstance(fact.value, int) and not isinstance(fact.value, bool)
    ]


_TIMES = ("timeout", "latency")
_OF_PEOPLE = ("detect", "recover", "owner", "hours", "runbook", "at", "needs")


def _is_of_people(term: str) -> bool:
    return term.partition(".")[0] in _OF_PEOPLE


def _seen(boundary: Boundary, known: Known) -> dict[str, tuple[Cell, ...]]:
    if not any(sighting.boundary.key == boundary.key for sighting in sightings(known.system)):
        return {}
    columns = [
        each
        for each in three_columns(known.system, known.findings)
        if (each.consumer, each.provider, each.operation) == boundary.key
    ]
    return {
        row.measure: tuple(Cell(entry.text, entry.note) for entry in row.observed)
        for each in columns
        for row in each.rows
    }


def _cells(facts: tuple[Fact, ...]) -> tuple[Cell, ...]:
    return tuple(Cell(fact.text or str(fact.value), where(fact.place), str(fact.stance) == "default") for fact in facts)


def _recovers(policy: Policy) -> str:
    return (
        f"{policy.owner} within {lasting(policy.recover_within)} of {policy.recover_from}"
        if policy.recover_within
        else ""
    )


def _is_of(deviation: Deviation, key: tuple[str, str, str]) -> bool:
    is_there = (deviation.provider, deviation.operation) == key[1:]
    return is_there and key[0] in deviation.consumer.split("+")
