"""Alerts taken together: by the root they were read under, by what they interrupt, and in words that several rules share."""

from collections.abc import Callable, Iterable
from operator import attrgetter, itemgetter

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, lowered
from accord.boundaries.signals.alerting import Alert, alerting
from accord.model.fact import Fact
from accord.model.finding import Finding, Severity, Statement, Verdict

_PLACE = attrgetter("name.place")


def roots(system: System, view: View) -> dict[str, list[Alert]]:
    """The alerts of each root that was read, in the order of the files."""
    key = ("alerts by root", tuple(sorted(view.items())))
    known: dict[str, list[Alert]] | None = system.memory.get(key)
    if known is None:
        files = alerting(system, view).files
        known = system.memory[key] = {root: [] for root, _ in files}
        for (root, _), alerts in sorted(files.items(), key=itemgetter(0)):
            known[root] += sorted(alerts, key=_PLACE)
    return known


def carries(alert: Alert, names: Iterable[str]) -> bool:
    """Whether the expression names one of these labels among those of its result."""
    carried = alert.expression.carried
    return bool(carried) and not {label.lower() for label in carried}.isdisjoint(lowered(tuple(names)))


def interrupts(alert: Alert, words: Vocabulary) -> bool:
    """Whether the alert declares a severity that interrupts a person."""
    return words.interrupts(alert.severity(words))


def is_heartbeat(alert: Alert, words: Vocabulary) -> bool:
    """Whether it fires all the time, so that its absence is noticed."""
    return alert.called.lower() in lowered(words.heartbeat)


def counted(alerts: list[Alert], one: str, many: str) -> str:
    """`CheckoutDown names no owner`, or `38 alerts name no owner`."""
    names = dict.fromkeys(alert.called for alert in alerts)
    if len(names) == 1:
        return f"{alerts[0].called} {one}"
    return f"{len(alerts)} alerts {many}"


def note(
    alerts: list[Alert], message: str, says: Callable[[Alert], tuple[Fact, str]], words: Vocabulary | None = None
) -> Finding:
    """One cause at all its places; a warning where `words` are given and one of the alerts interrupts a person."""
    weighty = words is not None and any(interrupts(alert, words) for alert in alerts)
    statements = tuple(Statement(*says(alert)) for alert in alerts)
    provider = alerts[0].party if len(alerts) == 1 else ""
    severity = Severity.WARNING if weighty else Severity.INFO
    return Finding(Verdict.NOTE, message, statements, "", provider, severity=severity)
