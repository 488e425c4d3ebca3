"""Whether the way of an alert breaks an expectation. A function returns why it does not, or ""."""

from collections.abc import Iterator

from accord.model.contract_values import references
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.nothing import NONE
from accord.model.witness import Step
from accord.monitor.alerts import fired
from accord.monitor.carrying import instant
from accord.monitor.routing import NotTold, ends, notifies_nobody, receiver_of, routes_of
from accord.monitor.speech import provider_of
from accord.monitor.timeline import Timeline


def alert_heard(line: Timeline) -> str:
    """Broken when every route at which the alert ends leads to a receiver that notifies nobody."""
    return _silent(line)


def alert_not_held_back(line: Timeline) -> str:
    """Broken when the one signal of a promise is held back."""
    alert = fired(line)
    if alert is None or not any(step.act == "inhibits" for step in line.told):
        return "it is not held back"
    return "" if any(_shown_by(line, alert)) else "no promise among its facts is shown by it alone"


def heard_while_promised(line: Timeline) -> str:
    """Broken when the one signal of a promise is silent at an instant at which the promise holds."""
    alert, moment = fired(line), instant(line.witness.starts, 0)
    if alert is None or moment is None:
        return "nothing fires, or nobody says when"
    hours = [one for one in line.witness.expects if one.term == "hours" and isinstance(one.value, Hours)]
    held = {one.subject for one in hours if one.value.hold_at(moment)}
    if held.isdisjoint(_shown_by(line, alert)):
        return "no promise among its facts holds then and is shown by it alone"
    return _silent(line)


def _silent(line: Timeline) -> str:
    """Why somebody is told; "" where every tree that is told of sends the alert to nobody, or mutes it, at each end."""
    told: dict[str, list[tuple[Step, bool]]] = {}
    for number, step in enumerate(line.told):
        if step.act == "routes":
            following = line.told[number + 1 : number + 2]
            told.setdefault(step.party, []).append((step, any(one.act == "mutes" for one in following)))
    if not told:
        return "it is routed nowhere"
    for tree, steps in told.items():
        routes = routes_of(line.facts, tree)
        try:
            if len(ends(routes, dict(line.witness.labels))) != len(steps):
                return "it ends at further routes"
            for step, muted in steps:
                receiver = receiver_of(routes, step.fact.term) if step.fact else ""
                if not muted and not notifies_nobody(line.facts, tree, receiver):
                    return f"{receiver} notifies somebody, as far as its facts tell"
        except NotTold as missing:
            return str(missing)
    return ""


def _shown_by(line: Timeline, alert: Fact) -> Iterator[str]:
    """The operations whose one signal, as the facts of the witness say, is this alert: by its name or as the party."""
    named: dict[str, set[str]] = {}
    for fact in line.facts:
        if (
            fact.term.startswith("detect.")
            and fact.term.endswith(".by")
            and not fact.consumer
            and fact.value is not NONE
        ):
            named.setdefault(fact.subject, set()).update(provider_of(name) for name in references(fact.value))
    yield from (
        subject for subject, names in named.items() if len(names) == 1 and names <= {alert.value, alert.provider}
    )
