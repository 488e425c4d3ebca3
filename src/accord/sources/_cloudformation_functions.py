"""Functions of a template: how long one run may take, and from which queues they take messages, how many at once."""

from fractions import Fraction

from msgspec import Struct

from accord.model.amount import Amount
from accord.model.fact import PARTY
from accord.sources._cloudformation import Known, Resource, Template, is_later, properties
from accord.sources._cloudformation_queues import QUEUE, RECEIVE, in_seconds
from accord.sources._yaml import Entry, Node, child, items, text_of

SERVERLESS = "AWS::Serverless::Function"
FUNCTIONS = (SERVERLESS, "AWS::Lambda::Function")
INVOKE = "invoke"
_SECOND = 1_000_000_000


class Limit(Struct, frozen=True):
    """How long one run of a function may take; where that is left out or not known, `seconds` is None."""

    seconds: int | None
    known: Known | None
    left_out: bool


class Taking(Struct, frozen=True):
    """A function takes messages from a queue, under these properties; `at` is where that is said."""

    function: Resource
    queue: str
    own: dict[str, Entry]
    at: Node


def read_functions(template: Template) -> None:
    """Every function, and every queue that one takes from."""
    limits = {function.name: limit_of(template, function) for function in template.of_type(*FUNCTIONS)}
    for function in template.of_type(*FUNCTIONS):
        party, limit = template.party(function.name), limits[function.name]
        template.say(party, "platform", "lambda", function.type, function.at)
        _say_limit(template, party, limit, "killed_after", function.at, PARTY)
        for event in properties(child(function.properties, "Events")).values():
            _read_event(template, function, event, limit)
    for mapping in template.of_type("AWS::Lambda::EventSourceMapping"):
        own = properties(mapping.properties)
        name = template.target(child(mapping.properties, "FunctionName"))
        queue = template.target(child(mapping.properties, "EventSourceArn"))
        if name in limits:
            _take(template, Taking(template.resources[name], queue, own, mapping.at), limits[name])


def limit_of(template: Template, function: Resource) -> Limit:
    """The timeout of a function, or the one that the template sets for all functions of SAM."""
    own = properties(function.properties)
    entry = own.get("Timeout")
    if entry is None and function.type == SERVERLESS:
        entry = properties(child(template.document.node, "Globals", "Function")).get("Timeout")
    read = template.number(entry, "Timeout")
    elsewhere = entry is None and function.type == SERVERLESS and template.is_part
    return Limit(read[0], read[1], False) if read is not None else Limit(None, None, entry is None and not elsewhere)


def _say_limit(
    template: Template, party: str, limit: Limit, term: str, at: Node, operation: str, consumer: str = ""
) -> None:
    if limit.left_out:
        template.say(party, f"left_out.{term}", True, "no Timeout", at, operation, consumer=consumer)
    elif limit.seconds is not None and limit.known is not None:
        value, text, known = limit.seconds * _SECOND, in_seconds(limit.seconds), limit.known
        template.say(party, term, value, text, known.at, operation, consumer=consumer, parameter=known.parameter)


def _read_event(template: Template, function: Resource, event: Entry, limit: Limit) -> None:
    """An event of SAM that takes messages from a queue of this template."""
    if text_of(child(event.value, "Type") or event.value) == "SQS":
        own = properties(child(event.value, "Properties"))
        queue = template.target(own["Queue"].value) if "Queue" in own else ""
        _take(template, Taking(function, queue, own, event.key_node), limit)


def _take(template: Template, taking: Taking, limit: Limit) -> None:
    enabled = template.known(taking.own.get("Enabled"))
    is_queue = taking.queue in template.resources and template.resources[taking.queue].type == QUEUE
    if not is_queue or (enabled is not None and not enabled.parameter and enabled.text.lower() == "false"):
        return
    receiver, queue, at = template.party(taking.function.name), template.party(taking.queue), taking.at
    template.say(queue, "platform", "lambda", taking.function.type, at, RECEIVE, consumer=receiver)
    _say_limit(template, queue, limit, "work.max", at, RECEIVE, receiver)
    _say_batch(template, taking, queue, receiver)
    _say_failures(template, taking, queue, receiver)
    _say_room(template, taking, queue, receiver)
    window = template.number(taking.own.get("MaximumBatchingWindowInSeconds"), "MaximumBatchingWindowInSeconds")
    if window is not None and window[0]:
        seconds, known = window
        template.say(
            queue, "gathers", seconds * _SECOND, in_seconds(seconds), known.at, RECEIVE,
            consumer=receiver, parameter=known.parameter,
        )  # fmt: skip


def _say_batch(template: Template, taking: Taking, queue: str, receiver: str) -> None:
    entry = taking.own.get("BatchSize")
    read = template.number(entry, "BatchSize")
    if entry is None:
        text = "no BatchSize"
        template.say(queue, "left_out.accepts.batch", True, text, taking.at, RECEIVE, consumer=receiver)
    elif read is not None and read[0]:
        size, known = Amount("count", Fraction(read[0])), read[1]
        template.say(
            queue, "accepts.batch", size, known.text, known.at, RECEIVE, consumer=receiver, parameter=known.parameter
        )


def _say_room(template: Template, taking: Taking, queue: str, receiver: str) -> None:
    """How many runs are reserved, and how many batches are fetched at once; of a FIFO queue as many as it has groups."""
    reserved = properties(taking.function.properties).get("ReservedConcurrentExecutions")
    scaling = taking.own.get("ScalingConfig")
    most = properties(scaling.value).get("MaximumConcurrency") if scaling is not None else None
    for term, entry in (("parallel", reserved), ("fetched", most)):
        read = template.number(entry, entry.key) if entry is not None else None
        if read is not None:
            count, known = read
            text, parameter = str(count), known.parameter
            template.say(queue, term, count, text, known.at, RECEIVE, consumer=receiver, parameter=parameter)
    fifo = properties(template.resources[taking.queue].properties).get("FifoQueue")
    if scaling is None and (fifo is None or text_of(fifo.value) == "false"):
        text = "no ScalingConfig"
        template.say(queue, "left_out.fetched", True, text, taking.at, RECEIVE, consumer=receiver)


def _say_failures(template: Template, taking: Taking, queue: str, receiver: str) -> None:
    entry = taking.own.get("FunctionResponseTypes")
    if entry is None:
        text = "no FunctionResponseTypes"
        template.say(queue, "left_out.failures", True, text, taking.at, RECEIVE, consumer=receiver)
    elif not is_later(entry) and "ReportBatchItemFailures" in [text_of(item) for item in items(entry.value)]:
        text = "ReportBatchItemFailures"
        template.say(queue, "failures", "each", text, entry.at, RECEIVE, consumer=receiver)
