"""Grafana's own alerts as files that it is provisioned with: rules, notification policies, contact points, mute timings.

A policy tree is a routing tree, and routes as Alertmanager's. What stands in several files of one folder belongs together:
contact points and mute timings are stated of the folder, and each policy tree names it. A rule may name its contact point
itself, past every policy. Read loosely: Grafana fills in variables, and more can be set in its pages than in these files.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from accord.model.alerting import Expression, Integration, Matcher, Receiver
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.problem import Problem, Refused
from accord.sources._alertmanager_file import Teller, party_of, read_routes
from accord.sources._alertmanager_matchers import matcher
from accord.sources._alertmanager_parts import calendar, shown_calendar, shown_receiver
from accord.sources._alertmanager_reading import Members, StrictByShape, host_of
from accord.sources._logql import looks_like_logql, parse_logql
from accord.sources._objects import kind_of
from accord.sources._prometheus_duration import parse_prometheus_duration
from accord.sources._promql import EVERY_OTHER, UNKNOWN, parse_expression
from accord.sources._unfilled import unfilled
from accord.sources._yaml import (
    Document,
    Entry,
    MappingNode,
    Node,
    SequenceNode,
    child,
    entries,
    is_null,
    items,
    place_of,
    text_of,
)

FORMAT = "grafana"
_LISTS = {"contactPoints": ("name", "receivers"), "policies": ("receiver",), "muteTimes": ("name", "time_intervals")}
"""What each list of such a file has in every item."""

_TARGETS = ("recipient", "addresses", "chatid", "room_id", "channel", "url", "webhook_url")
_KINDS = {"prometheus-alertmanager": "alertmanager", "LINE": "line"}
_FOLDER = "alerting"
_VARIABLE = re.compile(r"\$__\w+|\$\{__\w+\}|\[\[__\w+\]\]")
_OF_GRAFANA = ("__expr__", "-100")
"""The data sources that stand for Grafana's own steps: reduce, math, threshold."""

AT_KEYS = frozenset((*_LISTS, "groups"))


def claims(document: Document) -> bool:
    """A file with a list that only Grafana's provisioning of alerts has."""
    return not kind_of(document)[1] and is_provisioned(document.node)


def is_provisioned(node: Node) -> bool:
    """Whether a map is such a file."""
    if type(node) is not MappingNode:
        return False
    keys = {entry.key for entry in node.value}
    for key, needed in _LISTS.items() if "<<" in keys or not keys.isdisjoint(_LISTS) else ():
        for item in _maps(child(node, key)):
            if all(child(item, name) is not None for name in needed):
                return True
    for group in _maps(child(node, "groups")):
        for rule in _maps(child(group, "rules")):
            if _is_rule(rule):
                return True
    return False


def _maps(node: Node | None) -> list[Node]:
    return [item for item in items(node) if type(item) is MappingNode] if type(node) is SequenceNode else []


def _is_rule(node: Node) -> bool:
    for entry in node.value:
        if entry.key == "title" or entry.key == "<<":
            break
    else:
        return False
    return child(node, "title") is not None and any(child(node, key) is not None for key in ("data", "condition"))


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one file; of policies that no router could follow, why."""
    for key, family in (("contactPoints", "receiver"), ("muteTimes", "calendar")):
        yield from _parts(document, _maps(child(document.node, key)), family)
    for tree in _maps(child(document.node, "policies"))[:1]:
        yield from _policies(document, tree)
    for group in _maps(child(document.node, "groups")):
        yield from _Group(document, group).facts()


def folder_of(file: str) -> str:
    """The party of everything that is provisioned in one folder, `alertmanager:grafana/provisioning/alerting#parts`."""
    folders = file.split("/")[:-1]
    if _FOLDER in folders:
        folders = folders[: folders.index(_FOLDER) + 1]
    return f"alertmanager:{'/'.join(folders)}#parts"


# ---------------------------------------------------------------------- contact points and policies


class _Loose(StrictByShape):
    """Reads as Alertmanager does, but leaves keys of Grafana's alone."""

    def check(self, node: Node, shape: str, what: str, common: Members) -> Members:
        """The members of a map, none refused."""
        return self.members(node, what)

    def matchers(self, members: Members, prefix: str = "") -> tuple[Matcher, ...]:
        """Those of a policy, as texts or as lists of label, operator and value."""
        found = list(super().matchers(members, prefix))
        entry = members.get("object_matchers")
        for item in items(entry.value) if entry is not None and type(entry.value) is SequenceNode else ():
            parts = [text_of(part) for part in items(item)] if type(item) is SequenceNode else []
            try:
                if len(parts) == 3:
                    found.append(matcher(*(part or "" for part in parts)))
            except Refused as refusal:
                self.refuse(item, f"object_matchers: {refusal}")
        return tuple(found)


def _teller(document: Document, party: str) -> Teller:
    return Teller(_Loose(document, None, "Grafana refuses these policies"), party)


def _own(facts: Iterable[Fact]) -> Iterator[Fact]:
    return (replace(fact, source=FORMAT) for fact in facts)


def _parts(document: Document, found: list[Node], family: str) -> Iterator[Fact]:
    """Contact points, or mute timings, by their names."""
    teller = _teller(document, folder_of(document.file))
    for node in found:
        name = text_of(child(node, "name") or node)
        if not name:
            continue
        if family == "receiver":
            value = Receiver(tuple(_integration(one) for one in _maps(child(node, "receivers"))))
            teller.say(f"receiver.{name}", value, shown_receiver(value), node)
        else:
            span = calendar(teller.strict, teller.strict.members(node, "a mute timing"))
            if span is not None and not teller.strict.refused:
                teller.say(f"calendar.{name}", span, shown_calendar(span), node)
    yield from _own(teller.facts)


def _integration(node: Node) -> Integration:
    """How a contact point tells, and whom as far as the file says; a variable is nobody's name."""
    kind = text_of(child(node, "type") or node) or ""
    settings = child(node, "settings")
    told = [text_of(found) or "" for key in _TARGETS if (found := child(settings, key)) is not None]
    target = next((shown for text in told if (shown := _target(text))), "")
    words = next((word for text in told if (word := unfilled(text))), "")
    return Integration(_KINDS.get(kind, kind), target, unfilled=words)


def _target(text: str) -> str:
    """An address as it is; of a URL the host alone, since the rest may be a secret."""
    if "$" in text or "\n" in text:
        return ""
    return host_of(text) if "//" in text else text.strip("<> ")


def _policies(document: Document, tree: Node) -> Iterator[Fact | Problem]:
    """The routes of a policy tree, and where its contact points and mute timings stand."""
    teller = _teller(document, party_of(document))
    named = set(_names(tree, "receiver"))
    timings = {*_names(tree, "mute_time_intervals"), *_names(tree, "active_time_intervals")}
    read_routes(teller, tree, {}, named, timings)
    parts = folder_of(document.file)
    teller.say("route.parts", parts, parts, tree)
    yield from _own(teller.facts) if not teller.strict.problems else teller.strict.problems


def _names(tree: Node, key: str) -> Iterator[str]:
    """Every name under a key of any policy: whether there is one of that name is Grafana's to know."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        found = child(node, key)
        for one in [] if found is None else items(found) or [found]:
            yield text_of(one) or ""
        waiting += _maps(child(node, "routes"))


class _Group:
    """The rules of one group, which share a folder and an interval."""

    def __init__(self, document: Document, node: Node) -> None:
        self.document, self.node = document, node
        self.name = _text(node, "name").replace("/", " ")
        self.folder = child(node, "folder")
        self.interval = child(node, "interval")

    def facts(self) -> Iterator[Fact]:
        """What the rules state that are not paused."""
        for rule in _maps(child(self.node, "rules")):
            if _is_rule(rule) and _text(rule, "isPaused").lower() != "true" and _text(rule, "title"):
                yield from self.rule(rule)

    def rule(self, rule: Node) -> Iterator[Fact]:
        """One rule: its title, labels, annotations, times, and the labels that its queries carry."""
        title = _text(rule, "title")
        party = self.party(title, rule)
        yield self.fact(party, "alert", title, title, rule)
        if self.folder is not None and text_of(self.folder):
            yield self.fact(
                party, "label.grafana_folder", text_of(self.folder), text_of(self.folder) or "", self.folder
            )
        for family in ("label", "annotation"):
            for entry in _members(child(rule, f"{family}s")):
                text = text_of(entry.value)
                if text is not None and not is_null(entry.value):
                    yield self.fact(party, f"{family}.{entry.key}", text, text, entry.at)
        for term, node in (("alert.for", child(rule, "for")), ("alert.interval", self.interval)):
            length = _duration(node)
            if node is not None and length is not None:
                yield self.fact(party, term, length, text_of(node) or "", node)
        named = child(rule, "notification_settings", "receiver")
        if named is not None and text_of(named):
            yield self.fact(party, "alert.receiver", text_of(named), text_of(named) or "", named)
        yield self.fact(party, "alert.expression", _expression(rule), _queried(rule), child(rule, "data") or rule)

    def party(self, title: str, rule: Node) -> str:
        """The name of a rule; the second of one title in its group is `...#2`."""
        homes, scope = self.document.homes, self.document.scope
        name = found = f"prometheus:{self.document.file}#{self.name}/{title}"
        number = 1
        while (found, scope) in homes:
            number += 1
            found = f"{name}#{number}"
        homes[found, scope] = place_of(rule, self.document.root, self.document.file)
        return found

    def fact(self, party: str, term: str, value: Any, text: str, node: Node) -> Fact:
        """One fact of a rule, at the place of a node."""
        place = place_of(node, self.document.root, self.document.file)
        return Fact(
            *(party, Stance.PROMISES, "", party, PARTY, term),
            *(value, text, place, Layer.PLATFORM, self.document.scope, FORMAT),
        )


def _members(node: Node | None) -> list[Entry]:
    return entries(node) if type(node) is MappingNode else []


def _text(node: Node, key: str) -> str:
    found = child(node, key)
    return "" if found is None or is_null(found) else text_of(found) or ""


def _duration(node: Node | None) -> int | None:
    try:
        return parse_prometheus_duration(text_of(node) or "") if node is not None else None
    except Refused:
        return None


# ---------------------------------------------------------------------- what is asked


def _queries(rule: Node) -> list[Node]:
    """The models of the queries that ask a data source, not of the steps that Grafana takes with their answers."""
    found: list[Node] = []
    for item in _maps(child(rule, "data")):
        model = child(item, "model")
        if type(model) is MappingNode and _text(item, "datasourceUid") not in _OF_GRAFANA:
            found.append(model)
    return found


def _queried(rule: Node) -> str:
    return "; ".join(filter(None, (_text(model, "expr") for model in _queries(rule)))) or "a query of Grafana"


def _expression(rule: Node) -> Expression:
    """Which labels come with what is asked; any may where that cannot be told."""
    steps = [child(item, "model", "type") for item in _maps(child(rule, "data"))]
    if any(step is not None and text_of(step) == "classic_conditions" for step in steps):
        return Expression(dropped=(EVERY_OTHER,))
    asked = [_text(model, "expr") for model in _queries(rule)]
    if len(asked) != 1 or not asked[0]:
        return UNKNOWN
    text = _VARIABLE.sub("5m", asked[0])
    try:
        return replace(parse_expression(text), selections=())
    except Refused:
        return parse_logql(text) if looks_like_logql(text) else UNKNOWN
