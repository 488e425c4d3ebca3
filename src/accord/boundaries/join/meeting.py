"""Whether the two sides of a boundary meet in a view, and which facts decide it."""

from accord.boundaries.join.calling import calls_of
from accord.boundaries.join.memory import once
from accord.boundaries.join.resolution import Said
from accord.boundaries.join.system import Key, System
from accord.boundaries.join.view import OTHER, PLACES, View, may_hold
from accord.model.fact import ANY, Fact


def meets(system: System, key: Key, view: View) -> bool:
    """Whether the two meet in this view: the consumer speaks of the call there, or needs it there.

    A provider that speaks of named environments only is in no other.
    """
    consumer, provider, _ = key
    if not view or not consumer:
        return True
    if _only_elsewhere(system, provider, view):
        return False
    if any(may_hold(fact.scope, view) for said in _stated(system, key) for facts in said.values() for fact in facts):
        return True
    needs, named = system.all_needs(consumer), _named(key)
    return any(may_hold(need.scope, view) and not named.isdisjoint(calls_of(need)) for need in needs)


def meeting(system: System, key: Key) -> list[tuple[Fact, bool]]:
    """The scoped facts by which the two sides meet, or not: what the consumer says of the call, and its needs."""
    if not system.scoped or key[0] not in _conditional(system):
        return []
    found = [(fact, True) for fact in system.scoped_of(_stated(system, key))]
    if "needs" in system.conditional:
        named, needs = _named(key), system.all_needs(key[0])
        found += [(fact, not named.isdisjoint(calls_of(fact))) for fact in needs if fact.scope]
    return found


@once
def _conditional(system: System) -> frozenset[str]:
    """The parties that say under a condition that they make any call, or need it."""
    said = [fact.consumer for facts in system.conditional.values() for fact in facts if fact.consumer]
    return frozenset((*said, *(fact.provider for fact in system.conditional.get("needs", ()))))


def _stated(system: System, key: Key) -> tuple[Said, Said]:
    """What the consumer itself says of the call, and of any of the provider's operations."""
    (own, of_any, *_), _ = system.said(key)
    return own, of_any


def _named(key: Key) -> set[str]:
    """How a call may be named among needs."""
    _, provider, operation = key
    return {provider, f"{provider}/{operation}", f"{provider}/{ANY}"}


def _only_elsewhere(system: System, party: str, view: View) -> bool:
    """Whether the view is of an environment that nobody names, and everything the party promises is for named ones."""
    unnamed = {name: OTHER for name in PLACES if view.get(name) == OTHER}
    said = system.said_of(party) if unnamed else []
    return bool(said) and not any(may_hold(fact.scope, unnamed) for fact in said)
