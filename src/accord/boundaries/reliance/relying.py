"""Who relies on an operation, and by which statement: its callers, and those whose messages or failures end there."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.calling import is_addressed
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.model.contract_values import Needs
from accord.model.fact import ANY, Fact, Stance
from accord.model.nothing import NONE
from accord.model.subject import operation_of, provider_of


class Reliance(Struct, frozen=True):
    """`party` relies on an operation by `fact`; `how` stands between the two names: billing "has its dead letters in" it.

    `told` stands between the speaker of the fact and the operation. `calls` tells a caller from one whose messages or
    failures end there. `own` is a statement of the party itself where `fact` is another's.
    """

    party: str
    fact: Fact
    how: str
    told: str
    calls: bool = True
    own: Fact | None = None


_CALLS = "calls"
_NAMING = frozenset(("dead_letter", "fallback", "needs"))
_Index = dict[tuple[str, str], list[tuple[str, Fact]]]


def reliances(system: System, provider: str, operation: str, view: View) -> list[Reliance]:
    """One for each other party that relies on the operation in this view, in order of name, callers first."""
    index = _index(system)
    found: dict[str, Reliance] = {}
    for named in dict.fromkeys((operation, ANY)):
        for how, fact in index.get((provider, named), ()):
            if (fact.scope and not holds_in(fact.scope, view)) or (named != operation and is_addressed(fact)):
                continue
            if how == _CALLS and _is_told(fact, found.get(fact.consumer)):
                continue
            for reliance in _of(system, how, fact, view):
                known = found.get(reliance.party)
                if reliance.party != provider and (known is None or _rank(reliance) < _rank(known)):
                    found[reliance.party] = reliance
    return sorted(found.values(), key=lambda reliance: (not reliance.calls, reliance.party))


def _is_told(fact: Fact, known: Reliance | None) -> bool:
    """Whether it is known of a caller already, by a statement that stands before this one."""
    return known is not None and known.calls and known.fact.place.spot <= fact.place.spot


def _rank(reliance: Reliance) -> tuple[object, ...]:
    return (not reliance.calls, reliance.fact.place.spot)


def is_reference(value: object) -> bool:
    """Whether a fallback is a name (one word) and not prose."""
    return isinstance(value, str) and bool(value) and " " not in value


@once
def _index(system: System) -> _Index:
    found: _Index = {}
    calls: dict[tuple[str, str], list[tuple[str, Fact]]] = {}
    assumes = Stance.ASSUMES  # to look it up takes longer than to compare
    naming = _NAMING.intersection(system.terms)
    said = [fact for fact in system.facts if fact.consumer or (naming and fact.term in naming)]
    for fact in said:
        if fact.consumer and fact.stance is assumes:
            call = (fact.provider, fact.operation)
            known = calls.get(call)
            if known is None:
                known = calls[call] = found.setdefault(_called(fact), [])
            known.append((_CALLS, fact))
        for how, target in _targets(fact) if fact.term in naming else ():
            found.setdefault(_place(target), []).append((how, fact))
    return found


def _called(fact: Fact) -> tuple[str, str]:
    """The operation that a fact about a call is about, of which a local name may be spelled into the name of its provider."""
    is_plain = "/" not in fact.provider and ":" not in fact.provider
    return (fact.provider, fact.operation or ANY) if is_plain else _place(fact.subject)


def _place(target: str) -> tuple[str, str]:
    return provider_of(target), operation_of(target) or ANY


def _targets(fact: Fact) -> Iterator[tuple[str, str]]:
    """The operations that a fact names on which somebody relies by it, each with how."""
    if isinstance(fact.value, Needs):
        for together in fact.value.calls:
            for call in together:
                yield "needs", call
    elif fact.term == "dead_letter" and fact.value is not NONE:
        for target in fact.value:
            yield "has its dead letters in", target
    elif fact.term == "fallback" and is_reference(fact.value):
        yield "falls back on", fact.value


def _of(system: System, how: str, fact: Fact, view: View) -> Iterator[Reliance]:
    if fact.term != "dead_letter" or how == _CALLS:
        yield Reliance(fact.consumer or fact.provider, fact, how, how, how != "falls back on")
        return
    callers = system.callers(fact.provider, fact.operation)
    for caller in callers:
        side = system.assumed((caller, fact.provider, fact.operation), view)
        own = next((said for facts in side.terms.values() for said in facts if said.says == caller), None)
        yield Reliance(caller, fact, how, "puts dead letters in", False, own)
    if not callers:
        yield Reliance(fact.provider, fact, how, "puts dead letters in", False)
