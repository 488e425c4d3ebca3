"""What is agreed of boundaries as telemetry names them: the join that `accord check --observed` makes, for any number at once."""

from collections.abc import Iterable, Sequence

from accord.boundaries.seen.sightings import parted, sighted, told_of
from accord.boundaries.seen.tested import tested
from accord.check import joined
from accord.model.drifting import Contract, Seen
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.observed import Observed
from accord.model.place import Place
from accord.sources._sightings import facts_of

_NAMELESS = "nothing tells whom it calls"


class Agreements:
    """What contracts say, asked by the names that telemetry uses."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._said, _ = parted(facts)
        self._system, _ = joined(self._said)

    def of(self, found: Sequence[Seen]) -> list[tuple[Contract, Hours | None]]:
        """For each what is agreed, or the reason why nothing is; and when it holds, where that is limited."""
        places = {Place("", "", number, 1): number for number in range(len(found))}
        observed = tuple(
            fact for place, number in places.items() for fact in facts_of(_as_observed(found[number]), place)
        )
        met = sighted(self._system, told_of(observed, self._said, self._system.facts))
        known = {places[sighting.total.place]: tested(sighting) for sighting in met}
        return [
            known.get(number) or (Contract(each.consumer, each.provider, each.operation, because=_NAMELESS), None)
            for number, each in enumerate(found)
        ]


def _as_observed(seen: Seen) -> Observed:
    return Observed(seen.consumer, seen.provider, seen.operation, seen.environment, {"calls": 0})
