"""The part of a system that a change touches: the changed boundaries, who relies on them, and all that these rest on."""

from collections.abc import Iterable

from accord.boundaries.join.memory import once
from accord.boundaries.join.system import Key, System
from accord.model.contract_values import references
from accord.model.fact import ANY, PARTY, Fact
from accord.model.finding import Change
from accord.model.subject import provider_of

REFERRING = frozenset(("recover", "detect", "escalates", "steps", "fallback", "dead_letter", "undo", "instead"))
"""First segments of the terms by which a promise rests on another party without calling it."""


def neighbourhood(system: System, changes: Iterable[Change]) -> tuple[System, list[Key]]:
    """A smaller system in which the changes can be judged, and the boundaries in it that they touch."""
    facts = [fact for change in changes for fact in (change.before, change.after) if fact is not None]
    keys = list(dict.fromkeys(key for fact in facts for key in _touched(system, fact)))
    seen = set(keys)
    for key in keys:
        above = [upper for upper in system.above(key) if upper not in seen]
        seen.update(above)
        keys += above
    known = {id(fact): fact for fact in system.behind(*keys)}
    _add_named(system, known)
    return System(known.values(), system.as_of), keys


def _touched(system: System, fact: Fact) -> list[Key]:
    keys = [
        key for party in _referring(system).get(fact.provider, ()) for key in system.keys_of(party) if key[1] == party
    ]
    if fact.operation == PARTY:
        return system.keys_of(fact.provider) + keys
    of_provider = [key for key in system.keys_of(fact.consumer or fact.provider) if key[1] == fact.provider]
    return [key for key in of_provider if fact.operation in (key[2], ANY)] + keys


@once
def _referring(system: System) -> dict[str, set[str]]:
    """For each party those that name it without calling it: as repairer, signal, next on a ladder, doer of a step."""
    found: dict[str, set[str]] = {}
    named: dict[object, frozenset[str]] = {}
    for fact in system.facts:
        value = fact.value
        if type(value) is tuple and fact.term != "needs":
            parties = named.get(value)
            if parties is None:
                parties = named[value] = frozenset(map(provider_of, references(value)))
            for party in parties:
                known = found.get(party)
                if known is None:
                    found[party] = {fact.says}
                else:
                    known.add(fact.says)
    return found


def _add_named(system: System, known: dict[int, Fact]) -> None:
    """Adds what the parties say of themselves that recovery, detection, ladders and procedures name, and so on."""
    waiting = list(known.values())
    seen: set[str] = set()
    while waiting:
        fact = waiting.pop()
        if fact.term.partition(".")[0] not in REFERRING:
            continue
        for party in {provider_of(name) for name in references(fact.value)} - seen:
            seen.add(party)
            for said in system.said_of(party):
                if id(said) not in known:
                    known[id(said)] = said
                    waiting.append(said)
