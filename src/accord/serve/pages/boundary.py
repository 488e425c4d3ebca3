"""One boundary: what is assumed, seen and promised, side by side; what follows; who is asked; what shows it; what happened."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from starlette.responses import Response

from accord.cases.case import Case
from accord.cases.deviation import Deviation
from accord.cases.heard import Course
from accord.cases.policy import Policy
from accord.cases.signals import Judged
from accord.cases.together import operations_in
from accord.model.finding import Finding, Verdict
from accord.model.instants import window
from accord.serve.doors import Absent, Asked
from accord.serve.pages._columns import strips_of, terms_of, times_of
from accord.serve.pages._frame import frame, lasting
from accord.serve.pages._scale import scale
from accord.serve.pages._sequence import sequence
from accord.serve.pages._shown import Known, Seen, Shown, at, team_of
from accord.serve.pages._signal_lines import lines_of

PATH, TITLE, PLACE = "/boundary", "", 11
MOST_PAST, MOST_FINDINGS = 20, 30
_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}


class Rung(Struct, frozen=True):
    """One level of the ladder: who, how long they have, and who is on duty now."""

    party: str
    within: str
    person: str


class Past(Struct, frozen=True):
    """What deviated here in the time that is looked back: how often, how long in all, and the latest."""

    count: int
    lasted: str
    cases: tuple[Case, ...]


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; 404 for a boundary that nobody speaks of."""
    known = await shown.known()
    key = (asked.query("consumer"), asked.query("provider"), asked.query("operation"))
    if key not in known.keys:
        raise Absent("no contract and no artefact speaks of this boundary")
    boundary, seen = known.system.boundary(key, {}), known.seen.get(key, ())
    policy = shown.carrier.carrying.policy(Deviation("", *key), shown.now_ns)
    findings = sorted(at(known.by_key, key), key=_position)
    courses = (await shown.following.followed(shown.now_ns)).at(*key[1:])
    return frame(
        "boundary.html",
        f"{key[0]} -> {key[1]}/{key[2]}" if key[0] else f"{key[1]}/{key[2]}",
        key=key,
        terms=list(terms_of(boundary, seen, known.root)),
        drawing=scale(times_of(boundary, seen), strips_of(seen)),
        seen=seen,
        seen_when=_seen_when(seen),
        observing=shown.observing(),
        is_any_seen=bool(known.seen),
        strangers=_strangers(known, key) if not seen else [],
        findings=[(each, sequence(each)) for each in findings[:MOST_FINDINGS]],
        more=max(len(findings) - MOST_FINDINGS, 0),
        owner=team_of(known.system, key[1]),
        rungs=list(_rungs(policy, shown)),
        policy=policy,
        recovers=_recovers(policy),
        signals=lines_of(_watching(await shown.signals(), key), known.system),
        cases=_open(courses, key, shown),
        past=_past(courses, key, shown),
        name=shown.name,
        now=shown.now_ns,
    )


def _position(finding: Finding) -> tuple[int, int]:
    """The worst first, and of those the one whose story has most to tell."""
    return _ORDER[finding.verdict], -len(finding.witness.steps) if finding.witness else 0


def _seen_when(seen: Sequence[Seen]) -> str:
    """`1200 calls, 2026-11-27 10:00 to 2026-11-27 11:00 UTC`; as far as it is told."""
    if not seen:
        return ""
    columns = seen[0].columns
    place = f" in {columns.environment}" if columns.environment else ""
    calls = f"{columns.calls} call{'' if columns.calls == 1 else 's'}{place}"
    if not columns.ended:
        return calls
    return f"{calls}, {window(columns.began, columns.ended)}"


def _strangers(known: Known, key: tuple[str, str, str]) -> list[tuple[str, str]]:
    """Callers of this operation that were seen and that no contract knows: by which system they are called what."""
    callers = (consumer for consumer, *callee in known.seen if tuple(callee) == key[1:])
    return [(system, name) for system, colon, name in (each.partition(":") for each in callers) if colon]


def _rungs(policy: Policy, shown: Shown) -> Iterator[Rung]:
    for level in policy.levels:
        yield Rung(level.party, lasting(level.acknowledge_within), shown.name(level.person(shown.now_ns)))


def _open(courses: Sequence[Course], key: tuple[str, str, str], shown: Shown) -> list[Case]:
    """What deviates here now, the next deadline first."""
    found = (shown.ledger.case(each.id) for each in courses if each.is_open and _is_of(each.deviation, key))
    return sorted((case for case in found if case is not None and case.is_open), key=lambda case: case.deadline_ns)


def _past(courses: Sequence[Course], key: tuple[str, str, str], shown: Shown) -> Past:
    """What deviated here, the latest first."""
    of_it = [each for each in courses if _is_of(each.deviation, key)]
    over = sorted((each for each in of_it if not each.is_open), key=lambda each: -each.opened_ns)
    lasted = sum((each.closed_ns or shown.now_ns) - each.opened_ns for each in of_it)
    found = (shown.ledger.case(each.id) for each in over[:MOST_PAST])
    return Past(len(of_it), lasting(lasted), tuple(case for case in found if case is not None))


def _watching(every: Sequence[Judged], key: tuple[str, str, str]) -> list[Judged]:
    """The signals that contracts name for this operation."""
    named = ((each, (*each.signal.also, *each.signal.apart)) for each in every)
    return [
        each
        for each, others in named
        if any(one and (one.provider, one.operation) == key[1:] for one in (each.signal.watched, *others))
    ]


def _recovers(policy: Policy) -> str:
    return (
        f"{policy.owner} within {lasting(policy.recover_within)} of {policy.recover_from}"
        if policy.recover_within
        else ""
    )


def _is_of(deviation: Deviation, key: tuple[str, str, str]) -> bool:
    operations = (deviation.operation, *operations_in(deviation.operation))
    is_there = deviation.provider == key[1] and key[2] in operations
    return is_there and key[0] in deviation.consumer.split("+")
