"""Subscriptions to topics of SNS: who is delivered to, how often an endpoint is tried, and where what failed is set aside.

A subscription that says either is a party of its own: each has its own tries and its own place for what cannot be
delivered, and its topic may stand elsewhere. One that says neither is left alone. Only for HTTP and HTTPS does anybody choose the tries (Amazon SNS Developer Guide, message delivery
retries); without a place to set aside a message is dropped after the last one.
"""

from accord.model.fact import Layer
from accord.sources._cloudformation import Template, properties
from accord.sources._cloudformation_functions import FUNCTIONS, SERVERLESS
from accord.sources._cloudformation_queues import QUEUE, RECEIVE
from accord.sources._yaml import Entry, Node, child, text_of

TOPIC = "AWS::SNS::Topic"
SUBSCRIPTION = "AWS::SNS::Subscription"
CHOSEN = ("http", "https")
"""The protocols whose tries a delivery policy chooses."""


def read_topics(template: Template) -> None:
    """Every subscription: a resource of its own, or the event of a function of SAM."""
    for found in template.of_type(SUBSCRIPTION):
        own = properties(found.properties)
        if _says_something(own):
            _read(template, found.name, own, found.at, own.get("TopicArn"))
            receiver = template.target(own["Endpoint"].value) if "Endpoint" in own else ""
            _say_receiver(template, found.name, receiver, own["Endpoint"].at if "Endpoint" in own else found.at)
    for function in template.of_type(SERVERLESS):
        for event in properties(child(function.properties, "Events")).values():
            own = properties(child(event.value, "Properties"))
            if text_of(child(event.value, "Type") or event.value) == "SNS" and _says_something(own):
                name = f"{function.name}{event.key}"
                _read(template, name, own, event.key_node, own.get("Topic"))
                _say_receiver(template, name, function.name, event.key_node)


def _says_something(own: dict[str, Entry]) -> bool:
    return "RedrivePolicy" in own or "DeliveryPolicy" in own


def _read(template: Template, name: str, own: dict[str, Entry], at: Node, topic: Entry | None) -> None:
    party = template.party(name)
    template.say(party, "kind", "topic", SUBSCRIPTION, at)
    template.say(party, "platform", "sns", SUBSCRIPTION, at, RECEIVE, Layer.BROKER)
    source = template.resources.get(template.target(topic.value)) if topic is not None else None
    if source is not None and source.type == TOPIC and "FifoTopic" not in properties(source.properties):
        template.say(party, "delivery", "at-least-once", "a standard topic", at, RECEIVE, Layer.BROKER)
    aside = properties(own["RedrivePolicy"].value).get("deadLetterTargetArn") if "RedrivePolicy" in own else None
    target = template.target(aside.value) if aside is not None else ""
    if aside is not None and target and template.resources[target].type == QUEUE:
        place = (f"{template.party(target)}/{RECEIVE}",)
        template.say(party, "dead_letter", place, target, aside.at, RECEIVE, Layer.BROKER)
    _read_tries(template, party, own)


def _read_tries(template: Template, party: str, own: dict[str, Entry]) -> None:
    protocol = template.known(own.get("Protocol"))
    policy = properties(own["DeliveryPolicy"].value) if "DeliveryPolicy" in own else {}
    healthy = properties(policy["healthyRetryPolicy"].value) if "healthyRetryPolicy" in policy else {}
    read = template.number(healthy.get("numRetries"), "numRetries")
    if read is not None and protocol is not None and protocol.text in CHOSEN:
        more, known = read
        text = f"{more + 1} ({more} {'retry' if more == 1 else 'retries'})"
        template.say(party, "attempts", more + 1, text, known.at, RECEIVE, Layer.BROKER, parameter=known.parameter)


def _say_receiver(template: Template, name: str, receiver: str, at: Node) -> None:
    if receiver and template.resources[receiver].type in (QUEUE, *FUNCTIONS):
        template.say(template.party(name), "mentioned", True, receiver, at, RECEIVE, consumer=template.party(receiver))
