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
    labels: Labels = {name: _set(fact) for name, fact in alert.labels.items()}
    labels |= {name: _carried(alert.expression, name) for name in asked if name not in labels}
    labels |= {name: _set(fact) for name, fact in added.items() if _is_anew(fact) or not labels.get(name)}
    return {**labels, NAME: alert.called}


def _set(fact: Fact) -> str | Open:
    is_open = _ELSEWHERE in str(fact.value) if fact.term.startswith(_BY_SERVER) else TEMPLATE in str(fact.value)
    return Open() if is_open else str(fact.value)


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
