"""Opsgenie in Terraform: escalations, schedules and their rotations, teams.

Resources `opsgenie_escalation`, `opsgenie_schedule`, `opsgenie_schedule_rotation` and `opsgenie_team` of the provider
opsgenie/opsgenie. The delay of an escalation rule counts from the alert; rotations follow the clock of the schedule.
"""

from collections.abc import Iterator

from accord.model.contract_values import Rung
from accord.model.fact import Fact
from accord.model.hours import Window
from accord.model.nothing import NONE
from accord.model.rotas import NOT_KNOWN, Shift
from accord.sources._on_call import (
    MINUTE,
    NEVER,
    ROTA,
    WEEK_MINUTES,
    Step,
    daily,
    instant,
    paged,
    rota,
    utc,
    weekly,
    zone,
)
from accord.sources._terraform import PAGE, Resource
from accord.sources._yaml import Node, child

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks"}
_UNLESS = {"if-not-acked": "acknowledged", "if-not-closed": "recovered"}


def read(resource: Resource) -> Iterator[Fact]:
    """The facts of one resource."""
    reader = _READERS.get(resource.kind)
    if reader is not None:
        yield from reader(resource)


def _escalation(resource: Resource) -> Iterator[Fact]:
    yield from rota(resource)
    yield resource.fact(resource.party, "acknowledge", NONE, "none", resource.at, PAGE)
    yield resource.fact(resource.party, "hours", NEVER, "none", resource.at, PAGE)
    rules = resource.blocks("rules")
    if not rules or resource.is_generated("rules") or resource.is_kept("rules"):
        return
    ordered = sorted(rules, key=lambda rule: _after(resource, rule) or 0)
    repeat = next(iter(resource.blocks("repeat")), None)
    waits = resource.number("wait_interval", repeat) if repeat else None
    rungs: list[Rung] = []
    for number, rule in enumerate(ordered, start=1):
        for to in _recipients(resource, rule):
            party = to or f"{resource.party}.level-{number}"
            unless = _UNLESS.get(resource.text("condition", rule) or "if-not-acked", "acknowledged")
            rungs.append(Rung(_after(resource, rule), unless, party, resource.place(rule)))
            step = Step((), waits * MINUTE if waits else None, rule)
            yield from paged(resource, party, step, number == len(ordered))
    text = ", ".join("?" if rung.after is None else f"after {rung.after // MINUTE}m" for rung in rungs)
    if rungs:
        yield resource.fact(resource.party, "escalates", tuple(rungs), text, rules[0])


def _after(resource: Resource, rule: Node) -> int | None:
    minutes = resource.number("delay", rule)
    return None if minutes is None else minutes * MINUTE


def _recipients(resource: Resource, rule: Node) -> list[str]:
    """Whom a rule pages; the next or the previous on a schedule is somebody else than who is on duty."""
    found = [resource.reference(child(recipient, "id")) for recipient in resource.blocks("recipient", rule)]
    kind = resource.text("notify_type", rule) or "default"
    end = "" if kind == "default" else f".{kind}"
    return [f"{name}{end}" if name else "" for name in found] or [""]


def _schedule(resource: Resource) -> Iterator[Fact]:
    yield from rota(resource)
    named, at = zone(resource.text("timezone")), resource.entry("timezone")
    if named and at:
        yield resource.fact(resource.party, "zone", named, named, at.at)


def _rotation(resource: Resource) -> Iterator[Fact]:
    schedule = resource.reference(child(resource.body, "schedule_id"))
    if not schedule:
        return
    shift = _shift(resource)
    yield resource.fact(schedule, f"shift.{resource.name}", shift, resource.text("name") or resource.name, resource.at)


def _shift(resource: Resource) -> Shift:
    windows = _windows(resource)
    unit = _UNITS.get(resource.text("type") or "")
    length = resource.number("length") if resource.is_said("length") else 1
    ends = resource.text("end_date")
    kept = resource.is_kept("participant", "start_date", "end_date", "time_restriction", "type", "length")
    if windows is None or unit is None or not length or kept or (resource.is_said("end_date") and not utc(ends)):
        return Shift(followed=False)
    return Shift(
        people=_participants(resource),
        begins=instant(resource.text("start_date")),
        every=length,
        unit=unit,
        since=utc(resource.text("start_date")),
        until=utc(ends),
        windows=windows,
    )


def _participants(resource: Resource) -> tuple[tuple[str, ...], ...]:
    """Who takes turns, in order; the reserved word `none` is nobody."""
    found: list[tuple[str, ...]] = []
    for each in resource.blocks("participant"):
        nobody = resource.text("type", each) == "none"
        found.append(() if nobody else (resource.reference(child(each, "id")),))
    return ((NOT_KNOWN,),) if resource.is_generated("participant") else tuple(found)


def _windows(resource: Resource) -> tuple[Window, ...] | None:
    """The time restrictions; their zone is left open. None where they cannot be told."""
    found: list[Window] = []
    if resource.is_generated("time_restriction"):
        return None
    for group in resource.blocks("time_restriction"):
        if resource.is_generated("restriction", group) or resource.is_generated("restrictions", group):
            return None
        for each in (*resource.blocks("restriction", group), *resource.blocks("restrictions", group)):
            windows = _window(resource, each)
            if windows is None:
                return None
            found += windows
    return tuple(found)


def _window(resource: Resource, each: Node) -> tuple[Window, ...] | None:
    parts = [resource.number(f"{end}_{unit}", each) for end in ("start", "end") for unit in ("hour", "min")]
    hours_and_minutes = [part for part in parts if part is not None]
    if len(hours_and_minutes) < 4 or hours_and_minutes[0] > 23 or hours_and_minutes[2] > 24:
        return None
    opens = hours_and_minutes[0] * 60 + min(hours_and_minutes[1], 59)
    closes = hours_and_minutes[2] * 60 + min(hours_and_minutes[3], 59)
    days = [(resource.text(f"{end}_day", each) or "").lower() for end in ("start", "end")]
    if days == ["", ""]:
        return (daily(opens, (closes - opens) % 1440 or 1440, ""),) if closes % 1440 != opens else ()
    if not all(day in _DAYS for day in days):
        return None
    first, last = (_DAYS.index(day) for day in days)
    minutes = ((last - first) * 1440 + closes - opens) % WEEK_MINUTES
    return weekly(first, opens, minutes or WEEK_MINUTES, "")


def _team(resource: Resource) -> Iterator[Fact]:
    yield resource.fact(resource.party, "kind", ROTA, resource.kind, resource.at)
    yield from resource.called()


_READERS = {"escalation": _escalation, "schedule": _schedule, "schedule_rotation": _rotation, "team": _team}
