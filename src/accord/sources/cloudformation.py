"""CloudFormation and SAM: queues, topics, functions and what takes messages from where, with alarms as the signals about them.

What holds where a template says nothing stands in accord/defaults (sqs, lambda, ...). Short forms of functions (`!Ref`) and
full ones are read alike, here only.
"""

from collections.abc import Iterable

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._cloudformation import FORMAT as FORMAT
from accord.sources._cloudformation import Template
from accord.sources._cloudformation_balancers import read_balancers
from accord.sources._cloudformation_functions import read_functions
from accord.sources._cloudformation_gateways import read_gateways
from accord.sources._cloudformation_queues import read_queues
from accord.sources._cloudformation_topics import read_topics
from accord.sources._yaml import Document, MappingNode, child, text_of

_KINDS = ("AWS::", "Alexa::", "Custom::")

AT_KEYS = frozenset(("Resources",))


def claims(document: Document) -> bool:
    """A document with resources, of which it says by its version, its transform or a type that they are CloudFormation's."""
    if type(document.node) is not MappingNode:
        return False
    keys = {entry.key for entry in document.node.value}
    if "Resources" not in keys:
        return False
    if not keys.isdisjoint(("AWSTemplateFormatVersion", "Transform")):
        return True
    resources = child(document.node, "Resources")
    values = [entry.value for entry in resources.value] if type(resources) is MappingNode else []
    types = [child(value, "Type") for value in values]
    return any((text_of(found) or "").startswith(_KINDS) for found in types if found is not None)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one template, and a Problem for what has the wrong shape."""
    template = Template(document)
    read_queues(template)
    read_functions(template)
    read_topics(template)
    read_gateways(template)
    read_balancers(template)
    return (*template.facts, *template.problems)
