"""Defaults where their layer is shown to be present: what a platform does when nobody wrote anything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.scopes import joint_scope
from accord.boundaries.join.versions import Given, given, in_use
from accord.defaults.reader import Pack, pack, platforms
from accord.model.fact import ANY, Fact, Layer, Scope, Stance

_APART = ("env", "cluster")
_Subject = tuple[str, str, str, Layer]  # consumer, provider, operation, and the layer that acts
_Present = tuple[str, str, Layer, Scope]  # who calls ("" for everybody), whom, through which layer, and where


def with_defaults(facts: Iterable[Fact]) -> tuple[Fact, ...]:
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
            called = {fact.provider for fact in read if fact.consumer}
            for present, witnesses in shown.items():
                added += _of_mesh(mesh, present, witnesses, said.get(mesh.platform, ()), called)
    added += _named(read, said)
    return (*read, *added) if added else read


def _named(facts: Facts, said: Mapping[str, Sequence[Fact]]) -> Iterator[Fact]:
    """The defaults of the platforms that facts name: a pack that there is not gives nothing."""
    if "platform" not in facts.terms:
        return
    naming = [fact for fact in facts.about(("platform",)) if fact.value in platforms()]
    stated = _stated_beside(facts, {shown.value for shown in naming})
    known = set()
    found: dict[tuple[str, Scope, str], tuple[Given, ...]] = {}
    for shown in naming:
        subject = _subject(shown)
        once = (subject, shown.scope, shown.value)
        if once in known:
            continue
        known.add(once)
        alike = (shown.value, shown.scope, shown.version)
        if alike not in found:
            found[alike] = tuple(given(pack(shown.value), said.get(shown.value, ()), shown.scope, shown.version))
        for one in found[alike]:
            for scope in _scopes(one, stated.get((subject, one.default.beside), ())):
                yield _default(shown, one, scope)


def _scopes(one: Given, beside: Iterable[Scope]) -> list[Scope]:
    """Where a default is given: of one that holds beside a statement only where that holds too."""
    if not one.default.beside:
        return [one.scope]
    found = {scope for other in beside if (scope := joint_scope(one.scope, other)) is not None}
    return [one.scope] if one.scope in found else sorted(found)


def _stated_beside(facts: Facts, named: Iterable[str]) -> dict[tuple[_Subject, str], set[Scope]]:
    """In which scopes each subject states what a default of these platforms holds beside."""
    wanted = {default.beside for name in named for default in pack(name).defaults if default.beside}
    terms = {beside.partition("=")[0] for beside in wanted}
    stated: dict[tuple[_Subject, str], set[Scope]] = {}
    for fact in facts.about(terms):
        for said_as in wanted.intersection((fact.term, f"{fact.term}={fact.text}")):
            stated.setdefault((_subject(fact), said_as), set()).add(fact.scope)
    return stated


def _subject(fact: Fact) -> _Subject:
    return (fact.consumer, fact.provider, fact.operation, fact.layer)


def _default(shown: Fact, one: Given, scope: Scope) -> Fact:
    default, says = one.default, one.default.platform
    consumer, provider, operation, layer = _subject(shown)
    what = (default.term, default.value, default.text, shown.place, layer, scope)
    return Fact(says, Stance.DEFAULT, consumer, provider, operation, *what, says, one.versions)


def _shown(facts: tuple[Fact, ...], platform: str) -> dict[_Present, list[Fact]]:
    """The calls that the platform carries: to each host that it routes, and from each of its gateways."""
    found: dict[_Present, list[Fact]] = {}
    for fact in facts:
        if fact.source == platform and (fact.term == "routes" or fact.consumer):
            scope = tuple(pair for pair in fact.scope if pair[0] in _APART)
            found.setdefault((fact.consumer, fact.provider, fact.layer, scope), []).append(fact)
    return found


def _of_mesh(
    mesh: Pack, present: _Present, witnesses: list[Fact], said: Sequence[Fact], called: set[str]
) -> Iterator[Fact]:
    consumer, provider, layer, scope = present
    first = min(witnesses, key=lambda fact: fact.place.spot)

    def fact(stance: Stance, term: str, value: object, text: str, scope: Scope, versions: str) -> Fact:
        says, place = mesh.platform, first.place
        return Fact(says, stance, consumer, provider, ANY, term, value, text, place, layer, scope, says, versions)

    if not consumer and provider not in called:
        yield fact(Stance.PROMISES, "mentioned", True, first.text, scope, first.version)
    for one in given(mesh, said, scope, at_least=_at_least(mesh, witnesses)):
        default = one.default
        yield fact(Stance.DEFAULT, default.term, default.value, default.text, one.scope, one.versions)


def _at_least(pack: Pack, witnesses: list[Fact]) -> str:
    """The oldest version that accepts the newest of the API versions read."""
    accepted = [pack.accepts[fact.version] for fact in witnesses if fact.version in pack.accepts]
    return max(accepted, key=pack.known.index, default="")
