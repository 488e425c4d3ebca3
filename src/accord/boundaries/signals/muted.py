"""When the routes at which an alert ends say nothing, and the first such instant inside the hours of a promise."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from accord.boundaries.calls.evidence import concludes, states
from accord.boundaries.people.duty import YEAR, first_instant
from accord.boundaries.signals.alerting import Node
from accord.boundaries.signals.hearing import Heard, Reach
from accord.boundaries.signals.hearing_story import fired, fires, needed, sent, silences
from accord.boundaries.signals.watched import Watched
from accord.model.alerting import Calendar
from accord.model.calendars import holds_at
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.witness import Step, Witness
from accord.model.zone import zone_named


class Mute(Struct, frozen=True):
    """An instant at which every route is silent: for each end that is muted then, its tree and the calendar that says so."""

    instant: datetime
    labels: dict[str, str]
    by: tuple[tuple[Reach, Node, Fact], ...]

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of the calendars."""
        return tuple(dict.fromkeys(span.zone for _, _, fact in self.by for span in fact.value.spans))


def mute(heard: Heard, hours: Hours, day: date) -> Mute | None:
    """The first instant of these hours, in the year to come, at which nobody hears the alert and some route is muted."""
    as_of = first_instant(day)
    labels = next(fired(heard), None)
    ends = [(reach, node) for reach, _ in heard.ways for node in reach.router.ends(labels or {})]
    loud = [(reach, node) for reach, node in ends if reach.receiver(node) not in reach.silent]
    if labels is None or not loud or not all(node.route.muted or node.route.active for _, node in loud):
        return None
    until = as_of + timedelta(days=YEAR)
    calendars = [fact.value for reach, node in loud for fact in _calendars(reach, node).values()]
    starts = (span.starts for span in hours.spans(as_of, until))
    for instant in sorted({as_of, *starts, *_edges(calendars, as_of, until)}):
        if hours.hold_at(instant):
            by = [(reach, node, muting(reach, node, instant)) for reach, node in loud]
            if all(fact is not None for _, _, fact in by):
                return Mute(instant, labels, tuple((reach, node, fact) for reach, node, fact in by if fact is not None))
    return None


def muting(reach: Reach, node: Node, instant: datetime) -> Fact | None:
    """The calendar by which a route says nothing at this instant: one that mutes it, or the first that it is active in."""
    calendars = _calendars(reach, node)
    for name in node.route.muted:
        if name in calendars and holds_at(calendars[name].value, instant):
            return calendars[name]
    active = [calendars.get(name) for name in node.route.active]
    if active and all(fact is not None and not holds_at(fact.value, instant) for fact in active):
        return active[0]
    return None


def _calendars(reach: Reach, node: Node) -> dict[str, Fact]:
    named = (*node.route.muted, *node.route.active)
    return {
        name: fact
        for name in named
        if (fact := reach.tree.calendars.get(name)) is not None and isinstance(fact.value, Calendar)
    }


def _edges(calendars: Iterable[Calendar], starts: datetime, ends: datetime) -> Iterator[datetime]:
    """The instants at which a calendar can begin or end to hold: the minutes that it names, and midnight, of each day."""
    minutes: dict[str, set[int]] = {}
    for calendar in calendars:
        for span in calendar.spans:
            minutes.setdefault(span.zone, {0}).update(minute for both in span.times for minute in both)
    for zone, named in minutes.items():
        day = starts.astimezone(zone_named(zone)).date()
        while (midnight := datetime.combine(day, time(), zone_named(zone))) < ends:
            for minute in named:
                clock = (midnight + timedelta(minutes=minute)).astimezone(UTC)
                if clock >= starts:
                    yield clock
            day += timedelta(days=1)


def silence(watched: Watched, hours: Fact, found: Mute, does: str) -> Witness:
    """The alert fires inside the hours of the promise, and every route at which it ends says nothing."""
    alert, muted = watched.by.alert, {node.path: (reach, fact) for reach, node, fact in found.by}
    steps = [
        *(states(fact, f"has {watched.subject} shown by {alert.called} alone") for fact in watched.shown),
        fires(alert, found.labels),
    ]
    for reach, _ in watched.by.ways:
        ends = reach.router.ends(found.labels)
        for node in ends:
            steps.append(sent(reach, alert, node))
            if node.path in muted:
                calendar = muted[node.path][1]
                does_not = f"says nothing then ({calendar.term.partition('.')[2]})"
                steps.append(Step(0, reach.tree.party, "mutes", does_not, calendar, alert.party))
        steps += silences(reach, [node for node in ends if node.path not in muted])
    calendars = [fact for reach, node, _ in found.by for fact in _calendars(reach, node).values()]
    expects = dict.fromkeys((hours, *needed(watched.by, found.labels), *calendars))
    starts = found.instant.isoformat().replace("+00:00", "Z")
    told = (*steps, concludes(does, watched.subject))
    return Witness(told, "heard-while-promised", tuple(expects), starts, tuple(sorted(found.labels.items())))
