"""Defaults where their layer is shown to be present: what a platform does when nobody wrote anything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from typing import Any

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.scopes import joint_scope
from accord.boundaries.join.versions import Given, given, in_use
from accord.defaults.reader import Pack, pack, platforms
from accord.model.fact import ANY, EVERYWHERE, Fact, Layer, Scope, Stance
from accord.model.place import Place

_APART = ("env", "cluster")
_SPOT = attrgetter("place.spot")
_Subject = tuple[str, str, str, Layer]  # consumer, provider, operation, and the layer that acts
_Beside = dict[str, frozenset[Scope]]  # by term, or `term=value`, where it is stated
_Offer = tuple[str, str, Any, str, Scope, str]  # whose default, its term, value and text, where, and for which versions
_Present = tuple[str, str, Layer, Scope]  # who calls ("" for everybody), whom, through which layer, and where
_NOTHING: _Beside = {}
_NOWHERE: frozenset[Scope] = frozenset()


def with_defaults(facts: Iterable[Fact]) -> Facts:
    """The facts and, for every call that a platform is shown to carry, what the platform does by default.

    Shown is what a `platform` fact says: the defaults of that platform are given to its very subject, layer and scope.
    For a mesh its routes show it. A stated fact of the same layer and term is stronger wherever it holds. The version
    is the one that is shown, or that the configuration says is in use; where it is unknown, a default is given only if
    it holds for every version that accepts what was read.
    """
    read = Facts.of(facts)
    added: list[Fact] = []
    said = in_use(read)
    for mesh in (pack(name) for name in platforms() if name in read.sources):
        shown = _shown(read, mesh.platform) if mesh.accepts else {}
        if shown:
            added += _of_mesh(
                mesh, shown, said.get(mesh.platform, ()), {read[number].provider for number in read.of_callers}
            )
    added += _named(read, said)
    return read.followed_by(Facts(added)) if added else read


def _named(facts: Facts, said: Mapping[str, Sequence[Fact]]) -> Iterator[Fact]:
    """The defaults of the platforms that facts name: a pack that there is not gives nothing."""
    naming = [fact for fact in facts.all_about(("platform",)) if fact.value in platforms()]
    stated = _stated_beside(facts, {shown.value for shown in naming})
    known = set()
    alike: dict[object, tuple[_Offer, ...]] = {}
    for shown in naming:
        subject = _subject(shown)
        once = (subject, shown.scope, shown.value)
        if once in known:
            continue
        known.add(once)
        beside = stated.get(subject, _NOTHING)
        as_shown = (shown.value, shown.scope, shown.version, *beside.items())  # a frozenset is hashed once
        if as_shown not in alike:
            found = given(pack(shown.value), said.get(shown.value, ()), shown.scope, shown.version)
            alike[as_shown] = tuple([_offer(one, scope) for one in found for scope in _scopes(one, beside)])
        yield from _given_to(subject, shown.place, alike[as_shown])


def _offer(one: Given, scope: Scope) -> _Offer:
    return (one.default.platform, one.default.term, one.default.value, one.default.text, scope, one.versions)


def _given_to(subject: _Subject, place: Place, offers: Iterable[_Offer]) -> list[Fact]:
    """The facts that give these defaults to a subject, at the place that shows the platform."""
    by_default, (consumer, provider, operation, layer) = Stance.DEFAULT, subject
    return [
        Fact(says, by_default, consumer, provider, operation, term, value, text, place, layer, scope, says, versions)
        for says, term, value, text, scope, versions in offers
    ]


def _scopes(one: Given, beside: _Beside) -> list[Scope]:
    """Where a default is given: of one that holds beside a statement only where that holds too."""
    stated = beside.get(one.default.beside, _NOWHERE)
    if not one.default.beside or one.scope in stated:
        return [one.scope]
    meeting = [joint_scope(one.scope, scope) for scope in stated]
    found = {scope for scope in meeting if scope is not None}
    return [one.scope] if one.scope in found else sorted(found)


def _stated_beside(facts: Facts, named: Iterable[str]) -> dict[_Subject, _Beside]:
    """By subject what it states that a default of these platforms holds beside, and in which scope."""
    stated: dict[_Subject, dict[str, list[Scope]]] = {}
    for said_as in dict.fromkeys(default.beside for name in named for default in pack(name).defaults):
        term, _, text = said_as.partition("=")
        for fact in facts.all_about((term,)) if said_as else ():
            if not text or fact.text == text:
                stated.setdefault(_subject(fact), {}).setdefault(said_as, []).append(fact.scope)
    return {
        subject: {said_as: frozenset(scopes) for said_as, scopes in beside.items()}
        for subject, beside in stated.items()
    }


def _subject(fact: Fact) -> _Subject:
    return (fact.consumer, fact.provider, fact.operation, fact.layer)


def _shown(facts: Facts, platform: str) -> dict[_Present, list[Fact]]:
    """The calls that the platform carries: to each host that it routes, and from each of its gateways."""
    found: dict[_Present, list[Fact]] = {}
    carried = [number for number in facts.of_callers if facts[number].source == platform]
    routes = facts.by_term.get("routes", [])
    for number in sorted({*routes, *carried}) if carried else routes:
        fact = facts[number]
        if fact.source == platform:
            scope = tuple([pair for pair in fact.scope if pair[0] in _APART]) if fact.scope else EVERYWHERE
            found.setdefault((fact.consumer, fact.provider, fact.layer, scope), []).append(fact)
    return found


def _of_mesh(
    mesh: Pack, shown: Mapping[_Present, Sequence[Fact]], said: Sequence[Fact], called: Set[str]
) -> Iterator[Fact]:
    alike: dict[tuple[Scope, str], tuple[_Offer, ...]] = {}
    for (consumer, provider, layer, scope), witnesses in shown.items():
        first = min(witnesses, key=_SPOT)
        subject = (consumer, provider, ANY, layer)
        if not consumer and provider not in called:
            what = ("mentioned", True, first.text, first.place, layer, scope, mesh.platform, first.version)
            yield Fact(mesh.platform, Stance.PROMISES, consumer, provider, ANY, *what)
        oldest = _at_least(mesh, witnesses)
        if (scope, oldest) not in alike:
            found = given(mesh, said, scope, at_least=oldest)
            alike[scope, oldest] = tuple([_offer(one, one.scope) for one in found])
        yield from _given_to(subject, first.place, alike[scope, oldest])


def _at_least(pack: Pack, witnesses: Sequence[Fact]) -> str:
    """The oldest version that accepts the newest of the API versions read."""
    accepted = [pack.accepts[fact.version] for fact in witnesses if fact.version in pack.accepts]
    return max(accepted, key=pack.known.index, default="")
