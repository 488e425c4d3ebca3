"""Terraform, in small: the resources that say who is paged when and who is on duty, and queues with what takes from them.

Both of its spellings are read, `*.tf` (with the extra `accord[terraform]`) and `*.tf.json`. What a file means to other
providers is passed over, and so is all that only Terraform can work out.
"""

import re
from collections.abc import Iterable, Iterator

from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources import _goalert, _grafana_oncall, _opsgenie, _pagerduty, _terraform_aws
from accord.sources._hcl import parsed
from accord.sources._terraform import SYSTEMS, Resource, resources
from accord.sources._yaml import Document, MappingNode, Node, child, entries, items

FORMAT = "terraform"
FILES = ("*.tf",)
COMMENTS = ("#", "//", "/*")
EXTRA = "accord[terraform]"

_READERS = {
    "goalert": _goalert.read,
    "grafana_oncall": _grafana_oncall.read,
    "opsgenie": _opsgenie.read,
    "pagerduty": _pagerduty.read,
}
_CONCERNED = re.compile(rf"""^[ \t]*resource[ \t]+"?(?:{"|".join(SYSTEMS)})_(\w+)""", re.MULTILINE | re.ASCII)
_QUEUES = re.compile("|".join(_terraform_aws.CONCERNED))
_PEOPLE = frozenset(
    (
        *("escalation_policy", "service", "schedule", "escalation", "schedule_rotation", "team"),
        *("escalation_chain", "on_call_shift", "integration", "route", "rotation", "schedule_rule", "user_override"),
    )
)


def claims(document: Document) -> bool:
    """A document in Terraform's JSON form with a resource for people on call, or a queue."""
    found = child(document.node, "resource")
    blocks: list[Node] = [found] if type(found) is MappingNode else items(found)
    keys = [entry.key for block in blocks for entry in entries(block)]
    return any(key.startswith(SYSTEMS) for key in keys) or _terraform_aws.is_concerned(keys)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of its resources."""
    yield from _read(document.node, Place(document.root, document.file, 1, 1), document.scope)


def read_text(text: str, start: Place) -> Iterable[Fact | Problem]:
    """The facts of the resources in a file of Terraform's own language; nothing where it has none of those read here."""
    people = (match for match in _CONCERNED.finditer(text) if match[1] in _PEOPLE)
    concerned = next(people, None) or _QUEUES.search(text)
    if concerned is None:
        return
    body = parsed(text, start)
    if isinstance(body, Problem):
        yield body
    elif body is None:
        begin = text.rfind("\n", 0, concerned.start() + 1) + 1
        line = text.count("\n", 0, concerned.start()) + 1
        place = Place(start.root, start.file, line, max(concerned.start() - begin, 0) + 1)
        what = "who is on call" if concerned.re is _CONCERNED else "what queues do"
        yield Problem(place, f"{what} is stated here and not read: that needs {EXTRA}", fatal=True)
    else:
        yield from _read(body, start, EVERYWHERE)


def _read(node: Node, start: Place, scope: Scope) -> Iterator[Fact | Problem]:
    for resource in resources(node, start, scope):
        yield from _of(resource)
    yield from _terraform_aws.read(node, start, scope)


def _of(resource: Resource) -> Iterator[Fact | Problem]:
    yield from _READERS[resource.system](resource)
