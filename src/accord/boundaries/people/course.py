"""The course of a recovery in which everybody acts at the last permitted moment, as the steps of a witness."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.calls.evidence import Saying
from accord.boundaries.people.duty import Answer, duty, first_answer, instant_at, longest_wait, worst_page
from accord.boundaries.people.ladder import Ladder, Level, references
from accord.boundaries.people.recovery import (
    Due,
    Missing,
    Recovery,
    duration_of,
    hours_of,
    missing,
    missing_work,
    takes_of,
)
from accord.model.contract_values import WorkStep
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.hours import ALWAYS
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Step

Access = dict[str, Fact]
"""For a reference in the `needs` of a step, the statement of how long it takes to get it."""


class Course(Struct, frozen=True):
    """One way it can go: `ends` is when the repair is done and `due` when it had to be, nanoseconds from the failure.

    `permits` are further statements that the steps lean on; `provable` tells whether a statement permits each of them. `ends` leaves out what is not known (`missing`), so the repair takes at least as long. `starts` is the instant of
    the failure where the wall clock matters, else empty. `rests_on` are the statements that make it take so long.
    """

    ends: int
    due: int
    steps: tuple[Step, ...]
    rests_on: tuple[Saying, ...]
    answered_by: Level
    missing: tuple[Missing, ...] = ()
    starts: str = ""
    permits: tuple[Fact, ...] = ()
    provable: bool = True


def course(
    told: Recovery,
    due: Due,
    as_of: date,
    though_answered: bool = False,
    access: Access | None = None,
    though_away: bool = False,
) -> Course | None:
    """The course at the worst instant of the hours in which the recovery is needed.

    None where nobody who is paged is ever on duty in them. `though_answered` follows the rungs that page further as
    long as nothing is recovered. `access` is waited for before each step that needs it. `though_away` takes the instant
    after which an answer takes longest, also where nobody is on duty at it.
    """
    levels = [level for level in told.ladder.levels if _can_answer(level)]
    if not levels:
        return None
    needed = due.hours.value if due.hours is not None else None
    timed = needed is not None and any(hours != ALWAYS for hours in (needed, *map(hours_of, levels)))
    answers = tuple(_answer(level, timed) for level in levels)
    page = told.shown_after
    if though_away and timed:
        page = longest_wait(answers, told.shown_after, as_of)
    elif timed and needed is not None:
        found = worst_page(answers, needed, told.shown_after, _stretch(told, due, answers), as_of)
        if found is None:
            return None
        page = found
    teller = _Teller(told, due, page, as_of, levels, answers, timed)
    teller.access = access or {}
    return teller.told(though_answered)


def likewise(goes: Course, told: Recovery, due: Due, at: int) -> Course:
    """The course of a recovery that says the same as another, whose course this is, without its steps.

    `at` is the place of the one who answers in either ladder.
    """
    level = told.ladder.levels[at]
    return replace(goes, steps=(), answered_by=level, missing=missing(told, due, level), permits=(), provable=False)


def certain_end(told: Recovery, due: Due, as_of: date) -> bool:
    """Whether the repair is known to be done in time, by the levels of which everything is known."""
    known = [level for level in told.ladder.levels if _is_certain(level, due)]
    if not known or missing_work(told):
        return False
    sure = course(replace(told, ladder=Ladder(tuple(known))), due, as_of)
    if sure is None or sure.missing or sure.ends > sure.due:
        return False
    longest = max(duration_of(level.hands_on) or 0 for level in known)
    return sure.ends - (duration_of(sure.answered_by.hands_on) or 0) + longest <= sure.due


def surely_in_time(told: Recovery, due: Due) -> bool:
    """Whether nothing is left open and no hours matter, and whoever of those paged answers, the repair is in time."""
    counted = due.counts == "detection" or (due.counts == "failure" and told.shown_within is not None)
    if not counted or (due.hours is not None and due.hours.value != ALWAYS) or missing_work(told):
        return False
    left = due.within - takes_of(told.steps) - (told.shown_after if due.counts == "failure" else 0)
    return all(_is_certain(level, due) and hours_of(level) == ALWAYS for level in told.ladder.levels) and all(
        level.after + (duration_of(level.acknowledge) or 0) + (duration_of(level.hands_on) or 0) <= left
        for level in told.ladder.levels
    )


def _is_certain(level: Level, due: Due) -> bool:
    parts = (duration_of(level.acknowledge), duration_of(level.hands_on), level.hours)
    if None in parts or (level.rung is not None and level.rung.after is None):
        return False
    return due.hours is not None or hours_of(level) == ALWAYS


class _Teller:
    """Writes the course down as the steps of a witness; times count from the failure."""

    def __init__(
        self,
        told: Recovery,
        due: Due,
        page: int,
        as_of: date,
        levels: list[Level],
        answers: tuple[Answer, ...],
        timed: bool,
    ) -> None:
        self.told_of, self.due, self.page, self.as_of = told, due, page, as_of
        self.levels, self.answers, self.timed = levels, answers, timed
        self.origin = page - told.shown_after
        self.steps: list[Step] = []
        self.rests_on: list[Saying] = []
        self.access: Access = {}

    def told(self, though_answered: bool) -> Course | None:
        first = first_answer(self.answers, self.page, self.as_of)
        if first is None:
            return None
        self.begin()
        level = self.levels[first[1]]
        self.rest_on_absence(first[0])
        ends = self.climb(level)
        if though_answered:
            level, ends = self.climb_on(level, ends)
        ends = self.work(ends)
        counted = self.due.counts != "acknowledgement" or self.levels[first[1]].acknowledge is not None
        provable = self.recover(ends) and counted
        acknowledged = first[0] - self.origin
        counted_from = {"failure": 0, "acknowledgement": acknowledged}.get(self.due.counts, self.told_of.shown_after)
        due = counted_from + self.due.within
        does = f"the recovery of {self.told_of.subject} was due"
        self.add(due, self.due.fact.says, "due", does, self.due.fact, self.told_of.subject)
        steps = tuple(sorted(self.steps, key=lambda step: step.at))
        return Course(
            ends,
            due,
            steps,
            tuple(self.rests_on),
            level,
            missing(self.told_of, self.due, level),
            self.starts(),
            tuple(fact for fact in (self.told_of.shown_by, self.due.since) if fact is not None),
            provable,
        )

    def starts(self) -> str:
        return instant_at(self.origin).isoformat().replace("+00:00", "Z") if self.timed else ""

    def add(
        self, at: int, party: str, act: str, does: str, fact: Fact | None, about: str = "", attempt: int = 0
    ) -> None:
        self.steps.append(Step(at, party, act, does, fact, about, attempt))

    def begin(self) -> None:
        told = self.told_of
        self.add(0, told.provider, "breaks", f"{told.subject} fails", None, told.subject)
        shown = told.shown_within or told.shown_by
        signal = provider_of(next(iter(references(told.shown_by)), told.provider))
        self.add(told.shown_after, signal, "detects", f"shows that {told.subject} fails", shown, told.subject)
        if told.shown_within is not None and self.due.counts == "failure":
            self.rest_on(told.shown_within, f"shows a deviation of {told.subject} within {told.shown_within.text}")

    def climb(self, level: Level) -> int:
        """Pages and the answer of this level; when it is able to act, as far as somebody says."""
        at = self.page_up_to(level)
        self.rest_on_answer(level)
        answer = first_answer((self.answers[self.levels.index(level)],), self.page, self.as_of)
        if level.acknowledge is None or answer is None:
            return at
        at = answer[0] - self.origin
        self.add(at, level.party, "acknowledges", "answers the page", level.acknowledge, self.told_of.subject)
        able = duration_of(level.hands_on)
        if level.hands_on is not None and able is not None:
            at += able
            self.rest_on(level.hands_on, f"takes up to {level.hands_on.text} until it is able to act")
            self.add(at, level.party, "arrives", "is able to act", level.hands_on, self.told_of.subject)
        return at

    def page_up_to(self, level: Level) -> int:
        """The page of this level, after those that come before it on the way from the first."""
        at = self.told_of.shown_after + level.after
        if any(step.act == "pages" and step.about == level.party for step in self.steps):
            return at
        paged = self.told_of.ladder.levels
        pause = level.rung.after or 0 if level.rung else 0
        for below in paged[: paged.index(level)]:
            if below.party == level.pager and below.after + pause == level.after:
                self.page_up_to(below)
        self.add(at, level.pager, "pages", f"pages {level.party}", level.because, level.party)
        return at

    def work(self, at: int) -> int:
        """The steps of the procedure from `at` on; when the last of them is done."""
        if self.told_of.steps is not None and takes_of(self.told_of.steps):
            self.rest_on(self.told_of.steps, f"takes up to {show_duration(takes_of(self.told_of.steps))}")
        for number, step in enumerate(self.told_of.work, start=1):
            at = self.wait_for_access(step, at) + (step.takes or 0)
            doer = provider_of(step.by or "")
            party = doer if doer not in ("", "none") else self.told_of.procedure
            self.add(at, party, "works", f"has done: {step.do}", self.told_of.steps, self.told_of.subject, number)
        return at

    def wait_for_access(self, step: WorkStep, at: int) -> int:
        """Each access that the step needs is asked for when the step begins, one after the other."""
        for reference in step.needs:
            given = self.access.get(reference)
            if given is not None and self.told_of.steps is not None:
                self.add(
                    at,
                    self.told_of.procedure,
                    "pages",
                    f"asks {given.provider} for access",
                    self.told_of.steps,
                    given.provider,
                )
                at += given.value
                self.rest_on(given, f"gives access within {given.text}")
                self.add(at, given.provider, "acknowledges", "gives access", given, self.told_of.subject)
        return at

    def climb_on(self, level: Level, ends: int) -> tuple[Level, int]:
        """The rungs that page as long as nothing is recovered, where who is paged is on duty then."""
        for further in self.levels:
            steps, rests_on = len(self.steps), len(self.rests_on)
            if not self.goes_on(further, level):
                continue
            arrived = self.climb(further)
            if arrived > ends:
                level, ends = further, arrived
            else:
                del self.steps[steps:], self.rests_on[rests_on:]
        return level, ends

    def goes_on(self, further: Level, level: Level) -> bool:
        """Whether a rung of somebody paged says when it pages further for want of a recovery, and that one is on duty for it."""
        rung = further.rung
        if rung is None or rung.unless != "recovered" or rung.after is None or further is level:
            return False
        if not any(step.act == "pages" and step.about == further.pager for step in self.steps):
            return False
        paged = self.page + further.after
        within = duration_of(further.acknowledge) or 0
        return duty(self.answers[self.levels.index(further)][2], self.as_of).holds_through(paged, paged + within)

    def recover(self, ends: int) -> bool:
        """The end, by the one who acted last; False where no statement says that it may be the end."""
        last = max(self.steps, key=lambda step: step.at)
        last = next(step for step in reversed(self.steps) if step.at == last.at)
        named = [provider_of(name) for name in references(self.told_of.by)]
        party, fact = last.party, last.fact
        if last.act == "pages":
            party, fact = next(iter(named), ""), self.told_of.by
        elif last.act not in ("works", "acknowledges", "arrives"):
            fact = None
        self.add(ends, party, "recovers", f"has repaired {self.told_of.subject}", fact, self.told_of.subject)
        return fact is not None

    def rest_on_answer(self, level: Level) -> None:
        """The statements that make the answer of a level come so late."""
        if level.rung is not None:
            after = f" after {show_duration(level.rung.after)}" if level.rung.after else ""
            self.rest_on(level.because, f"pages {level.party}{after}")
        if level.acknowledge is not None:
            self.rest_on(level.acknowledge, f"answers a page within {level.acknowledge.text}")
        if level.hours is not None and self.timed and level.hours.value != ALWAYS:
            self.rest_on(level.hours, f"is on duty {level.hours.text}")

    def rest_on_absence(self, answered: int) -> None:
        """The hours of those who are paged before the answer and not on duty."""
        for level, (after, _, hours) in zip(self.levels, self.answers, strict=True):
            paged = self.page + after
            if level.hours is not None and paged < answered and not duty(hours, self.as_of).holds(paged):
                self.rest_on(level.hours, f"is on duty {level.hours.text}")

    def rest_on(self, fact: Fact, words: str) -> None:
        """One more statement that the course rests on."""
        self.rests_on.append((fact, words))


def _stretch(told: Recovery, due: Due, answers: tuple[Answer, ...]) -> int:
    """How long after the first page the promise must still hold, so that its clock does not pause."""
    if due.counts == "failure":
        return due.within - told.shown_after
    if due.counts == "acknowledgement":
        return due.within + min(after + within for after, within, _ in answers)
    return due.within


def _answer(level: Level, timed: bool) -> Answer:
    return (level.after, duration_of(level.acknowledge) or 0, hours_of(level) if timed else ALWAYS)


def _can_answer(level: Level) -> bool:
    refused = level.acknowledge is not None and level.acknowledge.value is NONE
    return not refused and (hours_of(level).always or bool(hours_of(level).windows))
