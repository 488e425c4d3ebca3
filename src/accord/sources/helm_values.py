"""Values of Helm charts that install Prometheus, VictoriaMetrics or Alertmanager: the routing and the rules that they hand on.

Read are files of values, and objects that carry them: HelmRelease (Flux), Application (Argo CD), HelmChart and
HelmChartConfig (k3s). Of the charts kube-prometheus-stack, victoria-metrics-k8s-stack, alertmanager, prometheus and grafana, alone or
below the name of a dependency. Values are laid over the defaults of the chart, and secrets come from elsewhere: what an
integration lacks is not held against it. A file of values in which no receiver tells anybody is what a chart comes with.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from accord.model.alerting import Receiver
from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources import alertmanager, grafana_alerting
from accord.sources._alertmanager_file import party_of, read_file
from accord.sources._alertmanager_reading import Members, StrictByShape
from accord.sources._alertmanager_shapes import KINDS
from accord.sources._held_text import held
from accord.sources._objects import kind_of
from accord.sources._rule_groups import RuleGroups, holds_rules
from accord.sources._yaml import Document, Entry, MappingNode, Node, ScalarNode, child, entries, items, paired, text_of

FORMAT = "helm"
_CARRIERS = {
    "HelmRelease": (("spec", "values"),),
    "Application": (("spec", "source", "helm", "valuesObject"), ("spec", "source", "helm", "values")),
    "HelmChart": (("spec", "valuesContent"),),
    "HelmChartConfig": (("spec", "valuesContent"),),
}
_SEVERAL = ("spec", "sources")
"""Where an Application has more than one source."""

_ROUTINGS = ("config", "alertmanager.yml", "alertmanager.yaml")
_RULE_MAPS = {"additionalPrometheusRulesMap": "", "serverFiles": "", "additionalVictoriaMetricsMap": "VictoriaMetrics"}
"""Maps of files or objects with groups of rules, and whose language they are in where that is not Prometheus'."""

_OF_GRAFANA = "alerting"
"""The map of files that Grafana is provisioned with, in the chart grafana."""

_RULE_LIST = "additionalPrometheusRules"
_DEEPEST = 3  # the name of a dependency, `alertmanager`, `config`

_Part = tuple[str, Entry]
"""A routing (`route`), files of Grafana, or a list of groups, with the program whose language they are in, and the entry that holds it."""

AT_KINDS = frozenset((*_CARRIERS, ""))
AT_WORDS = ("receivers", *grafana_alerting.AT_KEYS)


def claims(document: Document) -> bool:
    """Whether values that are plain, or carried by an object, hand on routing or rules."""
    version, kind = kind_of(document)
    if (version or kind) and kind not in _CARRIERS:
        return False
    return any(
        isinstance(values, Document) and next(_parts(values.node), None) is not None for values, _ in _values(document)
    )


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of every part; of one that its program would refuse, why."""
    is_carried = bool(kind_of(document)[1])
    for values, at in _values(document):
        if isinstance(values, Problem):
            yield values
            continue
        for program, entry in _parts(values.node):
            part = Document(document.root, document.file, entry.value, document.scope, document.homes)
            if program == grafana_alerting.FORMAT:
                yield from grafana_alerting.read(part)
            elif program != "route":
                yield from _rules(part, entry, program)
            elif is_carried or _tells(entry.value):
                yield from _routing(document, _Laid(part, at))


class _Laid(StrictByShape):
    """A routing that is laid over the default of a chart: its integrations and what is common to them are as they are."""

    def __init__(self, document: Document, at: Place | None) -> None:
        super().__init__(document, at, "Alertmanager refuses this routing")

    def check(self, node: Node, shape: str, what: str, common: Members) -> Members:
        """The members of a map of this shape; checked unless it is an integration's, or common to them."""
        if shape == "global" or shape in KINDS.values():
            return self.members(node, what)
        return super().check(node, shape, what, common)


def _routing(document: Document, laid: _Laid) -> Iterator[Fact | Problem]:
    """The facts of a routing; why there are none, where it is not whole, or Alertmanager would refuse it."""
    routing = laid.document.node
    if child(routing, "route", "receiver") is None:
        yield Problem(laid.place(routing), _WITHOUT_RECEIVER, fatal=True)
        return
    found = list(map(_from_elsewhere, read_file(laid, party_of(document))))
    yield from found
    first = next((one for one in found if isinstance(one, Fact)), None)
    if first is not None:
        yield replace(first, term="route.object", value="values", text="values")


def _from_elsewhere(found: Fact | Problem) -> Fact | Problem:
    """A receiver without the words that secrets, which are laid over the values, replace."""
    if isinstance(found, Fact) and isinstance(found.value, Receiver):
        return replace(found, value=Receiver(tuple(replace(one, unfilled="") for one in found.value.integrations)))
    return found


def _rules(document: Document, entry: Entry, program: str) -> Iterable[Fact | Problem]:
    """The rules of a list of groups, which the chart makes an object of."""
    rules = RuleGroups(document, "object", program)
    rules.named_object = paired(entry.key_node, entry.key_node, entry.at)
    rules.read(next(one for one in entries(entry.value) if one.key == "groups"))
    return rules.found


_WITHOUT_RECEIVER = (
    "cannot read this routing: the receiver of its root route stands in the chart's own values, or in others that "
    "these are laid over; check what `helm template` writes with all of them"
)


def _tells(routing: Node) -> bool:
    """Whether any receiver of a routing has an integration."""
    return any(one.key in KINDS for item in items(child(routing, "receivers")) for one in entries(item))


# ---------------------------------------------------------------------- where values stand


def _values(document: Document) -> Iterator[tuple[Document | Problem, Place | None]]:
    """The values of a document, as a map or in a text, with the place of all of it where its lines have none."""
    kind = kind_of(document)[1]
    if not kind:
        yield document, None
        return
    for path in _CARRIERS.get(kind, ()):
        yield from _carried(document, document.node, path)
    for source in items(child(document.node, *_SEVERAL)) if kind == "Application" else ():
        yield from _carried(document, source, ("helm", "valuesObject"))
        yield from _carried(document, source, ("helm", "values"))


def _carried(
    document: Document, node: Node, path: tuple[str, ...]
) -> Iterator[tuple[Document | Problem, Place | None]]:
    holder = child(node, *path[:-1])
    for entry in entries(holder) if type(holder) is MappingNode else ():
        if entry.key != path[-1]:
            continue
        if type(entry.value) is MappingNode:
            yield Document(document.root, document.file, entry.value, document.scope, document.homes), None
        elif type(entry.value) is ScalarNode and any(word in (text_of(entry.value) or "") for word in _WORDS):
            yield from held(document, entry)


_WORDS = ("receivers:", "groups:", "receivers", '"groups"')


def _parts(node: Node, depth: int = 0) -> Iterator[_Part]:
    """What a map of values hands on, from the top down to where charts have it."""
    for entry in node.value if type(node) is MappingNode else ():
        key, value = entry.key, entry.value
        if type(value) is not MappingNode:
            if key == _RULE_LIST:
                yield from _listed(entry.key_node, value)
            continue
        if key in _ROUTINGS and alertmanager.is_routing(value):
            yield "route", paired(entry.key_node, value, value)
        elif key in _RULE_MAPS:
            for inner_key, inner in value.value:
                if _has_rules(inner):
                    yield _RULE_MAPS[key], paired(inner_key, inner, inner)
        elif key == _OF_GRAFANA:
            for inner_key, inner in value.value:
                if grafana_alerting.is_provisioned(inner):
                    yield grafana_alerting.FORMAT, paired(inner_key, inner, inner)
        elif depth < _DEEPEST - 1:
            yield from _parts(value, depth + 1)


def _listed(key_node: Node, node: Node) -> Iterator[_Part]:
    for item in items(node):
        name = child(item, "name") if type(item) is MappingNode else None
        if name is not None and _has_rules(item):
            yield "", paired(name, item, key_node)


def _has_rules(node: Node) -> bool:
    groups = child(node, "groups") if type(node) is MappingNode else None
    return groups is not None and holds_rules(groups)
