"""Which workload carries which service, the one whose pods have every label that it selects, and which versions run."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.laid_over import LAID_OVER, VARIANT, identity
from accord.boundaries.join.pods import Pods, said_to_run, told
from accord.boundaries.join.scopes import is_only_of
from accord.model.fact import Fact

VERSIONS = "versions"
RUNNING = (VERSIONS, "runs")
"""The terms that say which versions run."""
_BY_NAME = ("runs", "platform")
_LABEL = "version="
_SCOPE = attrgetter("scope")
_FORMAT = "kubernetes"


class _Service(Struct, frozen=True):
    """A service: the fact that says what it selects, and the workloads that were found to have it."""

    selects: Fact
    labels: frozenset[str]
    pods: list[Pods]


def carried(facts: Iterable[Fact], said: Iterable[Fact] | None = None) -> Facts:
    """The facts, each `runs` of a workload, and what is said of its pods, now said of the services that select them.

    Services select in their own namespace, and only what was found under the same root is held together. Of each
    service it is added which versions its workloads are. A workload that no service selects speaks for itself, unless
    a service that selects others has its very name. `said` are the facts as they were read, where others were worked on
    since: what selects and what runs is found there.
    """
    read = Facts.of(facts)
    has_pods = _FORMAT in read.sources or LAID_OVER in read.terms
    if read.terms.isdisjoint(("selects", "runs")) and not has_pods:
        return read
    tied = (read if said is None else Facts.of(said)).tied
    services: dict[tuple[str, str], list[_Service]] = {}
    for fact in tied.get("selects", ()):
        services.setdefault(_neighbours(fact), []).append(_Service(fact, frozenset(fact.value), []))
    pods = [_pods(fact, services.get(_neighbours(fact), ())) for fact in tied.get("runs", ())]
    versions = tuple([_versions(service) for near in services.values() for service in near])
    made = Facts.made(read + versions, read, (VERSIONS,))
    made.column = [*read.column, *[VERSIONS] * len(versions)]
    if has_pods:
        return told(made, pods, [term for term in _BY_NAME if not all(map(_SCOPE, tied.get(term, ())))])
    becomes = said_to_run(pods)
    spots = [spot for spot in made.spots(("runs",)) if id(made[spot]) in becomes]
    return made.with_each({spot: becomes[id(made[spot])] for spot in spots})


def _pods(runs: Fact, near: Sequence[_Service]) -> Pods:
    """The pods of a workload: where no service selects them they carry itself, unless one near by has its name."""
    labels = set(runs.value)
    selecting = [service for service in near if service.labels <= labels] if labels else []
    if selecting:
        parties = tuple(dict.fromkeys([service.selects.provider for service in selecting]))
    else:
        is_other = any(service.selects.provider == runs.provider for service in near)
        parties = () if is_other else (runs.provider,)
    pods = Pods(runs, parties, bool(selecting), version_of(runs), identity(runs))
    for service in selecting:
        service.pods.append(pods)
    return pods


def _versions(service: _Service) -> Fact:
    """The versions of all pods of a service; none where that is not known: without a label, or for some environment."""
    versions = tuple(sorted({pods.version for pods in service.pods}))
    known = "" not in versions and is_only_of(service.selects.scope, VARIANT)
    if not known or not all(is_only_of(pods.runs.scope, VARIANT) for pods in service.pods):
        versions = ()
    return replace(service.selects, term=VERSIONS, value=versions, text=", ".join(versions) or "unknown versions")


def version_of(workload: Fact) -> str:
    """The version label of a workload's pods; empty where they have none."""
    for label in workload.value:
        if label.startswith(_LABEL):
            return str(label.removeprefix(_LABEL))
    return ""


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


def _neighbours(fact: Fact) -> tuple[str, str]:
    return (fact.place.root, fact.provider.rpartition("/")[0])
