"""The load of pages, in figures, beside the targets of others: each with where it is from. Instants are nanoseconds since 1970 (UTC).

A page is one call to act: one turn of one deviation to one person, on however many channels. What several deviations came to is
the load that signals make; it is never held against whoever is paged.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from accord.boundaries.people.duty import instant_at
from accord.model.duration import NANOSECONDS
from accord.model.zone import zone_named

MINUTE, HOUR, DAY = NANOSECONDS["m"], NANOSECONDS["h"], NANOSECONDS["d"]
TEN_MINUTES, SHIFT = 10 * MINUTE, 12 * HOUR
NIGHT_BEGINS, NIGHT_ENDS = 23, 7
"""Hours of the clock: the night of Directive 2002/49/EC (Annex I, 23.00 to 07.00 local time)."""
LONG_ENOUGH = 30
"""Days before anything is judged (ISA-18.2: a period of at least 30 days)."""
LOUDEST, MOST_PAGES = 10, 10


class Page(Struct, frozen=True):
    """One call to act: when, about which deviations (their cases and keys), to whom (a pseudonym), as part of which parties.

    It is about several where the breaker made one of them.
    """

    at_ns: int
    cases: tuple[str, ...]
    keys: tuple[str, ...]
    person: str
    parties: tuple[str, ...]


class Load(Struct, frozen=True):
    """The pages of some time. `at_night` and `on_weekend` are None where nobody says on which clock somebody lives.

    `on_weekend` are those by day on a Saturday or Sunday. Of any ten minutes `peak` has the most pages, of any twelve hours
    `most_incidents` the most deviations; `crowded` counts the windows of ten minutes, one after the other, with more than ten pages. `loudest` is the share that the ten loudest of `sources` have in them.
    """

    pages: int
    incidents: int
    at_night: int | None
    on_weekend: int | None
    peak: int
    crowded: int
    most_incidents: int
    loudest: float
    sources: int


def load(pages: Iterable[Page], zone_of: Callable[[str], str]) -> Load:
    """The figures of these pages; `zone_of` gives the zone somebody lives in, empty where nobody says."""
    ordered = sorted(pages, key=lambda page: page.at_ns)
    clocks = [_clock(page, zone_of) for page in ordered]
    known = [clock for clock in clocks if clock is not None]
    is_known = len(known) == len(clocks)
    sources = Counter(key for page in ordered for key in page.keys)
    nights = sum(_is_night(clock) for clock in known)
    weekends = sum(clock.weekday() > 4 and not _is_night(clock) for clock in known)
    return Load(
        pages=len(ordered),
        incidents=len({case for page in ordered for case in page.cases}),
        at_night=nights if is_known else None,
        on_weekend=weekends if is_known else None,
        peak=_most(ordered, TEN_MINUTES, lambda page: (id(page),)),
        crowded=sum(count > MOST_PAGES for count in Counter(page.at_ns // TEN_MINUTES for page in ordered).values()),
        most_incidents=_most(ordered, SHIFT, lambda page: page.cases),
        loudest=sum(count for _, count in sources.most_common(LOUDEST)) / max(sources.total(), 1),
        sources=len(sources),
    )


def _clock(page: Page, zone_of: Callable[[str], str]) -> datetime | None:
    zone = zone_of(page.person)
    return instant_at(page.at_ns).astimezone(zone_named(zone)) if zone else None


def _is_night(clock: datetime) -> bool:
    return clock.hour >= NIGHT_BEGINS or clock.hour < NIGHT_ENDS


def _most(ordered: Sequence[Page], window: int, told_apart: Callable[[Page], Iterable[object]]) -> int:
    """The most different things that any window of this length holds; it ends before its last instant."""
    most, inside, counted = 0, deque[Page](), Counter[object]()
    for page in ordered:
        inside.append(page)
        counted.update(told_apart(page))
        while inside[0].at_ns <= page.at_ns - window:
            for gone in told_apart(inside.popleft()):
                counted[gone] -= 1
                if not counted[gone]:
                    del counted[gone]
        most = max(most, len(counted))
    return most


# ---------------------------------------------------------------------- beside the targets


class Standing(StrEnum):
    """How a figure stands to its target."""

    WITHIN = "within"
    ABOVE = "above"
    OPEN = "open"


class Target(Struct, frozen=True):
    """One figure beside its target: what is counted, what came of it, what is aimed at, whose target it is, and how it stands.

    `why` says why it is not judged.
    """

    name: str
    value: str
    target: str
    source: str
    standing: Standing
    why: str = ""


_ALARMS = "ISA-18.2, table 7, and EEMUA 191, as two public repositories quote them; written for staffed consoles"
_ON_CALL = "Google, Site Reliability Engineering, chapter Being On-Call: an incident is about six hours of work"
_OWN = "proposed here; hospitals with 1 to 20 % saw answers slow down (BMJ Quality & Safety 24:282)"
_STALE = "ISA-18.2: fewer than 5 on any day; here none without a new commitment"
LEAST_USEFUL = 50
"""Percent of deviations that led to an action."""
_SHARE, _WORST_SHARE = 5, 200


def too_early(known_days: int) -> str:
    """Why nothing is judged yet; empty where enough days are known."""
    return "" if known_days >= LONG_ENOUGH else f"{known_days} of {LONG_ENOUGH} days are in the ledger"


def targets(seen: Load, days: int, acted: tuple[int, int], stale: int, known_days: int) -> tuple[Target, ...]:
    """The figures of `days` days beside the targets. `acted` says on how many of how many deviations somebody acted, `stale` how many
    are open for more than a day with nobody committed. Nothing is judged before `known_days` are long enough.
    """
    early = too_early(known_days)
    windows = days * DAY // TEN_MINUTES
    mean, crowded = seen.pages / windows, 100 * seen.crowded / windows
    return (
        _judged("pages in ten minutes, on average", _figure(mean), "at most 1", _ALARMS, mean <= 1, early),
        _judged(
            "pages in the busiest ten minutes", str(seen.peak), "at most 10", _ALARMS, seen.peak <= MOST_PAGES, early
        ),
        _judged(
            "windows of ten minutes with more than 10",
            f"{_figure(crowded)} %",
            "under 1 %",
            _ALARMS,
            crowded < 1,
            early,
        ),
        _judged(
            "deviations in the busiest twelve hours",
            str(seen.most_incidents),
            "at most 2",
            _ON_CALL,
            seen.most_incidents <= 2,
            early,
        ),
        _useful(*acted, early),
        _loudest(seen, early),
        _judged("open for more than a day", str(stale), "none", _STALE, not stale, early),
    )


def _judged(name: str, value: str, target: str, source: str, is_within: bool, why: str) -> Target:
    standing = Standing.OPEN if why else Standing.WITHIN if is_within else Standing.ABOVE
    return Target(name, value, target, source, standing, why)


def _useful(acted: int, looked_at: int, early: str) -> Target:
    name, target = "deviations on which somebody acted", f"at least {LEAST_USEFUL} %"
    if not looked_at:
        return Target(name, "none", target, _OWN, Standing.OPEN, "nothing was paged")
    share = 100 * acted / looked_at
    return _judged(name, f"{acted} of {looked_at}", target, _OWN, share >= LEAST_USEFUL, early)


def _loudest(seen: Load, early: str) -> Target:
    """Ten of few sources are always a large share: under 200 no rota could meet the target."""
    few = f"{_WORST_SHARE} sources or more can meet it, and there are {seen.sources}"
    share = 100 * seen.loudest
    value = f"{share:.0f} %" if seen.pages else "none"
    return _judged(
        f"share of the {LOUDEST} loudest sources",
        value,
        f"at most {_SHARE} %",
        _ALARMS,
        share <= _SHARE,
        early or (few if seen.sources < _WORST_SHARE else ""),
    )


def _figure(value: float) -> str:
    return "0" if not value else f"{value:.2f}" if value >= 0.01 else "under 0.01"
