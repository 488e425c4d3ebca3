"""What is said of a workload's pods, told of the parties that the pods carry: the services that select them, or the workload.

Scalers name a workload and budgets select one. Where several workloads carry a service, each fact holds for its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.laid_over import VARIANT, Home, homes, identity, not_replaced
from accord.model.fact import PARTY, Fact, Scope
from accord.model.selecting import is_selected

WORKLOAD = "workload:"
"""Scope dimension: which of several workloads of a service."""
BUDGET = "budget:"
_SCALED = ("replicas.min", "replicas.max", "left_out.replicas.max")
_SCALER = "keda"
_OF_PODS = frozenset(
    ("workload", "platform", "grace", "pre_stop", "killed_after", "keep_alive", "replicas", "accepts", "schedule", "overlap", "retried", "probe", "probe_period", "probe_timeout", "probe_delay", "probe_failures", "probe_successes", "left_out")
)  # fmt: skip


class Pods(Struct, frozen=True):
    """The pods of one workload: the fact that says they run, and the parties they carry; none where that is unclear."""

    runs: Fact
    parties: tuple[str, ...]


def told(facts: Iterable[Fact], pods: Iterable[Pods], version: Mapping[Fact, str]) -> tuple[Fact, ...]:
    """The facts, those of pods said of whom they carry; `version` is the label that tells a workload from others."""
    return tuple(_Pods(tuple(pods), version).told(facts))


class _Pods:
    """All pods that run, by definition, by workload and by the services they carry."""

    def __init__(self, pods: tuple[Pods, ...], version: Mapping[Fact, str]) -> None:
        self.homes: dict[Home, Pods] = {home: each for each in pods if (home := _home(each.runs)) is not None}
        self.defined = {(each.runs.place.root, identity(each.runs)): each for each in pods}
        self.named: dict[tuple[str, str], list[Pods]] = {}
        self.scopes: dict[tuple[str, str], dict[str, str]] = {}
        self.found: dict[tuple[str, Scope], Pods | None] = {}
        for each in pods:
            root = each.runs.place.root
            self.named.setdefault((root, each.runs.provider), []).append(each)
            for party in each.parties:
                self.scopes.setdefault((root, party), {})[identity(each.runs)] = version.get(each.runs, "")

    def told(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """Each fact, said of whom it is about."""
        read = Facts.of(self.counted(Facts.of(not_replaced(Facts.of(facts)))))
        budgets = {
            (fact.place.root, fact.provider): (bool(fact.value), list(self.selected(fact)))
            for fact in read.about(("budget.selects",))
        }
        for fact in read:
            is_scaler = fact.term == "platform" and fact.value == _SCALER
            if not (fact.scope or is_scaler or fact.term in _SCALED or fact.provider.startswith(BUDGET)):
                yield fact  # of no definition of an object, so of no pods
            elif fact.provider.startswith(BUDGET):
                yield from self.of_budget(fact, *budgets.get((fact.place.root, fact.provider), (True, [])))
            elif fact.term in _SCALED or is_scaler:
                named = self.named.get((fact.place.root, fact.provider), [])
                scaled = _nearest(fact, named)
                is_one_of_several = len(scaled) < len(named)
                for one in scaled:
                    own = is_one_of_several or one.runs.place.file == fact.place.file
                    yield from self.said(_of(fact, one) if own else fact, one)
                if not scaled:
                    yield fact
            else:
                pods = self.of(fact)
                yield from (fact,) if pods is None else self.said(fact, pods)

    def counted(self, facts: Facts) -> tuple[Fact, ...]:
        """The facts but for the number of pods where a scaler may choose it that was read with a namespace, or without one.

        An object without a namespace is applied to whichever somebody names: to that of the other, it may be. Without
        its kind a workload has no number by default either.
        """
        scalers = {(fact.place.root, fact.provider) for fact in facts.about(_SCALED)} - self.named.keys()
        apart = {(root, *_placed(party)) for root, party in scalers}
        if not apart:
            return facts

        def is_chosen(fact: Fact) -> bool:
            pods = self.of(fact) if fact.term in ("replicas", "workload") else None
            if pods is None:
                return False
            namespace, name = _placed(pods.runs.provider)
            own = {there for root, there, of in apart if (root, of) == (fact.place.root, name)}
            return bool(own) and (not namespace or "" in own)

        return tuple(fact for fact in facts if not is_chosen(fact))

    def of(self, fact: Fact) -> Pods | None:
        """The pods that a fact is about: those of its own definition, or, where that only lays something over, of another."""
        key = (fact.place.root, fact.scope)
        if key not in self.found:
            self.found[key] = self._of(homes(fact))
        return self.found[key]

    def _of(self, defined: list[Home]) -> Pods | None:
        for home in defined:
            if home in self.homes:
                return self.homes[home]
        for root, (name, _) in defined:
            other = self.defined.get((root, name.removeprefix(VARIANT)))
            if other is not None:
                return other
        return None

    def said(self, fact: Fact, pods: Pods) -> Iterator[Fact]:
        """A fact of pods: by each party that they carry; a call is made by the one that has the workload's own name."""
        if fact.consumer == pods.runs.provider:
            own = pods.runs.provider in pods.parties or not pods.parties
            called_itself = any(is_itself(party, fact.provider) for party in pods.parties)
            for party in (pods.runs.provider,) if own else pods.parties:
                if not called_itself:
                    yield replace(fact, says=party, consumer=party, scope=self.scope(fact, pods, party))
        elif fact.operation == PARTY and fact.term.partition(".")[0] in _OF_PODS:
            for party in pods.parties:
                scope = self.scope(fact, pods, party)
                own = party == fact.says == fact.provider and scope is fact.scope
                yield fact if own else replace(fact, says=party, provider=party, scope=scope)
        else:
            yield fact

    def scope(self, fact: Fact, pods: Pods, party: str) -> Scope:
        """The scope of a fact, narrowed to its workload where others carry the same party."""
        others = self.scopes.get((pods.runs.place.root, party), {})
        if len(others) < 2:
            return fact.scope
        versions = [version for version in others.values() if version]
        own = others[identity(pods.runs)]
        by_version = len(versions) == len(set(versions)) == len(others)
        added = (f"version:{party}", (own,)) if by_version else (f"{WORKLOAD}{party}", (identity(pods.runs),))
        return tuple(sorted({**dict(fact.scope), added[0]: added[1]}.items()))

    def selected(self, budget: Fact) -> Iterator[Pods]:
        """The pods that a budget is for: of its own namespace, with every label that it asks for.

        Of a workload that is defined several times, the definitions nearest to the budget. Where it asks for none and no
        namespace is written, those of its own folder: others may be applied to another namespace. For the same reason an
        object without a namespace is never held against one that has one.
        """
        namespace, found = _namespace(budget), []
        for pods in self.homes.values():
            runs = pods.runs
            near = runs.place.root == budget.place.root and _namespace(runs) == namespace
            is_told = bool(namespace or budget.value) or _folder(runs) == _folder(budget)
            if near and is_told and is_selected(budget.value, runs.value):
                found.append(pods)
        return iter(_nearest(budget, found))

    def of_budget(self, fact: Fact, asks: bool, selected: list[Pods]) -> Iterator[Fact]:
        """What a budget leaves, said of the one workload that it is for, or, where it lets none go, of each; whom it is for of each.

        One that `asks` for no label counts all pods of its namespace, of which others may be written elsewhere.
        """
        one = asks and len({identity(pods.runs) for pods in selected}) == 1
        if not (one or fact.term == "budget.selects" or _lets_none_go(fact)):
            return
        for pods in _nearest(fact, selected):
            own = pods.runs.provider in pods.parties or not pods.parties
            for party in (pods.runs.provider,) if own else pods.parties:
                scope = self.scope(_of(fact, pods), pods, party)
                yield replace(fact, says=party, provider=party, scope=scope)


def _nearest(fact: Fact, several: list[Pods]) -> list[Pods]:
    """Of several definitions of one workload those nearest to the fact, in its file or its folder: the others stand in their stead."""
    near = [_shared(fact.place.file, pods.runs.place.file) for pods in several]
    best: dict[str, int] = {}
    for pods, shared in zip(several, near, strict=True):
        best[identity(pods.runs)] = max(shared, best.get(identity(pods.runs), 0))
    return [pods for pods, shared in zip(several, near, strict=True) if shared == best[identity(pods.runs)]]


def _shared(file: str, other: str) -> int:
    """How many parts of their paths, from the root on, two files have in common."""
    parts = zip(file.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], parts))


def _of(fact: Fact, pods: Pods) -> Fact:
    """The fact, of this definition of the pods only."""
    variants = {name: values for name, values in pods.runs.scope if name.startswith(VARIANT)}
    return replace(fact, scope=tuple(sorted({**dict(fact.scope), **variants}.items())))


def _lets_none_go(fact: Fact) -> bool:
    wanted = ("100%",) if fact.term == "budget.min_available" else ("0", "0%")
    return fact.value in wanted


def _folder(fact: Fact) -> str:
    return fact.place.file.rpartition("/")[0]


def _namespace(fact: Fact) -> str:
    return _placed(fact.provider)[0]


def _placed(party: str) -> tuple[str, str]:
    """Namespace and name of `kubernetes:shop/payments`; the namespace is empty where there is none."""
    namespace, _, name = party.partition(":")[2].rpartition("/")
    return namespace, name


def _home(runs: Fact) -> Home | None:
    return next(iter(homes(runs)), None)


def is_itself(party: str, other: str) -> bool:
    """Whether two local names are the same, or only the first has no namespace, which is given where it is applied."""
    namespace, _, name = party.partition("/")
    return party == other or (namespace == "kubernetes:" and name == other.rpartition("/")[2])
