"""What is said about the repair of an operation: who is paged, what they promise, by which procedure, and what nobody says."""

from msgspec import Struct

from accord.boundaries.calls.evidence import breaks, concludes
from accord.boundaries.join.memory import once_each
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import EVERY, View
from accord.boundaries.people.ladder import Ladder, Level, ladder, references, signals
from accord.model.contract_values import WorkStep
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.hours import ALWAYS, Hours
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Step, Witness


class Due(Struct, frozen=True):
    """A time within which a recovery is promised or counted on.

    `counts` is failure, detection or acknowledgement, as `since` says where somebody said; `hours` are those in which it is needed, None where nobody said.
    """

    fact: Fact
    counts: str = "detection"
    hours: Fact | None = None
    since: Fact | None = None

    @property
    def within(self) -> int:
        """Nanoseconds."""
        value: int = self.fact.value
        return value

    def from_failure(self, shown: Fact) -> int:
        """When it is due after the failure, which is shown as late as `shown` says; not for one counted from an answer."""
        return self.within + (shown.value if self.counts == "detection" else 0)


class Missing(Struct, frozen=True):
    """Something that must be known before the recovery has an end: who must say it, and what; not every answer is a time."""

    to: str
    asks: str
    is_time: bool = True


class Recovery(Struct, frozen=True):
    """What is said about the repair of one operation."""

    provider: str
    operation: str
    ladder: Ladder
    by: Fact | None = None
    shown_by: Fact | None = None
    shown_within: Fact | None = None
    how: Fact | None = None
    procedure: str = ""
    steps: Fact | None = None

    @property
    def subject(self) -> str:
        """`ledger/post`."""
        return f"{self.provider}/{self.operation}"

    @property
    def work(self) -> tuple[WorkStep, ...]:
        """The steps of the procedure, in order."""
        return self.steps.value if self.steps is not None and self.steps.value is not NONE else ()

    @property
    def shown_after(self) -> int:
        """The longest time until the deviation is shown, 0 where nobody said."""
        return duration_of(self.shown_within) or 0


@once_each
def recovery(system: System, provider: str, operation: str, view: View = EVERY) -> Recovery | None:
    """What is said about repairing an operation; None where nobody is paged for it."""
    climbed = ladder(system, provider, operation, view)
    if not climbed.levels:
        return None
    side = system.promised(provider, operation, view)
    how = side.get("recover.how")
    procedures = [provider_of(name) for name in references(how)]
    shortest = procedures[0] if procedures else ""
    if len(procedures) > 1:
        shortest = min(procedures, key=lambda name: (takes_of(system.party(name, view).get("steps")), name))
    return Recovery(
        provider,
        operation,
        climbed,
        side.get("recover.by"),
        next(iter(signals(side)), None),
        side.get("detect.within"),
        how,
        shortest,
        system.party(shortest, view).get("steps") if shortest else None,
    )


def due(side: Side, hours: Fact | None) -> Due | None:
    """What one side says of the time of a recovery; `hours` are those of the promise, where the side has none of its own."""
    within = side.get("recover.within")
    if within is None or within.value is NONE:
        return None
    since = side.get("recover.from")
    counts = since.value if since is not None and isinstance(since.value, str) else "detection"
    return Due(within, counts, side.get("hours") or hours, since)


def shown_soonest(side: Side) -> Fact | None:
    """How soon a deviation is shown: what is said of the whole operation, else the soonest of what is said of its terms."""
    whole = side.get("detect.within")
    stated = (
        [whole] if whole is not None else [fact for fact in side.family("detect.") if fact.term.endswith(".within")]
    )
    timed = [fact for fact in stated if duration_of(fact) is not None]
    return min(timed, key=lambda fact: (fact.value, fact.term), default=None)


def as_promised(subject: str, counted: Due, promised: Due, shown: Fact) -> Witness:
    """It fails, is shown as late as promised, and repaired as late as promised."""
    due_at, ends = counted.from_failure(shown), promised.from_failure(shown)
    steps = [
        Step(shown.value, shown.says, "detects", f"shows that {subject} fails", shown, subject),
        Step(due_at, counted.fact.says, "due", f"counts on recovery of {subject}", counted.fact, subject),
        Step(ends, promised.fact.says, "recovers", f"has repaired {subject}", promised.fact, subject),
    ]
    last = concludes(f"repaired {show_duration(ends - due_at)} too late, and everybody kept their word", subject, ends)
    since = [due.since for due in (counted, promised) if due.since is not None]
    told = (breaks(subject), *sorted(steps, key=lambda step: step.at), last)
    return Witness(told, "recovered-in-time", (counted.fact, *since))


def duration_of(fact: Fact | None) -> int | None:
    """The nanoseconds a fact states; None where nobody said, or there is no limit."""
    return fact.value if fact is not None and isinstance(fact.value, int) else None


def hours_of(level: Level) -> Hours:
    """The hours of a level, always where nobody said: so that nothing rests on what is not known."""
    hours: Hours = level.hours.value if level.hours is not None else ALWAYS
    return hours


def takes_of(steps: Fact | None) -> int:
    """The time of all steps of a procedure that say how long they take."""
    return sum(step.takes or 0 for step in steps.value) if steps is not None and steps.value is not NONE else 0


def unbounded(told: Recovery) -> list[WorkStep]:
    """The steps that do not say how long they take."""
    return [step for step in told.work if step.takes is None]


def longest(told: Recovery) -> WorkStep | None:
    """The step that may take longest, of those that say it."""
    return max((step for step in told.work if step.takes), key=lambda step: step.takes or 0, default=None)


# ---------------------------------------------------------------------- what is not known


def missing(told: Recovery, due: Due, level: Level) -> tuple[Missing, ...]:
    """What must be said before a repair begun by this level has an end."""
    found = []
    if due.counts == "failure" and told.shown_within is None:
        found.append(
            Missing(told.provider, f"how soon a deviation of {told.subject} is shown (detect: {{within: ...}})")
        )
    if due.hours is None and hours_of(level) != ALWAYS:
        found.append(Missing(told.provider, f"when {told.subject} is promised (hours)", False))
    return (*found, *_missing_answer(level, due), *missing_work(told))


def _missing_answer(level: Level, due: Due) -> list[Missing]:
    asks = []
    if level.rung is not None and level.rung.after is None:
        asks.append(Missing(level.pager, f"how long after the first page {level.party} is paged (escalates: after)"))
    unknown = [
        name for name, fact in (("acknowledge", level.acknowledge), ("hands_on", level.hands_on)) if fact is None
    ]
    if due.counts == "acknowledgement" and "acknowledge" in unknown:
        unknown.remove("acknowledge")
    if unknown:
        what = {"acknowledge": "how soon it answers a page", "hands_on": "how long it then takes to be able to act"}
        asked = " and ".join(what[name] for name in unknown)
        asks.append(Missing(level.party, f"{asked} ({level.subject}: {', '.join(unknown)})"))
    if level.hours is None:
        asks.append(Missing(level.party, f"when it is on duty ({level.subject}: hours)", False))
    return asks


def missing_work(told: Recovery) -> list[Missing]:
    """What must be said before the work itself has an end."""
    if not told.procedure:
        return [
            Missing(told.provider, f"how {told.subject} is repaired and how long that takes (recover: {{how: ...}})")
        ]
    if told.steps is None or told.steps.value is NONE:
        return [Missing(told.procedure, "its steps and how long each takes (steps)")]
    unknown = [f"`{step.do}`" for step in unbounded(told)]
    return [Missing(told.procedure, f"how long each of these takes: {', '.join(unknown)}")] if unknown else []
