"""What the settings of a mesh say in place of what it does by default, and which version of it is installed."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.scopes import joint_scope
from accord.model.fact import Fact, Stance

_VERSIONS = "platforms."
_MESH = ":mesh"
_APART = ("env", "cluster")


def with_one_version(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts without the versions of installations where these differ, or where the configuration says which is in use."""
    read = Facts.of(facts)
    if not read.has_family(_VERSIONS):
        return read
    said: dict[str, list[Fact]] = {}
    for fact in read:
        if fact.term.startswith(_VERSIONS):
            said.setdefault(fact.term, []).append(fact)
    left_out = {term for term, versions in said.items() if not _is_one(versions)}
    return tuple(fact for fact in read if fact.term not in left_out or not _is_installation(fact))


def _is_one(versions: list[Fact]) -> bool:
    """Whether only installations speak of the version, and all say the same where they speak of one place."""
    by_place: dict[object, set[object]] = {}
    for fact in versions:
        by_place.setdefault(_places(fact), set()).add(fact.value)
    return all(map(_is_installation, versions)) and all(len(values) == 1 for values in by_place.values())


def _is_installation(fact: Fact) -> bool:
    return fact.provider.endswith(_MESH)


def as_set(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, the defaults of a mesh exchanged for what its settings say: for every call that it is shown to carry.

    Where two settings differ and both may hold, nobody knows which does, and neither what is set nor the default is given.
    """
    read = Facts.of(facts)
    settings: dict[str, list[Fact]] = {}
    by_default = Stance.DEFAULT  # to look it up takes longer than to compare
    for fact in read:
        if fact.stance is by_default and fact.provider == fact.source + _MESH:
            settings.setdefault(fact.source, []).append(fact)
    if not settings:
        return read
    carried: dict[object, Fact] = {}
    kept: list[Fact] = []
    for fact in read:
        own = settings.get(fact.source) if fact.stance is by_default else None
        if own is None or fact.provider.endswith(_MESH):
            kept.append(fact)
            continue
        carried.setdefault((fact.consumer, fact.provider, fact.operation, fact.layer, fact.scope), fact)
        if fact.term not in _said(own, fact):
            kept.append(fact)
    for fact in carried.values():
        kept += [
            _given(fact, setting) for setting in _said(settings[fact.source], fact).values() if setting is not None
        ]
    return tuple(kept)


def _said(settings: Iterable[Fact], about: Fact) -> Mapping[str, Fact | None]:
    """By term what the settings say where a fact holds; None where they differ."""
    found: dict[str, Fact | None] = {}
    for setting in settings:
        if joint_scope(_places(setting), _places(about)) is not None:
            known = found.setdefault(setting.term, setting)
            found[setting.term] = known if known is not None and known.value == setting.value else None
    return found


def _places(fact: Fact) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(pair for pair in fact.scope if pair[0] in _APART)


def _given(carried: Fact, setting: Fact) -> Fact:
    who = {"consumer": carried.consumer, "provider": carried.provider, "operation": carried.operation}
    return replace(setting, **who, layer=carried.layer, scope=carried.scope)
