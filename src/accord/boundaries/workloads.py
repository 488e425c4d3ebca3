"""Which workload carries which service: the one whose pods have every label that the service selects."""

from collections.abc import Iterable

from msgspec.structs import replace

from accord.model.fact import Fact


def carried(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, each `runs` of a workload now said of the services that select its pods; of itself where none does.

    Services select in their own namespace, and only what was found under the same root is held together.
    """
    read = tuple(facts)
    services: dict[tuple[str, str], list[tuple[str, frozenset[str]]]] = {}
    for fact in read:
        if fact.term == "selects":
            services.setdefault(_neighbours(fact), []).append((fact.provider, frozenset(fact.value)))
    if not services:
        return read
    found: list[Fact] = []
    for fact in read:
        labels = set(fact.value) if fact.term == "runs" else set()
        parties = (
            dict.fromkeys(party for party, selects in services.get(_neighbours(fact), ()) if selects <= labels)
            if labels
            else {}
        )
        found += [replace(fact, says=party, provider=party) for party in parties] or [fact]
    return tuple(found)


def _neighbours(fact: Fact) -> tuple[str, str]:
    return (fact.place.root, fact.provider.rpartition("/")[0])
