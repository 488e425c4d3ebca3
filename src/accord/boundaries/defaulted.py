"""Defaults where their layer is shown to be present: what a platform does when nobody wrote anything."""

from collections.abc import Iterable, Iterator, Mapping

from accord.defaults.reader import Default, Pack, pack, platforms
from accord.model.fact import ANY, Fact, Layer, Scope, Stance

_APART = ("env", "cluster")
_Subject = tuple[str, str, str, Layer]  # consumer, provider, operation, and the layer that acts
_Present = tuple[str, str, Layer, Scope]  # who calls ("" for everybody), whom, through which layer, and where


def with_defaults(facts: Iterable[Fact], versions: Mapping[str, str] | None = None) -> tuple[Fact, ...]:
    """The facts and, for every call that a platform is shown to carry, what the platform does by default.

    Shown is what a `platform` fact says: the defaults of that platform are given to its very subject, layer and scope.
    For a mesh its routes show it. A stated fact of the same layer and term is stronger wherever it holds. `versions` names the versions in use, such
    as {"istio": "1.24"}; where one is unknown, a default is given only if it holds for every version that accepts
    what was read.
    """
    read = tuple(facts)
    added: list[Fact] = []
    read_from = {fact.source for fact in read}
    for mesh in (pack(name) for name in platforms() if name in read_from):
        shown = _shown(read, mesh.platform) if mesh.accepts else {}
        if shown:
            called = {fact.provider for fact in read if fact.consumer}
            version = (versions or {}).get(mesh.platform, "")
            for present, witnesses in shown.items():
                added += _given(mesh, present, witnesses, version, called)
    return (*read, *added, *_named(read, versions or {}))


def _named(facts: tuple[Fact, ...], versions: Mapping[str, str]) -> Iterator[Fact]:
    """The defaults of the platforms that facts name: a pack that there is not gives nothing."""
    naming = [fact for fact in facts if fact.term == "platform"]
    stated: dict[_Subject, set[str]] = {}
    for fact in facts if naming else ():
        stated.setdefault(_subject(fact), set()).update((fact.term, f"{fact.term}={fact.text}"))
    given = set()
    for shown in naming:
        if shown.value not in platforms() or (once := (_subject(shown), shown.scope, shown.value)) in given:
            continue
        given.add(once)
        for default in pack(shown.value).deciding(shown.version or versions.get(shown.value, "")):
            if not default.beside or default.beside in stated[_subject(shown)]:
                yield _default(shown, default)


def _subject(fact: Fact) -> _Subject:
    return (fact.consumer, fact.provider, fact.operation, fact.layer)


def _default(shown: Fact, default: Default) -> Fact:
    return Fact(
        default.platform,
        Stance.DEFAULT,
        shown.consumer,
        shown.provider,
        shown.operation,
        default.term,
        default.value,
        default.text,
        shown.place,
        shown.layer,
        shown.scope,
        default.platform,
        default.versions,
    )


def _shown(facts: tuple[Fact, ...], platform: str) -> dict[_Present, list[Fact]]:
    """The calls that the platform carries: to each host that it routes, and from each of its gateways."""
    found: dict[_Present, list[Fact]] = {}
    for fact in facts:
        if fact.source == platform and (fact.term == "routes" or fact.consumer):
            scope = tuple(pair for pair in fact.scope if pair[0] in _APART)
            found.setdefault((fact.consumer, fact.provider, fact.layer, scope), []).append(fact)
    return found


def _given(pack: Pack, present: _Present, witnesses: list[Fact], version: str, called: set[str]) -> Iterator[Fact]:
    consumer, provider, layer, scope = present
    first = min(witnesses, key=lambda fact: fact.place)

    def fact(stance: Stance, term: str, value: object, text: str, versions: str) -> Fact:
        says, place = pack.platform, first.place
        return Fact(says, stance, consumer, provider, ANY, term, value, text, place, layer, scope, says, versions)

    if not consumer and provider not in called:
        yield fact(Stance.PROMISES, "mentioned", True, first.text, first.version)
    for default in pack.deciding(version, _at_least(pack, witnesses)):
        yield fact(Stance.DEFAULT, default.term, default.value, default.text, default.versions)


def _at_least(pack: Pack, witnesses: list[Fact]) -> str:
    """The oldest version that accepts the newest of the API versions read."""
    accepted = [pack.accepts[fact.version] for fact in witnesses if fact.version in pack.accepts]
    return max(accepted, key=pack.known.index, default="")
