"""How long one span of a caller may take by what its caller says: a span is a try, or holds several."""

from accord.boundaries.calls.limits import stated_pause
from accord.boundaries.seen.sightings import Sighting
from accord.model.contract_values import Backoff
from accord.model.fact import Fact, Layer


def longest_span(sighting: Sighting, limit: Fact) -> int | None:
    """The longest that a span of the caller takes while this limit is in force, in nanoseconds; None where that is open.

    Telemetry shows the calls of the caller's code. Its limit on a request bounds every span, its limit on a try each span
    that is one; else as many of them, and as many pauses, as it says it makes. What a layer below tries again is inside.
    """
    is_code, is_try = limit.layer is Layer.CODE, limit.term == "timeout.attempt"
    if is_code and not is_try:
        return int(limit.value)
    inside = _together(sighting, limit.layer, limit.value) if is_try and not is_code else int(limit.value)
    if inside is None or _are_tries(sighting):
        return inside
    return _together(sighting, Layer.CODE, inside)


def _are_tries(sighting: Sighting) -> bool:
    """Whether each try of the caller's code has a span of its own: later tries were seen, or there is but one."""
    if any(sighting.seen.count(f"try_{number}") for number in range(2, 6)):
        return True
    tries = _tries(sighting, Layer.CODE)
    return tries is not None and tries.value == 1


def _tries(sighting: Sighting, layer: Layer) -> Fact | None:
    stated = sighting.boundary.assumed.all("attempts")
    return next((fact for fact in stated if fact.layer is layer and isinstance(fact.value, int)), None)


def _together(sighting: Sighting, layer: Layer, each: int) -> int | None:
    """How long the tries of a layer take together, each taking so long, with the longest pauses between them."""
    tries = _tries(sighting, layer)
    if tries is None:
        return None
    pause = stated_pause(sighting.boundary, layer)
    longest = pause.value.longest if pause is not None and isinstance(pause.value, Backoff) else 0
    return int(tries.value * each + (tries.value - 1) * longest)
