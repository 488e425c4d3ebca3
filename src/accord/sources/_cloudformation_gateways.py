"""Gateways of a template: which functions answer behind them, and how long they wait."""

from accord.model.duration import show_duration
from accord.model.fact import Layer
from accord.sources._cloudformation import Resource, Template, is_later, properties
from accord.sources._cloudformation_functions import FUNCTIONS, INVOKE
from accord.sources._yaml import Entry, Node, child, entries, text_of

_DESCRIBED = ("DefinitionBody", "DefinitionUri", "Body", "BodyS3Location")
_MILLISECOND = 1_000_000
_EVENTS = {
    "Api": ("RestApiId", "ServerlessRestApi", "apigateway"),
    "HttpApi": ("ApiId", "ServerlessHttpApi", "apigateway-http"),
}
"""For each event of SAM the property that names the API, the API that SAM makes without one, and its platform."""

_BODIES = {
    "AWS::Serverless::Api": ("DefinitionBody", "apigateway"),
    "AWS::Serverless::HttpApi": ("DefinitionBody", "apigateway-http"),
    "AWS::ApiGateway::RestApi": ("Body", "apigateway"),
    "AWS::ApiGatewayV2::Api": ("Body", "apigateway-http"),
}
"""For each kind of API the property that describes it in the words of OpenAPI, and its platform."""
_INTEGRATION = "x-amazon-apigateway-integration"
_WORDS = {
    "timeoutInMillis": "TimeoutInMillis",
    "requestParameters": "RequestParameters",
    "responseTransferMode": "ResponseTransferMode",
}
"""What a description calls the properties of an integration, and what the template does."""


def read_gateways(template: Template) -> None:
    """Every way from an API to a function of the template."""
    for api in template.of_type(*_BODIES):
        _read_description(template, api)
    for function in template.of_type("AWS::Serverless::Function"):
        for event in properties(child(function.properties, "Events")).values():
            _read_event(template, function, event)
    for method in template.of_type("AWS::ApiGateway::Method"):
        own = properties(method.properties)
        behind = own["Integration"].value if "Integration" in own else None
        gateway = template.target(child(method.properties, "RestApiId")) or method.name
        _say(template, gateway, child(behind, "Uri"), properties(behind), "apigateway", method.at)
    for integration in template.of_type("AWS::ApiGatewayV2::Integration"):
        _read_integration(template, integration)


def _read_event(template: Template, function: Resource, event: Entry) -> None:
    kind = text_of(child(event.value, "Type") or event.value) or ""
    if kind in _EVENTS:
        names, implicit, platform = _EVENTS[kind]
        own = properties(child(event.value, "Properties"))
        gateway = template.target(own[names].value) if names in own else implicit
        known = "" if _is_described(template, gateway) else platform
        _wait(template, gateway or f"{function.name}{event.key}", function.name, own, known, event.key_node)


def _is_described(template: Template, gateway: str) -> bool:
    """Whether an API has a description of its own, in which the times of its integrations stand."""
    resource = template.resources.get(gateway)
    return resource is not None and not properties(resource.properties).keys().isdisjoint(_DESCRIBED)


def _read_description(template: Template, api: Resource) -> None:
    """The integrations in the description of an API that stands in the template itself."""
    key, platform = _BODIES[api.type]
    for path in entries(child(api.properties, key, "paths")):
        for method in entries(path.value):
            stated = properties(child(method.value, _INTEGRATION))
            own = {_WORDS.get(name, name): entry for name, entry in stated.items()}
            _say(template, api.name, own["uri"].value if "uri" in own else None, own, platform, method.key_node)


def _runs_apart(own: dict[str, Entry]) -> bool:
    """Whether the function is only started, or answers bit by bit: what the gateway waits for is another time."""
    headers = child(own["RequestParameters"].value) if "RequestParameters" in own else None
    started = any("invocation-type" in entry.key.lower() for entry in entries(headers))
    return started or "ResponseTransferMode" in own


def _read_integration(template: Template, integration: Resource) -> None:
    own = properties(integration.properties)
    gateway = template.target(child(integration.properties, "ApiId"))
    protocol = child(template.resources[gateway].properties, "ProtocolType") if gateway else None
    kind = text_of(protocol) if protocol is not None else None
    platform = {"HTTP": "apigateway-http", "WEBSOCKET": "apigateway"}.get(kind or "", "")
    if gateway:
        _say(template, gateway, child(integration.properties, "IntegrationUri"), own, platform, integration.at)


def _say(
    template: Template, gateway: str, address: Node | None, own: dict[str, Entry], platform: str, at: Node
) -> None:
    """One integration, where its address holds one function of the template."""
    if _runs_apart(own):
        return
    behind = [name for name in template.inside(address) if template.resources[name].type in FUNCTIONS]
    if len(behind) == 1:
        _wait(template, gateway, behind[0], own, platform, at)


def _wait(template: Template, gateway: str, function: str, own: dict[str, Entry], platform: str, at: Node) -> None:
    who, provider, limit = template.party(gateway), template.party(function), own.get("TimeoutInMillis")
    template.say(provider, "mentioned", True, f"calls {function}", at, INVOKE, Layer.GATEWAY, who)
    if limit is None and platform:
        template.say(provider, "platform", platform, "no TimeoutInMillis", at, INVOKE, Layer.GATEWAY, who)
        template.say(provider, "left_out.timeout.request", True, "no TimeoutInMillis", at, INVOKE, Layer.GATEWAY, who)
    read = None if is_later(limit) else template.number(limit, "TimeoutInMillis")
    if read is not None and read[0]:
        value, found = read[0] * _MILLISECOND, read[1]
        template.say(
            provider, "timeout.request", value, show_duration(value), found.at, INVOKE, Layer.GATEWAY, who,
            found.parameter,
        )  # fmt: skip
