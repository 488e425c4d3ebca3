"""Queues and functions of AWS in Terraform: when a queue delivers again, where it sets aside, and which function takes from it.

The resources of one folder are one module, and a local name is `aws:<folder>#sqs_queue.<name>`. What only Terraform can work
out is not known; a function in another file of the module is known by its name and not by its timeout.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from accord.model.amount import Amount
from accord.model.duration import SECOND, show_duration
from accord.model.fact import PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.sources._terraform import Resource, resources
from accord.sources._yaml import Entry, MappingNode, Node, ScalarNode, SequenceNode, child, entries, items, text_of

AWS = "aws"
FORMAT = "terraform"
_QUEUE, _FUNCTION, _MAPPING = "sqs_queue", "lambda_function", "lambda_event_source_mapping"
_REDRIVE, _ALARM = "sqs_queue_redrive_policy", "cloudwatch_metric_alarm"
_SUBSCRIPTION = "sns_topic_subscription"
CONCERNED = ("aws_sqs_queue", f"aws_{_MAPPING}", f"aws_{_SUBSCRIPTION}")
"""What a file must mention for anything to be read of it."""

_REFERENCE = re.compile(r"\baws_(sqs_queue|lambda_function)\.([A-Za-z_][\w-]*)(?:\[0\])?\.[a-z_]+", re.ASCII)
_MENTION = re.compile(r"\baws_sqs_queue\.([A-Za-z_][\w-]*)", re.ASCII)
_MOST = re.compile(r"maxReceiveCount\"?\s*[:=]\s*\"?(\d{1,9})\b", re.ASCII)
_RETRIES = re.compile(r"healthyRetryPolicy\"?\s*[:=]\s*\{[^{}]*?numRetries\"?\s*[:=]\s*\"?(\d{1,4})\b", re.ASCII)
_ASIDE = re.compile(r"deadLetterTargetArn\"?\s*[:=]\s*\"?(?:\$\{)?([^\s,\"}]+)", re.ASCII)
_PUTS_IN = (_QUEUE, _REDRIVE, _ALARM, _MAPPING, "sqs_queue_policy", "sqs_queue_redrive_allow_policy", _SUBSCRIPTION)


def is_concerned(keys: Iterable[str]) -> bool:
    """Whether any of these types of resources is read here."""
    return any(key in CONCERNED for key in keys)


def read(root: Node, start: Place, scope: Scope) -> Iterator[Fact]:
    """The facts of the queues and functions in the body of one file."""
    module = _Module(root, start, scope)
    for resource in module.resources:
        reader = _READERS.get(resource.kind)
        if reader is not None and child(resource.body, "for_each") is None:
            yield from reader(module, resource)
    yield from module.users(root)


class _Module:
    """The part of a module that stands in one file."""

    def __init__(self, root: Node, start: Place, scope: Scope) -> None:
        self.start, self.scope = start, scope
        self.folder = start.file.rpartition("/")[0]
        self.resources = tuple(resources(root, start, scope, (AWS,)))
        self.functions = {each.name: each for each in self.resources if each.kind == _FUNCTION}

    def party(self, kind: str, name: str) -> str:
        return f"{AWS}:{self.folder}#{kind}.{name}"

    def target(self, node: Node | None, kind: str) -> str:
        """The name of the one resource of a kind that a value refers to; "" where that is not plain."""
        text = text_of(node) or "" if node is not None else ""
        found = _REFERENCE.fullmatch(text[2:-1].strip()) if text.startswith("${") else None
        return found[2] if found and found[1] == kind else ""

    def fact(
        self, about: Resource, who: tuple[str, str, str], term: str, value: object, text: str, at: Node, layer: Layer
    ) -> Fact:
        """One fact; `who` are consumer, provider and operation."""
        stance, says = (Stance.ASSUMES, who[0]) if who[0] else (Stance.PROMISES, who[1])
        return Fact(says, stance, *who, term, value, text, about.place(at), layer, self.scope, FORMAT)

    def users(self, root: Node) -> Iterator[Fact]:
        """The queues that are named by anything which may take from them, as outputs and permissions do."""
        seen: dict[str, Node] = {}
        for block in entries(root):
            kinds = [kind for part in _maps(block.value) for kind in entries(part)]
            for kind in kinds:
                if block.key != "resource" or kind.key.removeprefix("aws_") not in _PUTS_IN:
                    seen.update((name, at) for name, at in _named(kind.value) if name not in seen)
        for name, at in seen.items():
            party, mark = self.party(_QUEUE, name), at.start_mark
            place = Place(self.start.root, self.start.file, mark.line + 1, mark.column + 1)
            who = (party, Stance.PROMISES, "", party, PARTY)
            yield Fact(*who, "mentioned", True, "named elsewhere", place, Layer.PLATFORM, self.scope, FORMAT)


def _queue(module: _Module, queue: Resource) -> Iterator[Fact]:
    party = module.party(_QUEUE, queue.name)
    who, layer = ("", party, "receive"), Layer.BROKER
    yield module.fact(queue, ("", party, PARTY), "kind", "queue", "aws_sqs_queue", queue.at, Layer.PLATFORM)
    yield module.fact(queue, who, "platform", "sqs", "aws_sqs_queue", queue.at, layer)
    if not queue.is_said("fifo_queue") or queue.text("fifo_queue") == "false":
        for term, value in (("order", "none"), ("delivery", "at-least-once")):
            yield module.fact(queue, who, term, value, "a standard queue", queue.at, layer)
    for key, term in (("visibility_timeout_seconds", "timeout.attempt"), ("message_retention_seconds", "retention")):
        yield from _seconds(module, queue, key, term, who, layer)
    policy = queue.entry("redrive_policy")
    if policy is not None and queue.is_said("redrive_policy"):
        yield from _redrive(module, queue, party, policy)
    for tag in entries(child(queue.body, "tags")):
        text = text_of(tag.value) or ""
        if text and "${" not in text and text.isprintable() and len(text) <= 100:
            yield module.fact(queue, ("", party, PARTY), f"tag.{tag.key}", text, text, tag.at, Layer.PLATFORM)


def _redrive(module: _Module, about: Resource, party: str, policy: Entry) -> Iterator[Fact]:
    """How often a message is delivered, and where it is set aside, as far as the text of a policy says so plainly."""
    text, who = text_of(policy.value) or "", ("", party, "receive")
    most, aside = _MOST.search(text), _ASIDE.search(text)
    if most and int(most[1]):
        yield module.fact(about, who, "attempts", int(most[1]), most[1], policy.at, Layer.BROKER)
    found = _REFERENCE.fullmatch(aside[1]) if aside else None
    if found and found[1] == _QUEUE:
        place = f"{module.party(_QUEUE, found[2])}/receive"
        yield module.fact(about, who, "dead_letter", (place,), found[2], policy.at, Layer.BROKER)


def _redrive_policy(module: _Module, policy: Resource) -> Iterator[Fact]:
    queue, entry = module.target(child(policy.body, "queue_url"), _QUEUE), policy.entry("redrive_policy")
    if queue and entry is not None:
        yield from _redrive(module, policy, module.party(_QUEUE, queue), entry)


def _subscription(module: _Module, found: Resource) -> Iterator[Fact]:
    """A subscription to a topic: whom it delivers to, how often an endpoint is tried, and where it sets aside.

    Only for HTTP and HTTPS does anybody choose the tries (Amazon SNS Developer Guide, message delivery retries).
    """
    if not (found.is_said("redrive_policy") or found.is_said("delivery_policy")):
        return
    party, layer = module.party(_SUBSCRIPTION, found.name), Layer.BROKER
    kind = f"aws_{_SUBSCRIPTION}"
    yield module.fact(found, ("", party, PARTY), "kind", "topic", kind, found.at, Layer.PLATFORM)
    yield module.fact(found, ("", party, "receive"), "platform", "sns", kind, found.at, layer)
    policy, delivery = found.entry("redrive_policy"), found.entry("delivery_policy")
    if policy is not None and found.is_said("redrive_policy"):
        yield from _redrive(module, found, party, policy)
    tries = _RETRIES.search(text_of(delivery.value) or "") if delivery is not None else None
    if delivery is not None and tries and found.text("protocol") in ("http", "https"):
        often = int(tries[1]) + 1
        text = f"{often} ({tries[1]} {'retry' if often == 2 else 'retries'})"
        yield module.fact(found, ("", party, "receive"), "attempts", often, text, delivery.at, layer)
    for receiver in (_QUEUE, _FUNCTION):
        name = module.target(child(found.body, "endpoint"), receiver)
        if name:
            who = (module.party(receiver, name), party, "receive")
            yield module.fact(found, who, "mentioned", True, name, found.at, Layer.PLATFORM)


def _function(module: _Module, function: Resource) -> Iterator[Fact]:
    who = ("", module.party(_FUNCTION, function.name), PARTY)
    yield module.fact(function, who, "platform", "lambda", "aws_lambda_function", function.at, Layer.PLATFORM)
    yield from _seconds(module, function, "timeout", "killed_after", who, Layer.PLATFORM)


def _mapping(module: _Module, mapping: Resource) -> Iterator[Fact]:
    """A function takes from a queue; its timeout is known where it stands in the same file."""
    queue = module.target(child(mapping.body, "event_source_arn"), _QUEUE)
    name = module.target(child(mapping.body, "function_name"), _FUNCTION)
    if not queue or not name or mapping.text("enabled") == "false":
        return
    who, layer = (module.party(_FUNCTION, name), module.party(_QUEUE, queue), "receive"), Layer.PLATFORM
    yield module.fact(mapping, who, "platform", "lambda", "aws_lambda_function", mapping.at, layer)
    function = module.functions.get(name)
    if function is not None and child(function.body, "for_each") is None:
        yield from _seconds(module, function, "timeout", "work.max", who, layer)
        reserved, at = (
            function.number("reserved_concurrent_executions"),
            function.entry("reserved_concurrent_executions"),
        )
        if reserved is not None and at is not None:
            yield module.fact(function, who, "parallel", reserved, str(reserved), at.at, layer)
    yield from _fetched(module, mapping, queue, who)
    window, size = mapping.number("maximum_batching_window_in_seconds"), mapping.number("batch_size")
    if window:
        at = mapping.entry("maximum_batching_window_in_seconds")
        text = show_duration(window * SECOND)
        yield module.fact(mapping, who, "gathers", window * SECOND, text, at.at if at else mapping.at, layer)
    if not mapping.is_said("batch_size"):
        yield module.fact(mapping, who, "left_out.accepts.batch", True, "no batch_size", mapping.at, layer)
    elif size:
        yield module.fact(mapping, who, "accepts.batch", Amount("count", Fraction(size)), str(size), mapping.at, layer)
    yield from _failures(module, mapping, who)


def _fetched(module: _Module, mapping: Resource, queue: str, who: tuple[str, str, str]) -> Iterator[Fact]:
    """How many batches are fetched at once: as it says, else by default, but for a FIFO queue and one of another file."""
    scaling = mapping.entry("scaling_config")
    own = next((each for each in module.resources if (each.kind, each.name) == (_QUEUE, queue)), None)
    if scaling is None and own is not None and (not own.is_said("fifo_queue") or own.text("fifo_queue") == "false"):
        yield module.fact(mapping, who, "left_out.fetched", True, "no scaling_config", mapping.at, Layer.PLATFORM)
    blocks = _maps(scaling.value) if scaling is not None else []
    most = child(blocks[0], "maximum_concurrency") if len(blocks) == 1 else None
    text = text_of(most) if most is not None else None
    if most is not None and text and text.isascii() and text.isdigit() and len(text) < 5:
        yield module.fact(mapping, who, "fetched", int(text), text, most, Layer.PLATFORM)


def _failures(module: _Module, mapping: Resource, who: tuple[str, str, str]) -> Iterator[Fact]:
    key, layer = "function_response_types", Layer.PLATFORM
    if not mapping.is_said(key):
        yield module.fact(mapping, who, "left_out.failures", True, f"no {key}", mapping.at, layer)
    elif "ReportBatchItemFailures" in [text_of(item) for item in items(child(mapping.body, key))]:
        yield module.fact(mapping, who, "failures", "each", "ReportBatchItemFailures", mapping.at, layer)


def _seconds(
    module: _Module, about: Resource, key: str, term: str, who: tuple[str, str, str], layer: Layer
) -> Iterator[Fact]:
    """A number of seconds, or that it is left to the platform; nothing where it is worked out, or changed by hand later."""
    entry, seconds = about.entry(key), about.number(key)
    if about.is_kept(key):
        return
    if entry is None or not about.is_said(key):
        yield module.fact(about, who, f"left_out.{term}", True, f"no {key}", about.at, layer)
    elif seconds is not None:
        yield module.fact(about, who, term, seconds * SECOND, show_duration(seconds * SECOND), entry.at, layer)


def _alarm(module: _Module, alarm: Resource) -> Iterator[Fact]:
    alert = module.party(_ALARM, alarm.name)
    for name, at in dict(_named(alarm.body)).items():
        who = ("", module.party(_QUEUE, name), "receive")
        yield module.fact(
            alarm, ("", alert, PARTY), "kind", "alert", "aws_cloudwatch_metric_alarm", alarm.at, Layer.PLATFORM
        )
        yield module.fact(alarm, who, "detect.by", (alert,), alarm.name, at, Layer.BROKER)


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    """Every queue that is referred to inside a value, with where."""
    stack = [node]
    while stack:
        current = stack.pop()
        if type(current) is ScalarNode:
            yield from ((found[1], current) for found in _MENTION.finditer(current.value))
        elif type(current) is MappingNode:
            stack += [value for _, value in current.value]
        elif type(current) is SequenceNode:
            stack += current.value


def _maps(node: Node) -> list[Node]:
    return [node] if type(node) is MappingNode else items(node)


_READERS = {
    _QUEUE: _queue,
    _REDRIVE: _redrive_policy,
    _SUBSCRIPTION: _subscription,
    _FUNCTION: _function,
    _MAPPING: _mapping,
    _ALARM: _alarm,
}
