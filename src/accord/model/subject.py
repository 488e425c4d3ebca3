"""What a statement is about, as one text: `payments/charge`, or `kubernetes:shop/payments/any` for a local name."""

import re
from functools import lru_cache

_WITH_NAMESPACE = ("kubernetes:", "gateway:", "compose:")
"""Systems whose names carry a namespace, and so a slash of their own."""

_OF_FILES = ("cloudformation:", "aws:")
"""Systems whose names carry the path of a file or a folder, and behind # a name in it."""

_WHOLE = ("prometheus:", "alertmanager:", "accord:", "mapping:")
"""Systems whose parties have no operations: every slash belongs to the name."""

_ON_CALL = ("pagerduty:", "opsgenie:", "grafana_oncall:", "goalert:", "ical:")
"""Systems whose names carry a folder; whoever is on call there is only ever paged."""

_DOCUMENT = re.compile(r"(openapi:.*?\.(?:ya?ml|json))(?:/|$)", re.IGNORECASE)
"""The name of a party that is an API document: its file, up to the ending."""

_PAGE = "/page"


def provider_of(about: str) -> str:
    """`payments` of `payments/charge`, and of `payments`."""
    return _parted(about)[0] if "/" in about else about


def operation_of(about: str) -> str:
    """`charge` of `payments/charge`; empty where only a party is named."""
    return _parted(about)[1] if "/" in about else ""


def called(party: str) -> str:
    """The name by which people know a party: the alert of `prometheus:rules/a.yml#group/Alert#2`, the file of a routing tree, else the name itself."""
    system, _, name = party.partition(":")
    if system == "accord":
        return name or party
    if party.startswith(_OF_FILES):
        return party.rpartition("#")[2] or party
    if system == "alertmanager":
        return name.rpartition("/")[2] or party
    if system != "prometheus" or "#" not in name:
        return party
    rule = name.partition("#")[2].partition("/")[2]
    numbered = rule.rpartition("#")
    return (numbered[0] if numbered[0] and numbered[2].isdigit() else rule) or party


@lru_cache(maxsize=16_384)
def _parted(about: str) -> tuple[str, str]:
    if about.startswith(_WHOLE):
        return about, ""
    if about.startswith(_ON_CALL):
        return (about.removesuffix(_PAGE), _PAGE[1:]) if about.endswith(_PAGE) else (about, "")
    document = _DOCUMENT.match(about)
    if document:
        return document[1], about[document.end() :]
    if about.startswith(_OF_FILES):
        file, mark, rest = about.partition("#")
        name, _, operation = rest.partition("/")
        return f"{file}{mark}{name}", operation
    if not about.startswith(_WITH_NAMESPACE):
        party, _, operation = about.partition("/")
        return party, operation
    namespace, _, rest = about.partition("/")
    name, _, operation = rest.partition("/")
    return (f"{namespace}/{name}" if name else namespace), operation
