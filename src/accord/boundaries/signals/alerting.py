"""Alerts and the trees that route them, gathered from what rule files and routing files state. No verdicts here."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, lowered
from accord.model.alerting import Expression, Receiver, Route
from accord.model.fact import Fact

_ALERT, _TREE = "prometheus:", "alertmanager:"
ROOT = "route.r"
"""The path of the root of a routing tree."""
GRAFANA = "grafana"
"""The format of the alerts that Grafana evaluates, and routes, itself."""
_UNREAD = Expression()
TEMPLATE = "{{"
"""What a label or annotation contains whose value is worked out when the alert fires."""


class Form:
    """What alerts that state the same terms have in common: which of these are labels, which annotations, and the names of both."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms = frozenset(terms)
        families: dict[str, dict[str, str]] = {"label": {}, "annotation": {}}
        for term in terms:
            family, dot, name = term.partition(".")
            if dot and family in families:
                families[family][name] = term
        self.labels, self.annotations = families.values()
        """The term of each, by its name."""
        self._in_lower_case = tuple({name.lower(): term for name, term in named.items()} for named in families.values())
        self._firsts: dict[tuple[str, ...], str] = {}

    def first(self, names: tuple[str, ...]) -> str:
        """The term of the label, else of the annotation, that has the first of these names, without regard to case; "" for none."""
        found = self._firsts.get(names)
        if found is None:
            asked = [named[name] for named in self._in_lower_case for name in lowered(names) if name in named]
            found = self._firsts[names] = asked[0] if asked else ""
        return found


class Alert(Struct, frozen=True):
    """One alerting rule with the facts that it states, by their terms; `form` says which of these are labels and annotations.

    `called` is the name of the alert, `expression` what it is worked out from, empty where that could not be read.
    """

    party: str
    name: Fact
    said: dict[str, Fact]
    form: Form
    called: str
    expression: Expression

    @property
    def labels(self) -> dict[str, Fact]:
        """The labels that the rule sets, by name."""
        return {name: self.said[term] for name, term in self.form.labels.items()}

    @property
    def annotations(self) -> dict[str, Fact]:
        """Its annotations, by name."""
        return {name: self.said[term] for name, term in self.form.annotations.items()}

    @property
    def program(self) -> str:
        """The program that evaluates it, as its routing names it: no other routes it."""
        return GRAFANA if self.name.source == GRAFANA else ""

    def first(self, names: tuple[str, ...]) -> Fact | None:
        """The label, else the annotation, of the first of these names that the rule sets, without regard to case."""
        term = self.form.first(names)
        return self.said[term] if term else None

    def severity(self, words: Vocabulary) -> str:
        """The severity that it declares; empty where it declares none, or works it out when it fires."""
        fact = self.first(words.severity)
        return "" if fact is None or TEMPLATE in str(fact.value) else str(fact.value)


class Node(Struct):
    """One route with its children; `path` is its term: `route.r` for the root, `route.r.0.2` for the third child of the first."""

    path: str
    fact: Fact
    children: "list[Node]"

    @property
    def route(self) -> Route:
        """What the route says itself."""
        return self.fact.value  # type: ignore[no-any-return]


class Tree:
    """One routing file: its root route, receivers, inhibitions, calendars and timings, each as the fact that states it."""

    def __init__(self, party: str, said: dict[str, Fact]) -> None:
        self.party = party
        self.said = said
        self.receivers = {term.partition(".")[2]: fact for term, fact in said.items() if term.startswith("receiver.")}
        self.calendars = {term.partition(".")[2]: fact for term, fact in said.items() if term.startswith("calendar.")}
        self.inhibitions = [fact for term, fact in sorted(said.items()) if term.startswith("inhibition.")]

    @cached_property
    def root(self) -> Node | None:
        """The top of the tree with everything below; None where no route could be read."""
        nodes = {
            term: Node(term, fact, [])
            for term, fact in self.said.items()
            if term.startswith("route.") and isinstance(fact.value, Route)
        }
        for path, node in nodes.items():
            above = path.rpartition(".")[0]
            if above in nodes:
                nodes[above].children.append(node)
        for node in nodes.values():
            node.children.sort(key=lambda child: int(child.path.rpartition(".")[2]))
        return nodes.get(ROOT)

    @property
    def is_laid_over(self) -> bool:
        """Whether values for a chart hold the routing: what its root does not say stands in those that these are laid over."""
        kind = self.said.get("route.object")
        return kind is not None and kind.value == "values"

    @property
    def program(self) -> str:
        """The program that routes by it where that is not Alertmanager."""
        return GRAFANA if self.root is not None and self.root.fact.source == GRAFANA else ""

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every route, parents before children, in the order of the file."""
        return tuple(_below(self.root)) if self.root else ()

    def receiver(self, name: str) -> Receiver | None:
        """Who is told under a name; None where the file defines no such receiver."""
        fact = self.receivers.get(name)
        return fact.value if fact is not None and isinstance(fact.value, Receiver) else None


def _below(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(current.children)


class Alerting:
    """Every alert and every tree of one view, in order of party."""

    def __init__(self, alerts: Iterable[Alert], trees: Iterable[Tree]) -> None:
        self.alerts = tuple(alerts)
        self.trees = tuple(trees)

    @cached_property
    def files(self) -> dict[tuple[str, str], list[Alert]]:
        """The alerts by the root and the file that they stand in."""
        files: dict[tuple[str, str], list[Alert]] = {}
        root = file = ""
        found: list[Alert] = []
        for alert in self.alerts:
            place = alert.name.place
            # those of one file mostly follow each other
            if not found or place.file is not file or place.root is not root:
                root, file = place.root, place.file
                found = files.setdefault((root, file), [])
            found.append(alert)
        return files


def alerting(system: System, view: View) -> Alerting:
    """The alerts and trees that hold in this view; worked out once."""
    key = ("alerting", tuple(sorted(view.items())))
    known = system.memory.get(key)
    if known is None:
        alerts, trees = [], []
        forms: dict[tuple[str, ...], Form] = {}
        for party in system.parties:
            if party.startswith(_ALERT):
                alerts += _alert(party, system.firsts(party, view), forms)
            elif party.startswith(_TREE):
                trees.append(Tree(party, _said(system, party, view)))
        known = system.memory[key] = Alerting(alerts, trees)
    return known


def namespaces_told(system: System, view: View) -> frozenset[str]:
    """The namespaces of the Alertmanagers that servers say they send to: the second part of each address."""
    told = [
        str(address).rpartition("//")[2].partition(":")[0].split(".")
        for party in telling(system, "alertmanagers")
        if party.startswith(_ALERT)
        for fact in system.party(party, view).all("alertmanagers")
        for address in fact.value
    ]
    return frozenset(parts[1] for parts in told if len(parts) > 1)


def _said(system: System, party: str, view: View) -> dict[str, Fact]:
    said = system.firsts(party, view)
    parts = said.get("route.parts")
    return said if parts is None else {**_said(system, str(parts.value), view), **said}


def _alert(party: str, said: dict[str, Fact], forms: dict[tuple[str, ...], Form]) -> list[Alert]:
    alert = said.get("alert")
    if alert is None:
        return []
    terms = tuple(said)
    form = forms.get(terms)
    if form is None:
        form = forms[terms] = Form(terms)
    stated = said.get("alert.expression")
    expression = stated.value if stated is not None and isinstance(stated.value, Expression) else _UNREAD
    return [Alert(party, alert, said, form, str(alert.value), expression)]


def alerts_named(system: System, view: View, name: str) -> tuple[Alert, ...]:
    """The rules that a name in a contract means: those of this alert, unless a party that is no alert speaks under it."""
    own = system.party(name, view)
    if name in system.speaking and own.value("kind") != "alert":
        return ()
    every = alerting(system, view).alerts
    key = ("alerts_named", tuple(sorted(view.items())))
    known: dict[str, tuple[Alert, ...]] | None = system.memory.get(key)
    if known is None:
        known = system.memory[key] = {}
        for alert in every:
            for called in (alert.called, alert.party):
                known[called] = (*known.get(called, ()), alert)
    return known.get(name, ())
