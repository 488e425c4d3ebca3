"""What is said of a workload's pods, told of the parties that the pods carry: the services that select them, or the workload.

Scalers name a workload and budgets select one. Where several workloads carry a service, each fact holds for its own.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import takewhile

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.laid_over import VARIANT, Home, homes, not_replaced
from accord.model.fact import PARTY, Fact, Scope
from accord.model.selecting import is_selected

WORKLOAD = "workload:"
"""Scope dimension: which of several workloads of a service."""
BUDGET = "budget:"
_SCALED = ("replicas.min", "replicas.max", "left_out.replicas.max")
_SCALER = "keda"
_DAEMONS = "DaemonSet/"
_SCALING = frozenset((*_SCALED, "platform"))
_OF_PODS = frozenset(
    ("workload", "platform", "grace", "pre_stop", "killed_after", "keep_alive", "replicas", "accepts", "schedule", "overlap", "retried", "probe", "probe_period", "probe_timeout", "probe_delay", "probe_failures", "probe_successes", "left_out")
)  # fmt: skip


class Pods(Struct, frozen=True):
    """The pods of one workload: the fact that says they run, and the parties they carry; none where that is unclear.

    `selected` tells that services select them. The `version` that they tell is empty where they have none.
    """

    runs: Fact
    parties: tuple[str, ...]
    selected: bool
    version: str
    identity: str


def said_to_run(pods: Iterable[Pods]) -> dict[int, list[Fact]]:
    """What becomes of each fact, by its `id`, that says that pods run: that they run for each service that selects them."""
    return {
        id(each.runs): [replace(each.runs, says=party, provider=party) for party in each.parties]
        for each in pods
        if each.selected and (each.runs.says, *each.parties) != (each.runs.provider,) * 2
    }


def told(facts: Facts, pods: Iterable[Pods], by_name: Iterable[str] = ()) -> Facts:
    """The facts, those of pods said of whom they carry; their version tells a workload from others.

    `by_name` are the terms that are said of workloads under no condition, too.
    """
    return _Pods(tuple(pods)).told(facts, (*_SCALED, *facts.family("budget."), *by_name))


_Becomes = Callable[[Fact], Iterable[Fact]]
_Budgets = dict[object, tuple[bool, list[Pods]]]
"""By each definition of a budget: whether it asks for labels, and the pods that it is for."""


class _Pods:
    """All pods that run, by definition, by workload and by the services they carry."""

    def __init__(self, pods: tuple[Pods, ...]) -> None:
        self.homes: dict[Home, Pods] = {}
        self.defined: dict[tuple[str, str], Pods] = {}
        self.named: dict[tuple[str, str], list[Pods]] = {}
        self.scopes: dict[tuple[str, str], dict[str, str]] = {}
        self.variants: set[str] = set()
        self.running = said_to_run(pods)
        for each in pods:
            root = each.runs.place.root
            self.variants.add(VARIANT + each.identity)
            for home in homes(each.runs)[:1]:
                self.homes[home] = each
            self.defined[(root, each.identity)] = each
            self.named.setdefault((root, each.runs.provider), []).append(each)
            for party in each.parties:
                self.scopes.setdefault((root, party), {})[each.identity] = each.version
        several = [others for others in self.scopes.values() if len(others) > 1]
        self.shared = frozenset([identity for others in several for identity in others])
        """The definitions of which another carries the same party."""
        self.by_scope: dict[int, tuple[str, Pods | None]] = {}
        """By the `id` of its scope what each fact that pods run is about: what else is said of them mostly shares it."""
        for each in pods:
            self.by_scope[id(each.runs.scope)] = (each.runs.place.root, self._of(each.runs))

    def told(self, facts: Facts, by_name: Iterable[str]) -> Facts:
        """Each fact, said of whom it is about; what becomes of those that follow each other and share their sides is asked once."""
        read = self.counted(not_replaced(facts))
        budgets: _Budgets = {
            _definition(fact): (bool(fact.value), list(self.selected(fact))) for fact in read.about(("budget.selects",))
        }
        becomes: dict[int, Iterable[Fact]] = {}
        provider = scope = consumer = says = root = told = None
        named = read.spots(by_name)
        for spot in sorted({*read.spots_of_conditions, *named}) if named else read.spots_of_conditions:
            fact = read[spot]
            if (
                fact.scope is not scope
                or fact.provider is not provider
                or fact.consumer is not consumer
                or fact.says is not says
                or fact.place.root is not root
            ):
                provider, scope, consumer, says = fact.provider, fact.scope, fact.consumer, fact.says
                root = fact.place.root
                told = self.becoming(fact, budgets)
            if fact.term in _SCALING and not provider.startswith(BUDGET) and _is_scaling(fact):
                becomes[spot] = self.scaled(fact)
            elif fact.term == "runs" and id(fact) in self.running:
                becomes[spot] = self.running[id(fact)]
            elif told is not None:
                becomes[spot] = told(fact)
        return read.with_each(becomes) if becomes else read

    def becoming(self, fact: Fact, budgets: _Budgets) -> _Becomes | None:
        """What becomes of the facts of this scope, this root and these sides; None where they stay as they are."""
        if fact.provider.startswith(BUDGET):
            return partial(self.of_budget, budgets=budgets)
        pods = self.of(fact) if fact.scope else None
        if pods is None:
            return None
        return None if self.is_said_so(fact, pods) else partial(self.said, pods=pods)

    def is_said_so(self, fact: Fact, pods: Pods) -> bool:
        """Whether what is said of these sides is said already of the party, and the only one, that the pods carry."""
        if pods.parties != (fact.says,) or pods.identity in self.shared:
            return False
        if not fact.consumer:
            return fact.provider == fact.says
        return fact.consumer == fact.says == pods.runs.provider and not is_itself(fact.says, fact.provider)

    def scaled(self, fact: Fact) -> Iterator[Fact]:
        """What a scaler says, said of the pods of the workload that it names; of a set of daemons no scaler chooses the number."""
        named = self.named.get((fact.place.root, fact.provider), [])
        scaled = _nearest(fact, [pods for pods in named if not pods.identity.startswith(_DAEMONS)])
        is_one_of_several = len(scaled) < len(named)
        for one in scaled:
            own = is_one_of_several or one.runs.place.file == fact.place.file
            yield from self.said(_of(fact, one) if own else fact, one)
        if not named:
            yield fact

    def counted(self, facts: Facts) -> Facts:
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

        return Facts.made((fact for fact in facts if not is_chosen(fact)), facts)

    def of(self, fact: Fact) -> Pods | None:
        """The pods that a fact is about: those of its own definition, or, where that only lays something over, of another."""
        root, shared = self.by_scope.get(id(fact.scope), ("", None))
        if shared is not None and root == fact.place.root:
            return shared
        of_none = self.variants.isdisjoint([dimension for dimension, _ in fact.scope])
        return None if of_none else self._of(fact)

    def _of(self, fact: Fact) -> Pods | None:
        defined = homes(fact)
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
        own = others.get(pods.identity)  # none where it only has the name of a service that selects others
        by_version = own is not None and len(versions) == len(set(versions)) == len(others)
        added = (f"version:{party}", (own or "",)) if by_version else (f"{WORKLOAD}{party}", (pods.identity,))
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

    def of_budget(self, fact: Fact, budgets: _Budgets) -> Iterator[Fact]:
        """What a budget leaves, said of the one workload that it is for, or, where it lets none go, of each; whom it is for of each.

        One that asks for no label counts all pods of its namespace, of which others may be written elsewhere.
        """
        asks, selected = budgets.get(_definition(fact), (True, []))
        one = asks and len({pods.identity for pods in selected}) == 1
        if not (one or fact.term == "budget.selects" or _lets_none_go(fact)):
            return
        for pods in _nearest(fact, selected):
            own = pods.runs.provider in pods.parties or not pods.parties
            for party in (pods.runs.provider,) if own else pods.parties:
                scope = self.scope(_of(fact, pods), pods, party)
                yield replace(fact, says=party, provider=party, scope=scope)


def _definition(budget: Fact) -> object:
    """Where a budget is defined: one of the same name elsewhere may be for other pods."""
    return (budget.provider, *homes(budget)[:1]) if budget.scope else (budget.provider, budget.place.root)


def _nearest(fact: Fact, several: list[Pods]) -> list[Pods]:
    """Of several definitions of one workload those nearest to the fact, in its file or its folder: the others stand in their stead."""
    near = [_shared(fact.place.file, pods.runs.place.file) for pods in several]
    best: dict[str, int] = {}
    for pods, shared in zip(several, near, strict=True):
        best[pods.identity] = max(shared, best.get(pods.identity, 0))
    return [pods for pods, shared in zip(several, near, strict=True) if shared == best[pods.identity]]


def _shared(file: str, other: str) -> int:
    """How many parts of their paths, from the root on, two files have in common."""
    parts = zip(file.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], parts))


def _of(fact: Fact, pods: Pods) -> Fact:
    """The fact, of this definition of the pods only."""
    variants = {name: values for name, values in pods.runs.scope if name.startswith(VARIANT)}
    return replace(fact, scope=tuple(sorted({**dict(fact.scope), **variants}.items())))


def _is_scaling(fact: Fact) -> bool:
    return fact.term in _SCALED or fact.value == _SCALER


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


def is_itself(party: str, other: str) -> bool:
    """Whether two local names are the same, or only the first has no namespace, which is given where it is applied."""
    namespace, _, name = party.partition("/")
    return party == other or (namespace == "kubernetes:" and name == other.rpartition("/")[2])
