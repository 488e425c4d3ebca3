"""GoAlert in Terraform: escalation policies, rotations, schedules and their rules.

GoAlert has no file format of its own; resources `goalert_*` are those of the community's Terraform providers.
A rule of a schedule takes the turns of a rotation, or one user, inside its hours on its days.
"""

from collections.abc import Iterator

from accord.model.contract_values import Rung
from accord.model.fact import Fact
from accord.model.hours import DAY_MINUTES, Window
from accord.model.rotas import NOT_KNOWN, Shift
from accord.sources._on_call import MINUTE, Step, clock, instant, ladder, rota, utc, zone
from accord.sources._terraform import Resource, plain
from accord.sources._yaml import Node, child, items

_UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks"}
_TARGETS = ("user_ids", "rotation_ids", "schedule_ids")


def read(resource: Resource) -> Iterator[Fact]:
    """The facts of one resource."""
    reader = _READERS.get(resource.kind)
    if reader is not None:
        yield from reader(resource)


def _policy(resource: Resource) -> Iterator[Fact]:
    steps = (
        None
        if resource.is_generated("step") or resource.is_kept("step")
        else [_step(resource, step) for step in resource.blocks("step")]
    )
    yield from ladder(resource, steps, resource.number("repeat"))


def _step(resource: Resource, step: Node) -> Step:
    minutes = resource.number("delay_minutes", step)
    targets: list[str] = []
    for key in _TARGETS:
        if resource.is_said(key, step):
            named = resource.references(child(step, key))
            targets += (NOT_KNOWN,) if named is None else named
    return Step(tuple(targets) or (NOT_KNOWN,), None if minutes is None else minutes * MINUTE, step)


def _service(resource: Resource) -> Iterator[Fact]:
    yield resource.fact(resource.party, "kind", "service", resource.kind, resource.at)
    yield from resource.called()
    policy = resource.entry("escalation_policy_id")
    named = resource.reference(policy.value) if policy else ""
    if policy and named:
        rung = Rung(0, None, named, resource.place(policy.at))
        yield resource.fact(resource.party, "escalates", (rung,), named, policy.at)


def _rotation(resource: Resource) -> Iterator[Fact]:
    yield from rota(resource)
    users = resource.references(child(resource.body, "user_ids")) if resource.is_said("user_ids") else ()
    unit = _UNITS.get(resource.text("type") or "")
    length = resource.number("shift_length") if resource.is_said("shift_length") else 1
    shift = Shift(followed=False)
    if unit is not None and length and not resource.is_kept("user_ids", "start_time", "type", "shift_length"):
        people = ((NOT_KNOWN,),) if users is None else tuple((user,) for user in users)
        begins = instant(resource.text("start_time"))
        shift = Shift(people=people, begins=begins, zone=zone(resource.text("time_zone")), every=length, unit=unit)
    yield resource.fact(resource.party, "shift.1", shift, resource.text("name") or resource.name, resource.at)


def _schedule(resource: Resource) -> Iterator[Fact]:
    yield from rota(resource)
    named, at = zone(resource.text("time_zone")), resource.entry("time_zone")
    if named and at:
        yield resource.fact(resource.party, "zone", named, named, at.at)


def _rule(resource: Resource) -> Iterator[Fact]:
    schedule = resource.reference(child(resource.body, "schedule_id"))
    target = resource.reference(child(resource.body, "target_id"))
    if not schedule:
        return
    windows = _windows(resource)
    shift = Shift(followed=False) if windows is None else Shift(people=((target,),), windows=windows)
    yield resource.fact(schedule, f"shift.{resource.name}", shift, resource.name, resource.at)


def _windows(resource: Resource) -> tuple[Window, ...] | None:
    """The hours of a rule, their zone left open; empty where it holds always, None where that cannot be told."""
    opens, closes = clock(resource.text("start_time")), clock(resource.text("end_time"))
    days = _days(resource)
    if opens is None or closes is None or days is None:
        return None
    if opens == closes and len(days) == 7:
        return ()
    return (Window(days, opens, closes or DAY_MINUTES, ""),) if days else None


def _days(resource: Resource) -> tuple[int, ...] | None:
    """The days of a filter that begins with Sunday."""
    if not resource.is_said("weekday_filter"):
        return tuple(range(7))
    flags = [plain(item) for item in items(child(resource.body, "weekday_filter"))]
    if len(flags) != 7 or not set(flags) <= {"true", "false"}:
        return None
    return tuple(sorted((number - 1) % 7 for number, flag in enumerate(flags) if flag == "true"))


def _override(resource: Resource) -> Iterator[Fact]:
    """Who is added for a time; that somebody is taken off is for whoever is added to make good."""
    schedule, added = (resource.reference(child(resource.body, key)) for key in ("schedule_id", "add_user_id"))
    starts, ends = (utc(resource.text(key)) for key in ("start", "end"))
    if schedule and added and starts and ends and starts < ends:
        seconds = int((ends - starts).total_seconds())
        shift = Shift(people=((added,),), begins=starts, lasts=seconds, count=1)
        yield resource.fact(schedule, f"shift.{resource.name}", shift, resource.name, resource.at)


_READERS = {
    "escalation_policy": _policy,
    "service": _service,
    "rotation": _rotation,
    "schedule": _schedule,
    "schedule_rule": _rule,
    "user_override": _override,
}
