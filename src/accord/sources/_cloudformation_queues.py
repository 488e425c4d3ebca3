"""Queues of a template: when they deliver again, how long they keep a message, where it is set aside, and who is told."""

from accord.model.duration import SECOND, show_duration
from accord.model.fact import Layer
from accord.sources._cloudformation import Resource, Template, is_later, properties
from accord.sources._sqs_permissions import may_receive
from accord.sources._strict import is_meant
from accord.sources._yaml import Entry, Node, child, entries, items, text_of

RECEIVE = "receive"
QUEUE = "AWS::SQS::Queue"
ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_LEFT_OUT = "left_out."
_NO_USERS = (*("AWS::SNS::Subscription", "AWS::Events::Rule", "AWS::S3::Bucket", "AWS::Scheduler::Schedule"), *ALARMS)
"""Resources that put into the queues that they name, or are signals about them."""
_PUTTING = (
    "DeadLetterConfig",
    "DeadLetterQueue",
    "RedrivePolicy",
    "DestinationConfig",
    "OnFailure",
    "EventInvokeConfig",
    "SQSSendMessagePolicy",
)
_PROPERTIES = frozenset(
    (
        *("ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit"),
        *("KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod"),
        *("QueueName", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy"),
        *("SqsManagedSseEnabled", "Tags", "VisibilityTimeout"),
    )
)
"""The properties of a queue (AWS CloudFormation's reference of AWS::SQS::Queue): a template with another one is refused."""

_OF_STATEMENTS = ("Resource", "Condition")


def read_queues(template: Template) -> None:
    """Every queue, and the alarms about them."""
    for queue in template.of_type(QUEUE):
        _read_queue(template, queue)
    for alarm in template.of_type(*ALARMS):
        _read_alarm(template, alarm)
    _read_users(template)


def _meant(template: Template, own: dict[str, Entry]) -> set[str]:
    """The properties that others were meant to be which no queue has: these are told, and those are not left out."""
    meant: set[str] = set()
    for key, entry in own.items():
        if key in _PROPERTIES or ":" in key or key == "<<":
            continue
        reason = f"no property of {QUEUE}, so CloudFormation refuses the template{is_meant(key, _PROPERTIES)}"
        template.refuse(entry.key_node, key, reason)
        meant.update(name for name in _PROPERTIES if is_meant(key, (name,)))
    return meant


def _read_queue(template: Template, queue: Resource) -> None:
    party, own = template.party(queue.name), properties(queue.properties)
    meant = _meant(template, own)
    template.say(party, "kind", "queue", queue.type, queue.at)
    template.say(party, "platform", "sqs", queue.type, queue.at, RECEIVE, Layer.BROKER)
    fifo = template.known(own.get("FifoQueue"))
    if not is_later(own.get("FifoQueue")):
        is_fifo = fifo is not None and fifo.text.lower() == "true"
        at = fifo.at if fifo is not None and is_fifo else queue.at
        text = "a FIFO queue" if is_fifo else "a standard queue"
        template.say(party, "order", "per-key" if is_fifo else "none", text, at, RECEIVE, Layer.BROKER)
        if not is_fifo:
            template.say(party, "delivery", "at-least-once", text, at, RECEIVE, Layer.BROKER)
    for name, term in (("VisibilityTimeout", "timeout.attempt"), ("MessageRetentionPeriod", "retention")):
        if name not in meant:
            say_seconds(template, party, own.get(name), name, term, queue.at)
    if "RedrivePolicy" not in meant:
        _read_redrive(template, queue, own.get("RedrivePolicy"))
    for tag in items(child(queue.properties, "Tags")):
        _read_tag(template, party, tag)


def say_seconds(template: Template, party: str, entry: Entry | None, name: str, term: str, otherwise: Node) -> None:
    """A property that is a number of seconds; where it is left out the platform decides."""
    if entry is None:
        template.say(party, _LEFT_OUT + term, True, f"no {name}", otherwise, RECEIVE, Layer.BROKER)
        return
    read = template.number(entry, name)
    if read is not None:
        seconds, found = read
        template.say(
            party, term, seconds * SECOND, in_seconds(seconds), found.at, RECEIVE, Layer.BROKER,
            parameter=found.parameter,
        )  # fmt: skip


def in_seconds(seconds: int) -> str:
    """The text of a number of seconds: `30s`, `4d`."""
    return show_duration(seconds * SECOND)


def _read_redrive(template: Template, queue: Resource, policy: Entry | None) -> None:
    party = template.party(queue.name)
    if policy is None:
        template.say(party, f"{_LEFT_OUT}attempts", True, "no RedrivePolicy", queue.at, RECEIVE, Layer.BROKER)
        return
    parts = properties(policy.value)
    most = template.number(parts.get("maxReceiveCount"), "maxReceiveCount")
    if most is not None and most[0]:
        count, found = most
        template.say(party, "attempts", count, str(count), found.at, RECEIVE, Layer.BROKER, parameter=found.parameter)
    target = template.target(parts["deadLetterTargetArn"].value) if "deadLetterTargetArn" in parts else ""
    if target and template.resources[target].type == QUEUE:
        aside, at = (f"{template.party(target)}/{RECEIVE}",), parts["deadLetterTargetArn"].at
        template.say(party, "dead_letter", aside, target, at, RECEIVE, Layer.BROKER)


def _read_tag(template: Template, party: str, tag: Node) -> None:
    """A tag that may name who answers for the queue; which one does is for the words of the organisation to say."""
    key, value = text_of(child(tag, "Key") or tag), text_of(child(tag, "Value") or tag)
    if key and value and len(value) <= 100 and "${" not in value and value.isprintable() and not tag.tag:
        name = key.rpartition(":")[2].rpartition("/")[2]
        template.say(party, f"tag.{name}", value, value, tag)


def _read_users(template: Template) -> None:
    """Where else in the template a queue is named by what may take from it: who that is in the end is not told here."""
    users = [resource for resource in template.resources.values() if resource.type not in (QUEUE, *_NO_USERS)]
    named = {name for user in users for name in template.inside(user.properties, _puts_in)}
    for output in entries(child(template.document.node, "Outputs")):
        if child(output.value, "Export") is not None:
            named |= template.inside(output.value)
    for queue in template.of_type(QUEUE):
        if queue.name in named or template.is_part:
            why = "named by another resource" if queue.name in named else "a part of a template"
            template.say(template.party(queue.name), "mentioned", True, why, queue.at)


def _puts_in(key: str, inside: Node) -> bool:
    """Whether a member says where something is put, or permits no more than that."""
    if key == "Queues":
        statements = child(child(inside, "PolicyDocument"), "Statement")
        return all(_lets_nobody_receive(each) for each in items(statements) or ([statements] if statements else []))
    return key in _PUTTING or (key in _OF_STATEMENTS and _lets_nobody_receive(inside))


def _lets_nobody_receive(statement: Node) -> bool:
    actions, effect = child(statement, "Action"), child(statement, "Effect")
    if actions is None:
        return False
    words = [text_of(each) or "" for each in items(actions) or [actions]]
    return not may_receive(words, (text_of(effect) if effect is not None else None) or "Allow")


def _read_alarm(template: Template, alarm: Resource) -> None:
    """An alarm is the signal about each queue that it names in its dimensions, or anywhere in a rule made of others."""
    own = properties(alarm.properties)
    about = template.inside(own["Metrics"].value) if "Metrics" in own else set()
    for node in items(child(alarm.properties, "Dimensions")):
        value = child(node, "Value")
        about |= (
            {template.target(value), *template.queues_named.get(text_of(value) or "", ())}
            if value is not None
            else set()
        )
        about |= template.inside(node)
    alert = template.party(alarm.name)
    queues = sorted(name for name in about if name and template.resources[name].type == QUEUE)
    if queues:
        template.say(alert, "kind", "alert", alarm.type, alarm.at)
    for name in queues:
        template.say(template.party(name), "detect.by", (alert,), alarm.name, alarm.at, RECEIVE, Layer.BROKER)
