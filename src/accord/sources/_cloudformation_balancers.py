"""Load balancers of a template: how long one waits for a silent target, and which targets its listeners lead to."""

from collections.abc import Iterator

from accord.model.fact import ANY, Layer
from accord.sources._cloudformation import Resource, Template, is_later, properties
from accord.sources._cloudformation_functions import FUNCTIONS, INVOKE
from accord.sources._cloudformation_queues import in_seconds
from accord.sources._yaml import Entry, Node, child, entries, items, text_of

_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
_IDLE = "idle_timeout.timeout_seconds"
_TERMS = ("timeout.idle", "keep_alive")
"""What the attribute limits: silence on a connection to a target, with a request on it or without."""
_SECOND = 1_000_000_000


def read_balancers(template: Template) -> None:
    """Every application load balancer of the template with a listener that leads to a target group of it."""
    for balancer, group, at in dict.fromkeys(_ways(template)):
        resource = template.resources[balancer]
        kind = child(resource.properties, "Type")
        if kind is None or text_of(kind) == "application":
            _wait(template, resource, template.resources[group], at)


def _ways(template: Template) -> Iterator[tuple[str, str, Node]]:
    """The balancer and the target group of each listener, and of each of its rules."""
    listeners = {each.name: each for each in template.of_type("AWS::ElasticLoadBalancingV2::Listener")}
    leading = [(each, each, "DefaultActions") for each in listeners.values()]
    for rule in template.of_type("AWS::ElasticLoadBalancingV2::ListenerRule"):
        listener = listeners.get(template.target(child(rule.properties, "ListenerArn")))
        leading += [(listener, rule, "Actions")] if listener is not None else []
    for listener, leads, key in leading:
        balancer = template.target(child(listener.properties, "LoadBalancerArn"))
        if balancer and template.resources[balancer].type == _BALANCER:
            for group in sorted(template.inside(child(leads.properties, key))):
                if template.resources[group].type == _TARGETS:
                    yield balancer, group, leads.at


def _wait(template: Template, balancer: Resource, group: Resource, at: Node) -> None:
    targets = template.inside(child(group.properties, "Targets"))
    functions = [name for name in targets if template.resources[name].type in FUNCTIONS]
    provider, operation = (functions[0], INVOKE) if len(functions) == 1 else (group.name, ANY)
    who, party = template.party(balancer.name), template.party(provider)
    attributes = properties(balancer.properties).get("LoadBalancerAttributes")
    stated = _attribute(attributes)
    template.say(party, "mentioned", True, f"sends to {provider}", at, operation, Layer.GATEWAY, who)
    if stated is None and not is_later(attributes):
        template.say(party, "platform", "alb", balancer.type, balancer.at, operation, Layer.GATEWAY, who)
        text = f"no {_IDLE}"
        for term in _TERMS:
            template.say(party, f"left_out.{term}", True, text, balancer.at, operation, Layer.GATEWAY, who)
    read = template.number(stated, _IDLE)
    if read is not None and read[0]:
        value, text, found = read[0] * _SECOND, in_seconds(read[0]), read[1]
        for term in _TERMS:
            template.say(party, term, value, text, found.at, operation, Layer.GATEWAY, who, found.parameter)


def _attribute(attributes: Entry | None) -> Entry | None:
    """The value of the attribute that holds the idle limit, where it is written down."""
    for item in items(attributes.value) if attributes is not None else []:
        parts = {entry.key: entry for entry in entries(item)}
        if "Key" in parts and text_of(parts["Key"].value) == _IDLE:
            return parts.get("Value")
    return None
