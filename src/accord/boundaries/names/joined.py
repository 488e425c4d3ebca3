"""What artefacts join by themselves: a Service and the workload it selects, a name and the host it is an alias of.

Weaker than what a contract says: it only carries a contract's claim from one local name to another.
"""

from collections import deque
from collections.abc import Iterable, Mapping

from msgspec import Struct

from accord.boundaries.join.scopes import is_only_of
from accord.boundaries.names.likeness import carries_name
from accord.boundaries.names.spelling import spell, spell_alias
from accord.model.fact import Fact, Scope
from accord.model.place import Place
from accord.model.problem import Refused

_OF_DEFINITIONS = ("variant:", "requests:")
_SHARED = tuple(f"names.{system}" for system in ("pagerduty", "opsgenie", "grafana_oncall", "goalert", "ical"))
"""Systems in which one name may stand for several: one service takes the pages of many, a schedule is named as its ladder."""


class Tie(Struct, frozen=True):
    """Two local names that an artefact joins, and where it says so.

    Where `one` is a Service and `other` a workload: `among` tells that the Service has more than this one, `version`
    is the workload's label, and `is_service` tells that a Service has the workload's name, too.
    """

    one: str
    other: str
    because: str
    places: tuple[Place, ...]
    among: bool = False
    version: str = ""
    is_service: bool = False


class Joined:
    """The ties between local names, as a graph."""

    def __init__(self, ties: Iterable[Tie]) -> None:
        self.ties: dict[str, dict[str, Tie]] = {}
        for tie in ties:
            self.ties.setdefault(tie.one, {}).setdefault(tie.other, tie)
            self.ties.setdefault(tie.other, {}).setdefault(tie.one, tie)

    def reached(self, start: str) -> dict[str, tuple[Tie, ...]]:
        """Every name tied to `start`, itself included, with the shortest chain of ties from it."""
        found: dict[str, tuple[Tie, ...]] = {start: ()}
        waiting = deque((start,))
        while waiting:
            name = waiting.popleft()
            for other, tie in sorted(self.ties.get(name, {}).items()):
                if other not in found:
                    found[other] = (*found[name], tie)
                    waiting.append(other)
        return found


def is_unconditional(scope: Scope) -> bool:
    """Whether a scope says no more than which of several definitions this is."""
    return is_only_of(scope, _OF_DEFINITIONS)


# ---------------------------------------------------------------------- aliases in artefacts


def alias_ties(facts: Iterable[Fact]) -> Iterable[Tie]:
    """What `names.` facts of artefacts say, such as a Service that is only a name for an outside host.

    An object that is defined twice and differs, or that says it under a condition, ties nothing; nor does a name on
    call that several have.
    """
    said: dict[tuple[str, str], set[object]] = {}
    called: dict[tuple[str, str], set[str]] = {}
    for fact in facts:
        said.setdefault((fact.provider, fact.term), set()).add(fact.value)
        for written in alias_texts(fact):
            called.setdefault((fact.term, written), set()).add(fact.provider)
    for fact in facts:
        if is_unconditional(fact.scope) and len(said[(fact.provider, fact.term)]) == 1:
            system = fact.term.partition(".")[2]
            for written in alias_texts(fact):
                if fact.term in _SHARED and len(called[(fact.term, written)]) > 1:
                    continue
                try:
                    one, other = spell(fact.provider), spell_alias(system, written)
                except Refused:
                    continue
                yield Tie(one.key, other.key, f"{fact.provider} says names.{system}: {written}", (fact.place,))


def alias_texts(fact: Fact) -> tuple[str, ...]:
    """The aliases that a `names.` fact gives."""
    if isinstance(fact.value, str):
        return (fact.value,)
    return tuple([text for text in fact.value if isinstance(text, str)]) if isinstance(fact.value, tuple) else ()


# ---------------------------------------------------------------------- selectors

_Home = tuple[str, str, str]


def selector_ties(selects: Iterable[Fact], runs: Iterable[Fact]) -> Iterable[Tie]:
    """A Service and the one workload it selects, or those that are named as it is.

    Two Services on one workload, or one over differently named workloads, tie only where the names agree.
    """
    workloads: dict[_Home, dict[str, list[Fact]]] = {}
    for fact in runs:
        with_label = workloads.setdefault(_home(fact), {})
        for label in _labels(fact):
            with_label.setdefault(label, []).append(fact)
    chosen: list[tuple[Fact, dict[str, Fact]]] = []
    selected_by: dict[str, set[str]] = {}
    selects = tuple(selects)
    services = {fact.provider for fact in selects}
    for fact in selects:
        labels = _labels(fact)
        if not labels or not is_unconditional(fact.scope):
            continue
        found = _selected(labels, workloads.get(_home(fact), {}))
        chosen.append((fact, found))
        for name in found:
            selected_by.setdefault(name, set()).add(fact.provider)
    for fact, found in chosen:
        for name, workload in found.items():
            alone = len(found) == 1 and len(selected_by[name]) == 1
            if name != fact.provider and (alone or carries_name(_own_name(name), _own_name(fact.provider))):
                because = f"the Service {fact.provider} selects the pods of {name}"
                yield Tie(
                    fact.provider,
                    name,
                    because,
                    (fact.place, workload.place),
                    len(found) > 1,
                    _version(workload),
                    name in services,
                )


def _selected(labels: tuple[str, ...], with_label: Mapping[str, list[Fact]]) -> dict[str, Fact]:
    rarest = min([with_label.get(label, []) for label in labels], key=len)
    wanted = frozenset(labels)
    return {fact.provider: fact for fact in rarest if wanted.issubset(_labels(fact)) and is_unconditional(fact.scope)}


def _labels(fact: Fact) -> tuple[str, ...]:
    return fact.value if isinstance(fact.value, tuple) else ()


def _version(workload: Fact) -> str:
    return next((label.removeprefix("version=") for label in _labels(workload) if label.startswith("version=")), "")


def _own_name(local: str) -> str:
    return local.rpartition("/")[2]


def _home(fact: Fact) -> _Home:
    """Where a selector reaches: its namespace; without one, the folder whose manifests are applied together."""
    namespace = fact.provider.partition(":")[2].rpartition("/")[0]
    if namespace:
        return (namespace, "", "")
    return ("", fact.place.root, fact.place.file.rpartition("/")[0])
