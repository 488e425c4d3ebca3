"""PagerDuty in Terraform: services, escalation policies and schedules with their layers.

Resources `pagerduty_service`, `pagerduty_escalation_policy` and `pagerduty_schedule` of the provider PagerDuty/pagerduty.
A layer's restrictions and the turns that are whole days follow the clock of the schedule's zone.
"""

from collections.abc import Iterator

from accord.model.contract_values import Rung
from accord.model.duration import NANOSECONDS
from accord.model.fact import Fact
from accord.model.hours import DAY_MINUTES, Window
from accord.model.nothing import NONE
from accord.model.rotas import NOT_KNOWN, Shift
from accord.sources._on_call import MINUTE, WEEK_MINUTES, Step, clock, daily, instant, ladder, rota, utc, weekly, zone
from accord.sources._terraform import Resource
from accord.sources._yaml import Node, child

_DAY_SECONDS = 86_400


def read(resource: Resource) -> Iterator[Fact]:
    """The facts of one resource."""
    reader = _READERS.get(resource.kind)
    if reader is not None:
        yield from reader(resource)


def _policy(resource: Resource) -> Iterator[Fact]:
    rules = resource.blocks("rule")
    steps = (
        None if resource.is_generated("rule") or resource.is_kept("rule") else [_rule(resource, rule) for rule in rules]
    )
    yield from ladder(resource, steps, resource.number("num_loops"))


def _rule(resource: Resource, rule: Node) -> Step:
    minutes = resource.number("escalation_delay_in_minutes", rule)
    targets = tuple(resource.reference(child(target, "id")) for target in resource.blocks("target", rule))
    if resource.is_generated("target", rule) or not targets:
        targets = (*targets, NOT_KNOWN)
    return Step(targets, None if minutes is None else minutes * MINUTE, rule)


def _service(resource: Resource) -> Iterator[Fact]:
    yield resource.fact(resource.party, "kind", "service", resource.kind, resource.at)
    yield from resource.called()
    policy = resource.entry("escalation_policy")
    named = resource.reference(policy.value) if policy else ""
    if policy and named:
        rung = Rung(0, None, named, resource.place(policy.at))
        yield resource.fact(resource.party, "escalates", (rung,), named, policy.at)
    for key, term in (("acknowledgement_timeout", "paging.renewed"), ("auto_resolve_timeout", "paging.closed")):
        entry, seconds = resource.entry(key), resource.number(key)
        if entry and seconds:
            yield resource.fact(resource.party, term, seconds * NANOSECONDS["s"], f"{seconds}s", entry.at)
        elif entry and resource.text(key) == "null":
            yield resource.fact(resource.party, term, NONE, "none", entry.at)


def _schedule(resource: Resource) -> Iterator[Fact]:
    yield from rota(resource)
    named = zone(resource.text("time_zone"))
    at = resource.entry("time_zone")
    if named and at:
        yield resource.fact(resource.party, "zone", named, named, at.at)
    if resource.is_generated("layer") or resource.is_kept("layer"):
        yield resource.fact(resource.party, "shift.0", Shift(followed=False), "layers that lie elsewhere", resource.at)
        return
    for number, layer in enumerate(resource.blocks("layer"), start=1):
        text = resource.text("name", layer) or f"layer {number}"
        yield resource.fact(resource.party, f"shift.{number}", _layer(resource, layer, named), text, layer)


def _layer(resource: Resource, layer: Node, named: str) -> Shift:
    users = resource.references(child(layer, "users"))
    windows = _windows(resource, layer, named)
    ends = resource.text("end", layer)
    known = (
        resource.is_said("users", layer)
        and windows is not None
        and not (resource.is_said("end", layer) and not utc(ends))
    )
    if not known or windows is None:
        return Shift(followed=False)
    seconds = resource.number("rotation_turn_length_seconds", layer) or 0
    in_days = seconds > 0 and seconds % _DAY_SECONDS == 0
    return Shift(
        people=((NOT_KNOWN,),) if users is None else tuple((user,) for user in users),
        begins=instant(resource.text("rotation_virtual_start", layer)) if seconds else None,
        zone=named,
        every=seconds // _DAY_SECONDS if in_days else seconds,
        unit="" if not seconds else "days" if in_days else "seconds",
        since=utc(resource.text("start", layer)),
        until=utc(ends),
        windows=windows,
    )


def _windows(resource: Resource, layer: Node, named: str) -> tuple[Window, ...] | None:
    """The restrictions of a layer; empty where it has none, or one that restricts nothing; None where they cannot be told."""
    found: list[Window] = []
    restrictions = resource.blocks("restriction", layer)
    if resource.is_generated("restriction", layer) or (restrictions and not named):
        return None
    for each in restrictions:
        opens, seconds = clock(resource.text("start_time_of_day", each)), resource.number("duration_seconds", each)
        kind, day = resource.text("type", each), resource.number("start_day_of_week", each)
        if opens is None or not seconds or seconds % 60:
            return None
        minutes = seconds // 60
        if kind == "daily_restriction" and minutes < DAY_MINUTES:
            found.append(daily(opens, minutes, named))
        elif kind == "weekly_restriction" and day is not None and 1 <= day <= 7 and minutes < WEEK_MINUTES:
            found += weekly(day - 1, opens, minutes, named)
        elif kind in ("daily_restriction", "weekly_restriction"):
            return () if day is None or 1 <= day <= 7 else None
        else:
            return None
    return tuple(found)


_READERS = {"escalation_policy": _policy, "service": _service, "schedule": _schedule}
