"""Who is missing when: the instants of needed hours in which none of those who are relied on is on duty."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.duty import gap
from accord.boundaries.evidence import concludes
from accord.boundaries.ladder import answering, references
from accord.boundaries.system import System
from accord.boundaries.view import View
from accord.model.contract_values import WorkStep
from accord.model.fact import Fact
from accord.model.finding import Statement
from accord.model.hours import Hours, show_instant
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Step, Witness


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
