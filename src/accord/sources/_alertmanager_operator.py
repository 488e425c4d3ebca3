"""AlertmanagerConfig objects: the routing of one namespace, which the operator joins into the tree of an Alertmanager.

After github.com/prometheus-operator/prometheus-operator, pkg/alertmanager/amcfg.go: the operator adds the matcher on the
namespace to the top route and to both sides of what inhibits, and lets every such route continue. Where an Alertmanager that
is read too does otherwise, boundaries/signals/operated.py takes it away again.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from accord.model.alerting import Calendar, Inhibition, Integration, Matcher, Receiver, Route, Span
from accord.model.fact import Fact
from accord.model.problem import Problem, Refused
from accord.sources._alertmanager_file import Teller, shown_route
from accord.sources._alertmanager_matchers import matcher
from accord.sources._alertmanager_parts import shown_calendar, shown_inhibition, shown_receiver
from accord.sources._alertmanager_reading import Members, StrictByShape, flag_of, host_of, text_under
from accord.sources._alertmanager_shapes import KINDS
from accord.sources._alertmanager_times import (
    Range,
    parse_days,
    parse_minute,
    parse_months,
    parse_weekdays,
    parse_years,
)
from accord.sources._objects import Reader
from accord.sources._prometheus_duration import parse_prometheus_duration
from accord.sources._strict import is_meant
from accord.sources._yaml import Document, MappingNode, Node, entries, items, text_of

KIND = "AlertmanagerConfig"
_GROUP = "monitoring.coreos.com/"
_KINDS = {key.removesuffix("_configs").replace("_", ""): kind for key, kind in KINDS.items()}
"""The kind of integration by the begin of its key, in small letters: `pagerDutyConfigs` is pagerduty."""

_TARGETS = ("to", "channel", "routingKey", "chatID", "roomID", "topicARN", "phoneNumber", "project")
_NAMESPACE = "namespace"
_ADDRESSES = ("url", "webhookURL", "apiURL")


def is_operated(version: str, kind: str) -> bool:
    """Whether the operator reads an object of this kind as routing."""
    return kind == KIND and version.startswith(_GROUP)


def read_operated(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one AlertmanagerConfig; only problems where the operator would leave it out."""
    naming = Reader(document)
    about = naming.object()
    if about is None:
        return naming.found
    strict = StrictByShape(
        Document(document.root, document.file, document.node, about.scope), who="the operator leaves this out"
    )
    reading = _Reading(strict, Teller(strict, f"alertmanager:{about.path}"))
    spec = reading.under(reading.map(document.node), "spec")
    reading.read_parts(spec, _of_namespace(about.namespace))
    if "route" in spec:
        reading.read_routes(spec["route"].value, _of_namespace(about.namespace))
        reading.teller.say("route.object", KIND, KIND, document.node)
    return [*strict.problems] or reading.teller.facts


def _of_namespace(namespace: str) -> Matcher:
    """The matcher on the namespace of an object; on any where that is not written."""
    return Matcher(_NAMESPACE, "=" if namespace else "=~", namespace or ".+")


class _Reading:
    """Walks the spec of one object; `names` and `calendars` are what its routes may use."""

    def __init__(self, strict: StrictByShape, teller: Teller) -> None:
        self.strict = strict
        self.teller = teller
        self.names: set[str] = set()
        self.calendars: set[str] = set()

    def map(self, node: Node) -> Members:
        """The members of a map, the first of each key; empty for anything else."""
        return {entry.key: entry for entry in entries(node)} if type(node) is MappingNode else {}

    def under(self, members: Members, key: str) -> Members:
        """The members of the map under a key."""
        return self.map(members[key].value) if key in members else {}

    def listed(self, members: Members, key: str) -> list[Node]:
        """The items of the list under a key."""
        return items(members[key].value) if key in members else []

    def texts(self, members: Members, key: str) -> tuple[str, ...]:
        """The texts of the list under a key."""
        return tuple(text_of(item) or "" for item in self.listed(members, key))

    # ------------------------------------------------------------------ routes

    def read_routes(self, root: Node, of_namespace: Matcher) -> None:
        """Every route; the first carries what the operator adds."""
        waiting = [(root, "route.r")]
        while waiting:
            node, path = waiting.pop()
            members = self.map(node)
            below = self.listed(members, "routes")
            route = self.route(members, len(below))
            if path == "route.r":
                route = replace(route, matchers=(*route.matchers, of_namespace), continues=True)
                if not route.receiver:
                    self.strict.refuse(node, "its first route has no receiver")
            self.check(members, route)
            self.teller.say(path, route, shown_route(route), node)
            waiting += [(child, f"{path}.{number}") for number, child in enumerate(below)]

    def route(self, members: Members, children: int) -> Route:
        """What one route says itself."""
        return Route(
            text_under(members, "receiver"),
            self.matchers(members, "matchers"),
            bool(flag_of(members.get("continue"))),
            children,
            self.texts(members, "groupBy") or None,
            self.timing(members, "groupWait"),
            self.timing(members, "groupInterval"),
            self.timing(members, "repeatInterval"),
            self.texts(members, "muteTimeIntervals"),
            self.texts(members, "activeTimeIntervals"),
        )

    def timing(self, members: Members, key: str) -> int | None:
        """A duration; None where it is absent or refused."""
        if not text_under(members, key):
            return None
        found: int | None = self.strict.parsed(members[key].value, key, parse_prometheus_duration)
        return found

    def matchers(self, members: Members, key: str) -> tuple[Matcher, ...]:
        """The matchers of a list of maps: name, value, and how they compare."""
        found = []
        for item in self.listed(members, key):
            one = self.map(item)
            older = "=~" if flag_of(one.get("regex")) else "="
            operator = text_under(one, "matchType") or older
            name, value = text_under(one, "name"), text_under(one, "value")
            if operator not in ("=", "!=", "=~", "!~") or not name:
                self.strict.refuse(item, "a matcher: expected a name, and a matchType of = != =~ or !~")
            else:
                read = self.strict.parsed(
                    one["value"].value if "value" in one else item, name, _compared(name, operator, value)
                )
                found += [read] if read else []
        return tuple(found)

    def check(self, members: Members, route: Route) -> None:
        """Refuses names that the object does not define."""
        if route.receiver and route.receiver not in self.names:
            self.strict.refuse(
                members["receiver"].at, f"no receiver is called {route.receiver}{is_meant(route.receiver, self.names)}"
            )
        for key, used in (("muteTimeIntervals", route.muted), ("activeTimeIntervals", route.active)):
            for name in used:
                if name not in self.calendars:
                    self.strict.refuse(
                        members[key].at, f"no time interval is called {name}{is_meant(name, self.calendars)}"
                    )

    # ------------------------------------------------------------------ receivers, calendars, inhibitions

    def read_parts(self, spec: Members, of_namespace: Matcher) -> None:
        """Everything but the routes."""
        for item in self.listed(spec, "receivers"):
            members = self.map(item)
            self.names.add(text_under(members, "name"))
            value = self.receiver(members)
            self.teller.say(f"receiver.{text_under(members, 'name')}", value, shown_receiver(value), item)
        for key in ("muteTimeIntervals", "timeIntervals"):
            for item in self.listed(spec, key):
                members = self.map(item)
                self.calendars.add(text_under(members, "name"))
                found = Calendar(tuple(self.span(self.map(one)) for one in self.listed(members, "timeIntervals")))
                self.teller.say(f"calendar.{text_under(members, 'name')}", found, shown_calendar(found), item)
        for number, item in enumerate(self.listed(spec, "inhibitRules")):
            members = self.map(item)
            sources, targets = self.matchers(members, "sourceMatch"), self.matchers(members, "targetMatch")
            equal = (*self.texts(members, "equal"), *((_NAMESPACE,) if of_namespace.operator == "=~" else ()))
            rule = Inhibition((*sources, of_namespace), (*targets, of_namespace), equal)
            self.teller.say(f"inhibition.{number}", rule, shown_inhibition(rule), item)

    def receiver(self, members: Members) -> Receiver:
        """Who is told; addresses that stand in a Secret are not known here."""
        found: list[Integration] = []
        for key, entry in members.items():
            kind = _KINDS.get(key.removesuffix("Configs").lower()) if key.endswith("Configs") else None
            found += [self.integration(kind, self.map(item)) for item in items(entry.value)] if kind else []
        return Receiver(tuple(found))

    def integration(self, kind: str, members: Members) -> Integration:
        """One way to tell."""
        target = next((text for key in _TARGETS if (text := text_under(members, key))), "")
        host = next((name for key in _ADDRESSES if (name := host_of(text_under(members, key)))), "")
        return Integration(kind, target or host, flag_of(members.get("sendResolved")))

    def span(self, members: Members) -> Span:
        """One entry of a time interval."""
        times = [
            (self.minute(one, "startTime"), self.minute(one, "endTime"))
            for one in map(self.map, self.listed(members, "times"))
        ]
        days = [self.days(item) for item in self.listed(members, "daysOfMonth")]
        return Span(
            tuple(times),
            self.ranges(members, "weekdays", parse_weekdays),
            tuple(one for one in days if one),
            self.ranges(members, "months", parse_months),
            self.ranges(members, "years", parse_years),
        )

    def minute(self, members: Members, key: str) -> int:
        """A time of day."""
        return (self.strict.parsed(members[key].value, key, parse_minute) or 0) if key in members else 0

    def days(self, item: Node) -> Range | None:
        """Days of the month, from `start` to `end`; None where they are refused."""
        members = self.map(item)
        begin, end = text_under(members, "start") or "1", text_under(members, "end") or "31"
        try:
            return parse_days(f"{begin}:{end}")
        except Refused as refusal:
            self.strict.refuse(item, f"daysOfMonth: {refusal}")
            return None

    def ranges(self, members: Members, key: str, parse: Callable[[str], Range]) -> tuple[Range, ...]:
        """The ranges of a list."""
        found = [self.strict.parsed(item, key, parse) for item in self.listed(members, key)]
        return tuple(one for one in found if one)


def _compared(name: str, operator: str, value: str) -> Callable[[str], Any]:
    return lambda text: matcher(name, operator, value)
