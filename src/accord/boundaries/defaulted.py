"""Defaults where their layer is shown to be present: what a platform does when nobody wrote anything."""

from collections.abc import Iterable, Iterator, Mapping

from accord.defaults.reader import Pack, packs
from accord.model.fact import ANY, Fact, Layer, Scope, Stance

_APART = ("env", "cluster")
_Present = tuple[str, str, Layer, Scope]  # who calls ("" for everybody), whom, through which layer, and where


def with_defaults(facts: Iterable[Fact], versions: Mapping[str, str] | None = None) -> tuple[Fact, ...]:
    """The facts and, for every call that a platform is shown to carry, what the platform does by default.

    A stated fact of the same layer and term is stronger wherever it holds. `versions` names the versions in use, such
    as {"istio": "1.24"}; where one is unknown, a default is given only if it holds for every version that accepts
    what was read.
    """
    read = tuple(facts)
    added: list[Fact] = []
    for pack in packs() if any(fact.source != "contract" for fact in read) else ():
        if not pack.accepts:
            continue
        shown = _shown(read, pack.platform)
        if shown:
            called = {fact.provider for fact in read if fact.consumer}
            version = (versions or {}).get(pack.platform, "")
            for present, witnesses in shown.items():
                added += _given(pack, present, witnesses, version, called)
    return (*read, *added)


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
