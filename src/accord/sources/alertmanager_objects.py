"""What an Alertmanager of the Prometheus operator makes of AlertmanagerConfig objects: its object, or the values of a chart for one.

Their routes are joined into its tree, each for alerts of its own namespace unless `alertmanagerConfigMatcherStrategy` says
otherwise; the one that `alertmanagerConfiguration` names is the tree itself (pkg/alertmanager/amcfg.go of the operator).
"""

from collections.abc import Iterable

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.problem import Problem
from accord.sources._objects import kind_of
from accord.sources._yaml import Document, MappingNode, Node, child, place_of, text_of

FORMAT = "alertmanager_objects"
BESIDE = True
"""Whatever else the values of a chart hand on is another source's."""

USUAL = "OnNamespace"
_KIND, _GROUP = "Alertmanager", "monitoring.coreos.com/"
_CARRIERS = {
    "HelmRelease": (("spec", "values"),),
    "Application": (("spec", "source", "helm", "valuesObject"),),
    "": ((),),
}
AT_KINDS = frozenset((_KIND, *_CARRIERS))
_SPEC = "alertmanagerSpec"
AT_WORDS = (_SPEC,)
_DEEPEST = 3


def claims(document: Document) -> bool:
    """An Alertmanager of the operator, or values with the spec of one."""
    return bool(_specs(document))


def read(document: Document) -> Iterable[Fact | Problem]:
    """How it takes the objects, and which of them it is made of."""
    for spec in _specs(document):
        strategy, named = (
            child(spec, "alertmanagerConfigMatcherStrategy", "type"),
            child(spec, "alertmanagerConfiguration", "name"),
        )
        for term, node, default in (("operated.matching", strategy, USUAL), ("operated.routing", named, "")):
            text = (text_of(node) or "") if node is not None else default
            is_open = "$" in text or "{{" in text
            if text:
                yield _fact(document, term, "" if is_open else text, text, node if node is not None else spec)


def _fact(document: Document, term: str, value: str, text: str, at: Node) -> Fact:
    namespace = text_of(child(document.node, "metadata", "namespace") or document.node) or ""
    place = place_of(at, document.root, document.file)
    party = f"alertmanager:{namespace}/operated@{place.file}:{document.node.start_mark.line + 1}"
    stance, layer = Stance.PROMISES, Layer.PLATFORM
    return Fact(party, stance, "", party, PARTY, term, value, text, place, layer, document.scope, FORMAT)


def _specs(document: Document) -> list[Node]:
    version, kind = kind_of(document)
    if kind == _KIND and version.startswith(_GROUP):
        spec = child(document.node, "spec")
        return [spec if type(spec) is MappingNode else document.node]
    found: list[Node] = []
    for path in _CARRIERS.get(kind, ()):
        values = child(document.node, *path) if path else document.node
        if values is not None:
            _add_specs(found, values)
    return found


def _add_specs(found: list[Node], values: Node, depth: int = 0) -> None:
    """The specs in the values of a chart, alone or below the name of a dependency."""
    if type(values) is not MappingNode:
        return
    for entry in values.value:
        value = entry.value
        if type(value) is MappingNode:
            if entry.key == _SPEC:
                found.append(value)
            elif depth < _DEEPEST - 1:
                _add_specs(found, value, depth + 1)
