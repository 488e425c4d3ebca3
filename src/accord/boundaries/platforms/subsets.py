"""Subsets of a service as versions of it, where the rules that define the subset agree on its version label."""

from collections.abc import Iterable

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.scopes import joint_scope
from accord.model.fact import Fact, Scope

SUBSET = "subset"
FAMILY = "subsets."


def versions_of_subsets(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, those that hold for subsets of their provider now holding for its versions.

    Where a subset is defined nowhere, or by another label, or differently in two places, the fact holds for every version.
    """
    read = Facts.of(facts)
    if SUBSET not in read.dimensions:
        return read
    labels: dict[tuple[str, str], set[str]] = {}
    for fact in read:
        if fact.term.startswith(FAMILY):
            labels.setdefault((fact.provider, fact.term.removeprefix(FAMILY)), set()).add(fact.value)
    resolved = [_resolved(fact, labels) if fact.scope else fact for fact in read]
    return tuple([fact for fact in resolved if fact is not None])


def _resolved(fact: Fact, labels: dict[tuple[str, str], set[str]]) -> Fact | None:
    """The fact where it holds; None where its subsets are other versions than those for which its provider has this name."""
    if not _has_subsets(fact):
        return fact
    scope = dict(fact.scope)
    subsets = scope.pop(SUBSET)
    found = [labels.get((fact.provider, name), set()) for name in subsets]
    left: Scope | None = tuple(sorted(scope.items()))
    if all(len(versions) == 1 and "" not in versions for versions in found):
        named = tuple(sorted({version for versions in found for version in versions}))
        left = joint_scope(tuple(sorted(scope.items())), ((f"version:{fact.provider}", named),))
    return None if left is None else replace(fact, scope=left)


def _has_subsets(fact: Fact) -> bool:
    return any(dimension == SUBSET for dimension, _ in fact.scope)
