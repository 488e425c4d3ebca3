"""What is agreed of a boundary that can be tested minute by minute, as shares of its calls."""

from collections.abc import Iterator
from datetime import UTC, datetime

from accord.boundaries.calls.limits import first_limit
from accord.boundaries.calls.percentiles import percentile_of, percentiles, tail
from accord.boundaries.join.system import Boundary
from accord.boundaries.seen.sightings import Sighting
from accord.boundaries.seen.three_columns import why_not_held
from accord.model.contract_values import references
from accord.model.drifting import Asks, Contract, Expectation
from accord.model.fact import Fact, Stance
from accord.model.hours import Hours
from accord.model.nothing import NONE

ALMOST_NONE = 1e-4
"""The share that stands for "never": what is promised without exception is held to no more than 1 in 10,000."""
FEW = 0.01
"""The share of tries beyond those stated that is let pass: which try a call was may have been told from its neighbours."""
_MOST_TRIES_TOLD = 5
_UNNAMED = ("otel:", "dns:")


def tested(sighting: Sighting) -> tuple[Contract, Hours | None]:
    """What is agreed, without expectations and with the reason where nothing is; and when the promise holds, where that is limited."""
    boundary = sighting.boundary
    if boundary.consumer.startswith(_UNNAMED):
        boundary = boundary.system.boundary(("", boundary.provider, boundary.operation), boundary.view)
    because = why_not_held(sighting)
    if not because and _is_for_others(boundary):
        because = f"{boundary.provider} promises nothing to {boundary.consumer}"
    if because:
        return Contract(*boundary.key, because=because), None
    hours = boundary.promised.value("hours")
    return _contract(boundary), hours if isinstance(hours, Hours) else None


def _is_for_others(boundary: Boundary) -> bool:
    """Whether the promise names for whom it was made, and this caller is not among them."""
    said = boundary.promised.get("to")
    if said is None or said.value is NONE or not boundary.consumer:
        return False
    whom = {name.partition("/")[0] for name in references(said.value)}
    return not whom & {boundary.consumer, "anyone"}


def _contract(boundary: Boundary) -> Contract:
    limit = first_limit(boundary)
    quick = _percentile(boundary)
    return Contract(
        boundary.consumer,
        boundary.provider,
        boundary.operation,
        tuple(_expectations(boundary, limit)),
        limit.value if limit else 0,
        limit.text if limit else "",
        _at(limit) if limit else "",
        1 - quick[1] if quick and quick[1] > ALMOST_NONE else 0.99,
        _recovers(boundary),
    )


def _expectations(boundary: Boundary, limit: Fact | None) -> Iterator[Expectation]:
    quick = _percentile(boundary)
    if quick:
        fact, slow = quick
        yield _expected(Asks.SLOW, slow, fact.value, fact)
        yield _expected(Asks.SLOW_AT_ONCE, slow, fact.value, fact)
    beyond = _beyond(boundary, limit.value) if limit else None
    if limit and beyond is not None:
        yield _expected(Asks.OVER_LIMIT, beyond, limit.value, limit)
    promised = boundary.promised.get("availability")
    if promised is not None and promised.stance is Stance.PROMISES and promised.value is not NONE:
        failing = max(float(1 - promised.value), ALMOST_NONE)
        yield _expected(Asks.ERRORS, failing, 0, promised)
        yield _expected(Asks.ERRORS_AT_ONCE, failing, 0, promised)
    stated = [fact for fact in boundary.assumed.all("attempts") if fact.stance is Stance.ASSUMES]
    if len(stated) == 1 and isinstance(stated[0].value, int) and stated[0].value < _MOST_TRIES_TOLD:
        yield _expected(Asks.TRIES, FEW, stated[0].value, stated[0])
    if boundary.consumer and boundary.assumed.terms:
        counted = next(iter(boundary.assumed.terms.values()))[0]
        yield Expectation(Asks.VANISHED, 0.0, 0, "calls", f"{boundary.consumer} calls it", _at(counted))


def _percentile(boundary: Boundary) -> tuple[Fact, float] | None:
    """The promise of latency that says most of the tail, and the share of answers that may exceed it."""
    own = [fact for fact in percentiles(boundary.promised) if fact.stance is Stance.PROMISES]
    if own:
        return own[0], float(100 - percentile_of(own[0])) / 100
    most = boundary.promised.get("latency.max")
    if most is None or most.value is NONE or most.stance is not Stance.PROMISES:
        return None
    return most, ALMOST_NONE


def _beyond(boundary: Boundary, limit: int) -> float | None:
    """The share of answers that may take longer than the caller waits, by what is promised; None where nothing bounds it."""
    most = boundary.promised.get("latency.max")
    if most is not None and most.value is not NONE and most.stance is Stance.PROMISES and most.value <= limit:
        return ALMOST_NONE
    found = tail(boundary.promised, limit)
    if found is None or found.stance is not Stance.PROMISES:
        return None
    return float(100 - percentile_of(found)) / 100


def _expected(asks: Asks, allowed: float, bound: int, fact: Fact) -> Expectation:
    return Expectation(asks, allowed, bound, fact.term, fact.text, _at(fact))


def _at(fact: Fact) -> str:
    return f"{fact.place.file}:{fact.place.line}"


def _recovers(boundary: Boundary) -> str:
    """Who repairs, and within what, in words; empty where nobody says."""
    who, within = boundary.promised.get("recover.by"), boundary.promised.get("recover.within")
    if who is None or who.value is NONE:
        return ""
    names = ", ".join(references(who.value)) or who.text
    return (
        f"{names} within {within.text} ({_at(who)})" if within and within.value is not NONE else f"{names} ({_at(who)})"
    )


def holds_at(hours: Hours | None, minute: int) -> bool:
    """Whether a promise with these hours holds in the minute."""
    return hours is None or hours.hold_at(datetime.fromtimestamp(minute * 60, UTC))
