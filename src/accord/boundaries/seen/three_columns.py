"""Assumed, observed, promised: every boundary that was seen, beside what its two sides say of it, the worst first.

Nothing is judged here: a row bears the verdict of the findings that rest on it.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from accord.boundaries.join.system import System
from accord.boundaries.seen.sightings import Sighting, conditions, identity_of, sightings
from accord.boundaries.seen.three_column_rows import cut_at, rows_of
from accord.boundaries.seen.words import INFERRED, SAMPLED, many
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Verdict
from accord.model.observed import worst_first
from accord.model.subject import called
from accord.model.three_columns import Row, ThreeColumns

_ORDER = {str(verdict): number for number, verdict in enumerate(Verdict)}
_UNJUDGED = len(_ORDER)
_UNNAMED = ("otel:", "dns:")


def three_columns(system: System, findings: Sequence[Finding] = ()) -> tuple[ThreeColumns, ...]:
    """All that was observed; what nothing can be held against comes last, with the reason."""
    about: dict[object, list[Finding]] = {}
    for finding in findings:
        for identity in {identity_of(fact) for fact in _facts(finding) if fact.stance is Stance.OBSERVES}:
            about.setdefault(identity, []).append(finding)
    met = sightings(system)
    found = [(_of(sighting, about.get(identity_of(sighting.total), ())), sighting) for sighting in met]
    return tuple(one for one, _ in sorted(found, key=lambda each: _position(*each)))


def _of(sighting: Sighting, findings: Sequence[Finding]) -> ThreeColumns:
    boundary, seen = sighting.boundary, sighting.seen
    rows = tuple(_judged(rows_of(sighting), findings))
    return ThreeColumns(
        *boundary.key,
        sighting.environment,
        sighting.called,
        seen.count("calls"),
        seen.count("paired"),
        seen.began,
        seen.ended,
        sighting.total,
        rows,
        tuple(_remarks(sighting)),
        why_not_held(sighting) or ("" if any(row.assumed or row.promised for row in rows) else "nothing is said of it"),
    )


def _judged(rows: Sequence[Row], findings: Sequence[Finding]) -> Iterator[Row]:
    """The rows with the worst verdict of what rests on them; a finding belongs where a statement of it stands, if any does."""
    said = [entry.fact for row in rows for entry in (*row.assumed, *row.promised)]
    for row in rows:
        of_row = [entry.fact for entry in (*row.assumed, *row.promised)]
        seen = [entry.fact for entry in row.observed]
        verdicts = [
            finding.verdict
            for finding in findings
            if any(fact in (of_row if _rests_on(finding, said) else seen) for fact in _facts(finding))
        ]
        worst = min(verdicts, key=lambda verdict: _ORDER[verdict], default=None)
        yield replace(row, verdict=str(worst)) if worst else row


def _rests_on(finding: Finding, said: Sequence[Fact]) -> bool:
    return any(fact in said for fact in _facts(finding))


def _facts(finding: Finding) -> list[Fact]:
    return [statement.fact for statement in finding.statements]


def _position(one: ThreeColumns, sighting: Sighting) -> tuple[object, ...]:
    worst = min((_ORDER.get(row.verdict, _UNJUDGED) for row in one.rows), default=_UNJUDGED)
    return bool(one.because), worst, worst_first(sighting.seen), one.subject, one.called, one.environment


def why_not_held(sighting: Sighting) -> str:
    """Why nothing that is said can be held against what was seen; empty where it can."""
    boundary = sighting.boundary
    system, _, name = boundary.provider.partition(":")
    if boundary.provider.startswith(_UNNAMED):
        return f"no contract says that it is {name}: names: {{{system}: {name}}}"
    if not sighting.matched:
        return f"no operation of {boundary.provider} is known to be {sighting.called}; its `at` would say so"
    if not sighting.comparable:
        untold = sorted(conditions(boundary) - ({"env"} if sighting.environment else set()))
        return f"what is said of {boundary.subject} depends on {', '.join(untold)}, which telemetry does not tell here"
    return ""


# ---------------------------------------------------------------------- what holds of all rows


def _remarks(sighting: Sighting) -> Iterator[str]:
    boundary, seen = sighting.boundary, sighting.seen
    consumer, provider = _name(boundary.consumer) or "the callers", _name(boundary.provider)
    if cut_at(sighting):
        truth = (
            f"the true tail is that of {provider}" if seen.callee_times else f"{provider} tells nothing of what came"
        )
        yield f"the tail of {consumer} is cut at its limit: {truth}"
    elif seen.count("paired") + seen.count("callee_only") == 0:
        yield f"{provider} tells nothing: times and errors are those of {consumer}"
    if boundary.consumer.startswith(_UNNAMED):
        system, _, name = boundary.consumer.partition(":")
        yield f"no contract says that it is {name} (names: {{{system}: {name}}}): what it assumes is not known"
    if not seen.shares_are_known:
        yield f"? is {SAMPLED}"
    if seen.is_weighted:
        yield "shares are by weight: each span stands for as many calls as it was drawn from"
    if seen.count("inferred"):
        yield INFERRED
    if seen.count("undecided"):
        yield f"{many(seen.count('undecided'), 'call')} of which one half was let go before the other came: not counted"


def _name(party: str) -> str:
    return called(party.removeprefix(_UNNAMED[0]).removeprefix(_UNNAMED[1]))
