"""Ports of a host that several services of one file take: only one of those that are started together can have it."""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.model.fact import Fact

_FAMILY = "published."


def published_twice(system: System, view: View) -> Iterator[tuple[str, list[Fact]]]:
    """Each such port with what the services say, in the order of the file; those that no one profile starts share nothing."""
    found: dict[tuple[str, str, str], dict[str, Fact]] = {}
    for fact in system.about(*(term for term in system.terms if term.startswith(_FAMILY))):
        if holds_in(fact.scope, view):
            taken_there = (fact.place.root, fact.place.file, str(fact.value))
            found.setdefault(taken_there, {}).setdefault(fact.provider, fact)
    for (_, _, port), taken in sorted(found.items()):
        first, *others = sorted(taken.values(), key=lambda fact: fact.place.spot)
        together = [fact for fact in others if _start_together(system, view, first, fact)]
        if together:
            yield port, [first, *together]


def _start_together(system: System, view: View, one: Fact, other: Fact) -> bool:
    first, second = (system.party(fact.provider, view).get("profiles") for fact in (one, other))
    if first is None or second is None:
        return first is None and second is None
    return not set(first.value).isdisjoint(second.value)
