"""What the patches of a kustomization state anew: the objects they name, and the terms that lie under the paths they touch.

A patch is a list of operations (JSON6902) or a part of an object. Which value holds where it is applied is not worked out:
what it touches is not known any more. A patch in a file of its own is read where that file says which object it is part of;
of a list of operations, which does not, only the kustomization knows the object, and all that can be touched is.
"""

import posixpath
import re
from collections.abc import Iterator

from accord.model.pattern import compiled
from accord.model.problem import Refused
from accord.sources._objects import VARIANT, Object, Reader
from accord.sources._speaker import Speaker
from accord.sources._yaml import Document, MappingNode, Node, SequenceNode, child, documents, entries, items, text_of

_BUDGET = ("budget.min_available", "budget.max_unavailable")
_SCALER = ("replicas.min", "replicas.max")
_PODS = ("grace", "pre_stop", "probe.", "probe_")
_ROUTED = ("attempts", "backoff", "retries.", "retry_on", "timeout.")
_TOUCHED = {
    **dict.fromkeys(("template", "jobTemplate"), _PODS),
    **dict.fromkeys(("minAvailable", "maxUnavailable"), _BUDGET),
    **dict.fromkeys(("minReplicas", "maxReplicas", "minReplicaCount", "maxReplicaCount"), _SCALER),
    **dict.fromkeys(("http", "trafficPolicy", "rules", "routes"), _ROUTED),
    **dict.fromkeys(("strategy", "updateStrategy"), ("replicas.surge",)),
    "replicas": ("replicas",),
    "activeDeadlineSeconds": ("killed_after",),
    "backoffLimit": ("retried",),
    "schedule": ("schedule",),
    "concurrencyPolicy": ("overlap",),
}
"""The terms that lie under each key of `spec`."""

_ALL = tuple(sorted({term for terms in _TOUCHED.values() for term in terms}))
_SPEAKING = ("command", "args", "env", "envFrom", "lifecycle", "ports", "terminationGracePeriodSeconds")
_IN_PODS = frozenset(("livenessProbe", "readinessProbe", "startupProbe", *_SPEAKING))
_WHOLE = ("template", "spec", "containers")
_PLAIN = re.compile(r"[a-z0-9.-]*", re.ASCII)
_TAKING = ("resources", "bases", "components")
_DIRECTIVE = "$patch"
"""The key of a part of an object that says what becomes of what it stands in: delete, replace, merge."""
_MOST_PATHS = 10_000


def read_patches(reader: Reader) -> None:
    """A fact for each object that a patch of this kustomization names: the terms of which the value is not known any more."""
    for key in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        for node in items(child(reader.document.node, key)):
            _read_patch(reader, node)


def read_taken_away(reader: Reader, found: Object) -> bool:
    """Whether this object is a patch in a file of its own that takes an object away, or another's place: nothing else is read."""
    directive = reader.top(_DIRECTIVE)
    if directive is None:
        return False
    Speaker(reader, found.party, found.scope, "kubernetes").say("laid_over", _ALL, ", ".join(_ALL), directive)
    return True


def _read_patch(reader: Reader, node: Node) -> None:
    text = text_of(child(node, "patch") or node) or ""
    parts = list(_parts(text, reader.document)) if "\n" in text or "{" in text else []
    target = child(node, "target")
    objects = [_named(target)] if target is not None else [_named_itself(part) for part in parts]
    touched = {term for part in parts for path in _paths(part) for term in _terms(path)}
    if target is not None and not parts and child(node, "path") is not None:
        touched = set(_ALL)
    stated = tuple(sorted(touched))
    if stated and target is not None and _is_of_several(target):
        _say_several(reader, node, target, stated)
        return
    for kind, path in objects:
        if path and touched:
            where = f"{reader.document.file}:{node.start_mark.line + 1}"
            scope = tuple(sorted((*reader.document.scope, (f"{VARIANT}{kind}/{path}", (where,)))))
            speaker = Speaker(reader, f"kubernetes:{path if '/' in path else f'/{path}'}", scope, "kubernetes")
            speaker.say("laid_over", stated, ", ".join(stated), node)


def _is_of_several(target: Node) -> bool:
    """Whether labels or a pattern select the objects, or their kind alone does."""
    name, namespace = (text_of(child(target, key) or target) or "" for key in ("name", "namespace"))
    if any(child(target, key) is not None for key in ("labelSelector", "annotationSelector")):
        return True
    return not name or not (_PLAIN.fullmatch(name) and _PLAIN.fullmatch(namespace))


def _say_several(reader: Reader, node: Node, target: Node, stated: tuple[str, ...]) -> None:
    """A patch for several objects: which of them the labels select is not known here, so that all may be meant.

    Names and namespaces are patterns, anchored at both ends (kustomize, reference of `patches`).
    """
    kind, name, namespace = (text_of(child(target, key) or target) or "" for key in ("kind", "name", "namespace"))
    try:
        for pattern in filter(None, (name, namespace)):
            compiled(pattern)
    except Refused as refused:
        reader.refuse(target, "the target of a patch", str(refused))
        return
    selected = (f"kind {kind or '*'}", f"namespace {namespace}", f"name {name}")
    value = (*selected, *(f"below {path}" for path in _below(reader.document)), *(f"term {term}" for term in stated))
    speaker = Speaker(reader, f"kustomization:{reader.document.file}", reader.document.scope, "kubernetes")
    speaker.say("laid_over.several", value, ", ".join(stated), node)


def _below(document: Document) -> tuple[str, ...]:
    """The folders and files that a kustomization takes, by their paths from the root: its own folder among them."""
    return tuple(dict.fromkeys((document.file.rpartition("/")[0], *_taken(document))))


def _taken(document: Document) -> tuple[str, ...]:
    """The folders and files that a kustomization names, by their paths from the root; what lies elsewhere is left out."""
    own = document.file.rpartition("/")[0]
    named = [text_of(item) or "" for key in _TAKING for item in items(child(document.node, key))]
    paths = [posixpath.normpath(posixpath.join(own, path)) for path in named if path and ":" not in path]
    return tuple(dict.fromkeys("" if path == "." else path for path in paths if not path.startswith("..")))


def read_taken(reader: Reader) -> None:
    """What a kustomization applies together."""
    taken = _taken(reader.document)
    if taken:
        speaker = Speaker(reader, f"kustomization:{reader.document.file}", reader.document.scope, "kubernetes")
        speaker.say("applies", taken, ", ".join(taken), reader.document.node)


def _parts(text: str, document: Document) -> Iterator[Node]:
    """The documents of a patch that is written as a text; what cannot be read is refused with the kustomization."""
    for found in documents(text, document.root, document.file):
        if isinstance(found, Document):
            yield found.node


def _named(target: Node) -> tuple[str, str]:
    """Kind, and `namespace/name`, of a target; "*" for any kind, and no name where a pattern or labels select."""
    kind, name, namespace = (text_of(child(target, key) or target) or "" for key in ("kind", "name", "namespace"))
    return kind or "*", f"{namespace}/{name}" if namespace and name else name


def _named_itself(part: Node) -> tuple[str, str]:
    metadata = child(part, "metadata")
    kind = text_of(child(part, "kind") or part) or "*"
    return kind, _named(metadata)[1] if metadata is not None else ""


def _paths(part: Node) -> Iterator[tuple[str, ...]]:
    """The paths that a patch touches, by their parts; an empty one touches everything."""
    return _of_operations(part) if type(part) is SequenceNode else _of_part(part)


def _of_operations(operations: Node) -> Iterator[tuple[str, ...]]:
    for operation in items(operations):
        path = child(operation, "path")
        yield tuple((text_of(path) or "").strip("/").split("/")) if path is not None else ()


def _of_part(part: Node) -> Iterator[tuple[str, ...]]:
    waiting: list[tuple[Node, tuple[str, ...]]] = [(part, ())]
    while waiting and len(waiting) < _MOST_PATHS:
        node, path = waiting.pop()
        if type(node) is MappingNode:
            waiting += [(entry.value, (*path, entry.key)) for entry in entries(node)]
        elif type(node) is SequenceNode:
            waiting += [(item, (*path, "-")) for item in items(node)]
        else:
            yield path[:-1] if path[-1] == _DIRECTIVE else path
    if waiting:
        yield ()


def _terms(path: tuple[str, ...]) -> tuple[str, ...]:
    """The terms that lie under a path, or that the path lies under."""
    if path[:1] != ("spec",):
        return _ALL if path in ((), ("",)) else ()
    if len(path) == 1:
        return _ALL
    terms = _TOUCHED.get(path[1], ())
    if terms is not _PODS or _IN_PODS & set(path):
        return terms
    inner = tuple(part for part in path[1:] if part != "jobTemplate" and not part.isdigit() and part != "-")
    return terms if all(part in _WHOLE for part in inner) else ()
