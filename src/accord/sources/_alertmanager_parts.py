"""Receivers, calendars and inhibitions of an Alertmanager file, from maps that were checked before."""

from collections.abc import Callable
from typing import TypeVar

from accord.model.alerting import Calendar, Inhibition, Integration, Receiver, Span
from accord.model.problem import Refused
from accord.sources._alertmanager_reading import Members, StrictByShape, flag_of, host_of, text_under
from accord.sources._alertmanager_shapes import KINDS
from accord.sources._alertmanager_times import (
    LOCAL,
    MONTHS,
    WEEKDAYS,
    Range,
    parse_days,
    parse_location,
    parse_minute,
    parse_months,
    parse_weekdays,
    parse_years,
)
from accord.sources._go_duration import parse_go_duration
from accord.sources._unfilled import unfilled
from accord.sources._yaml import Entry, MappingNode, Node, SequenceNode, entries, is_null, items, text_of

T = TypeVar("T")

_TARGETS: dict[str, tuple[str, ...]] = {
    "email": ("to",),
    "slack": ("channel",),
    "mattermost": ("channel",),
    "rocketchat": ("channel",),
    "victorops": ("routing_key",),
    "telegram": ("chat_id",),
    "webex": ("room_id",),
    "jira": ("project",),
    "sns": ("topic_arn", "target_arn", "phone_number"),
    "wechat": ("to_user", "to_party", "to_tag"),
    "pushover": ("device",),
}
"""The keys that tell to where an integration goes; else it is the host of its address."""

_ADDRESSES = ("url", "webhook_url", "api_url")


def receiver(strict: StrictByShape, members: Members) -> Receiver:
    """Who is told, in the order of the file."""
    found: list[Integration] = []
    for key, entry in members.items():
        if key in KINDS and type(entry.value) is SequenceNode:
            maps = [item for item in entry.value.value if type(item) is MappingNode]
            found += [_integration(KINDS[key], {one.key: one for one in entries(item)}) for item in maps]
    return Receiver(tuple(found))


def _integration(kind: str, members: Members) -> Integration:
    target = next((text for key in _TARGETS.get(kind, ()) if (text := text_under(members, key))), "")
    if kind == "opsgenie" and "responders" in members:
        target = ", ".join(filter(None, (_responder(item) for item in items(members["responders"].value))))
    if not target and kind != "email":
        target = next((host for key in _ADDRESSES if (host := host_of(text_under(members, key)))), "")
    told = (text for key in (*_TARGETS.get(kind, ()), *_ADDRESSES) if (text := text_under(members, key)))
    words = next((found for text in told if (found := unfilled(text))), "")
    return Integration(kind, target, flag_of(members.get("send_resolved")), _timeout(members.get("timeout")), words)


def _responder(item: Node) -> str:
    members = {one.key: one for one in entries(item)} if type(item) is MappingNode else {}
    return next((text for key in ("name", "username", "id") if (text := text_under(members, key))), "")


def _timeout(entry: Entry | None) -> int | None:
    """The limit on one attempt; 0 is none of its own."""
    text = "" if entry is None or is_null(entry.value) else text_of(entry.value) or ""
    try:
        return (parse_go_duration(text) or None) if text else None
    except Refused:
        return None


def shown_receiver(found: Receiver) -> str:
    """`slack #alerts, email ops@example.org`, or `nobody`."""
    return ", ".join(f"{one.kind} {one.target}".strip() for one in found.integrations) or "nobody"


# ---------------------------------------------------------------------- calendars


def calendar(strict: StrictByShape, members: Members) -> Calendar | None:
    """When a named time interval holds; None where that hangs on the clock of a machine that no file tells of."""
    spans = [
        _span(strict, {one.key: one for one in entries(item)}) for item in items(_value(members, "time_intervals"))
    ]
    return None if any(span.zone == LOCAL for span in spans) else Calendar(tuple(spans))


def _span(strict: StrictByShape, members: Members) -> Span:
    times = []
    for item in items(_value(members, "times")):
        inner = {one.key: one for one in entries(item)}
        begin, end = (_minute(strict, inner, key) for key in ("start_time", "end_time"))
        if begin is not None and end is not None:
            times.append((begin, end))
            if begin >= end:
                strict.refuse(item, "times: expected an end_time after the start_time")

    def ranges(key: str, parse: Callable[[str], Range]) -> tuple[Range, ...]:
        return tuple(
            read for item in items(_value(members, key)) if (read := _quietly(text_of(item), parse)) is not None
        )

    return Span(
        tuple(times),
        ranges("weekdays", parse_weekdays),
        ranges("days_of_month", parse_days),
        ranges("months", parse_months),
        ranges("years", parse_years),
        _quietly(text_under(members, "location"), parse_location) or "UTC",
    )


def _value(members: Members, key: str) -> Node | None:
    return members[key].value if key in members else None


def _minute(strict: StrictByShape, members: Members, key: str) -> int | None:
    entry = members.get(key)
    if entry is None or not text_of(entry.value):
        return None
    found: int | None = strict.parsed(entry.value, key, parse_minute)
    return found


def _quietly(text: str | None, parse: Callable[[str], T]) -> T | None:
    """The parsed text; None where it is refused, which was said when it was checked."""
    try:
        return None if text is None else parse(text)
    except Refused:
        return None


def shown_calendar(found: Calendar) -> str:
    """`monday to friday 09:00 to 17:00 Europe/Berlin`, one part after the other; `never` where there is none."""
    return "; ".join(_shown_span(span) for span in found.spans) or "never"


def _shown_span(span: Span) -> str:
    parts = [
        _ranges(span.weekdays, lambda day: WEEKDAYS[day]),
        _ranges(span.times, lambda minute: f"{minute // 60:02}:{minute % 60:02}"),
        _ranges(span.days, lambda day: f"day {day}"),
        _ranges(span.months, lambda month: MONTHS[month - 1] if 1 <= month <= 12 else str(month)),
        _ranges(span.years, str),
    ]
    return " ".join([part for part in parts if part] or ["always"]) + f" {span.zone}"


def _ranges(found: tuple[Range, ...], shown: Callable[[int], str]) -> str:
    return ", ".join(shown(one) if one == other else f"{shown(one)} to {shown(other)}" for one, other in found)


# ---------------------------------------------------------------------- inhibitions


def inhibition(strict: StrictByShape, members: Members) -> Inhibition:
    """Which alerts hold back which."""
    equal = tuple(text_of(item) or "" for item in items(_value(members, "equal")))
    return Inhibition(strict.matchers(members, "source_"), strict.matchers(members, "target_"), equal)


def shown_inhibition(found: Inhibition) -> str:
    """`severity="critical" holds back severity="warning" of the same cluster`."""
    sources, targets = (", ".join(map(str, side)) or "anything" for side in (found.sources, found.targets))
    return f"{sources} holds back {targets}" + (f" of the same {', '.join(found.equal)}" if found.equal else "")
