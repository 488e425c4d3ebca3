"""Who is missing when: the instants of needed hours in which none of those who are relied on is on duty."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.calls.evidence import concludes
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.duty import gap
from accord.boundaries.people.ladder import answering, references
from accord.model.contract_values import WorkStep
from accord.model.fact import ANY, Fact, Stance
from accord.model.finding import Change, Move, Statement
from accord.model.hours import Hours, first_uncovered, show_instant
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Step, Witness

_A_YEAR = (datetime(2024, 1, 1, tzinfo=UTC), 366)
"""A whole year: windows repeat every week, and every clock that changes does so within it."""


class Watch(Struct, frozen=True):
    """A party that is relied on, as the statement `because` says, and the hours it states, None where it states none.

    `permits` are the statements that lead from the promise to this one, `step` is where a procedure names who does it.
    """

    party: str
    operation: str
    because: Fact
    hours: Fact | None
    permits: tuple[Fact, ...] = ()
    step: WorkStep | None = None

    @property
    def subject(self) -> str:
        """`ledger-oncall/page`."""
        return f"{self.party}/{self.operation}"

    @property
    def named(self) -> tuple[Statement, ...]:
        """The step that is its to do, at its own place; nothing for others."""
        if self.step is None:
            return ()
        place = dict(self.step.places).get("by", self.step.place)
        text = f"{self.because.provider} has `{self.step.do}` done by {self.party}"
        return (Statement(replace(self.because, place=place), text),)


class Absence(Struct, frozen=True):
    """An instant of the needed hours at which all of `away` are off duty."""

    instant: datetime
    needed: Fact
    away: tuple[Watch, ...]

    @property
    def shown(self) -> str:
        """The instant in UTC and on the clocks of everybody concerned."""
        stated = (self.needed, *(watch.hours for watch in self.away if watch.hours is not None))
        return show_instant(self.instant, [zone for fact in stated for zone in hours_in(fact).zones])

    def witness(self, does: str) -> Witness:
        """The instant as a witness; `does` is what the reader should take away."""
        steps = [
            Step(0, each.party, "away", f"is not on duty ({each.hours.text})", each.hours, each.subject)
            for each in self.away
            if each.hours
        ]
        led = (fact for each in self.away for fact in (each.because, *each.permits))
        expects = dict.fromkeys((self.needed, *led))
        starts = self.instant.isoformat().replace("+00:00", "Z")
        return Witness((*steps, concludes(does)), "somebody-on-duty", tuple(expects), starts)


def watch(system: System, reference: str, because: Fact, view: View, *permits: Fact) -> Watch:
    """The party that a statement names, with its hours in this view."""
    party, operation = answering(system, reference)
    return Watch(party, operation, because, system.promised(party, operation, view).get("hours"), permits)


def absence(needed: Fact, watches: Sequence[Watch], as_of: date, others: Sequence[Hours] = ()) -> Absence | None:
    """The first instant at which it is needed and neither a watch nor one of the others covers it."""
    stated = [hours_in(each.hours) for each in watches if each.hours is not None]
    instant = gap(hours_in(needed), [*stated, *others], as_of)
    return None if instant is None else Absence(instant, needed, tuple(watches))


def without_hours(watches: Sequence[Watch]) -> list[Watch]:
    """Those who do not say when they are on duty, each once."""
    return list({each.subject: each for each in watches if each.hours is None}.values())


def hours_in(fact: Fact) -> Hours:
    """The hours that a fact states; `none` holds never."""
    hours: Hours = Hours() if fact.value is NONE else fact.value
    return hours


def covers(wide: Hours, narrow: Hours) -> bool:
    """Whether `wide` holds whenever `narrow` does; False where exceptions leave that open."""
    if not set(wide.days_off) <= set(narrow.days_off) or not set(wide.times_off) <= set(narrow.times_off):
        return False
    return first_uncovered(_weekly(narrow), [_weekly(wide)], *_A_YEAR) is None


def _weekly(hours: Hours) -> Hours:
    return replace(hours, days_off=(), times_off=())


def longer(party: str, does: str, stated: Fact, needed: Fact) -> tuple[Move, ...]:
    """The move of a party that adds the needed hours to its own; none where no list of windows says both."""
    more = _extended(stated, needed)
    return (Move(party, f"{does} {more.text}", (Change(stated, more),)),) if more else ()


def _extended(stated: Fact, needed: Fact) -> Fact | None:
    """Never less than what was stated."""
    own, more = hours_in(stated), hours_in(needed)
    if covers(more, own):
        return replace(stated, value=needed.value, text=needed.text)
    if _weekly(own) != own or _weekly(more) != more:
        return None
    added = replace(own, windows=tuple(dict.fromkeys((*own.windows, *more.windows))), always=own.always or more.always)
    return replace(stated, value=added, text=f"{stated.text}, {needed.text}")


def doers(system: System, how: Fact | None, view: View) -> Iterator[Watch]:
    """Who does the steps of the procedures that recover.how names, each once."""
    seen: set[str] = set()
    for procedure in references(how):
        steps = system.party(provider_of(procedure), view).get("steps")
        if steps is None or how is None or steps.value is NONE:
            continue
        for step in steps.value:
            if step.by not in (None, "none") and step.by not in seen:
                seen.add(step.by)
                yield replace(watch(system, step.by, steps, view, how), step=step)


def promises_less(system: System, change: Change) -> bool:
    """Whether a change takes promised hours away from a caller who does not say when it counts on them."""
    before = change.before
    if before is None or before.term != "hours" or before.stance is not Stance.PROMISES:
        return False
    if change.after is not None and covers(hours_in(change.after), hours_in(before)):
        return False
    known = [key for key in system.keys_of(before.provider) if key[1] == before.provider and key[0]]
    return any(system.assumed(key).get("hours") is None for key in known if before.operation in (key[2], ANY))
