"""How far telemetry reaches: who tells of its own calls, in which environment, and whether that decides what was not seen."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from accord.boundaries.join.calling import calls_of, is_addressed
from accord.boundaries.join.meeting import meets
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import Key, System
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.boundaries.seen.words import SAMPLED, where
from accord.model.fact import ANY, Fact

ENOUGH = 100
"""So many calls of a party show that it tells of what it does."""

ONE = 1000
"""The weight of a call that stands for itself alone."""

WHOLE = "all spans there were (--complete)"
"""What settles a question that a sample leaves open."""

KEPT = "holds of the spans that were kept: they are a sample"
_ASKED_FOR = ("rpc", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""The words of addresses to which calls are made that leave a span on either side."""


class Reach(Struct, frozen=True):
    """What was observed around one party in one environment: the boundaries `out` of it, and those `into` it."""

    party: str
    environment: str
    out: tuple[Sighting, ...]
    into: tuple[Sighting, ...]

    @property
    def all(self) -> tuple[Sighting, ...]:
        """Every boundary of it."""
        return (*self.out, *self.into)

    @property
    def view(self) -> View:
        """The view of the environment."""
        return self.all[0].boundary.view

    @property
    def called(self) -> int:
        """How many calls it tells of itself as the caller."""
        return sum(told_by_caller(sighting) for sighting in self.out)

    @property
    def served(self) -> int:
        """How many it tells of itself as the callee."""
        return sum(told_by_callee(sighting) for sighting in self.into)

    @property
    def place(self) -> str:
        """` in production`; nothing where nobody says in which environment it was."""
        return f" in {self.environment}" if self.environment else ""

    @property
    def where(self) -> str:
        """The environment and the window, in words."""
        return where(self.all[0])


@once
def reaches(system: System) -> dict[tuple[str, str], Reach]:
    """What was observed around each party, linked or not, by its name and the environment."""
    out: dict[tuple[str, str], list[Sighting]] = {}
    into: dict[tuple[str, str], list[Sighting]] = {}
    for sighting in sightings(system):
        if sighting.boundary.consumer:
            out.setdefault((sighting.boundary.consumer, sighting.environment), []).append(sighting)
        into.setdefault((sighting.boundary.provider, sighting.environment), []).append(sighting)
    return {
        each: Reach(*each, tuple(out.get(each, ())), tuple(into.get(each, ()))) for each in dict.fromkeys((*out, *into))
    }


def told_by_caller(sighting: Sighting) -> int:
    """How many calls the caller tells of."""
    return sighting.seen.count("paired") + sighting.seen.count("caller_only")


def told_by_callee(sighting: Sighting) -> int:
    """How many the callee tells of."""
    return sighting.seen.count("paired") + sighting.seen.count("callee_only")


def is_sample(told: Iterable[Sighting]) -> bool:
    """Whether some of these calls may be a sample of which nobody says how it was drawn."""
    return not all(sighting.seen.shares_are_known for sighting in told)


def only_a_sample(told: Sequence[Sighting]) -> str:
    """What a verdict rests on that follows from what was not seen; "" where all spans are there."""
    if is_sample(told):
        return SAMPLED
    seen = [sighting.seen for sighting in told]
    whole = all(one.count("weighted") <= ONE * one.count("calls") for one in seen)
    return "" if whole else KEPT


def stated_calls(system: System, party: str, view: View) -> dict[Key, Fact]:
    """The calls that a party says it makes, each with the statement: its own of the call, or what an operation of it needs.

    What it says of every operation of a provider is one call of `any`. That it has the address of one says nothing.
    """
    asked = (stated_calls, party, tuple(sorted(view.items())))
    if asked not in system.memory:
        found: dict[Key, Fact] = {}
        for key in system.keys_of(party):
            if key[0] == party and meets(system, key, view):
                for operation, said in _stated(system, key, view):
                    found.setdefault((party, key[1], operation), said)
        system.memory[asked] = found
    known: dict[Key, Fact] = system.memory[asked]
    return known


def _stated(system: System, key: Key, view: View) -> Iterator[tuple[str, Fact]]:
    consumer, provider, operation = key
    assumed = system.assumed(key, view).terms.values()
    own = [fact for facts in assumed for fact in facts if fact.consumer == consumer and not is_addressed(fact)]
    for fact in sorted(own, key=lambda each: (each.operation != operation, each.place.spot))[:1]:
        yield fact.operation, fact
    for need in _needs(system).get(consumer, ()):
        calls = set(calls_of(need)) if holds_in(need.scope, view) else set()
        if f"{provider}/{operation}" in calls:
            yield operation, need
        elif calls & {provider, f"{provider}/{ANY}"}:
            yield ANY, need


@once
def _needs(system: System) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for need in system.about("needs"):
        found.setdefault(need.provider, []).append(need)
    return found


def is_asked_for(system: System, provider: str, operation: str, view: View) -> bool:
    """Whether the address of an operation, where it is known, is one of requests, which leave spans."""
    at = system.promised(provider, operation, view).get("at")
    return at is None or all(text.partition(" ")[0] in _ASKED_FOR for text in at.value)


def by_nobody_known(reach: Reach, operation: str) -> int:
    """How many calls of the party, perhaps of this operation, the party tells of that no caller tells of."""
    return sum(
        told_by_callee(sighting)
        for sighting in reach.into
        if not sighting.boundary.consumer and (not sighting.matched or sighting.boundary.operation == operation)
    )


def listed(names: Iterable[str], most: int = 5) -> str:
    """`a, b and 3 more`."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
