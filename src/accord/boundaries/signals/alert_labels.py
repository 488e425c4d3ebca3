"""The labels with which an alert reaches a routing tree: set by its rule, carried by its expression, or added by a server."""

from collections.abc import Iterable, Mapping

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.signals.alerting import TEMPLATE, Alert
from accord.boundaries.signals.open_labels import Labels, Open
from accord.boundaries.signals.scraping import server_of
from accord.model.alerting import Expression
from accord.model.fact import Fact

NAME = "alertname"
OF_EVERY_SERIES = frozenset(("instance", "job"))
"""What Prometheus adds to whatever it reads: an expression that carries these says no more than one that does not."""
_EVERY_OTHER = "*"


def labels_of(alert: Alert, added: dict[str, Fact], asked: Iterable[str]) -> Labels:
    """What is known of the labels that its rule sets, and of those asked for."""
    labels: Labels = {}
    for name, fact in alert.labels.items():
        text = str(fact.value)
        labels[name] = Open() if TEMPLATE in text else text
    for name in asked:
        if name not in labels:
            labels[name] = _carried(alert.expression, name)
    for name, fact in added.items():
        if not labels.get(name):
            labels[name] = str(fact.value)
    labels[NAME] = alert.called
    return labels


def _carried(expression: Expression, name: str) -> str | Open:
    """The value that the series have, "" where nobody says that they have one."""
    if name in expression.dropped:
        return ""
    fixed = {dict(selection.labels).get(name) for selection in expression.selections}
    named = name in expression.carried
    if named or _EVERY_OTHER not in expression.dropped:
        known = fixed - {None}
        if len(fixed) == len(known) == 1:
            return str(known.pop())
        if known or ((named or expression.rest) and name not in OF_EVERY_SERIES):
            return Open()
    return ""


def added_by_server(system: System, view: View, alert: Alert) -> dict[str, Fact]:
    """What the server that loads the rule adds to its alerts, by the name of the label."""
    server = server_of(system, view, alert)
    if server is None:
        return {}
    said = system.party(server.party, view).terms
    return {term.partition(".")[2]: facts[0] for term, facts in said.items() if term.startswith("external_label.")}


def firing(labels: Labels, values: Mapping[str, str]) -> dict[str, str]:
    """The labels of one alert that fires, where what is open has these values; an empty label is none."""
    known = {name: values.get(name, "") if isinstance(value, Open) else value for name, value in labels.items()}
    return {name: value for name, value in sorted(known.items()) if value}
