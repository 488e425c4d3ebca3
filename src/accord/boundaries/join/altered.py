"""A system in which some facts have other values: who calls whom, and under which conditions things are said, stays as it was."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from accord.boundaries.join.calling import is_callers
from accord.boundaries.join.facts import Facts
from accord.boundaries.join.resolution import Said
from accord.boundaries.join.system import System
from accord.boundaries.join.workloads import RUNNING
from accord.model.fact import Fact

_DECIDING = frozenset(("needs", *RUNNING))
"""The terms whose values say who calls whom, or which versions run."""

_STRUCTURE = ("keys", "gateways", "running", "words", "_callers_of", "_needing")
"""What nearly every system is asked for, and what does not follow from other values."""

_SHARED = ("as_of", "observed", "scoped", "_uneven", "_dimensions", "_operations", "_spoken", *_STRUCTURE)
"""What a system takes over from the one before it, as far as it was worked out there."""

_OF_FACTS = ("column", "terms", "by_term", "runs", "by_dimension")
"""What the facts take over: none of it is about values."""

_Place = TypeVar("_Place")


def is_alterable(fact: Fact) -> bool:
    """Whether another value of this fact, NONE aside, leaves who calls whom as it is."""
    return fact.term not in _DECIDING


class Altered(System):
    """The system `before` it with the facts in `after` instead of others; these are alterable, and differ in value and text alone."""

    def __init__(self, before: System, after: Mapping[Fact, Fact]) -> None:
        for name in _STRUCTURE:
            getattr(before, name)  # worked out there once, for all that take it over
        known = vars(before)
        vars(self).update({name: known[name] for name in _SHARED if name in known})
        self._sides, self.memory = {}, {}
        self.facts = _exchanged(before.facts, after)
        renewed: list[tuple[Said, Said]] = []
        own = [((fact.provider, fact.operation), fact.term) for fact in after if not is_callers(fact)]
        callers = [((fact.consumer, fact.provider, fact.operation), fact.term) for fact in after if is_callers(fact)]
        self._promised = _altered(before._promised, own, after, renewed)
        self._assumed = _altered(before._assumed, callers, after, renewed)
        lists = {id(facts): new[term] for old, new in renewed for term, facts in old.items()}
        self.several = [lists.get(id(facts), facts) for facts in before.several]
        places = {id(old): id(new) for old, new in renewed}
        self._with_scopes = frozenset([places.get(place, place) for place in before._with_scopes])
        self._set_conditional(before, {fact: new for fact, new in after.items() if fact.scope})

    def _set_conditional(self, before: System, after: Mapping[Fact, Fact]) -> None:
        self.conditional, self._system_views = before.conditional, before._system_views
        if after:
            self._system_views = {}  # these are told apart by values too
            families = {fact.term.partition(".")[0] for fact in after}
            self.conditional = {
                family: [after.get(fact, fact) for fact in facts] if family in families else facts
                for family, facts in before.conditional.items()
            }


def _exchanged(facts: Facts, after: Mapping[Fact, Fact]) -> Facts:
    found = list(facts)
    for spot in facts.spots(fact.term for fact in after):
        found[spot] = after.get(found[spot], found[spot])
    known = vars(facts)
    return Facts.known(found, facts, **{name: known[name] for name in _OF_FACTS if name in known})


def _altered(
    places: Mapping[_Place, Said],
    changed: Iterable[tuple[_Place, str]],
    after: Mapping[Fact, Fact],
    renewed: list[tuple[Said, Said]],
) -> dict[_Place, Said]:
    """All that is said at some places, with other facts about the terms that are `changed` there; notes each place before and after."""
    terms: dict[_Place, set[str]] = {}
    for place, term in changed:
        terms.setdefault(place, set()).add(term)
    found = dict(places)
    for place, altered in terms.items():
        if place in places:  # where all are in force on other days only, nothing is
            old = places[place]
            found[place] = new = {
                term: [after.get(fact, fact) for fact in facts] if term in altered else facts
                for term, facts in old.items()
            }
            renewed.append((old, new))
    return found
