"""What single maps of an Alertmanager file ask for beyond needed keys and excluding ones."""

from collections.abc import Callable, Iterator

from accord.sources._yaml import Entry, MappingNode, Node, entries, text_of

Members = dict[str, Entry]
Refusals = Iterator[tuple[Entry | None, str]]
"""The entry at fault, or None where the map as a whole is, and why."""

_RESPONDERS = ("team", "teams", "user", "escalation", "schedule")
_RESERVED = (
    "routing_key",
    "message_type",
    "state_message",
    "entity_display_name",
    "monitoring_tool",
    "entity_id",
    "entity_state",
)
_UPDATABLE = "https://slack.com/api/chat.postMessage"


def _text(members: Members, key: str) -> str:
    return (text_of(members[key].value) or "") if key in members else ""


def _child(members: Members, key: str, name: str) -> Node | None:
    node = members[key].value if key in members else None
    found = entries(node) if node is not None and type(node) is MappingNode else []
    return next((entry.value for entry in found if entry.key == name), None)


def _sns(members: Members) -> Refusals:
    given = sum(bool(_text(members, key)) for key in ("target_arn", "topic_arn", "phone_number"))
    if given in (0, 2):
        yield None, "expected one of target_arn, topic_arn and phone_number"


def _webex(members: Members) -> Refusals:
    if "http_config" in members and _child(members, "http_config", "authorization") is None:
        yield members["http_config"], "there is no authorization in its http_config"


def _incidentio(members: Members) -> Refusals:
    token = members.get("alert_source_token") or members.get("alert_source_token_file")
    authorized = _child(members, "http_config", "authorization") is not None
    if token is not None and authorized:
        yield token, "a token beside the authorization of its http_config"
    if token is None and "http_config" in members and not authorized:
        yield members["http_config"], "there is neither a token nor an authorization in its http_config"


def _email(members: Members) -> Refusals:
    seen: set[str] = set()
    node = members["headers"].value if "headers" in members else None
    for entry in entries(node) if node is not None and type(node) is MappingNode else ():
        if entry.key.lower() in seen:
            yield entry, f"the header {entry.key} stands there twice"
        seen.add(entry.key.lower())


def _victorops(members: Members) -> Refusals:
    for name in _RESERVED:
        if _child(members, "custom_fields", name) is not None:
            yield members["custom_fields"], f"{name} cannot be a custom field"


def _slack(members: Members) -> Refusals:
    if _text(members, "update_message").lower() in ("true", "yes", "on") and (
        _text(members, "api_url") not in ("", _UPDATABLE)
    ):
        yield members["update_message"], f"update_message needs the api_url {_UPDATABLE}"


def _responder(members: Members) -> Refusals:
    kind = _text(members, "type")
    if "{{" not in kind and kind.lower() not in _RESPONDERS:
        yield members.get("type"), f"expected a type of {', '.join(_RESPONDERS)}, read {kind!r}"


def _telegram(members: Members) -> Refusals:
    if _text(members, "chat_id") == "0" and not _text(members, "chat_id_file"):
        yield members["chat_id"], "a chat_id of 0 is none"


def _pushover(members: Members) -> Refusals:
    if _text(members, "html") == _text(members, "monospace") == "true":
        yield members["monospace"], "both html and monospace"


SPECIAL: dict[str, Callable[[Members], Refusals]] = {
    "sns": _sns,
    "webex": _webex,
    "incidentio": _incidentio,
    "email": _email,
    "victorops": _victorops,
    "slack": _slack,
    "responder": _responder,
    "pushover": _pushover,
    "telegram": _telegram,
}
"""By shape, what is wrong with a map of it."""
