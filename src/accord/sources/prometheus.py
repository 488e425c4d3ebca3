"""Prometheus: rule files, PrometheusRule objects, prometheus.yml, and the objects of its operator that set intervals.

A rule file that Prometheus would refuse may be one of vmalert or of Loki, which have keys and languages of their own.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._objects import kind_of
from accord.sources._prometheus_operator import OBJECTS, is_operated, read_object
from accord.sources._prometheus_server import OF_GLOBAL, is_server, read_server
from accord.sources._rule_groups import FORMAT, RuleGroups, are_other_groups, holds_rules, language_of
from accord.sources._yaml import Document, MappingNode, Node, child, documents, place_of

__all__ = ["COMMENTS", "FILES", "FORMAT", "claims", "read", "read_text"]
FILES = ("*.rules",)
"""What rule files are called too (`alert.rules`), as are files of other programs."""
COMMENTS = ("#",)
_TOP_KEYS = ("groups", "namespace")
_OF_SERVER = ("scrape_configs", "rule_files", "alerting")
_OLDER = re.compile(r"^ALERT[ \t]+\w+\s+IF\b", re.MULTILINE)
"""A rule in the language of Prometheus 1."""

_GROUPS = re.compile(r"""^["']?groups["']?[ \t]*:""", re.MULTILINE)

AT_KINDS = OBJECTS
AT_KEYS = frozenset(("groups", "scrape_configs", "rule_files", "alerting", "global"))
AT_WORDS = ("groups", "scrape_configs", "rule_files", *OF_GLOBAL)


def claims(document: Document) -> bool:
    """A file of rules, a configuration of a server, or an object of the operator."""
    if type(document.node) is not MappingNode:
        return False
    version, kind = kind_of(document)
    if version or kind:
        return is_operated(version, kind)
    return _is_rule_file(document) or is_server(document)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one document; nothing but what is refused where Prometheus would not load it."""
    if kind_of(document)[1]:
        return read_object(document)
    if not _is_rule_file(document):
        return read_server(document)
    groups, keys = child(document.node, "groups"), {entry.key for entry in document.node.value}
    may_be_server = "<<" in keys or not keys.isdisjoint(_OF_SERVER)
    if groups is not None and may_be_server and any(child(document.node, key) is not None for key in _OF_SERVER):
        place = place_of(groups, document.root, document.file)
        return [
            Problem(
                place, "rules beside the configuration of a server; Prometheus loads this file as neither", fatal=True
            )
        ]
    before = dict(document.homes)
    rules = _read_as(document, "")
    if rules.refused and groups is not None and (program := language_of(groups)):
        document.homes.clear()
        document.homes.update(before)
        rules = _read_as(document, program)
    return rules.found


def _read_as(document: Document, program: str) -> RuleGroups:
    """The rules of a file in the language of a program, Prometheus where it is empty."""
    rules = RuleGroups(document, of=program)
    rules.read(rules.fields(document.node, "rule file", _TOP_KEYS).get("groups"))
    return rules


def read_text(text: str, start: Place) -> Iterator[Fact | Problem]:
    """The facts of a file that is known by its name; none where it has no groups of rules."""
    if _OLDER.search(text) and not _GROUPS.search(text):
        yield Problem(
            start, "rules as Prometheus 1 had them (ALERT ... IF ...); none since 2.0 loads this file", fatal=True
        )
    for document in documents(text, start.root, start.file) if _GROUPS.search(text) else ():
        if isinstance(document, Problem):
            yield document
        elif claims(document):
            yield from read(document)


def _is_rule_file(document: Document) -> bool:
    return _is_of_rules(document.node)


@lru_cache(maxsize=1)  # asked when a document is claimed, and when it is read
def _is_of_rules(node: Node) -> bool:
    groups = child(node, "groups")
    if groups is None:
        return False
    by_itself = {entry.key for entry in node.value} <= {*_TOP_KEYS}
    return holds_rules(groups) or (by_itself and not are_other_groups(groups))
