"""Queues and functions of AWS in Terraform: when a queue delivers again, where it sets aside, and which function takes from it.

A local name is `aws:<folder>#sqs_queue.<name>`, of a resource in a module that the folder calls
`aws:<folder>#module.<call>.sqs_queue.<name>`. What only Terraform can work out is not known.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property

from accord.model.amount import Amount
from accord.model.duration import SECOND, show_duration
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.sources._terraform import Resource, resources
from accord.sources._terraform_mentions import Mention, mentions, paths_of
from accord.sources._terraform_modules import Instance
from accord.sources._yaml import Entry, MappingNode, Node, child, entries, items, text_of

AWS = "aws"
FORMAT = "terraform"
_QUEUE, _FUNCTION, _MAPPING = "sqs_queue", "lambda_function", "lambda_event_source_mapping"
_REDRIVE, _ALARM = "sqs_queue_redrive_policy", "cloudwatch_metric_alarm"
SUBSCRIPTION = "sns_topic_subscription"
CONCERNED = ("aws_sqs_queue", f"aws_{_MAPPING}", f"aws_{SUBSCRIPTION}")
"""What a file must mention for anything to be read of it."""
SAID_OF_SUBSCRIPTIONS = ("redrive_policy", "delivery_policy")
"""What is read of a subscription; one with neither says nothing here."""

_REFERENCE = re.compile(r"((?:[\w@-]+\.)*?)aws_(sqs_queue|lambda_function)\.([\w.@-]+?)(?:\[0\])?\.[a-z_]+", re.ASCII)
_MOST = re.compile(r"maxReceiveCount\"?\s*[:=]\s*\"?(\d{1,9})\b", re.ASCII)
_RETRIES = re.compile(r"healthyRetryPolicy\"?\s*[:=]\s*\{[^{}]*?numRetries\"?\s*[:=]\s*\"?(\d{1,4})\b", re.ASCII)
_ASIDE = re.compile(r"deadLetterTargetArn\"?\s*[:=]\s*\"?(?:\$\{)?([^\s,\"}]+)", re.ASCII)
_OPEN = re.compile(r"\$\{open\([^()]*\)\}")
_TELLING = re.compile(r"[A-Za-z0-9]{3}")
"""A part of a name that is not in most texts."""
_PUTS_IN = (
    *(_QUEUE, _REDRIVE, "sqs_queue_redrive_allow_policy", SUBSCRIPTION),
    *("cloudwatch_event_target", "s3_bucket_notification", "scheduler_schedule"),
)
"""Resources that put into the queues that they name, or say of a queue how it is."""


def read(root: Instance) -> Iterator[Fact]:
    """The facts of the queues and functions in what is deployed."""
    module = _Module(root)
    for resource in module.resources:
        reader = _READERS.get(resource.kind)
        if reader is not None:
            yield from reader(module, resource)
    yield from module.users()


class _Module:
    """A folder that is deployed, with all that it calls."""

    def __init__(self, root: Instance) -> None:
        self.root, self.folder = root, root.folder.shown
        self.resources = tuple(resources(root, (AWS,), _READERS))
        self.functions = {each.label: each for each in self.resources if each.kind == _FUNCTION}
        self.queues = {each.label: each for each in self.resources if each.kind == _QUEUE}

    def party(self, label: str) -> str:
        return f"{AWS}:{self.folder}#{label}"

    def target(self, node: Node | None, kind: str) -> str:
        """The label of the one resource of a kind that a value refers to; "" where that is not plain."""
        text = text_of(node) or "" if node is not None else ""
        return label_of(text[2:-1].strip(), kind) if text.startswith("${") else ""

    def fact(
        self, about: Resource, who: tuple[str, str, str], term: str, value: object, text: str, at: Node, layer: Layer
    ) -> Fact:
        """One fact; `who` are consumer, provider and operation."""
        stance, says = (Stance.ASSUMES, who[0]) if who[0] else (Stance.PROMISES, who[1])
        return Fact(says, stance, *who, term, value, text, about.place(at), layer, about.scope, FORMAT)

    def users(self) -> Iterator[Fact]:
        """The queues that are named by anything which may take from them, as outputs and permissions do."""
        found: dict[str, Mention] = {}
        for mention in mentions(self.root, _PUTS_IN) if self.queues else ():
            for label in (*self.meant(mention.paths), *self.called(mention)):
                found.setdefault(label, mention)
            if len(found) == len(self.queues):
                break
        for label, mention in found.items():
            party = self.party(label)
            who = (party, Stance.PROMISES, "", party, PARTY)
            yield Fact(*who, "mentioned", True, "named elsewhere", mention.place, Layer.PLATFORM, mention.scope, FORMAT)

    def meant(self, paths: Iterable[str]) -> Iterator[str]:
        """The queues that these paths are about, or that are in what they are about."""
        for path in paths:
            found = path.replace(f"{AWS}_{_QUEUE}.", f"{_QUEUE}.")
            for label in self.queues:
                if f"{found}.".startswith(f"{label}.") or label.startswith(f"{found}."):
                    yield label

    def called(self, mention: Mention) -> Iterator[str]:
        """The queues whose own names are used, as in a dimension or an ARN; those of a module that is given one are made of it."""
        texts = (*mention.texts, *(f"${{{path}}}" for path in mention.paths))
        named = [label for text in texts for name in self.name_in.findall(text) for label in self.names[name]]
        if not named and self.worked_out:
            named = [label for text in mention.texts for name, label in self.worked_out if name.fullmatch(text)]
        return (label for label in named if not mention.inside or not label.startswith(f"{mention.inside}."))

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """The queues by the name that each is given, as far as it is known."""
        found: dict[str, list[str]] = {}
        for label, queue in self.queues.items():
            name = text_of(child(queue.body, "name") or queue.at) or ""
            if queue.is_said("name") and "open(" not in name:
                found.setdefault(name, []).append(label)
        return found

    @cached_property
    def worked_out(self) -> "list[tuple[re.Pattern[str], str]]":
        """What the names that only Terraform can work out may come to, where enough of them is known to tell; and of which queue."""
        found = []
        for label, queue in self.queues.items():
            name = text_of(child(queue.body, "name") or queue.at) or ""
            known = _OPEN.split(name)
            if len(known) > 1 and any(map(_TELLING.search, known)):
                found.append((re.compile(r"[\w-]*".join(map(re.escape, known)), re.ASCII), label))
        return found

    @cached_property
    def name_in(self) -> "re.Pattern[str]":
        """Any of the names, by itself in a text."""
        each = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        return re.compile(rf"(?<![\w-])(?:{each})(?![\w-])" if each else r"(?!)")


def label_of(path: str, kind: str) -> str:
    """`module.a.sqs_queue.b` of `module.a.aws_sqs_queue.b.arn`; "" where it is no attribute of such a resource."""
    found = _REFERENCE.fullmatch(path)
    return f"{found[1]}{kind}.{found[3]}" if found and found[2] == kind else ""


def _queue(module: _Module, queue: Resource) -> Iterator[Fact]:
    party = module.party(queue.label)
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
    dead = label_of(aside[1], _QUEUE) if aside else ""
    if dead:
        place = f"{module.party(dead)}/receive"
        text = dead.removeprefix(about.within).removeprefix(f"{_QUEUE}.")
        yield module.fact(about, who, "dead_letter", (place,), text, policy.at, Layer.BROKER)


def _redrive_policy(module: _Module, policy: Resource) -> Iterator[Fact]:
    queue, entry = module.target(child(policy.body, "queue_url"), _QUEUE), policy.entry("redrive_policy")
    if queue and entry is not None:
        yield from _redrive(module, policy, module.party(queue), entry)


def _subscription(module: _Module, found: Resource) -> Iterator[Fact]:
    """A subscription to a topic: whom it delivers to, how often an endpoint is tried, and where it sets aside.

    Only for HTTP and HTTPS does anybody choose the tries (Amazon SNS Developer Guide, message delivery retries).
    """
    if not any(found.is_said(key) for key in SAID_OF_SUBSCRIPTIONS):
        return
    party, layer = module.party(found.label), Layer.BROKER
    kind = f"aws_{SUBSCRIPTION}"
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
        label = module.target(child(found.body, "endpoint"), receiver)
        if label:
            who = (module.party(label), party, "receive")
            yield module.fact(found, who, "mentioned", True, label.rpartition(".")[2], found.at, Layer.PLATFORM)


def _function(module: _Module, function: Resource) -> Iterator[Fact]:
    who = ("", module.party(function.label), PARTY)
    yield module.fact(function, who, "platform", "lambda", "aws_lambda_function", function.at, Layer.PLATFORM)
    yield from _seconds(module, function, "timeout", "killed_after", who, Layer.PLATFORM)


def _mapping(module: _Module, mapping: Resource) -> Iterator[Fact]:
    """A function takes from a queue."""
    queue = module.target(child(mapping.body, "event_source_arn"), _QUEUE)
    name = module.target(child(mapping.body, "function_name"), _FUNCTION)
    if not queue or not name or mapping.text("enabled") == "false":
        return
    who, layer = (module.party(name), module.party(queue), "receive"), Layer.PLATFORM
    yield module.fact(mapping, who, "platform", "lambda", "aws_lambda_function", mapping.at, layer)
    function = module.functions.get(name)
    if function is not None:
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
    own = module.queues.get(queue)
    if mapping.is_generated("scaling_config"):
        return
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
    alert = module.party(alarm.label)
    named = {label: node for path, node in paths_of(alarm.body) for label in module.meant((path,))}
    for dimension in entries(child(alarm.body, "dimensions")):
        named |= dict.fromkeys(module.names.get(text_of(dimension.value) or "", ()), dimension.value)
    for label, at in named.items():
        who = ("", module.party(label), "receive")
        yield module.fact(
            alarm, ("", alert, PARTY), "kind", "alert", "aws_cloudwatch_metric_alarm", alarm.at, Layer.PLATFORM
        )
        yield module.fact(alarm, who, "detect.by", (alert,), alarm.name, at, Layer.BROKER)


def _maps(node: Node) -> list[Node]:
    return [node] if type(node) is MappingNode else items(node)


_READERS = {
    _QUEUE: _queue,
    _REDRIVE: _redrive_policy,
    SUBSCRIPTION: _subscription,
    _FUNCTION: _function,
    _MAPPING: _mapping,
    _ALARM: _alarm,
}
