"""The labels with which an alert reaches a routing tree: set by its rule, carried by its expression, or added by a server."""

from collections.abc import Iterable, Mapping

from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View
from accord.boundaries.signals.alerting import TEMPLATE, Alert
from accord.boundaries.signals.open_labels import Labels, Open
from accord.boundaries.signals.scraping import loading
from accord.model.alerting import Expression
from accord.model.fact import Fact

NAME = "alertname"
OF_EVERY_SERIES = frozenset(("instance", "job"))
"""What Prometheus adds to whatever it reads: an expression that carries these says no more than one that does not."""
EVERY_OTHER = "*"
"""Among the labels that an expression drops: every one that it does not carry."""
ANEW = "relabelled."
"""How the term begins of what a server writes anew."""
_BY_SERVER = ("external_label.", ANEW)
_ELSEWHERE = "$"
"""What a label contains that a server fills in from its environment, or from another label."""


def labels_of(alert: Alert, added: dict[str, Fact], asked: Iterable[str]) -> Labels:
    """What is known of the labels that its rule sets, and of those asked for."""
    labels: Labels = {name: _by_server(fact) for name, fact in added.items()}
    return labels | {name: label_of(alert, added, name) for name in (*alert.form.labels, *asked, NAME)}


def label_of(alert: Alert, added: dict[str, Fact], name: str) -> str | Open:
    """What is known of one label."""
    if name == NAME:
        return alert.called
    term, other = alert.form.labels.get(name), added.get(name)
    if term is None:
        value = _carried(alert.expression, name)
    else:
        text = str(alert.said[term].value)
        value = Open() if TEMPLATE in text else text
    return value if other is None or (value and not _is_anew(other)) else _by_server(other)


def _by_server(fact: Fact) -> str | Open:
    return Open() if _ELSEWHERE in str(fact.value) else str(fact.value)


def _is_anew(fact: Fact) -> bool:
    return fact.term.startswith(ANEW)


def _carried(expression: Expression, name: str) -> str | Open:
    """The value that the series have, "" where nobody says that they have one."""
    if name in expression.dropped:
        return ""
    fixed = {dict(selection.labels).get(name) for selection in expression.selections}
    named = name in expression.carried
    if named or EVERY_OTHER not in expression.dropped:
        known = fixed - {None}
        if len(fixed) == len(known) == 1:
            return str(known.pop())
        if known or ((named or expression.rest) and name not in OF_EVERY_SERIES):
            return Open()
    return ""


def added_by_servers(system: System, view: View, alert: Alert) -> list[dict[str, Fact]]:
    """What each server that loads the rule adds to its alerts or writes anew, by the name of the label; at least one.

    Which objects a server of the operator loads is chosen by labels of theirs: each of these servers may, or none.
    """
    parties = [server.party for server in loading(system, view, alert)]
    if "alert.namespace" in alert.said or "alert.object" in alert.said:
        parties = ["", *_of_objects(system, alert.name.place.root)]
    return [_added(system, view, party) for party in parties] or [{}]


def _of_objects(system: System, root: str) -> list[str]:
    """The servers below a root that are told in no file of theirs what they load; worked out once."""
    key = ("servers of objects", root)
    known: list[str] | None = system.memory.get(key)
    if known is None:
        terms = [term for term in system.terms if term.startswith(_BY_SERVER)]
        adding = {fact.provider for fact in system.about(*terms) if fact.place.root == root}
        known = system.memory[key] = sorted(adding.difference(telling(system, "rule_files")))
    return known


def _added(system: System, view: View, party: str) -> dict[str, Fact]:
    said = system.party(party, view).terms if party else {}
    return {term.partition(".")[2]: facts[0] for term, facts in sorted(said.items()) if term.startswith(_BY_SERVER)}


def firing(labels: Labels, values: Mapping[str, str]) -> dict[str, str]:
    """The labels of one alert that fires, where what is open has these values; an empty label is none."""
    known = {name: values.get(name, "") if isinstance(value, Open) else value for name, value in labels.items()}
    return {name: value for name, value in sorted(known.items()) if value}
