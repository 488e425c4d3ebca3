"""One routing file as Alertmanager reads it: its facts, or why it is refused."""

from collections.abc import Callable, Iterator
from typing import Any

from accord.model.alerting import Route
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.problem import Problem, Refused
from accord.sources._alertmanager_parts import (
    calendar,
    inhibition,
    receiver,
    shown_calendar,
    shown_inhibition,
    shown_receiver,
)
from accord.sources._alertmanager_reading import Members, StrictByShape, flag_of, text_under
from accord.sources._prometheus_duration import parse_prometheus_duration
from accord.sources._strict import is_meant
from accord.sources._yaml import Document, MappingNode, Node, SequenceNode, is_null, items, place_of, text_of

FORMAT = "alertmanager"
EVERY_LABEL = "..."
_TIMINGS = ("group_wait", "group_interval", "repeat_interval")
_SHOWN = 160


class Teller:
    """Collects the facts of one party."""

    def __init__(self, strict: StrictByShape, party: str) -> None:
        self.strict = strict
        self.party = party
        self.facts: list[Fact] = []

    def say(self, term: str, value: Any, text: str, node: Node) -> None:
        """One fact, at the place of a node."""
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        place, scope = self.strict.place(node), self.strict.document.scope
        self.facts.append(
            Fact(
                self.party,
                Stance.PROMISES,
                "",
                self.party,
                PARTY,
                term,
                value,
                shown,
                place,
                Layer.PLATFORM,
                scope,
                FORMAT,
            )
        )


def party_of(document: Document) -> str:
    """The name of a routing, that of its file; the second that stands in one file is `...#2`."""
    name = found = f"{FORMAT}:{document.file}"
    number = 1
    while (found, document.scope) in document.homes:
        number += 1
        found = f"{name}#{number}"
    document.homes[found, document.scope] = place_of(document.node, document.root, document.file)
    return found


def read_file(strict: StrictByShape, party: str) -> Iterator[Fact | Problem]:
    """The facts of a whole file; only problems where Alertmanager would not start with it."""
    teller = Teller(strict, party)
    document = strict.document.node
    top = strict.members(document, "the file")
    common = strict.members(top["global"].value, "global") if "global" in top else {}
    strict.check(document, "file", "the file", common)
    if "resolve_timeout" in common:
        _read_resolve_timeout(teller, common)
    names = _named(teller, top, ("receivers",), "receiver", receiver, shown_receiver)
    calendars = _named(teller, top, ("mute_time_intervals", "time_intervals"), "calendar", calendar, shown_calendar)
    _read_inhibitions(teller, top)
    if "route" not in top or is_null(top["route"].value):
        strict.refuse(document, "it has no route")
    else:
        read_routes(teller, top["route"].value, common, names, calendars)
    yield from strict.problems or teller.facts


def _read_resolve_timeout(teller: Teller, common: Members) -> None:
    text = text_under(common, "resolve_timeout")
    try:
        teller.say("resolve_timeout", parse_prometheus_duration(text), text, common["resolve_timeout"].at)
    except Refused:
        return  # said when the shape was checked


def _named(
    teller: Teller,
    top: Members,
    keys: tuple[str, ...],
    family: str,
    read: Callable[[StrictByShape, Members], Any],
    shown: Callable[[Any], str],
) -> set[str]:
    """States each named part of these lists, and gives the names; a name twice is refused."""
    names: set[str] = set()
    for key in keys:
        for item in items(top[key].value) if key in top else ():
            members = teller.strict.members(item, f"an item of {key}") if type(item) is MappingNode else {}
            name = text_under(members, "name")
            if name in names:
                teller.strict.refuse(members["name"].at, f"{name} stands a second time in {key}")
            if name:
                names.add(name)
                value = read(teller.strict, members)
                if value is not None:
                    teller.say(f"{family}.{name}", value, shown(value), item)
    return names


def _read_inhibitions(teller: Teller, top: Members) -> None:
    rules = items(top["inhibit_rules"].value) if "inhibit_rules" in top else []
    for number, item in enumerate(rules):
        if type(item) is MappingNode:
            value = inhibition(teller.strict, teller.strict.members(item, "an item of inhibit_rules"))
            teller.say(f"inhibition.{number}", value, shown_inhibition(value), item)


# ---------------------------------------------------------------------- routes


def read_routes(teller: Teller, root: Node, common: Members, names: set[str], calendars: set[str]) -> None:
    """Every route from the root down, each with what it says itself."""
    waiting = [(root, "route.r")]
    while waiting:
        node, path = waiting.pop()
        what = "the root route" if path == "route.r" else "a route"
        if type(node) is not MappingNode:
            teller.strict.refuse(node, f"{what}: expected a map")
            continue
        members = teller.strict.check(node, "route", what, common)
        below = teller.strict.sequence(members.get("routes"), "routes")
        route = _route(teller.strict, members, len(below))
        _check_names(teller.strict, members, route, names, calendars)
        if path == "route.r":
            _check_root(teller.strict, node, members, route)
        teller.say(path, route, shown_route(route), node)
        waiting += [(child, f"{path}.{number}") for number, child in enumerate(below)]


def _route(strict: StrictByShape, members: Members, children: int) -> Route:
    timings = {key: _timing(members, key) for key in _TIMINGS}
    for key in ("group_interval", "repeat_interval"):
        if timings[key] == 0:
            strict.refuse(members[key].at, f"{key} cannot be 0")
    return Route(
        text_under(members, "receiver"),
        strict.matchers(members),
        bool(flag_of(members.get("continue"))),
        children,
        _group_by(strict, members),
        muted=_texts(members, "mute_time_intervals"),
        active=_texts(members, "active_time_intervals"),
        **timings,
    )


def _timing(members: Members, key: str) -> int | None:
    text = text_under(members, key)
    try:
        return parse_prometheus_duration(text) if text else None
    except Refused:
        return None


def _texts(members: Members, key: str) -> tuple[str, ...]:
    entry = members.get(key)
    found = items(entry.value) if entry is not None and type(entry.value) is SequenceNode else []
    return tuple("" if is_null(item) else text_of(item) or "" for item in found)


def _group_by(strict: StrictByShape, members: Members) -> tuple[str, ...] | None:
    """The labels to group by; an empty list says nothing, so that the parent's holds."""
    labels = _texts(members, "group_by")
    if not labels:
        return None
    at = members["group_by"].at
    if EVERY_LABEL in labels and len(set(labels)) > 1:
        strict.refuse(at, f"group_by: {EVERY_LABEL} is every label, and cannot stand beside others")
    elif len(set(labels)) < len(labels) and EVERY_LABEL not in labels:
        twice = next(label for label in labels if labels.count(label) > 1)
        strict.refuse(at, f"group_by: {twice} stands there twice")
    if "" in labels:
        strict.refuse(at, "group_by: a label without a name")
    return tuple(dict.fromkeys(labels))


def _check_names(strict: StrictByShape, members: Members, route: Route, names: set[str], calendars: set[str]) -> None:
    if route.receiver and route.receiver not in names:
        strict.refuse(
            members["receiver"].at, f"no receiver is called {route.receiver}{is_meant(route.receiver, names)}"
        )
    for key, used in (("mute_time_intervals", route.muted), ("active_time_intervals", route.active)):
        for name in used:
            if name not in calendars:
                strict.refuse(members[key].at, f"no time interval is called {name}{is_meant(name, calendars)}")


def _check_root(strict: StrictByShape, node: Node, members: Members, route: Route) -> None:
    if not route.receiver:
        strict.refuse(node, "the root route has no receiver")
    for key in ("match", "match_re", "matchers"):
        if key in members and items_or_members(members[key].value):
            strict.refuse(members[key].key_node, f"the root route takes every alert, and cannot have {key}")
    for key in ("mute_time_intervals", "active_time_intervals"):
        if _texts(members, key):
            strict.refuse(members[key].key_node, f"the root route cannot have {key}")
    if route.continues:
        strict.refuse(members["continue"].key_node, "the root route cannot continue: nothing comes after it")


def items_or_members(node: Node) -> bool:
    """Whether anything stands in a list or a map."""
    return type(node) in (MappingNode, SequenceNode) and bool(node.value)


def shown_route(route: Route) -> str:
    """`team="payments" -> pager, and goes on`."""
    asked = ", ".join(map(str, route.matchers)) or "every alert"
    goes_on = ", and goes on" if route.continues else ""
    return f"{asked} -> {route.receiver or 'the receiver above'}{goes_on}"
