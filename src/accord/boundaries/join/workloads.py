"""Which workload carries which service, the one whose pods have every label that it selects, and which versions run."""

from collections.abc import Iterable

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.laid_over import LAID_OVER, identity
from accord.boundaries.join.pods import Pods, told
from accord.model.fact import Fact

VERSIONS = "versions"
_LABEL = "version="
_FORMAT = "kubernetes"
_OF_DEFINITIONS = "variant:"
_Service = tuple[Fact, frozenset[str], list[Fact]]
"""What a service selects, as a fact and as labels, and the workloads that were found to have them."""


def carried(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, each `runs` of a workload, and what is said of its pods, now said of the services that select them.

    Services select in their own namespace, and only what was found under the same root is held together. Of each
    service it is added which versions its workloads are. A workload that no service selects speaks for itself, unless
    a service that selects others has its very name.
    """
    read = Facts.of(facts)
    has_pods = _FORMAT in read.sources or LAID_OVER in read.terms
    if read.terms.isdisjoint(("selects", "runs")) and not has_pods:
        return read
    services: dict[tuple[str, str], list[_Service]] = {}
    spots = read.spots(("selects", "runs"))
    for fact in [read[spot] for spot in spots if read[spot].term == "selects"]:
        services.setdefault(_neighbours(fact), []).append((fact, frozenset(fact.value), []))
    pods: list[Pods] = []

    def carrying(runs: Fact) -> Iterable[Fact]:
        near = services.get(_neighbours(runs), ())
        selecting = _selecting(runs, near)
        pods.append(_pods(runs, selecting, near))
        return [replace(runs, says=party, provider=party) for party in selecting] or [runs]

    found = read.with_each([spot for spot in spots if read[spot].term == "runs"], carrying)
    found += [_versions(service, workloads) for near in services.values() for service, _, workloads in near]
    made = Facts.made(found, read, (VERSIONS,))
    return told(made, pods) if has_pods else made


def _selecting(runs: Fact, near: Iterable[_Service]) -> tuple[str, ...]:
    """Which of these services select the pods of a workload, each of which keeps that they do."""
    labels, found = set(runs.value), []
    for service, wanted, workloads in near if labels else ():
        if wanted <= labels:
            found.append(service.provider)
            workloads.append(runs)
    return tuple(dict.fromkeys(found))


def _pods(runs: Fact, selecting: tuple[str, ...], near: Iterable[_Service]) -> Pods:
    """The pods of a workload: where none selects them they carry itself, unless a service near by has its name."""
    is_other = not selecting and any(service.provider == runs.provider for service, _, _ in near)
    parties = selecting or (() if is_other else (runs.provider,))
    return Pods(runs, parties, version_of(runs), identity(runs))


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
        elif fact.term == "runs":
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
