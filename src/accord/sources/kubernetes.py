"""Kubernetes manifests: services, workloads and their pods, jobs, scalers, disruption budgets and the maps variables come from.

Never concludes anything: that a workload carries a service, or that an address is one, is worked out where both are seen,
and which of the labels and annotations names an owner is for the words of the organisation to say.
"""

from collections.abc import Iterable
from functools import lru_cache

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._kubernetes_patches import read_patches, read_taken, read_taken_away
from accord.sources._kubernetes_pods import containers_of, is_partial, read_holder, read_pods
from accord.sources._kubernetes_scale import (
    read_budget,
    read_counts,
    read_job,
    read_replaced_counts,
    read_scaler,
    read_schedule,
)
from accord.sources._objects import Object, Reader, kind_of
from accord.sources._speaker import Speaker, lay_over
from accord.sources._yaml import Document, Entry, child, entries, text_of

FORMAT = "kubernetes"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_JOBS = ("Job", "CronJob")
_KINDS = {
    **dict.fromkeys(_WORKLOADS, ("apps/", "extensions/")),
    **dict.fromkeys(_JOBS, ("batch/",)),
    "Service": ("v1",),
    "ConfigMap": ("v1",),
    "HorizontalPodAutoscaler": ("autoscaling/",),
    "ScaledObject": ("keda.sh/",),
    "PodDisruptionBudget": ("policy/",),
    "Kustomization": ("kustomize.config.k8s.io/",),
    "Component": ("kustomize.config.k8s.io/",),
    "Template": ("template.openshift.io/", "v1"),
}
"""Each kind that is read, with how its `apiVersion` begins."""

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_CHANGING = (
    "patches", "patchesStrategicMerge", "patchesJson6902", "replicas", "namePrefix", "nameSuffix", "namespace", "replacements", "vars",
    "components", "commonLabels", "configMapGenerator", "helmCharts", "helmChartInflationGenerator", "generators", "transformers",
)  # fmt: skip
"""Keys of a kustomization by which objects become others than their files say."""

_OF_PROGRAMS = ("kubernetes.io", "k8s.io", "helm.sh", "istio.io")
"""Domains whose labels and annotations speak to programs."""

_OF_SELECTORS = frozenset(("app", "version", "name", "chart", "release", "heritage", "k8s-app", "component", "tier"))
_LONGEST_TAG = 100

AT_KINDS = frozenset(_KINDS)
AT_FILES = frozenset(_KUSTOMIZATIONS)


def claims(document: Document) -> bool:
    """An object of a kind that is read, or a kustomization, which may leave out its kind."""
    version, kind = kind_of(document)
    if not version and not kind:
        return document.file.rpartition("/")[2] in _KUSTOMIZATIONS
    return version.startswith(_KINDS.get(kind, ("?",))) and (version == "v1" or "/" in version)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one manifest, and a Problem for what has the wrong shape."""
    reader = Reader(document)
    kind = kind_of(document)[1]
    if kind in ("", "Kustomization", "Component"):
        _read_kustomization(reader)
        return reader.found
    if kind == "Template":
        _refuse_template(reader)
        return reader.found
    found = reader.object()
    if found is None or read_taken_away(reader, found):
        return reader.found
    if kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        read_scaler(reader, found)
    elif kind == "PodDisruptionBudget":
        read_budget(reader, found)
    elif kind == "ConfigMap":
        read_holder(reader, Speaker(reader, f"configmap:{found.namespace}/{found.name}", found.scope, FORMAT))
    else:
        speaker = Speaker(reader, found.party, found.scope, FORMAT)
        if kind == "Service":
            _read_service(speaker, found)
        else:
            _read_workload(speaker, found)
        if kind not in _JOBS:
            _read_tags(speaker, found)
    return reader.found


def _read_kustomization(reader: Reader) -> None:
    """A kustomization makes other objects of those it names: what it changes is not read from its parts."""
    found = next((entry for entry in entries(reader.document.node) if entry.key in _CHANGING), None)
    if found is not None:
        reason = "it changes the objects that it names; check the output of kustomize build instead"
        reader.refuse(found.key_node, "this kustomization", reason)
    read_taken(reader)
    read_replaced_counts(reader)
    read_patches(reader)


def _refuse_template(reader: Reader) -> None:
    """A Template of OpenShift states nothing before its parameters are filled in; told where it holds what would be read."""
    for entry in entries(reader.document.node):
        objects = reader.sequence(entry, "objects") if entry.key == "objects" else ()
        if any(text_of(child(node, "kind") or node) in _KINDS for node in objects):
            reason = "its parameters are filled in when it is processed; check the output of oc process instead"
            reader.refuse(entry.key_node, "this Template", reason)


def _read_service(speaker: Speaker, service: Object) -> None:
    speaker.say("declares", service.kind, service.kind, service.named.at)
    spec = speaker.reader.children("spec")
    labels = _labels(speaker.reader, spec.get("selector"), "spec.selector")
    if labels:
        speaker.say("selects", labels, ", ".join(labels), spec["selector"].at)


def _read_workload(speaker: Speaker, workload: Object) -> None:
    """A workload; one that only lays something over another is told, and what it states holds where it is applied."""
    reader = speaker.reader
    spec = reader.children("spec")
    if workload.kind == "CronJob":
        read_schedule(reader, speaker, spec)
        outer = reader.members(spec["jobTemplate"].value, "spec.jobTemplate") if "jobTemplate" in spec else {}
        spec = reader.members(outer["spec"].value, "spec.jobTemplate.spec") if "spec" in outer else {}
    template = reader.members(spec["template"].value, "spec.template") if "template" in spec else {}
    pods = reader.members(template["spec"].value, "spec.template.spec") if "spec" in template else {}
    containers = containers_of(reader, pods)
    names_pods = "metadata" in template or "containers" in pods
    is_laid_over = not names_pods or is_partial(containers)
    at = workload.named.at
    if not is_laid_over:
        _read_labels(speaker, workload, template)
    if not is_laid_over and workload.kind in _WORKLOADS:
        speaker.say("workload", workload.kind, workload.kind, at)
    if workload.kind in _JOBS:
        read_job(reader, speaker, spec)
    else:
        read_counts(reader, speaker, spec)
    read_pods(speaker, workload.namespace, pods, containers)
    if is_laid_over:
        lay_over(speaker, at)
    elif workload.kind in _WORKLOADS and workload.version.startswith("apps/") and not reader.problems:
        # not where anything could not be read, which may be what was written instead of a default
        speaker.say("platform", FORMAT, FORMAT, at)


def _read_labels(speaker: Speaker, workload: Object, template: dict[str, Entry]) -> None:
    reader = speaker.reader
    metadata = reader.members(template["metadata"].value, "spec.template.metadata") if "metadata" in template else {}
    labels = _labels(reader, metadata.get("labels"), "the labels of the pods")
    at = metadata["labels"] if labels else workload.named
    version = next((label.partition("=")[2] for label in labels if label.startswith("version=")), "")
    speaker.say("runs", labels, f"version {version}" if version else workload.name, at.at)


def _read_tags(speaker: Speaker, found: Object) -> None:
    """The labels and annotations of the object itself that may be meant for people; a template is passed over."""
    metadata = speaker.reader.top("metadata")
    tags = Speaker(speaker.reader, found.party, found.document.scope, FORMAT)
    for kind in ("labels", "annotations"):
        named = child(metadata, kind)
        for entry in entries(named) if named is not None else ():
            term = _tag_of(entry.key)
            text = text_of(entry.value) or "" if term else ""
            if text and _may_be_a_name(text):
                tags.say(term, text, text, entry.at)


@lru_cache(maxsize=4096)
def _tag_of(key: str) -> str:
    """The term of a label or an annotation that may be meant for people; "" of one that speaks to programs."""
    domain, _, name = key.rpartition("/")
    return "" if name in _OF_SELECTORS or domain.endswith(_OF_PROGRAMS) else f"tag.{name}"


def _may_be_a_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TAG and "{{" not in text and "${" not in text and text.isprintable()


def _labels(reader: Reader, entry: Entry | None, what: str) -> tuple[str, ...]:
    """`key=value` of each label, in order of key; one that cannot be read is left out, with a problem."""
    if entry is None:
        return ()
    found = []
    for key, label in reader.members(entry.value, what).items():
        text = reader.scalar(label.value, f"{what}.{key}")
        if text is not None:
            found.append(f"{key}={text}")
    found.sort()
    return tuple(found)
