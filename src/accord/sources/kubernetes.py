"""Kubernetes manifests, in small: which services there are, which pods they select and which pods run, and their tags.

Never concludes anything: that a workload carries a service is worked out where both are seen, and which of the labels and
annotations names an owner is for the words of the organisation to say.
"""

from collections.abc import Iterable

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.problem import Problem
from accord.sources._objects import Object, Reader, kind_of
from accord.sources._yaml import Document, Entry, child, entries, place_of, text_of

FORMAT = "kubernetes"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_GROUPS = ("apps/", "extensions/")
_OF_PROGRAMS = ("kubernetes.io", "k8s.io", "helm.sh", "istio.io")
"""Domains whose labels and annotations speak to programs."""

_OF_SELECTORS = frozenset(("app", "version", "name", "chart", "release", "heritage", "k8s-app", "component", "tier"))
_LONGEST_TAG = 100


def claims(document: Document) -> bool:
    """A Service of the core group, or a workload with a pod template."""
    version, kind = kind_of(document)
    return (version == "v1" and kind == "Service") or (kind in _WORKLOADS and version.startswith(_GROUPS))


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one manifest, and a Problem for what has the wrong shape."""
    reader = Reader(document)
    found = reader.object()
    if found is None:
        return reader.found
    if found.kind == "Service":
        _read_service(reader, found)
    else:
        _read_workload(reader, found)
    _read_tags(reader, found)
    return reader.found


def _read_service(reader: Reader, service: Object) -> None:
    metadata = reader.children(service.document.node, "metadata")
    _add(reader, service, "declares", service.kind, service.kind, metadata["name"])
    spec = reader.children(service.document.node, "spec")
    labels = _labels(reader, spec.get("selector"), "spec.selector")
    if labels:
        _add(reader, service, "selects", labels, ", ".join(labels), spec["selector"])


def _read_workload(reader: Reader, workload: Object) -> None:
    spec = reader.children(workload.document.node, "spec")
    template = reader.members(spec["template"].value, "spec.template") if "template" in spec else {}
    metadata = reader.members(template["metadata"].value, "spec.template.metadata") if "metadata" in template else {}
    labels = _labels(reader, metadata.get("labels"), "the labels of the pods")
    at = metadata["labels"] if labels else reader.children(workload.document.node, "metadata")["name"]
    version = next((label.partition("=")[2] for label in labels if label.startswith("version=")), "")
    _add(reader, workload, "runs", labels, f"version {version}" if version else workload.name, at)


def _read_tags(reader: Reader, found: Object) -> None:
    """The labels and annotations of the object itself that may be meant for people; a template is passed over."""
    metadata = child(found.document.node, "metadata")
    for kind in ("labels", "annotations"):
        for entry in entries(child(metadata, kind)):
            domain, _, name = entry.key.rpartition("/")
            text = text_of(entry.value) or ""
            if name in _OF_SELECTORS or domain.endswith(_OF_PROGRAMS) or not _may_be_a_name(text):
                continue
            place = place_of(entry.at, found.document.root, found.document.file)
            party, scope = found.party, found.document.scope
            term, layer = f"tag.{name}", Layer.PLATFORM
            reader.facts.append(
                Fact(party, Stance.PROMISES, "", party, PARTY, term, text, text, place, layer, scope, FORMAT)
            )


def _may_be_a_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TAG and "{{" not in text and "${" not in text and text.isprintable()


def _labels(reader: Reader, entry: Entry | None, what: str) -> tuple[str, ...]:
    """`key=value` of each label, in order of key; one that cannot be read is left out, with a problem."""
    if entry is None:
        return ()
    found = [(key, reader.text(label, f"{what}.{key}")) for key, label in reader.members(entry.value, what).items()]
    return tuple(sorted(f"{key}={text}" for key, text in found if text is not None))


def _add(reader: Reader, about: Object, term: str, value: object, text: str, at: Entry) -> None:
    place = place_of(at.at, about.document.root, about.document.file)
    party = about.party
    reader.facts.append(
        Fact(party, Stance.PROMISES, "", party, PARTY, term, value, text, place, Layer.PLATFORM, about.scope, FORMAT)
    )
