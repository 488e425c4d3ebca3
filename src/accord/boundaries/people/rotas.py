"""Schedules and ladders of people on call, put together from what several files state.

Before the join: the steps of a chain become one ladder; of what several ladders say of one party's answer the soonest holds,
so that no ladder seems longer than it is; and a schedule states the hours that its shifts lay out.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.duty import first_instant
from accord.boundaries.people.ladder import speakers
from accord.boundaries.people.shifts import gaps, located, staffed
from accord.model.contract_values import Rung
from accord.model.duration import show_duration
from accord.model.fact import PARTY, Fact
from accord.model.hours import ALWAYS, DAY_MINUTES, DAYS, Hours, Span, TimeOff, Window
from accord.model.nothing import NONE
from accord.model.rotas import ChainStep, Shift

SYSTEMS = ("pagerduty", "opsgenie", "grafana_oncall", "goalert", "ical")
PAGE = "page"
LOOK_AHEAD = 90
"""Days from the day of the check in which somebody must be on duty."""

_WEEK, _WEEKS = timedelta(days=7), LOOK_AHEAD // 7


class Roster(Struct, frozen=True):
    """The shifts of one schedule, each as the fact that states it, and the clock of the schedule; empty where nobody says."""

    party: str
    facts: tuple[Fact, ...]
    zone: str = ""
    made_of: tuple[Fact, ...] = ()
    """What the party says of its clock, and of the shifts that it is made of."""

    @property
    def shifts(self) -> tuple[tuple[Shift, str], ...]:
        """Each shift with the clock that it follows where it has none of its own."""
        return tuple((fact.value, self.zone) for fact in self.facts)

    @property
    def is_planned(self) -> bool:
        """Whether it consists of single events: what comes after the last of them was not planned yet."""
        return all(not shift.unit and shift.lasts is not None for shift, _ in self.shifts)

    def staffed(self, starts: datetime, ends: datetime) -> tuple[Span, ...] | None:
        """The time between two instants in which somebody is on duty; None where that cannot be told."""
        return staffed(self.shifts, starts, ends)


def roster(system: System, party: str, view: View) -> Roster | None:
    """The shifts of a party, its own and those it refers to; None where it has none."""
    key = ("roster", party, tuple(sorted(view.items())))
    if key not in system.memory:
        system.memory[key] = _roster(system, party, view)
    found: Roster | None = system.memory[key]
    return found


def _roster(system: System, party: str, view: View) -> Roster | None:
    own = system.party(party, view)
    facts = list(own.family("shift."))
    for name in own.value("shifts") or ():  # type: ignore[attr-defined]
        parts = system.party(name, view).family("shift.")
        if not parts:
            return None
        facts += parts
    zone, said = own.value("zone"), (own.get("zone"), own.get("shifts"))
    made_of = tuple(fact for fact in said if fact is not None)
    return Roster(party, tuple(facts), zone if isinstance(zone, str) else "", made_of) if facts else None


def rosters(system: System, view: View) -> Iterator[Roster]:
    """Every schedule with shifts, in order of party; what is only a part of another is none."""
    parts = {name for fact in system.about("shifts") for name in fact.value}
    shifted = {*speakers(system, "shift"), *speakers(system, "shifts")} - parts
    found = (roster(system, party, view) for party in system.parties if party in shifted) if shifted else ()
    yield from (each for each in found if each is not None)


# ---------------------------------------------------------------------- before the join


def with_rotas(facts: Iterable[Fact], as_of: date) -> tuple[Fact, ...]:
    """The facts, and what schedules and ladders come to when their parts are put together."""
    read = Facts.of(facts)
    if read.sources.isdisjoint(SYSTEMS):
        return read
    joined = (*read, *_ladders(read))
    return (*_soonest(joined), *_hours(joined, as_of))


def _ladders(facts: tuple[Fact, ...]) -> Iterator[Fact]:
    chains: dict[str, list[Fact]] = {}
    for fact in facts:
        if isinstance(fact.value, ChainStep):
            chains.setdefault(fact.provider, []).append(fact)
    for party, stated in chains.items():
        ordered = sorted(stated, key=lambda fact: fact.value.position)
        positions = [fact.value.position for fact in ordered]
        if positions[0] >= 0 and len(set(positions)) == len(positions):
            yield from _ladder(party, ordered)


def _ladder(party: str, ordered: list[Fact]) -> Iterator[Fact]:
    """The ladder of a chain; who is paged again on it, louder, stands on its first rung only."""
    rungs: list[Rung] = []
    by_rung: list[Fact] = []
    after: int | None = 0
    waited: int | None = 0
    for fact in ordered:
        step: ChainStep = fact.value
        after = None if after is None or step.wait < 0 else after + step.wait
        waited = None if waited is None or step.wait < 0 else waited + step.wait
        for to in step.to:
            waited = 0 if to != party else waited
            if to != party and all(to != rung.to for rung in rungs):
                rungs.append(Rung(after, "acknowledged" if rungs else None, to, step.place))
                by_rung.append(fact)
    if not rungs:
        return
    text = ", ".join("?" if rung.after is None else show_duration(rung.after) for rung in rungs)
    yield replace(
        by_rung[0], says=party, provider=party, operation=PARTY, term="escalates", value=tuple(rungs), text=text
    )
    for rung, fact in zip(rungs, by_rung, strict=True):
        is_last = rung.after == rungs[-1].after
        if not is_last or waited:
            value, text = (waited, show_duration(waited)) if is_last and waited else (NONE, "none")
            yield replace(
                fact, says=rung.to, provider=rung.to, operation=PAGE, term="acknowledge", value=value, text=text
            )


def _soonest(facts: tuple[Fact, ...]) -> Iterator[Fact]:
    """The facts without all but the soonest answer that several ladders reckon with from one party."""
    best: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        if fact.term == "acknowledge" and fact.source in SYSTEMS:
            key = (fact.provider, fact.operation, fact.scope)
            known = best.get(key)
            if known is None or _late(fact) < _late(known):
                best[key] = fact
    kept = set(best.values())
    for fact in facts:
        if fact.term != "acknowledge" or fact.source not in SYSTEMS or fact in kept:
            yield fact


def _late(fact: Fact) -> tuple[bool, int]:
    return (fact.value is NONE, fact.value if isinstance(fact.value, int) else 0)


def _hours(facts: tuple[Fact, ...], as_of: date) -> Iterator[Fact]:
    """What each schedule lays out, said in its own name at the place of its first shift."""
    shifts: dict[str, list[Fact]] = {}
    zones, parts = {}, {}
    for fact in facts:
        if isinstance(fact.value, Shift):
            shifts.setdefault(fact.provider, []).append(fact)
        elif fact.term == "zone":
            zones[fact.provider] = fact.value
        elif fact.term == "shifts":
            parts[fact.provider] = fact.value
    for party, names in parts.items():
        if all(name in shifts for name in names):
            shifts.setdefault(party, []).extend(fact for name in names for fact in shifts[name])
    for party, stated in shifts.items():
        if all(not fact.scope for fact in stated):
            found = Roster(party, tuple(stated), zones.get(party, ""))
            hours = laid_out(found, as_of)
            if hours is not None:
                first, text = stated[0], shown(hours)
                yield replace(first, says=party, provider=party, operation=PAGE, term="hours", value=hours, text=text)


def laid_out(found: Roster, as_of: date) -> Hours | None:
    """The hours that the shifts are meant to cover; None where that cannot be told.

    By the restrictions of its layers, whoever fills them; where they fill some week to come, always. Of single events, what
    they cover up to the last day looked at.
    """
    if any(not shift.followed for shift, _ in found.shifts):
        return None
    windows: list[Window] = []
    for stated, zone in found.shifts:
        shift = located(stated, zone)
        own = shift.windows or _windows(shift)
        if own is None or any(not window.zone for window in own):
            return _covered(found, as_of)
        if not own:
            return ALWAYS
        windows += own
    return _or_always(Hours(windows=tuple(dict.fromkeys(windows))), as_of)


def _windows(shift: Shift) -> tuple[Window, ...] | None:
    """The weekly windows of a shift without restrictions; empty where it is always, None where it is neither."""
    if shift.lasts is None:
        return ()
    regular = (
        shift.every == 1 and shift.unit in ("days", "weeks") and (shift.until, shift.last, shift.count) == (None,) * 3
    )
    if (
        not regular
        or shift.begins is None
        or not shift.zone
        or shift.lasts % 60
        or shift.lasts > 86_400
        or shift.skipped
    ):
        return None
    if shift.begins.tzinfo is not None or shift.begins.second:
        return None
    opens, minutes = shift.begins.hour * 60 + shift.begins.minute, shift.lasts // 60
    days = shift.weekdays if shift.unit == "weeks" else tuple(range(7))
    days = days or (shift.begins.weekday(),)
    return (Window(days, opens, (opens + minutes) % DAY_MINUTES or DAY_MINUTES, shift.zone),)


def _or_always(hours: Hours, as_of: date) -> Hours:
    starts = first_instant(as_of)
    for week in range(_WEEKS):
        begins = starts + week * _WEEK
        if hours.spans(begins, begins + _WEEK) == (Span(begins, begins + _WEEK),):
            return ALWAYS
    return hours


def _covered(found: Roster, as_of: date) -> Hours | None:
    starts = first_instant(as_of)
    ends = starts + timedelta(days=LOOK_AHEAD)
    covered = found.staffed(starts, ends)
    if covered is None:
        return None
    off = tuple(TimeOff(gap.starts, gap.ends) for gap in gaps([Span(starts, ends)], covered))
    return Hours(always=True, times_off=off)


def shown(hours: Hours) -> str:
    """Hours for people, as the contract language writes them: `Mon-Fri 09:00-17:00 Europe/Berlin`."""
    if hours.always:
        return "24x7" if not hours.times_off else f"as planned, with {len(hours.times_off)} gaps in {LOOK_AHEAD} days"
    return ", ".join(_window_shown(window) for window in hours.windows)


def _window_shown(window: Window) -> str:
    days = window.days
    if days == tuple(range(7)):
        named = "daily"
    elif len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        named = f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    else:
        named = "/".join(DAYS[day] for day in days)
    opens, closes = (f"{minute // 60:02}:{minute % 60:02}" for minute in (window.opens, window.closes))
    return f"{named} {opens}-{closes} {window.zone}"
