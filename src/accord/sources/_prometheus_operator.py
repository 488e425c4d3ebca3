"""The objects of the Prometheus operator: rules, servers, and what they are told to read and how often."""

from collections.abc import Iterable, Mapping

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._objects import Object, Reader
from accord.sources._prometheus_duration import parse_prometheus_duration
from accord.sources._rule_groups import FORMAT, LOKI, RuleGroups
from accord.sources._strict import Stating
from accord.sources._yaml import Document, Entry, Node, child, place_of

VICTORIA_RULE = "VMRule"
"""Rules for VictoriaMetrics, of the same shape; its language of expressions is another."""
_OTHERS = {"PrometheusRule": "", VICTORIA_RULE: "VictoriaMetrics", "AlertingRule": LOKI, "RecordingRule": LOKI}
"""Objects with groups of rules, and the program whose language they are in, where it is not Prometheus."""
_ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
_SERVERS = ("Prometheus", "PrometheusAgent", "ThanosRuler")
KINDS = ("PrometheusRule", "Probe", "ScrapeConfig", *_SERVERS, *_ENDPOINTS)


_GROUPS = {
    "monitoring.coreos.com/": KINDS,
    "operator.victoriametrics.com/": (VICTORIA_RULE,),
    "loki.grafana.com/": ("AlertingRule", "RecordingRule"),
}
"""By the group of an object, the kinds that are read."""

OBJECTS = frozenset(kind for kinds in _GROUPS.values() for kind in kinds)
"""All of these kinds."""


def is_operated(version: str, kind: str) -> bool:
    """Whether an object is one that is read here."""
    return any(version.startswith(group) and kind in kinds for group, kinds in _GROUPS.items())


def read_object(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one object."""
    reader = Reader(document)
    about = reader.object()
    if about is None:
        return reader.found
    if about.kind in _OTHERS:
        rules = RuleGroups(document, "object", _OTHERS[about.kind])
        metadata = reader.children("metadata")
        rules.namespace, rules.named_object = metadata.get("namespace"), metadata.get("name")
        rules.read(rules.fields(child(document.node, "spec"), "spec").get("groups"))
        return rules.found
    return _Object(reader, about).read()


class _Object:
    """Reads a server of the operator, or one that says what is read; the names of jobs are the operator's own."""

    def __init__(self, reader: Reader, about: Object) -> None:
        self.reader, self.about = reader, about
        self.said = Stating(about.document, FORMAT, "the operator")
        self.spec = reader.children("spec")

    def read(self) -> Iterable[Fact | Problem]:
        """Its facts, and a Problem for what has the wrong shape."""
        if self.about.kind in _SERVERS:
            self.read_server(f"prometheus:{self.about.namespace}/{self.about.name}")
        elif self.about.kind in _ENDPOINTS:
            self.read_endpoints(_ENDPOINTS[self.about.kind])
        elif self.about.kind == "Probe":
            self.read_job("", self.spec, "interval")
        else:
            self.read_job("", self.spec, "scrapeInterval")
        return (*self.said.facts, *self.reader.problems)

    def read_server(self, party: str) -> None:
        keys = {"scrapeInterval": "scrape.interval", "evaluationInterval": "evaluation.interval"}
        for key, term in keys.items():
            self.duration(party, term, self.spec.get(key), key)
        labels = self.spec.get("externalLabels")
        for name, entry in self.reader.members(labels.value, "externalLabels").items() if labels else ():
            text = self.reader.text(entry, name)
            if text is not None:
                self.say(party, f"external_label.{name}", text, text, entry)
        alerting = self.spec.get("alerting")
        told = self.reader.members(alerting.value, "alerting").get("alertmanagers") if alerting else None
        addresses = [self.address(node) for node in self.reader.sequence(told, "alertmanagers")]
        if told is not None and any(addresses):
            self.say(party, "alertmanagers", tuple(filter(None, addresses)), ", ".join(filter(None, addresses)), told)
            self.say(party, "alertmanagers.each", True, "every pod of a Service is found", told)

    def address(self, node: Node) -> str:
        """`name.namespace:port` of an Alertmanager's service."""
        fields = self.reader.members(node, "alertmanagers")
        name, port = self.reader.text(fields.get("name"), "name"), self.reader.text(fields.get("port"), "port")
        namespace = self.reader.text(fields.get("namespace"), "namespace") or self.about.namespace
        return f"{name}.{namespace}:{port}" if name else ""

    def read_endpoints(self, key: str) -> None:
        for number, node in enumerate(self.reader.sequence(self.spec.get(key), key)):
            self.read_job(f"/{number}", self.reader.members(node, key), "interval")

    def read_job(self, end: str, fields: Mapping[str, Entry], key: str) -> None:
        kind = self.about.kind[0].lower() + self.about.kind[1:]
        name = f"{kind}/{self.about.namespace}/{self.about.name}{end}"
        party = f"prometheus:{name}"
        entry = next(iter(fields.values()), None)
        if entry is not None:
            self.say(party, "scrape.job", name, name, entry)
            self.duration(party, "scrape.interval", fields.get(key), key)

    def duration(self, party: str, term: str, entry: Entry | None, key: str) -> None:
        read = self.reader.value(entry, key, parse_prometheus_duration) if entry is not None else None
        if entry is not None and read is not None and read[0]:
            self.say(party, term, *read, entry)

    def say(self, party: str, term: str, value: object, text: str, entry: Entry) -> None:
        place: Place = place_of(entry.at, self.about.document.root, self.about.document.file)
        self.said.say(party, term, value, text, place, self.about.scope)
