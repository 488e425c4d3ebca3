"""Which workload carries which service, the one whose pods have every label that it selects, and which versions run."""

from collections.abc import Iterable

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.laid_over import LAID_OVER
from accord.boundaries.join.pods import Pods, told
from accord.model.fact import Fact

VERSIONS, RUNS = "versions", "runs"
_LABEL = "version="
_FORMAT = "kubernetes"
_OF_DEFINITIONS = "variant:"


def carried(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, each `runs` of a workload, and what is said of its pods, now said of the services that select them.

    Services select in their own namespace, and only what was found under the same root is held together. Of each
    service it is added which versions its workloads are. A workload that no service selects speaks for itself, unless
    a service that selects others has its very name.
    """
    read = Facts.of(facts)
    has_pods = _FORMAT in read.sources or LAID_OVER in read.terms
    if read.terms.isdisjoint(("selects", RUNS)) and not has_pods:
        return read
    services: dict[tuple[str, str], list[tuple[Fact, frozenset[str], list[Fact]]]] = {}
    for fact in read.about(("selects",)):
        services.setdefault(_neighbours(fact), []).append((fact, frozenset(fact.value), []))
    runs = RUNS in read.terms
    found: list[Fact] = [] if runs else list(read)
    pods: list[Pods] = []
    for fact in read if runs else ():
        if fact.term != RUNS:
            found.append(fact)
            continue
        labels, near = set(fact.value), services.get(_neighbours(fact), ())
        selecting = [one for one in near if one[1] <= labels] if labels else []
        for _, _, workloads in selecting:
            workloads.append(fact)
        parties = tuple(dict.fromkeys(service.provider for service, _, _ in selecting))
        is_other = any(service.provider == fact.provider for service, _, _ in near)
        pods.append(Pods(fact, parties or (() if is_other else (fact.provider,))))
        found += [replace(fact, says=party, provider=party) for party in parties] or [fact]
    found += [_versions(service, workloads) for near in services.values() for service, _, workloads in near]
    if not has_pods:
        return tuple(found)
    return told(found, pods, {each.runs: version_of(each.runs) for each in pods})


def _versions(service: Fact, workloads: list[Fact]) -> Fact:
    """The versions of all pods of a service; none where that is not known: without a label, or for some environment."""
    versions = tuple(sorted({version_of(workload) for workload in workloads}))
    if "" in versions or not all(_is_everywhere(fact) for fact in (service, *workloads)):
        versions = ()
    return replace(service, term=VERSIONS, value=versions, text=", ".join(versions) or "unknown versions")


def version_of(workload: Fact) -> str:
    """The version label of a workload's pods; empty where they have none."""
    return next((label.removeprefix(_LABEL) for label in workload.value if label.startswith(_LABEL)), "")


def running(facts: Iterable[Fact]) -> dict[str, frozenset[str]]:
    """The versions of each party that run, where every service and every workload of it tells them."""
    told: dict[str, list[tuple[str, ...]]] = {}
    with_services = set()
    for fact in facts:
        if fact.term == VERSIONS:
            with_services.add(fact.provider)
            told.setdefault(fact.provider, []).append(fact.value)
        elif fact.term == RUNS:
            version = version_of(fact)
            told.setdefault(fact.provider, []).append((version,) if version else ())
    return {
        party: frozenset(version for versions in told[party] for version in versions)
        for party in with_services
        if all(told[party])
    }


def _is_everywhere(fact: Fact) -> bool:
    return all(dimension.startswith(_OF_DEFINITIONS) for dimension, _ in fact.scope)


def _neighbours(fact: Fact) -> tuple[str, str]:
    return (fact.place.root, fact.provider.rpartition("/")[0])
