"""Subsets of a service as versions of it, where the rules that define the subset agree on its version label."""

from collections.abc import Iterable, Mapping, Set

from accord.boundaries.join.in_runs import InRuns, Ways
from accord.boundaries.join.scopes import joint_scope
from accord.model.fact import Fact, Scope

SUBSET = "subset"
FAMILY = "subsets."
_UNKNOWN: frozenset[str] = frozenset()


def versions_of_subsets(facts: Iterable[Fact] | InRuns) -> InRuns:
    """The facts, those that hold for subsets of their provider now holding for its versions.

    Where a subset is defined nowhere, or by another label, or differently in two places, the fact holds for every version.
    It holds nowhere where its subsets are other versions than those for which its provider has this name.
    """
    read = InRuns.of(facts)
    if SUBSET not in read.facts.by_dimension:
        return read
    labels: dict[tuple[str, str], set[str]] = {}
    for fact in read.facts.about(read.facts.family(FAMILY)):
        labels.setdefault((fact.provider, fact.term.removeprefix(FAMILY)), set()).add(fact.value)

    def decide(fact: Fact, ways: Ways) -> Ways:
        found = [(operation, _of_versions(fact.provider, scope, labels)) for operation, scope in ways]
        return tuple([(operation, scope) for operation, scope in found if scope is not None])

    return read.said_anew(read.under(SUBSET), decide)


def _of_versions(provider: str, scope: Scope, labels: Mapping[tuple[str, str], Set[str]]) -> Scope | None:
    subsets = dict(scope).get(SUBSET)
    if subsets is None:
        return scope
    left = tuple([pair for pair in scope if pair[0] != SUBSET])
    found = [labels.get((provider, name), _UNKNOWN) for name in subsets]
    if any(len(versions) != 1 or "" in versions for versions in found):
        return left
    named = tuple(sorted({version for versions in found for version in versions}))
    return joint_scope(left, ((f"version:{provider}", named),))
