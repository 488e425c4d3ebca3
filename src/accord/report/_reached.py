"""What reaches whom: one row for each alert, as `accord signals` shows it, as data."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.signals.alerting import TEMPLATE, Alert, Node, alerting
from accord.boundaries.signals.hearing import Heard, Reach, heard, is_supposed, left_open, reaches
from accord.boundaries.signals.receivers import party_behind
from accord.report._places import where

NO_TEAM = "no team"
AT_RUN_TIME = "told when it fires"
READS = (
    "alert",
    "label",
    "annotation",
    "external_label",
    "relabelled",
    "route",
    "receiver",
    "calendar",
    "vocabulary",
    "names",
)


class Ear(Struct, frozen=True):
    """One receiver: what it tells (kind and target), the party behind it where one says so, and whether that is anybody."""

    receiver: str
    tells: list[str]
    party: str
    heard: bool


class Row(Struct, frozen=True):
    """One alert; `depends_on` are the labels of which only the run tells where it goes, `when` what mutes it or keeps it active.

    Where it cannot be told where an alert goes, it is not `decided`, and `because` says why.
    """

    team: str
    alert: str
    at: str
    severity: str
    receivers: list[Ear]
    depends_on: list[str]
    when: list[str]
    decided: bool = True
    because: str = ""


class Document(Struct, frozen=True):
    """The whole table, in order of team and alert; keys are only ever added to a version."""

    accord: int
    signals: list[Row]


def rows(system: System) -> list[Row]:
    """One row for each alert that was read, over all views, in order of team, alert and place; none where there is no routing."""
    found: dict[Row | str, Row] = {}
    for view in system.system_views(READS):
        if reaches(system, view):
            found |= {repr(row): row for row in _rows(system, view)}
    return sorted(found.values(), key=lambda row: (row.team == NO_TEAM, row.team, row.alert, row.at))


def _rows(system: System, view: View) -> Iterator[Row]:
    words = vocabulary(system, view)
    taken = {one.alert.party: one for one in heard(system, view)}
    for alert in alerting(system, view).alerts:
        one = taken.get(alert.party)
        ends = list(_ends(one)) if one else []
        yield Row(
            _team(alert, words),
            alert.called,
            where(alert.name.place),
            _severity(alert, words),
            list({(ear.receiver, *ear.tells): ear for ear in (_ear(system, view, *end) for end in ends)}.values()),
            _depends_on(one),
            list(dict.fromkeys(text for end in ends for text in _when(*end))),
            one is not None and bool(one.ways),
            _because(system, view, alert, one),
        )


def _because(system: System, view: View, alert: Alert, one: Heard | None) -> str:
    """Why it cannot be told where an alert goes: what no routing that was read takes, one that was not read may."""
    if one is None:
        return left_open(system, view, alert)
    return "" if one.ways else "no routing that was read takes it"


def _ends(one: Heard) -> Iterator[tuple[Reach, Node]]:
    """Where it ends over all its courses, those first that suppose nothing of a label."""
    for reach, taken in one.ways:
        for course in sorted(taken, key=lambda course: any(map(is_supposed, course.supposed.values()))):
            yield from ((reach, node) for node in course.ends)


def _team(alert: Alert, words: Vocabulary) -> str:
    fact = alert.first(words.owner)
    if fact is None or not str(fact.value):
        return NO_TEAM
    return AT_RUN_TIME if TEMPLATE in str(fact.value) else str(fact.value)


def _severity(alert: Alert, words: Vocabulary) -> str:
    fact = alert.first(words.severity)
    return alert.severity(words) or (AT_RUN_TIME if fact is not None and str(fact.value) else "")


def _ear(system: System, view: View, reach: Reach, node: Node) -> Ear:
    name = reach.receiver(node)
    receiver = reach.tree.receiver(name)
    told = [f"{one.kind} {one.target}".strip() for one in receiver.integrations] if receiver else []
    return Ear(name, list(dict.fromkeys(told)), party_behind(system, view, name), name not in reach.silent)


def _depends_on(one: Heard | None) -> list[str]:
    """The labels of which something is supposed on one of several courses that end at different routes."""
    if one is None or all(
        len({tuple(node.path for node in course.ends) for course in taken}) < 2 for _, taken in one.ways
    ):
        return []
    return sorted(
        {
            name
            for _, taken in one.ways
            for course in taken
            for name in course.supposed
            if is_supposed(course.supposed[name])
        }
    )


def _when(reach: Reach, node: Node) -> Iterator[str]:
    for word, used in (("muted", node.route.muted), ("only", node.route.active)):
        for name in used:
            fact = reach.tree.calendars.get(name)
            yield f"{reach.receiver(node)} {word} {name}" + (f" ({fact.text})" if fact else "")
