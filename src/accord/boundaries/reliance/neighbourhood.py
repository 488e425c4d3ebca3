"""The part of a system that a change touches: the changed boundaries, who relies on them, and all that these rest on."""

from collections.abc import Iterable, Mapping, Set
from itertools import chain

from accord.boundaries.join.memory import once
from accord.boundaries.join.system import Key, System
from accord.model.contract_values import references
from accord.model.fact import ANY, PARTY, Fact
from accord.model.finding import Change
from accord.model.subject import provider_of
from accord.model.terms import term_of

REFERRING = frozenset(("recover", "detect", "escalates", "steps", "fallback", "dead_letter", "undo", "instead"))
"""First segments of the terms by which a promise rests on another party without calling it."""

_NAMELESS = frozenset(("text", "word", "words", "number", "count", "duration", "percent", "nothing"))
"""Domains whose values are never several, or never names of parties."""

_TEXTS = frozenset((str,))
_NOBODY: frozenset[str] = frozenset()


def touched(system: System, changes: Iterable[Change]) -> tuple[Key, ...]:
    """The boundaries that changes touch: their own, and those that rely on them."""
    facts = [fact for change in changes for fact in (change.before, change.after) if fact is not None]
    keys = list(dict.fromkeys(key for fact in facts for key in _touched(system, fact)))
    seen = set(keys)
    for key in keys:
        above = [upper for upper in system.above(key) if upper not in seen]
        seen.update(above)
        keys += above
    return tuple(keys)


def neighbourhood(system: System, keys: Iterable[Key]) -> list[Fact]:
    """The facts of a smaller system in which these boundaries can be judged: all that they rest on."""
    known = {id(fact): fact for fact in _behind(system, keys)}
    _add_named(system, known)
    return list(known.values())


def _behind(system: System, keys: Iterable[Key]) -> list[Fact]:
    """Every fact that these boundaries can depend on: of both sides, of the calls behind, and of the parties themselves."""
    facts = [fact for terms in system.said_behind(*keys) for same in terms.values() for fact in same]
    parties = {party for fact in facts for party in (fact.consumer, fact.provider) if party}
    for party in sorted(parties):
        for own in system.said_of_itself(party).values():
            facts += own
    return facts


def _touched(system: System, fact: Fact) -> list[Key]:
    keys = [key for party in referring(system, fact.provider) for key in system.keys_of(party) if key[1] == party]
    if fact.operation == PARTY:
        return system.keys_of(fact.provider) + keys
    of_provider = [key for key in system.keys_of(fact.consumer or fact.provider) if key[1] == fact.provider]
    return [key for key in of_provider if fact.operation in (key[2], ANY)] + keys


def referring(system: System, party: str) -> Set[str]:
    """Those that name a party without calling it: as repairer, signal, next on a ladder, doer of a step."""
    first, known = party.partition("/")[0], _referring(system)
    if first not in _first_parts(system):
        return _NOBODY
    if first not in known:
        known[first] = _by_party(_named(system).get(first, {}))
    return known[first].get(party, _NOBODY)


@once
def _referring(_system: System) -> dict[str, dict[str, set[str]]]:
    """The same by party, below the first part of its name: put together when one of these is first asked about."""
    return {}


def _by_party(named: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, saying in named.items():
        found.setdefault(provider_of(name), set()).update(saying)
    return found


@once
def _first_parts(system: System) -> frozenset[str]:
    """The first parts of all that anybody names so: most parties are named by nobody, and who names whom takes longer to tell."""
    named = set(chain.from_iterable([fact.value for fact in _naming(system)]))
    return frozenset([name.partition("/")[0] for part in named for name in references(part)])


@once
def _naming(system: System) -> list[Fact]:
    """The facts that may name others without calling them."""
    terms = filter(_may_name, system.terms)
    return [fact for term in terms for fact in system.about(term) if type(fact.value) is tuple]


@once
def _named(system: System) -> dict[str, dict[str, set[str]]]:
    """Who names a party or an operation without calling it: by the first part of the name, and by the whole of it."""
    saying: dict[str, set[str]] = {}
    for fact in _naming(system):
        for name in fact.value if _TEXTS.issuperset(map(type, fact.value)) else references(fact.value):
            known = saying.get(name)
            if known is None:
                saying[name] = {fact.says}
            else:
                known.add(fact.says)
    found: dict[str, dict[str, set[str]]] = {}
    for name, who in saying.items():
        found.setdefault(name.partition("/")[0], {})[name] = who
    return found


def _may_name(term: str) -> bool:
    """Whether values of a term can be names in a list, other than of what is called."""
    known = term_of(term)
    return term != "needs" and (known is None or known.domain not in _NAMELESS)


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
