"""Tells how a call goes when every party uses the time it may: the steps of a witness."""

from accord.boundaries.calls.answers import calling
from accord.boundaries.calls.limits import MOST_TRIES_COUNTED, MOST_TRIES_SHOWN, Plan, Try, plan
from accord.boundaries.calls.worst import FOREVER, Worst, worst
from accord.boundaries.join.system import Boundary, System
from accord.boundaries.join.view import View
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.model.witness import Step, Witness

MOST_STEPS = 120
_ORDER = {"answers": 0, "gives-up": 1, "fails": 2, "calls": 3, "waits": 4}


def cut_short(boundary: Boundary) -> Witness | None:
    """The caller leaves, and what it left is answered afterwards; None where the story has no end that can be told."""
    planned = plan(boundary)
    if planned is None:
        return None
    teller = _Teller(boundary.system, boundary.view)
    _, answered = teller.request(boundary, 0, MOST_TRIES_SHOWN)
    if answered or len(teller.steps) > MOST_STEPS:
        return None
    steps = sorted(teller.steps, key=_position)
    late = [step for step in steps if step.act == "answers" and step.about == boundary.subject]
    if not late:
        return None
    steps.append(_conclusion(boundary, planned, len(late), steps[-1].at))
    expects = (planned.tries[0].limit, *(step.fact for step in late[:1] if step.fact), *teller.bearing)
    return Witness(tuple(steps), "asker-learns-outcome", tuple(dict.fromkeys(expects)))


def cut_in_silence(boundary: Boundary, silence: Fact) -> Witness | None:
    """The caller leaves because it hears nothing, and the first byte comes afterwards."""
    planned = plan(boundary)
    if planned is None:
        return None
    first, who, call = planned.tries[0], boundary.consumer, (boundary.subject, 1)
    steps = (
        Step(0, who, "calls", f"calls {boundary.subject}", first.limit, *call),
        Step(first.end, who, "gives-up", _gives_up(first, boundary), first.limit, *call),
        Step(silence.value, boundary.provider, "answers", "sends its first byte, to nobody", silence, *call),
        Step(silence.value, "", "concludes", f"{boundary.provider} kept its word", None, boundary.subject),
    )
    return Witness(steps, "asker-learns-outcome", (first.limit, silence))


def _position(step: Step) -> tuple[int, int]:
    """Who answers once others have answered, or were given up on, does so after that."""
    waited = step.act == "answers" and step.fact is not None and step.fact.term == "needs"
    return step.at, _ORDER["fails"] if waited else _ORDER.get(step.act, 0)


def _conclusion(boundary: Boundary, planned: Plan, late: int, at: int) -> Step:
    tries = len(planned.tries)
    done = f"done {'once' if late == 1 else f'{late} times'}, " if _acts_each_time(boundary) else ""
    does = f"{_count(tries, 'try', 'tries')} of {boundary.subject}: {done}{_count(late, 'answer', 'answers')} to nobody"
    does += ", 1 failure told to the caller" if planned.complete else ", and so on"
    return Step(
        at, "", "concludes", f"{does}: {boundary.provider} kept its word each time", None, boundary.subject, 0, late
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


_Call = tuple[str, int, int]
"""The operation called, the number of the attempt, the number of the request."""


class _Teller:
    """Plays calls in which each answer takes as long as its statement allows, or as what it waits for takes."""

    def __init__(self, system: System, view: View) -> None:
        self.system, self.view = system, view
        self.steps: list[Step] = []
        self.requests: dict[tuple[str, str], int] = {}
        self.bearing: list[Fact] = []
        """Facts that bear on the times of steps which carry another: pauses, and limits on all tries."""

    def add(self, at: int, party: str, act: str, does: str, fact: Fact | None, call: _Call) -> None:
        self.steps.append(Step(at, party, act, does, fact, *call))

    def request(self, boundary: Boundary, start: int, most: int = MOST_TRIES_COUNTED) -> tuple[int, bool]:
        """All tries of one request; when it is over, and whether it was answered."""
        planned = plan(boundary, most)
        name = (boundary.consumer, boundary.subject)
        request = self.requests[name] = self.requests.get(name, 0) + 1
        if planned is None:
            return self.unlimited(boundary, start, request), True
        self.bearing += [planned.backoff] if planned.backoff is not None else []
        self.bearing += [fact for fact in boundary.assumed.all("timeout.request") if fact.value is not NONE]
        for number, each in enumerate(planned.tries, start=1):
            begun, left = start + each.start, start + each.end
            who, call = boundary.consumer, (boundary.subject, number, request)
            self.add(begun, who, "calls", _calls(boundary, number, planned), _permits(number, planned), call)
            answer = self.attempt(boundary, begun, number, request, left)
            if answer is not None and answer <= left:
                return answer, True
            self.add(left, who, "gives-up", _gives_up(each, boundary), each.limit, call)
            if len(self.steps) > MOST_STEPS:
                return left, False
        over = start + planned.end
        if planned.complete:
            does = f"tells its caller that {boundary.subject} failed"
            self.add(over, boundary.consumer, "fails", does, None, (boundary.subject, 0, request))
        return over, False

    def unlimited(self, boundary: Boundary, start: int, request: int) -> int:
        """A call whose caller states no limit: it waits for the answer."""
        because = calling(boundary)
        self.add(
            start, boundary.consumer, "calls", f"calls {boundary.subject}", because, (boundary.subject, 1, request)
        )
        return self.attempt(boundary, start, 1, request, FOREVER) or start

    def attempt(self, boundary: Boundary, start: int, number: int, request: int, left: int) -> int | None:
        """When the provider answers one attempt; None where it promises no maximum and never needs to."""
        may, call = worst(boundary), (boundary.subject, number, request)
        now = start
        if may.injected is not None:
            does = f"holds the call of {boundary.subject} back for {may.injected.text}"
            self.add(start, may.injected.says, "waits", does, may.injected, call)
            now += may.injected.value
        fact = may.stated or may.injected
        if may.stated is not None:
            now = left + 1_000_000_000 if may.stated.value is NONE else now + may.stated.value
        elif any(wait.surely for group in may.waits for wait in group):
            now, fact = self.waits(may, now), may.waits[0][0].because
        if fact is None:
            return start
        self.add(now, boundary.provider, "answers", _answers(boundary, number, now > left), fact, call)
        return now

    def waits(self, may: Worst, start: int) -> int:
        """The calls that a provider makes before it answers: groups one after the other, each group side by side."""
        now = start
        for group in may.waits:
            ends = [now]
            for wait in group:
                if wait.surely:
                    boundary = self.system.boundary((wait.consumer, wait.provider, wait.operation), self.view)
                    ends.append(self.request(boundary, now)[0])
            now = max(ends)
        return now


def _permits(number: int, planned: Plan) -> Fact:
    if planned.attempts is not None:
        return planned.attempts
    return planned.tries[number - 1].limit


def _calls(boundary: Boundary, number: int, planned: Plan) -> str:
    if planned.attempts is None or planned.attempts.value == 1:
        return f"calls {boundary.subject}"
    total = "" if planned.attempts.value is NONE else f" of {planned.attempts.value}"
    return f"calls {boundary.subject} (try {number}{total})"


def _gives_up(each: Try, boundary: Boundary) -> str:
    kind = {"timeout.idle": "hears nothing for", "timeout.request": "has no time left after"}
    told = kind.get(each.limit.term)
    return f"{told} {each.limit.text}" if told else "gives up the try"


def _answers(boundary: Boundary, number: int, late: bool) -> str:
    if not late:
        return f"answers try {number}"
    return f"answers try {number}, to nobody{'; it is done' if _acts_each_time(boundary) else ''}"


def _acts_each_time(boundary: Boundary) -> bool:
    """Whether the provider has said that a repeat does the thing again."""
    stated = boundary.promised.get("idempotent")
    return stated is not None and stated.value.kind == "never"
