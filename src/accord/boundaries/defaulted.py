"""Defaults where their layer is shown to be present: what a platform does when nobody wrote anything."""

from collections.abc import Iterable, Mapping

from accord.defaults.reader import Pack, packs
from accord.model.fact import Fact, Scope, Stance

_APART = ("env", "cluster")
_Present = tuple[str, str, str, Scope]  # consumer, provider, operation, scope


def with_defaults(facts: Iterable[Fact], versions: Mapping[str, str] | None = None) -> tuple[Fact, ...]:
    """The facts and, for every boundary that a route of a platform shows to be behind it, that platform's defaults.

    A stated fact of the same layer and term is stronger wherever it holds. `versions` names the versions in use, such as
    {"istio": "1.24"}; where one is unknown, a default is given only if it holds for every version that accepts what
    was read.
    """
    read = tuple(facts)
    added: list[Fact] = []
    for pack in packs():
        for shown, witnesses in _shown(read, pack.platform).items():
            version = (versions or {}).get(pack.platform, "")
            added += _defaults(pack, shown, min(witnesses, key=lambda fact: fact.place), version, _at_least(pack, witnesses))
    return (*read, *added)


def _shown(facts: tuple[Fact, ...], platform: str) -> dict[_Present, list[Fact]]:
    found: dict[_Present, list[Fact]] = {}
    for fact in facts:
        if fact.term == "routes" and fact.source == platform:
            scope = tuple(pair for pair in fact.scope if pair[0] in _APART)
            found.setdefault((fact.consumer, fact.provider, fact.operation, scope), []).append(fact)
    return found


def _at_least(pack: Pack, witnesses: list[Fact]) -> str:
    """The oldest version that accepts the newest of the API versions read."""
    accepted = [pack.accepts[fact.version] for fact in witnesses if fact.version in pack.accepts]
    return max(accepted, key=pack.known.index, default="")


def _defaults(pack: Pack, shown: _Present, witness: Fact, version: str, at_least: str) -> list[Fact]:
    consumer, provider, operation, scope = shown
    return [
        Fact(
            pack.platform,
            Stance.DEFAULT,
            consumer,
            provider,
            operation,
            default.term,
            default.value,
            default.text,
            witness.place,
            default.layer,
            scope,
            pack.platform,
            default.versions,
        )
        for default in pack.deciding(version, at_least)
    ]
