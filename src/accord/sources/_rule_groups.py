"""Groups of rules, as rule files and PrometheusRule objects hold them; refused is what Prometheus refuses to load.

One rule that is wrong costs its whole file, as it does in Prometheus: what is wrong is told, and nothing else is read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from msgspec.structs import replace

from accord.model.alerting import Expression
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place
from accord.model.problem import Refused
from accord.sources._alert_templates import template_error
from accord.sources._logql import looks_like_logql, may_be_logql, parse_logql
from accord.sources._promql import UNKNOWN, NewerFunction, parse_expression
from accord.sources._refusals import template_reason
from accord.sources._strict import Stating
from accord.sources._yaml import NULLS, Document, Entry, MappingNode, Node, ScalarNode, child, items, precedes, text_of

FORMAT = "prometheus"
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_GROUP_KEYS = frozenset(
    (
        *("name", "interval", "query_offset", "limit", "labels", "rules"),
        *("partial_response_strategy", "source_tenants", "evaluation_delay", "align_evaluation_time_on_interval"),
    )
)  # the second line: Thanos and Mimir, which read the same files
_RULE_KEYS = frozenset(("record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"))
_OF_A_RULE = frozenset(("alert", "record", "expr", "<<"))
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d+(\.0*)?", re.ASCII)
_TEMPLATE_MARKS = ("{{", "<%", "{%")
_HOLDS = (("for", "alert.for"), ("keep_firing_for", "alert.keep_firing_for"))
_OF_VMALERT = frozenset(
    (
        *("type", "concurrency", "params", "headers", "notifier_headers", "tenant", "debug", "update_entries_limit"),
        *("eval_offset", "eval_delay", "eval_alignment"),
    )
)
LOKI, VMALERT = "Loki", "vmalert"
"""Programs that read rule files of this shape too, in languages of their own."""

_PROMISES, _PLATFORM = Stance.PROMISES, Layer.PLATFORM  # looking one up takes twice as long as making a fact
_MOST_TERMS = 4096
_Text = tuple[str, Node]


class RuleGroups(Stating):
    """Reads the groups of one document; those of another program (`of`) have keys and expressions of its own, left open."""

    def __init__(self, document: Document, whole: str = "file", of: str = "") -> None:
        super().__init__(document, FORMAT, of or "Prometheus", whole)
        self.of, self.is_of_another = of, bool(of)
        self.namespace: Entry | None = None
        self.named_object: Entry | None = None

    def read(self, groups: Entry | None) -> None:
        """The rules of every group."""
        names: set[str] = set()
        for node in self.sequence(groups, "groups"):
            fields = self.fields(node, "group", () if self.is_of_another else _GROUP_KEYS)
            name = self.text(fields.get("name"), "name of the group")
            if not name and (fields or type(node) is MappingNode):
                self.refuse(node, "this group has no name")
            elif name and name in names:
                self.refuse(fields["name"].value, f"the group {name!r} stands here a second time")
            names.add(name)
            self.group(name, fields)

    def group(self, name: str, fields: Mapping[str, Entry]) -> None:
        """The rules of one group."""
        interval = self.duration(fields.get("interval"), "interval")
        self.duration(fields.get("query_offset"), "query_offset")
        limit = self.text(fields.get("limit"), "limit")
        if limit and not _WHOLE.fullmatch(limit):
            self.refuse(fields["limit"].value, f"limit: expected a whole number, read {limit!r}")
        labels = self.named(fields.get("labels"), "label") if "labels" in fields else {}
        at = fields.get("interval")
        within = (*interval, self.place(at.at)) if interval and at else None
        list_ = fields.get("rules")
        for node in self.sequence(list_, "rules"):
            rule = self.fields(node, "rule", () if self.is_of_another else _RULE_KEYS)
            if rule:
                aliased = list_ is not None and precedes(node, list_.value)
                begins = list_.key_node if list_ is not None and aliased else node
                self.rule(name, rule, self.place(begins), labels, within)

    def rule(
        self,
        group: str,
        fields: Mapping[str, Entry],
        at: Place,
        labels: Mapping[str, _Text],
        interval: tuple[int, str, Place] | None,
    ) -> None:
        """One rule of either kind."""
        alert = self.text(fields["alert"], "alert") if "alert" in fields else ""
        record = self.text(fields["record"], "record") if "record" in fields else ""
        if alert and record:
            self.refuse(fields["record"].key_node, f"rule {alert}: only one of alert and record can stand in a rule")
            return
        if not alert and not record:
            self.refuse(next(iter(fields.values())).key_node, "this rule has neither alert nor record")
            return
        name = alert or record
        text = self.text(fields["expr"], "expr") if "expr" in fields else ""
        expression = self.expression(fields["expr"], text) if text else None
        if not text:
            at_all = fields["expr"].value if "expr" in fields else next(iter(fields.values())).key_node
            self.refuse(at_all, f"rule {name}: it has no expr")
        party = self.party(f"prometheus:{self.document.file}#{group}/{name}", at)
        plain = self.plain_texts(party, fields.get("labels"), "label") if alert and not labels else None
        own = self.named(fields["labels"], "label") if plain is None and "labels" in fields else {}
        if record:
            self.recording(party, record, fields, at)
        else:
            self.alert(party, alert, fields, at)
            if plain is None:
                self.texts(party, {**labels, **own})
            else:
                self.facts += plain
            if interval:
                self.say(party, "alert.interval", *interval)
        if expression is not None:
            term = "alert.expression" if alert else "records.expression"
            self.state(party, term, expression, text, fields["expr"].at)

    def party(self, name: str, at: Place) -> str:
        """The name of a rule; the second of one name in the same group is `...#2`."""
        homes, scope, found, number = self.document.homes, self.document.scope, name, 1
        while (found, scope) in homes:
            number += 1
            found = f"{name}#{number}"
        homes[found, scope] = at
        return found

    # ------------------------------------------------------------------ one rule

    def recording(self, party: str, name: str, fields: Mapping[str, Entry], at: Place) -> None:
        """A rule that makes a series."""
        if not _METRIC.fullmatch(name):
            self.refuse(fields["record"].value, f"record: {name!r} is no name of a series")
        for key in ("for", "keep_firing_for"):
            read = self.duration(fields.get(key), key)
            if read and read[0]:
                self.refuse(fields[key].key_node, f"rule {name}: {key} has no meaning in a rule that records")
        if self.named(fields.get("annotations"), "annotation") and not self.is_of_another:
            self.refuse(fields["annotations"].key_node, f"rule {name}: a rule that records has no annotations")
        self.say(party, "records", name, name, at)

    def alert(self, party: str, name: str, fields: Mapping[str, Entry], at: Place) -> None:
        """A rule that fires an alert: how long its condition holds, and its texts."""
        self.say(party, "alert", name, name, at)
        namespace = self.text(self.namespace, "namespace") if self.namespace is not None else ""
        if self.namespace is not None and namespace:
            self.state(party, "alert.namespace", namespace, namespace, self.namespace.at)
        elif self.named_object is not None and (called := self.text(self.named_object, "name")):
            self.state(party, "alert.object", called, called, self.named_object.at)
        for key, term in _HOLDS:
            entry = fields.get(key)
            if entry is not None and (read := self.duration(entry, key)):
                self.state(party, term, *read, entry.at)
        plain = self.plain_texts(party, fields.get("annotations"), "annotation")
        if plain is None:
            self.texts(party, self.named(fields["annotations"], "annotation"))
        else:
            self.facts += plain

    def state(self, party: str, term: str, value: Any, text: str, at: Node) -> None:
        """Adds what a rule says of itself at a node."""
        mark, document = at.mark or at, self.document
        place = Place(document.root, document.file, mark.line + 1, mark.column + 1)
        self.facts.append(
            Fact(party, _PROMISES, "", party, PARTY, term, value, text, place, _PLATFORM, document.scope, FORMAT)
        )

    def plain_texts(self, party: str, entry: Entry | None, what: str) -> Iterable[Fact] | None:
        """The facts of labels or annotations that are nothing but texts under good names; None where any has to be looked at."""
        if entry is None:
            return ()
        node, terms = entry.value, _TERMS[what]
        if type(node) is not MappingNode:
            return None
        root, file, scope = self.document.root, self.document.file, self.document.scope
        found: dict[str, Fact] = {}
        for one in node.value:
            value, term = one.value, terms[one.key]
            if type(value) is not ScalarNode or value.tag or value.mark or one.typed or one.at is not value or not term:
                return None
            text = value.value
            if ("{{" in text and template_error(text)) or (text in NULLS and not value.style):
                return None
            place = Place(root, file, value.line + 1, value.column + 1)
            found[term] = Fact(party, _PROMISES, "", party, PARTY, term, text, text, place, _PLATFORM, scope, FORMAT)
        return found.values() if len(found) == len(node.value) else None

    def texts(self, party: str, named: Mapping[str, _Text]) -> None:
        """Labels or annotations, as typed; a template that cannot be read is refused."""
        document, add = self.document, self.facts.append
        root, file, scope = document.root, document.file, document.scope
        for term, (text, at) in named.items():
            if "{{" in text and not self.is_of_another and (wrong := template_error(text)):
                self.refuse(at, f"{term.replace('.', ' ', 1)}: {wrong}")
            mark = at.mark or at
            place = Place(root, file, mark.line + 1, mark.column + 1)
            add(Fact(party, _PROMISES, "", party, PARTY, term, text, text, place, _PLATFORM, scope, FORMAT))

    def named(self, entry: Entry | None, what: str) -> dict[str, _Text]:
        """Labels or annotations by their terms, each with its text and the node whose place it has."""
        if entry is None:
            return {}
        found: dict[str, _Text] = {}
        for name, one in self.fields(entry.value, f"{what}s").items():
            if not LABEL.fullmatch(name) or (name == "__name__" and what == "label"):
                self.bad_name(name, one, what)
            found[f"{what}.{name}"] = (self.scalar(one.value, f"{what} {name}"), one.at)
        return found

    def bad_name(self, name: str, entry: Entry, what: str) -> None:
        """A name that no Prometheus takes is refused; one that all take since 3.0 is noted."""
        if not name or name == "__name__":
            self.refuse(entry.key_node, f"{what} {name!r}: no name that a {what} can have")
        else:
            self.note(entry.key_node, f"{what} {name!r}: refused by every Prometheus before 3.0, with its whole file")

    def expression(self, entry: Entry, text: str) -> Expression:
        """What the expression selects and carries; what only a newer Prometheus knows is noted, and unknown."""
        if (
            "{{" in text or "<%" in text or "{%" in text
        ):  # Prometheus fills in nothing here: whoever renders the file does
            self.after = ""
            self.refuse(entry.value, template_reason(next(mark for mark in _TEMPLATE_MARKS if mark in text)))
            return UNKNOWN
        if self.is_of_another:
            return _of_another(self.of, text)
        try:
            return parse_expression(text)
        except NewerFunction as unknown:
            self.note(entry.value, f"expr: {unknown}; taken for one that is not known here yet")
        except Refused as refusal:
            kind = "; this looks like LogQL, the language of Loki" if looks_like_logql(text) else ""
            self.refuse(entry.value, f"expr: {refusal}{kind}")
        return UNKNOWN


def _of_another(program: str, text: str) -> Expression:
    """Which labels an expression in the language of another program carries; what it reads is that program's business."""
    if program == LOKI:
        return parse_logql(text)
    try:
        return replace(parse_expression(text), selections=())  # MetricsQL holds PromQL
    except Refused:
        return UNKNOWN


def language_of(groups: Node) -> str:
    """The program whose rules these are, where it is not Prometheus; told by keys of its own, or by the expressions."""
    for group in items(groups):
        for one in (group, *items(child(group, "rules") if type(group) is MappingNode else None)):
            if type(one) is MappingNode and any(entry.key in _OF_VMALERT for entry in one.value):
                return VMALERT
    found = list(_expressions(groups))
    return LOKI if any(map(looks_like_logql, found)) and all(map(may_be_logql, found)) else ""


def _expressions(groups: Node) -> Iterator[str]:
    for group in items(groups):
        for rule in items(child(group, "rules") if type(group) is MappingNode else None):
            found = child(rule, "expr") if type(rule) is MappingNode else None
            if found is not None:
                yield text_of(found) or ""


class _Terms(dict[str, str]):
    """The term for each name of a label or an annotation, one text for all facts about it; "" for a name that has to be looked at."""

    def __init__(self, family: str) -> None:
        self.family = family

    def __missing__(self, name: str) -> str:
        is_plain = name != "__name__" and LABEL.fullmatch(name)
        term = f"{self.family}.{name}" if is_plain else ""
        if len(self) < _MOST_TERMS:
            self[name] = term
        return term


_TERMS = {family: _Terms(family) for family in ("label", "annotation")}


def are_other_groups(node: Node) -> bool:
    """Whether a list of groups is of something else: each has keys of its own, and none that a group of rules has but its name."""
    keys = [{entry.key for entry in group.value} for group in items(node) if type(group) is MappingNode]
    others = [group - {"name"} for group in keys]
    known = _GROUP_KEYS - {"name"}
    return bool(keys) and all(group and not any(get_close_matches(key, known, 1) for key in group) for group in others)


def holds_rules(node: Node) -> bool:
    """Whether a list of groups has a rule: a map with `alert`, `record` or `expr`."""
    for group in items(node):
        for entry in group.value if type(group) is MappingNode else ():
            if entry.key == "rules":
                for rule in items(entry.value):
                    if type(rule) is MappingNode and any(each.key in _OF_A_RULE for each in rule.value):
                        return True
    return False
