"""AlertmanagerConfig objects as the Alertmanagers that were read take them: for alerts of their namespace, for all, or as the tree.

Which objects an Alertmanager selects is not asked. Where one takes an object for all alerts it may hear them, whatever another
does, and inhibits only what every one of them does.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.model.alerting import Inhibition, Matcher, Route
from accord.model.fact import Fact
from accord.sources._alertmanager_file import shown_route
from accord.sources._alertmanager_parts import shown_inhibition

_MATCHING, _ROUTING = "operated.matching", "operated.routing"
_OBJECT, _ROOT, _KIND = "route.object", "route.r", "AlertmanagerConfig"
_NONE, _EXCEPT_OWN = "None", "OnNamespaceExceptForAlertmanagerNamespace"
_LABEL = "namespace"


class _Manager(Struct, frozen=True):
    """One Alertmanager: its namespace, how it matches, and the object that its tree is; what is empty is not known, or none."""

    namespace: str
    matching: str
    routing: str

    def is_for_all(self, namespace: str, name: str) -> bool:
        """Whether it takes an object for alerts of every namespace."""
        is_near = not self.namespace or not namespace or self.namespace == namespace
        return self.matching == _NONE or (self.matching == _EXCEPT_OWN and is_near) or self.is_its(namespace, name)

    def may_be_for_all(self, namespace: str, name: str) -> bool:
        """Whether it may, as far as can be told."""
        return not self.matching or self.is_for_all(namespace, name)

    def is_its(self, namespace: str, name: str) -> bool:
        """Whether an object is its tree."""
        return self.routing == name and (not self.namespace or not namespace or self.namespace == namespace)


def as_operated(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts without what Alertmanagers say of such objects; their routes and inhibitions have only the matchers that hold."""
    read = Facts.of(facts)
    if not read.has_family("operated."):
        return read
    told = [fact for fact in read if fact.term in (_MATCHING, _ROUTING)]
    managers = list(_managers(told).values())
    objects = {fact.provider for fact in read if fact.term == _OBJECT and fact.value == _KIND}
    return tuple(
        _taken(fact, managers) if fact.provider in objects else fact
        for fact in read
        if fact.term not in (_MATCHING, _ROUTING)
    )


def _managers(told: Iterable[Fact]) -> Mapping[tuple[str, str], _Manager]:
    found: dict[tuple[str, str], _Manager] = {}
    for fact in told:
        key = (fact.place.root, fact.provider)
        known = found.get(key, _Manager(fact.provider.partition(":")[2].partition("/")[0], "", ""))
        found[key] = replace(known, **{"matching" if fact.term == _MATCHING else "routing": str(fact.value)})
    return found


def _taken(fact: Fact, managers: Iterable[_Manager]) -> Fact:
    namespace, _, name = fact.provider.partition(":")[2].rpartition("/")
    value = fact.value
    if fact.term == _ROOT and isinstance(value, Route):
        if any(manager.is_its(namespace, name) for manager in managers):
            value = replace(value, continues=False)
        if any(manager.may_be_for_all(namespace, name) for manager in managers):
            value = replace(value, matchers=_without_added(value.matchers))
    elif isinstance(value, Inhibition) and all(manager.is_for_all(namespace, name) for manager in managers):
        value = replace(value, sources=_without_added(value.sources), targets=_without_added(value.targets))
    if value is fact.value:
        return fact
    text = shown_route(value) if isinstance(value, Route) else shown_inhibition(value)
    return replace(fact, value=value, text=text)


def _without_added(matchers: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
    """The matchers without the one on the namespace, which the operator adds as the last."""
    return matchers[:-1] if matchers and matchers[-1].label == _LABEL else matchers
