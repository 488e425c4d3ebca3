"""Grafana OnCall in Terraform: escalation chains and their steps, schedules and their shifts, integrations and routes.

Resources `grafana_oncall_*` of the provider grafana/grafana. The steps of a chain and the shifts of a schedule are
resources of their own, in any file of the folder; they are put together in boundaries/people/rotas.py.
A calendar that lies elsewhere (`ical_url_primary`) is not read: such a schedule may be staffed at any time.
"""

from collections.abc import Iterator
from datetime import datetime

from accord.model.contract_values import Rung
from accord.model.duration import NANOSECONDS
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.model.rotas import NOT_KNOWN, ChainStep, Shift
from accord.sources._on_call import NEVER, ROTA, instant, rota, zone
from accord.sources._terraform import PAGE, Resource
from accord.sources._yaml import Node, child, items, text_of

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks"}
_TO = {
    "notify_persons": "persons_to_notify",
    "notify_person_next_each_time": "persons_to_notify_next_each_time",
    "notify_on_call_from_schedule": "notify_on_call_from_schedule",
    "notify_team_members": "notify_to_team_members",
    "notify_user_group": "group_to_notify",
}
_ASIDE = ("trigger_webhook", "notify_whole_channel", "resolve", "declare_incident")
"""Steps that page nobody by themselves."""


def read(resource: Resource) -> Iterator[Fact]:
    """The facts of one resource."""
    reader = _READERS.get(resource.kind)
    if reader is not None:
        yield from reader(resource)


def _chain(resource: Resource) -> Iterator[Fact]:
    yield from rota(resource)
    yield resource.fact(resource.party, "acknowledge", NONE, "none", resource.at, PAGE)
    yield resource.fact(resource.party, "hours", NEVER, "none", resource.at, PAGE)


def _step(resource: Resource) -> Iterator[Fact]:
    chain = resource.reference(child(resource.body, "escalation_chain_id"))
    kind, position = resource.text("type"), resource.number("position")
    if not chain or kind in _ASIDE:
        return
    step = ChainStep(-1 if position is None or kind is None else position, place=resource.place(resource.at))
    if kind == "wait":
        seconds = resource.number("duration")
        wait = -1 if seconds is None else seconds * NANOSECONDS["s"]
        step = ChainStep(step.position, wait, (), step.place)
    elif kind == "repeat_escalation":
        step = ChainStep(step.position, 0, (chain,), step.place)
    elif kind in _TO:
        to = _paged(resource, child(resource.body, _TO[kind]))
        step = ChainStep(step.position, 0, to, step.place)
        for party in to:
            yield resource.fact(party, "kind", ROTA, ROTA, resource.at)
    else:
        step = ChainStep(-1, 0, (), step.place)
    yield resource.fact(chain, f"chain.{resource.name}", step, kind or "?", resource.at)


def _paged(resource: Resource, node: Node | None) -> tuple[str, ...]:
    named = resource.references(node)
    if named is None:
        named = (resource.reference(node),)
    return tuple(name or f"{resource.party}.somebody" for name in named)


def _schedule(resource: Resource) -> Iterator[Fact]:
    yield from rota(resource)
    named, at = zone(resource.text("time_zone")), resource.entry("time_zone")
    if named and at:
        yield resource.fact(resource.party, "zone", named, named, at.at)
    shifts = resource.entry("shifts")
    parts = resource.references(shifts.value) if shifts else ()
    elsewhere = resource.is_said("ical_url_primary") or resource.is_kept("shifts") or resource.text("type") == "web"
    if elsewhere or parts is None or "" in parts:
        unread = Shift(followed=False)
        yield resource.fact(resource.party, "shift.0", unread, "a calendar that is not read", resource.at)
    elif shifts and parts:
        yield resource.fact(resource.party, "shifts", parts, ", ".join(parts), shifts.at)


def _shift(resource: Resource) -> Iterator[Fact]:
    shift, text = _recurrence(resource), resource.text("name") or resource.name
    yield resource.fact(resource.party, "shift.1", shift, text, resource.at)


def _recurrence(resource: Resource) -> Shift:
    begins, seconds = instant(resource.text("start")), resource.number("duration")
    days = _weekdays(child(resource.body, "by_day"))
    kind, frequency = resource.text("type"), resource.text("frequency")
    interval = resource.number("interval") if resource.is_said("interval") else 1
    kept = resource.is_kept("users", "rolling_users", "start", "duration", "frequency", "interval", "by_day")
    odd = kept or any(resource.is_said(key) for key in ("by_month", "by_monthday")) or days is None or not interval
    unit = "" if kind == "single_event" else _UNITS.get(frequency or "")
    if begins is None or not seconds or odd or unit is None or (days and unit == "hours"):
        return Shift(followed=False)
    if unit == "days" and days:
        unit, interval = ("weeks", 1) if interval == 1 else (None, 0)
    if unit is None or (resource.is_said("time_zone") and not zone(resource.text("time_zone"))):
        return Shift(followed=False)
    return Shift(
        people=_people(resource, begins, unit, days or ()),
        begins=begins.replace(tzinfo=None),
        zone=zone(resource.text("time_zone")),
        every=interval or 0,
        unit=unit,
        weekdays=days or (),
        lasts=seconds,
        count=1 if not unit else None,
    )


def _people(resource: Resource, begins: datetime, unit: str, days: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    """The groups that take turns. Whose turn it is where weeks and days are mixed is not followed: it is somebody's."""
    if resource.text("type") != "rolling_users":
        users = resource.references(child(resource.body, "users"))
        return ((NOT_KNOWN,),) if users is None or "" in users else (users,) if users else ()
    groups = [resource.references(group) for group in items(child(resource.body, "rolling_users"))]
    first = resource.number("start_rotation_from_user_index") or 0
    if not groups or None in groups or (len(groups) > 1 and (days or first or not unit)):
        return ((NOT_KNOWN,),) if groups or resource.is_said("rolling_users") else ()
    return tuple(group for group in groups if group is not None)


def _weekdays(node: Node | None) -> tuple[int, ...] | None:
    """The days of a week; empty where none are given, None where they cannot be told."""
    names = [(text_of(item) or "").upper() for item in items(node)]
    if node is not None and (not names or not set(names) <= set(_DAYS)):
        return None
    return tuple(sorted({_DAYS.index(name) for name in names}))


def _routed(resource: Resource, key: str, node: Node | None) -> Iterator[Fact]:
    yield resource.fact(resource.party, "kind", "service", resource.kind, resource.at)
    chain = resource.reference(child(node, key)) if node is not None else ""
    entry = resource.entry(key, node) if node is not None else None
    if chain and entry:
        rung = Rung(0, None, chain, resource.place(entry.at))
        yield resource.fact(resource.party, "escalates", (rung,), chain, entry.at)


def _integration(resource: Resource) -> Iterator[Fact]:
    yield from resource.called()
    yield from _routed(resource, "escalation_chain_id", next(iter(resource.blocks("default_route")), None))


def _route(resource: Resource) -> Iterator[Fact]:
    yield from _routed(resource, "escalation_chain_id", resource.body)


_READERS = {
    "escalation_chain": _chain,
    "escalation": _step,
    "schedule": _schedule,
    "on_call_shift": _shift,
    "integration": _integration,
    "route": _route,
}
