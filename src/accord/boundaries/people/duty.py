"""Duty: who is there at an instant, and clocks that run only while somebody is. Instants are nanoseconds since 1970 (UTC)."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from accord.model.duration import NANOSECONDS, SECOND
from accord.model.hours import ALWAYS, Hours, Span, clock_changes, first_uncovered, merged

LOOK_AHEAD = 90
"""Days from the day of the check in which the longest wait for an answer is looked for."""
YEAR = 373
"""Days from the day of the check in which gaps are looked for: every change of a clock, and the week after the last."""
MARGIN = 30
"""Further days that a clock may need to run out."""
MOST_EXCEPTIONS = 40
"""Exceptions whose own dates are looked at."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = date(1900, 1, 1), date(9000, 1, 1)


def first_instant(as_of: date) -> datetime:
    """The start of the day of the check, UTC."""
    return datetime.combine(min(max(as_of, _FIRST), _LAST), time(), UTC)


def nanoseconds(instant: datetime) -> int:
    """The instant as nanoseconds since 1970."""
    return (instant - _EPOCH) // timedelta(microseconds=1) * 1000


def instant_at(at: int) -> datetime:
    """The instant that lies so many nanoseconds after 1970, to the microsecond below."""
    return _EPOCH + timedelta(microseconds=at // 1000)


class Duty:
    """Hours laid out over the time from the day of the check; without hours it always holds."""

    __slots__ = ("always", "closes", "opens")

    def __init__(self, hours: Hours, as_of: date) -> None:
        starts = first_instant(as_of)
        spans = hours.spans(starts - timedelta(days=1), starts + timedelta(days=LOOK_AHEAD + MARGIN))
        self.always = hours == ALWAYS
        self.opens = [nanoseconds(span.starts) for span in spans]
        self.closes = [nanoseconds(span.ends) for span in spans]

    def holds(self, at: int) -> bool:
        """Whether somebody is on duty at this instant."""
        return self.always or self._open(at) is not None

    def holds_through(self, at: int, until: int) -> bool:
        """Whether somebody is on duty from one instant up to another."""
        position = self._open(at)
        return self.always or (position is not None and until <= self.closes[position])

    def elapsed(self, at: int, span: int) -> int | None:
        """The instant at which the clock, which runs only on duty, has run for `span`; None where that is not seen."""
        if self.always:
            return at + span
        position = bisect_right(self.closes, at)
        for opens, closes in zip(self.opens[position:], self.closes[position:], strict=True):
            begins = max(at, opens)
            if begins + span <= closes:
                return begins + span
            span -= closes - begins
        return None

    def edges(self) -> Iterator[int]:
        """Every instant at which duty begins or ends."""
        if not self.always:
            yield from self.opens
            yield from self.closes

    def _open(self, at: int) -> int | None:
        position = bisect_right(self.opens, at) - 1
        return position if position >= 0 and at < self.closes[position] else None


@lru_cache(maxsize=512)
def duty(hours: Hours, as_of: date) -> Duty:
    """The duty that the hours mean around the day of the check."""
    return Duty(hours, as_of)


def gap(needed: Hours, offered: Sequence[Hours], as_of: date, days: int = YEAR) -> datetime | None:
    """The first instant inside `needed` and outside all of `offered`.

    Looked for in so many days from the day of the check, then around the dates that the exceptions themselves name,
    those to come first.
    """
    stated = (needed, *offered)
    for span in _telling(stated, first_instant(as_of), days):
        length = -(-(span.ends - span.starts) // timedelta(days=1))
        found = first_uncovered(needed, offered, span.starts, length)
        if found is not None:
            return found
    for starts in _named_days(stated, as_of):
        found = first_uncovered(needed, offered, starts, LOOK_AHEAD)
        if found is not None:
            return found
    return None


def _telling(stated: Sequence[Hours], starts: datetime, days: int) -> tuple[Span, ...]:
    """The spans of the days to come in which something differs from the week before; outside them each week is as the last.

    A first week, and one after each change of a clock and each end of an exception, with a day for dates of other zones.
    """
    ends, day, week = starts + timedelta(days=days), timedelta(days=1), timedelta(days=9)
    zones = {zone for hours in stated for zone in hours.zones} - {"UTC"}
    changes = {starts + day, *(change for zone in zones for change in clock_changes(starts, ends, zone))}
    for hours in stated:
        for off in hours.days_off:
            changes.update(first_instant(each) for each in (off.first, _day_after(off.last)))
        for time_off in hours.times_off:
            changes.update((time_off.starts, time_off.ends))
    near = [change for change in changes if starts <= change + week and change - day < ends]
    return merged(Span(max(starts, change - day), min(ends, change + week)) for change in near)


def _day_after(day: date) -> date:
    return min(day, _LAST) + timedelta(days=1)


def _named_days(stated: Sequence[Hours], as_of: date) -> list[datetime]:
    """The day before each exception, with at most so many looked at.

    Days off that are past are left out, they were kept or not; a time given by its instants is a night to look back at.
    """
    days = {off.first for hours in stated for off in hours.days_off if off.last >= as_of}
    days |= {off.starts.date() for hours in stated for off in hours.times_off}
    inside = sorted(day for day in days if _FIRST < day < _LAST)
    ordered = [day for day in inside if day >= as_of] + [day for day in inside if day < as_of]
    return [first_instant(day - timedelta(days=1)) for day in ordered[:MOST_EXCEPTIONS]]


Answer = tuple[int, int, Hours]  # paged so long after the first page, answers within, on duty
PAUSE = SECOND


@lru_cache(maxsize=2048)
def worst_page(levels: tuple[Answer, ...], needed: Hours, before: int, stretch: int, as_of: date) -> int | None:
    """The instant of the first page after which an answer takes longest, while somebody paged is on duty.

    The deviation began `before` earlier; from then on `needed` holds until `stretch` after the page. None where no such
    instant exists. Only instants at which something changes can be the worst, and the second after them. Where the
    levels leave a gap in `needed`, an answer that waits for duty to begin again is the gap's, and not looked at.
    """
    wanted, duties = duty(needed, as_of), [duty(hours, as_of) for _, _, hours in levels]
    starts = nanoseconds(first_instant(as_of))
    ends = starts + LOOK_AHEAD * NANOSECONDS["d"]
    may_wait = gap(needed, [hours for _, _, hours in levels], as_of, LOOK_AHEAD) is None
    worst, found = -1, None
    for at in _candidates(levels, duties, wanted, before, starts):
        if not (starts <= at - before and at < ends and wanted.holds_through(at - before, at + stretch)):
            continue
        answer = _answer_on_duty(levels, duties, at, may_wait)
        if answer is not None and answer - at > worst:
            worst, found = answer - at, at
    return found


def longest_wait(levels: tuple[Answer, ...], before: int, as_of: date) -> int:
    """The instant of the first page after which an answer takes longest, whoever is on duty then or not."""
    duties, starts = [duty(hours, as_of) for _, _, hours in levels], nanoseconds(first_instant(as_of))
    ends = starts + LOOK_AHEAD * NANOSECONDS["d"]
    tried = [
        at for at in _candidates(levels, duties, duty(ALWAYS, as_of), before, starts) if starts <= at - before < ends
    ]
    waits = [(found[0] - at, -at) for at in tried if (found := first_answer(levels, at, as_of)) is not None]
    return -max(waits)[1] if waits else starts + before


def _answer_on_duty(levels: tuple[Answer, ...], duties: list[Duty], page: int, may_wait: bool) -> int | None:
    """The first answer to a page at which somebody is on duty, None where nobody is or it would have to wait."""
    answers, anybody = [], False
    for (after, within, _), on in zip(levels, duties, strict=True):
        paged = page + after
        at = on.elapsed(paged, within)
        if at is not None:
            through = on.holds_through(paged, at)
            anybody = anybody or through or on.holds(paged)
            answers.append((at, not (through or may_wait)))
    first, waits = min(answers, default=(0, True))
    return None if waits or not anybody else first


def first_answer(levels: tuple[Answer, ...], page: int, as_of: date) -> tuple[int, int] | None:
    """When the first page is answered at the latest, and by which level; None where nobody answers in sight."""
    answers = []
    for number, (after, within, hours) in enumerate(levels):
        at = duty(hours, as_of).elapsed(page + after, within)
        if at is not None:
            answers.append((at, number))
    return min(answers, default=None)


def _candidates(levels: tuple[Answer, ...], duties: list[Duty], wanted: Duty, before: int, starts: int) -> list[int]:
    found = {starts + before}
    for edge in wanted.edges():
        found.add(edge + before)
    for (after, within, _), on in zip(levels, duties, strict=True):
        for edge in on.edges():
            for shift in {after, after + within}:
                whole = (edge - shift) // SECOND * SECOND
                found.update((whole, whole + PAUSE))
    return sorted(found)
