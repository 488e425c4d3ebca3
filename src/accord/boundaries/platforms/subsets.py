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
    for fact in read.about(read.family(FAMILY)):
        labels.setdefault((fact.provider, fact.term.removeprefix(FAMILY)), set()).add(fact.value)
    known: dict[tuple[str, Scope], Scope | None] = {}
    resolved = [_resolved(fact, labels, known) if fact.scope else fact for fact in read]
    return tuple([fact for fact in resolved if fact is not None])


def _resolved(
    fact: Fact, labels: dict[tuple[str, str], set[str]], known: dict[tuple[str, Scope], Scope | None]
) -> Fact | None:
    """The fact where it holds; None where its subsets are other versions than those for which its provider has this name."""
    own = (fact.provider, fact.scope)
    if own not in known:
        known[own] = _of_versions(*own, labels)
    scope = known[own]
    if scope is None or scope == fact.scope:
        return None if scope is None else fact
    return replace(fact, scope=scope)


def _of_versions(provider: str, scope: Scope, labels: dict[tuple[str, str], set[str]]) -> Scope | None:
    rest = dict(scope)
    subsets = rest.pop(SUBSET, None)
    if subsets is None:
        return scope
    found = [labels.get((provider, name), set()) for name in subsets]
    left: Scope = tuple(sorted(rest.items()))
    if all(len(versions) == 1 and "" not in versions for versions in found):
        named = tuple(sorted({version for versions in found for version in versions}))
        return joint_scope(left, ((f"version:{provider}", named),))
    return left
