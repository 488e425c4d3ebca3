"""What the readers of schedules and ladders share: instants, weekly windows, and what a ladder says of those it pages.

A ladder with a wait per level makes nobody on it promise to answer: whoever does not is passed over. So each of them states
`acknowledge: none`, save those of the last level, for whom the ladder waits before it ends or begins again.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from accord.model.contract_values import Rung
from accord.model.duration import NANOSECONDS
from accord.model.fact import Fact
from accord.model.hours import DAY_MINUTES, Hours, Window
from accord.model.nothing import NONE
from accord.model.problem import Refused
from accord.model.zone import parse_zone
from accord.sources._terraform import PAGE, Resource
from accord.sources._yaml import Node

MINUTE = NANOSECONDS["m"]
WEEK_MINUTES = 7 * DAY_MINUTES
ROTA = "rota"
NEVER = Hours()
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00(?:\.0+)?)?Z?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_YEARS = range(1970, 2200)


class Step(Struct, frozen=True):
    """One level of a ladder: whom it pages ("" where that cannot be told), and how long it then waits; None is not known."""

    to: tuple[str, ...]
    waits: int | None
    at: Node


def instant(text: str | None) -> datetime | None:
    """The instant, or the clock time where no offset stands, that a text gives; None where it gives none."""
    if text is None or not _INSTANT.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.year in _YEARS else None
    except (ValueError, OverflowError):
        return None


def utc(text: str | None) -> datetime | None:
    """The instant that a text gives, UTC; a clock time without an offset is none."""
    found = instant(text)
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None


def zone(text: str | None) -> str:
    """The IANA name itself; empty for anything else."""
    try:
        return parse_zone(text) if text else ""
    except Refused:
        return ""


def clock(text: str | None) -> int | None:
    """Minutes after midnight of `08:00` or `08:00:00`; None for anything else, seconds included."""
    match = _CLOCK.fullmatch(text) if text else None
    return int(match[1]) * 60 + int(match[2]) if match else None


def weekly(first_day: int, opens: int, minutes: int, named: str) -> tuple[Window, ...]:
    """The windows of a stretch of so many minutes that begins once a week; none where it fills the week."""
    found: dict[tuple[int, int], list[int]] = {}
    day, left = first_day, min(minutes, WEEK_MINUTES)
    while left > 0:
        closes = min(opens + left, DAY_MINUTES)
        found.setdefault((opens, closes), []).append(day % 7)
        left -= closes - opens
        day, opens = day + 1, 0
    return tuple(Window(tuple(sorted(days)), begin, end, named) for (begin, end), days in found.items())


def daily(opens: int, minutes: int, named: str) -> Window:
    """The window of a stretch of less than a day that begins every day."""
    return Window(tuple(range(7)), opens, (opens + minutes) % DAY_MINUTES or DAY_MINUTES, named)


def ladder(resource: Resource, steps: Sequence[Step] | None, repeats: int | None) -> Iterator[Fact]:
    """A ladder that waits on each of its levels; `steps` is None where they cannot be told."""
    yield from rota(resource)
    yield resource.fact(resource.party, "acknowledge", NONE, "none", resource.at, PAGE)
    yield resource.fact(resource.party, "hours", NEVER, "none", resource.at, PAGE)
    if repeats is not None and (entry := resource.entry("num_loops") or resource.entry("repeat")):
        yield resource.fact(resource.party, "paging.repeats", repeats, str(repeats), entry.at)
    if not steps:
        return
    rungs: list[Rung] = []
    after: int | None = 0
    for number, step in enumerate(steps, start=1):
        for to in step.to:
            party = to or f"{resource.party}.level-{number}"
            unless = "acknowledged" if number > 1 else None
            rungs.append(Rung(after, unless, party, resource.place(step.at)))
            yield from paged(resource, party, step, number == len(steps))
        after = after + step.waits if after is not None and step.waits is not None else None
    if rungs:
        yield resource.fact(resource.party, "escalates", tuple(rungs), _shown(steps), steps[0].at)


def rota(resource: Resource) -> Iterator[Fact]:
    """What every schedule and ladder is, and what it is called."""
    yield resource.fact(resource.party, "kind", ROTA, resource.kind, resource.at)
    yield from resource.called()


def paged(resource: Resource, party: str, step: Step, is_last: bool) -> Iterator[Fact]:
    """What a level says of somebody on it."""
    yield resource.fact(party, "kind", ROTA, ROTA, step.at)
    if not is_last:
        yield resource.fact(party, "acknowledge", NONE, "none", step.at, PAGE)
    elif step.waits is not None:
        yield resource.fact(party, "acknowledge", step.waits, f"{step.waits // MINUTE}m", step.at, PAGE)


def _shown(steps: Sequence[Step]) -> str:
    waits = ("?" if step.waits is None else f"{step.waits // MINUTE}m" for step in steps)
    return " + ".join(waits)
