"""Silences: which alerts they hold, and for how long. A silence ends, and somebody answers for it."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from accord.cases.events import Hold
from accord.model.pattern import compiled
from accord.model.pattern import matches as meets
from accord.model.problem import Refused
from accord.serve.instants import written
from accord.store.kept import Matcher, Silence

LONGEST_MATCHERS = 64


def silences(silence: Silence, labels: Mapping[str, str], now_ns: int) -> bool:
    """Whether it holds an alert with these labels now."""
    return is_active(silence, now_ns) and all(matches(matcher, labels) for matcher in silence.matchers)


def matches(matcher: Matcher, labels: Mapping[str, str]) -> bool:
    """Whether the label is as the matcher says; a label that is not there is empty, patterns meet the whole value."""
    value = labels.get(matcher.name, "")
    met = meets(matcher.value, value) if matcher.is_regex else value == matcher.value
    return met == matcher.is_equal


def is_active(silence: Silence, now_ns: int) -> bool:
    """Whether it has begun and not ended."""
    return silence.begins_ns <= now_ns < silence.ends_ns


def is_later(silence: Silence) -> bool:
    """Whether it was to begin later when it was made, so that it held nothing then."""
    return silence.begins_ns > silence.updated_ns


def holding(active: Iterable[Silence], labels: Mapping[str, str], now_ns: int) -> Silence | None:
    """The silence that holds such an alert longest; None where none does."""
    held = [each for each in active if silences(each, labels, now_ns)]
    return max(held, key=lambda each: each.ends_ns, default=None)


def hold(silence: Silence, source: str, now_ns: int) -> Hold:
    """The event by which a silence holds a deviation."""
    reason = f"silence {silence.id}: {silence.reason}"
    return Hold(
        f"hold/{silence.id}/{silence.updated_ns}/{source}/{now_ns}", now_ns, silence.by, reason, silence.ends_ns
    )


def hold_at_beginning(silence: Silence, source: str, now_ns: int) -> Hold:
    """The same for what is open when a silence begins that was made before: one event, however often it is told."""
    return replace(hold(silence, source, now_ns), id=f"begun/{silence.id}/{silence.updated_ns}/{source}")


def checked(matchers: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
    """The matchers; raises Refused as Alertmanager does: none, a pattern that is none, or all of them match the empty text."""
    if not 0 < len(matchers) <= LONGEST_MATCHERS:
        raise Refused(f"expected 1 to {LONGEST_MATCHERS} matchers")
    for matcher in matchers:
        if matcher.is_regex:
            compiled(matcher.value)
    if all(matches(matcher, {}) for matcher in matchers):
        raise Refused("at least one matcher must not match the empty string")
    return matchers


def gettable(silence: Silence, name: str, now_ns: int) -> dict[str, Any]:
    """The silence as GET /api/v2/silences answers; `name` is who made it."""
    state = "active" if is_active(silence, now_ns) else "pending" if now_ns < silence.begins_ns else "expired"
    return {
        "id": silence.id,
        "status": {"state": state},
        "updatedAt": written(silence.updated_ns),
        "comment": silence.reason,
        "createdBy": name,
        "startsAt": written(silence.begins_ns),
        "endsAt": written(silence.ends_ns),
        "matchers": [
            {"name": each.name, "value": each.value, "isRegex": each.is_regex, "isEqual": each.is_equal}
            for each in silence.matchers
        ],
    }
