"""What the acts of an alert demand of their step: it fires, is routed, held back or muted. All of them take no time.

A function returns why the step is refused, or "".
"""

from collections.abc import Mapping

from accord.model.alerting import Calendar, Expression, Inhibition, Route
from accord.model.calendars import holds_at
from accord.model.fact import Fact
from accord.model.witness import Step
from accord.monitor.carrying import instant
from accord.monitor.routing import EVERY_OTHER, TEMPLATE, NotTold, ends, matches_all, routes_of
from accord.monitor.timeline import Timeline

NAME = "alertname"
FILLED_IN = "$"
"""What a label contains that a server fills in from elsewhere."""
_ANEW = "relabelled."
_BY_SERVER = ("external_label.", _ANEW)


def fires(line: Timeline, step: Step) -> str:
    """An alert fires: the first with the labels of the witness, any other with those that its rule sets."""
    fact = step.fact
    if fact is None or fact.term != "alert" or step.party != fact.says or step.about != step.party or step.at:
        return "it is not the alert that fires, or it fires at another time"
    if any(one.act == "fires" and one.party == step.party for one in line.told):
        return "it fires already"
    return _labels_refused(line, fact) if fired(line) is None else ""


def fired(line: Timeline) -> Fact | None:
    """The alert whose labels the witness has: the one that fires first."""
    return next((one.fact for one in line.told if one.act == "fires"), None)


def routes(line: Timeline, step: Step) -> str:
    """A tree sends the alert to a route: one step for each at which it ends, in order."""
    fact, alert = step.fact, fired(line)
    if fact is None or not isinstance(fact.value, Route) or step.party != fact.says or step.at:
        return f"{step.party} does not route it, or at another time"
    if alert is None or step.about != alert.provider:
        return "it has not fired"
    try:
        paths = ends(routes_of(line.facts, step.party), dict(line.witness.labels))
    except NotTold as missing:
        return str(missing)
    before = sum(one.act == "routes" and one.party == step.party for one in line.told)
    return "" if paths[before : before + 1] == [fact.term] else "the alert does not end there"


def mutes(line: Timeline, step: Step) -> str:
    """The route just told says nothing at this instant: a calendar that mutes it holds, or none that it is active in."""
    fact = step.fact
    before = next((one for one in reversed(line.told) if one.act in ("routes", "mutes")), None)
    moment = instant(line.witness.starts, 0)
    if fact is None or not isinstance(fact.value, Calendar) or step.party != fact.says or step.at or moment is None:
        return f"{step.party} does not say when it is silent, or nobody says when that is"
    if before is None or before.act != "routes" or before.fact is None or before.party != step.party:
        return "nothing was routed there"
    route, name = before.fact.value, fact.term.partition(".")[2]
    if step.about != before.about:
        return f"{step.about} was not routed there"
    if name in route.muted:
        return "" if holds_at(fact.value, moment) else "the route is not muted then"
    return "" if name in route.active and _is_inactive(line, step, route) else "the route is not muted then"


def _is_inactive(line: Timeline, step: Step, route: Route) -> bool:
    """Whether every calendar in which the route is active is told, and none holds."""
    moment = instant(line.witness.starts, 0)
    known = {fact.term: fact.value for fact in line.facts if fact.provider == step.party}
    calendars = [known.get(f"calendar.{name}") for name in route.active]
    return moment is not None and all(isinstance(each, Calendar) and not holds_at(each, moment) for each in calendars)


def inhibits(line: Timeline, step: Step) -> str:
    """A tree holds the alert back, because another one (`about`) fires."""
    fact, alert = step.fact, fired(line)
    source = next((one.fact for one in line.told if one.act == "fires" and one.party == step.about), None)
    if fact is None or not isinstance(fact.value, Inhibition) or step.party != fact.says or step.at:
        return f"{step.party} does not hold it back, or at another time"
    if alert is None or source is None or source == alert:
        return "the two do not both fire"
    target = dict(line.witness.labels)
    labels = labels_beside(line, source, fact.value, target)
    try:
        held = matches_all(fact.value.sources, labels) and matches_all(fact.value.targets, target)
        mutual = matches_all(fact.value.sources, target) and matches_all(fact.value.targets, labels)
    except NotTold as missing:
        return str(missing)
    agree = all(labels.get(name, "") == target.get(name, "") for name in fact.value.equal)
    return "" if held and agree and not mutual else "the one does not hold the other back"


# ---------------------------------------------------------------------- labels


def labels_beside(line: Timeline, alert: Fact, by: Inhibition, target: Mapping[str, str]) -> dict[str, str]:
    """The labels of an alert beside another: what its rule sets, and what it leaves open as `by` wants it."""
    own = _own(line, alert)
    labels = {name: str(fact.value) for name, fact in own.items() if not _is_open(fact) and fact.value}
    wanted = {matcher.label: matcher.value for matcher in by.sources if matcher.operator == "="}
    wanted |= {name: target[name] for name in by.equal if name in target}
    for name, value in wanted.items():
        if name not in labels and _may_have(line, alert, name, value):
            labels[name] = value
    return {**labels, NAME: str(alert.value)}


def _labels_refused(line: Timeline, alert: Fact) -> str:
    """Why the witness's labels are not those of this alert: each must be permitted, and all that its rule sets be there."""
    labels = dict(line.witness.labels)
    if line.witness.labels != tuple(sorted(labels.items())) or "" in labels.values():
        return "labels stand in order of name, each once and with a value"
    if labels.get(NAME) != alert.value:
        return "it has another name"
    for name, value in labels.items():
        if name != NAME and not _may_have(line, alert, name, value):
            return f"nothing gives it the label {name}={value!r}"
    by_server = [fact for fact in line.facts if fact.term.startswith(_BY_SERVER)]
    added = {fact.term.partition(".")[2] for fact in by_server if FILLED_IN not in str(fact.value)}
    fixed = {name for name, fact in _own(line, alert).items() if not _is_open(fact) and fact.value}
    anew = {fact.term.partition(".")[2] for fact in by_server if fact.term.startswith(_ANEW)}
    missing = sorted((added | fixed - anew) - labels.keys())
    return f"it has the label {missing[0]}" if missing else ""


def _may_have(line: Timeline, alert: Fact, name: str, value: str) -> bool:
    """Whether the rule sets the label so or leaves it open, its expression carries it, or a server adds it so."""
    anew = next((str(fact.value) for fact in line.facts if fact.term == f"{_ANEW}{name}"), None)
    if anew is not None:
        return FILLED_IN in anew or anew == value
    own = _own(line, alert).get(name)
    if own is not None:
        return _is_open(own) or own.value == value
    said = [fact.value for fact in line.facts if fact.provider == alert.provider and fact.term == "alert.expression"]
    if any(isinstance(each, Expression) and _carries(each, name, value) for each in said):
        return True
    said = [str(fact.value) for fact in line.facts if fact.term == f"external_label.{name}"]
    return any(FILLED_IN in each or each == value for each in said)


def _carries(expression: Expression, name: str, value: str) -> bool:
    if name in expression.carried:
        return True
    if name in expression.dropped or EVERY_OTHER in expression.dropped:
        return False
    return expression.rest or any((name, value) in selection.labels for selection in expression.selections)


def _own(line: Timeline, alert: Fact) -> dict[str, Fact]:
    said = (fact for fact in line.facts if fact.provider == alert.provider and fact.term.startswith("label."))
    return {fact.term.partition(".")[2]: fact for fact in said}


def _is_open(fact: Fact) -> bool:
    return TEMPLATE in str(fact.value)
