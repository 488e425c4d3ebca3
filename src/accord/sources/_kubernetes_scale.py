"""How many pods there are, how many may be missing, and when jobs run: the counts of workloads, scalers and budgets."""

from accord.model.scaling import parse_scaled
from accord.sources._objects import VARIANT, Object, Reader
from accord.sources._speaker import Speaker, lay_over
from accord.sources._yaml import Entry, MappingNode, Node, SequenceNode, is_null

Members = dict[str, Entry]

KEDA, KEDA_PLATFORM = "ScaledObject", "keda"
_SCALED_BY = {"HorizontalPodAutoscaler": ("minReplicas", "maxReplicas"), KEDA: ("minReplicaCount", "maxReplicaCount")}
"""The keys of a scaler for the fewest and the most pods."""


def read_counts(reader: Reader, speaker: Speaker, spec: Members) -> None:
    """The stated number of pods of a workload, and how many more while a version replaces another."""
    speaker.number(spec.get("replicas"), "spec.replicas", "replicas")
    key = "strategy" if "strategy" in spec else "updateStrategy"
    if key not in spec:
        return
    strategy = reader.members(spec[key].value, f"spec.{key}")
    if reader.text(strategy.get("type"), f"spec.{key}.type") in ("Recreate", "OnDelete"):
        speaker.say("replicas.surge", "0", "0", strategy["type"].at)
        return
    rolling = reader.members(strategy["rollingUpdate"].value, "rollingUpdate") if "rollingUpdate" in strategy else {}
    _scaled(reader, speaker, rolling.get("maxSurge"), "maxSurge", "replicas.surge")


def read_job(reader: Reader, speaker: Speaker, spec: Members) -> None:
    """How long a job may run in all, and how often it is started again."""
    speaker.seconds(spec.get("activeDeadlineSeconds"), "activeDeadlineSeconds", "killed_after")
    speaker.number(spec.get("backoffLimit"), "backoffLimit", "retried")


def read_schedule(reader: Reader, speaker: Speaker, spec: Members) -> None:
    """When a job is due, and what happens where the one before still runs."""
    for key, term in (("schedule", "schedule"), ("concurrencyPolicy", "overlap")):
        text = reader.text(spec.get(key), f"spec.{key}")
        if text:
            speaker.say(term, text, text, spec[key].at)


def read_scaler(reader: Reader, scaler: Object) -> None:
    """The fewest and the most pods of the workload that a HorizontalPodAutoscaler, or a ScaledObject of KEDA, is for."""
    spec = reader.children("spec")
    target = reader.members(spec["scaleTargetRef"].value, "scaleTargetRef") if "scaleTargetRef" in spec else {}
    name = reader.text(target.get("name"), "scaleTargetRef.name")
    speaker = Speaker(reader, f"kubernetes:{scaler.namespace}/{name or scaler.name}", scaler.scope, "kubernetes")
    fewest, most = _SCALED_BY[scaler.kind]
    speaker.number(spec.get(fewest), fewest, "replicas.min")
    speaker.number(spec.get(most), most, "replicas.max")
    if name and scaler.kind == KEDA and most not in spec:
        at = spec["scaleTargetRef"].key_node
        speaker.say("platform", KEDA_PLATFORM, KEDA, at)
        speaker.say("left_out.replicas.max", True, f"no {most}", at)
    if not name:
        lay_over(speaker, scaler.document.node)


def read_budget(reader: Reader, budget: Object) -> None:
    """What a PodDisruptionBudget leaves of the pods that it selects.

    Without requirements it is for every pod of its namespace since policy/v1, before that for none (PodDisruptionBudgetSpec).
    """
    speaker = Speaker(reader, f"budget:{budget.namespace}/{budget.name}", budget.scope, "kubernetes")
    spec = reader.children("spec")
    selector = reader.members(spec["selector"].value, "spec.selector") if "selector" in spec else {}
    value = _selected(reader, selector)
    is_patch = "selector" not in spec
    is_for_all = not is_patch and budget.version == "policy/v1" and _is_empty(spec["selector"], selector)
    if not (is_patch or value or is_for_all) or _has_both(reader, spec):
        return
    if value:
        first = next(selector[key] for key in ("matchLabels", "matchExpressions") if key in selector)
        speaker.say("budget.selects", value, ", ".join(value), first.at)
    elif is_for_all:
        speaker.say("budget.selects", (), "every pod of its namespace", spec["selector"].at)
    for key, term in (("minAvailable", "budget.min_available"), ("maxUnavailable", "budget.max_unavailable")):
        _scaled(reader, speaker, spec.get(key), key, term)
    if is_patch:
        lay_over(speaker, budget.document.node)


def _is_empty(selector: Entry, members: Members) -> bool:
    """Whether a selector is a map that asks for nothing."""
    return type(selector.value) is MappingNode and all(
        is_null(entry.value) or (type(entry.value) in (MappingNode, SequenceNode) and not entry.value.value)
        for entry in members.values()
    )


def _has_both(reader: Reader, spec: Members) -> bool:
    """Whether a budget has both limits, of which Kubernetes takes one (validation.go, ValidatePodDisruptionBudgetSpec)."""
    stated = [spec[key] for key in ("minAvailable", "maxUnavailable") if key in spec and not is_null(spec[key].value)]
    if len(stated) < 2:
        return False
    reason = "it has minAvailable and maxUnavailable, and Kubernetes refuses a budget with both"
    reader.refuse(stated[1].key_node, "this budget", reason)
    return True


def _selected(reader: Reader, selector: Members) -> tuple[str, ...]:
    """What a selector asks of the labels of a pod, in the words of kubectl; nothing where any of it cannot be read."""
    labels = reader.members(selector["matchLabels"].value, "matchLabels") if "matchLabels" in selector else {}
    named = [(key, reader.text(entry, f"matchLabels.{key}")) for key, entry in labels.items()]
    expressions = reader.sequence(selector.get("matchExpressions"), "matchExpressions")
    asked = [_requirement(reader, node) for node in expressions]
    if any(text is None for _, text in named) or None in asked:
        return ()
    return (*sorted(f"{key}={text}" for key, text in named), *sorted(filter(None, asked)))


def _requirement(reader: Reader, node: Node) -> str | None:
    """One of the `matchExpressions`, such as `tier in (a, b)`; None where it is not one."""
    members = reader.members(node, "matchExpressions")
    key, operator = (reader.text(members.get(name), f"matchExpressions.{name}") for name in ("key", "operator"))
    values = [reader.scalar(each, "a value") for each in reader.sequence(members.get("values"), "values")]
    if not key or None in values or (operator in ("In", "NotIn")) != bool(values):
        return None
    among = f"({', '.join(filter(None, values))})"
    said = {"In": f"{key} in {among}", "NotIn": f"{key} notin {among}", "Exists": key, "DoesNotExist": f"!{key}"}
    return said.get(operator or "")


def read_replaced_counts(reader: Reader) -> None:
    """The workloads whose number of pods a kustomization states anew, by their names."""
    document = reader.document
    for node in reader.sequence(reader.members(document.node, "kustomization").get("replicas"), "replicas"):
        entry = reader.members(node, "replicas").get("name")
        name = reader.text(entry, "the name of a workload")
        if entry and name:
            scope = (*document.scope, (f"{VARIANT}*/{name}", (f"{document.file}:{entry.at.start_mark.line + 1}",)))
            speaker = Speaker(reader, f"kubernetes:/{name}", tuple(sorted(scope)), "kubernetes")
            speaker.say("laid_over", ("replicas",), "replicas", entry.at)


def _scaled(reader: Reader, speaker: Speaker, entry: Entry | None, what: str, term: str) -> None:
    read = reader.value(entry, what, parse_scaled)
    if entry is not None and read is not None:
        speaker.say(term, read[0], read[1], entry.at)
