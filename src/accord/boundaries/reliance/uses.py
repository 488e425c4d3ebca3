"""Who uses a promise, and on whose behalf: callers, ladders, steps of procedures and recoveries that name it."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.reliance.relying import reliances
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.subject import operation_of, provider_of


class Use(Struct, frozen=True):
    """Somebody relies on a promise by `fact`, at `place`; `how` stands before the name of what is promised.

    `behalf` are the parties whose deviation leads there: by their signal, whom it pages, and by their procedure.
    """

    party: str
    fact: Fact
    place: Place
    how: str
    behalf: tuple[str, ...] = ()


Named = dict[str, list[tuple[str, Use]]]
"""For each party, the uses that name it, each with the name they use."""


def calls(system: System, provider: str, operation: str, view: View) -> Iterator[Use]:
    """Those who call the operation, or rely on it in another way."""
    for reliance in reliances(system, provider, operation, view):
        fact = reliance.fact
        yield Use(fact.consumer or fact.provider, fact, fact.place, reliance.told)


def summons(system: System, view: View) -> Named:
    """The ladders, steps and recoveries that name each party."""
    here = [fact for fact in system.facts if fact.value is not NONE and (not fact.scope or holds_in(fact.scope, view))]
    behalf = _behalf(here)
    found: Named = {}
    for fact in here:
        for name, place, how in _named(fact):
            served = tuple(sorted(behalf.get(fact.provider, ()))) if fact.term in ("steps", "escalates") else ()
            found.setdefault(provider_of(name), []).append((name, Use(fact.provider, fact, place, how, served)))
    return found


def means(system: System, name: str) -> str:
    """The operation named; of a bare party that is to act, to be paged, or the only one there is."""
    operations = system.operations(provider_of(name))
    return operation_of(name) or ("page" if "page" in operations else operations[0] if len(operations) == 1 else "")


def _behalf(facts: list[Fact]) -> dict[str, set[str]]:
    """For each party that is paged or followed, those whose deviation leads to it."""
    further: dict[str, set[str]] = {}
    waiting: list[tuple[str, str]] = []
    for fact in facts:
        if fact.term == "escalates":
            further.setdefault(fact.provider, set()).update(provider_of(rung.to) for rung in fact.value)
        elif _begins(fact):
            waiting += [(provider_of(name), fact.provider) for name in fact.value]
    found: dict[str, set[str]] = {}
    while waiting:
        party, served = waiting.pop()
        if served not in found.setdefault(party, set()):
            found[party].add(served)
            waiting += [(following, served) for following in further.get(party, ())]
    return found


def _begins(fact: Fact) -> bool:
    """Whether a fact names those who act when an operation deviates."""
    signal = fact.term.startswith("detect.") and fact.term.endswith(".by")
    return not fact.consumer and (signal or fact.term in ("recover.by", "recover.how"))


def _named(fact: Fact) -> Iterator[tuple[str, Place, str]]:
    if fact.term == "escalates":
        yield from ((rung.to, rung.place, "pages") for rung in fact.value)
    elif fact.term == "steps":
        yield from (
            (step.by, dict(step.places).get("by", step.place), f"has step {number} done by")
            for number, step in enumerate(fact.value, start=1)
            if step.by
        )
    elif fact.term == "recover.by" and not fact.consumer:
        yield from ((name, fact.place, "is recovered by") for name in fact.value)
