"""What must hold of the model in every state and on every step, and the search through all of them."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from model import (
    COLLEAGUE,
    CORRECT,
    DONE,
    HOLDER,
    KEEPER,
    LEVELS,
    OPEN,
    OTHER,
    RANK,
    Event,
    Mutants,
    Out,
    State,
    apply,
    deliveries,
)

BOTH = {"owner", "other"}


class Bounds(NamedTuple):
    """How much of the world is let in. Turns, answers, repeats and delays are not bounded."""

    sources: str = "A"
    urgencies: tuple[str, ...] = ("interrupt",)
    duties: tuple[tuple[str, ...], ...] = (("p0", "p1"),)
    telemetries: tuple[bool, ...] = (True,)
    holds: int = 0
    crashes: int = 0
    delivery: bool = False


class Found(NamedTuple):
    """What a search came to: the invariant that broke and the way there, or how many states and steps held."""

    broken: str
    trace: tuple[str, ...]
    states: int
    steps: int


def happenings(s: State, bounds: Bounds) -> Iterator[Event]:
    """Every event that the world may send in this state, the stale, the wrong and the unasked ones among them."""
    yield from _signals(s, bounds)
    if not s.phase:
        return
    yield from (("timer", fresh) for fresh in (True, False))
    yield from (("rerate", urgency) for urgency in bounds.urgencies)
    yield from (("rota", duty) for duty in bounds.duties if len(bounds.duties) > 1)
    yield from ((kind, valid) for kind in ("withdraw", "merge") for valid in (True, False))
    if bounds.holds:
        yield from (("hold", room) for room in ([True] if s.holds < bounds.holds else []) + [False])
        yield ("release",)
    people = dict.fromkeys(filter(None, (s.actor, s.to, "p1", OTHER)))
    for by in people:
        yield from (("unreachable", by, fresh) for fresh in (True, False))
        yield from (event for event in _answers(by))


def _answers(by: str) -> Iterator[Event]:
    for fresh in (True, False):
        for kind in ("ack", "readback", "fixed", "refuse", "confirm", "dispute"):
            yield kind, by, fresh, ""
        for kind in ("commit", "progress", "accept"):
            yield from ((kind, by, fresh, fits) for fits in (True, False))
        yield from (("offer", by, fresh, to) for to in ("p1", COLLEAGUE))
        yield from (("decline", by, fresh, named) for named in (0, 1))


def _signals(s: State, bounds: Bounds) -> Iterator[Event]:
    times = ("quiet", "soon", "late") if s.phase in DONE else ("",)
    for source in bounds.sources:
        for urgency in bounds.urgencies:
            yield from (("fire", source, when, False, urgency) for when in times)
            if bounds.holds and s.phase not in OPEN:
                yield "fire", source, "late", True, urgency
        if s.phase:
            yield from ((kind, source) for kind in ("clear", "lapse"))


def broken(before: State, event: Event, out: Out) -> str:
    """The invariant that this step breaks, with its name first; empty where all hold."""
    return next(filter(None, (check(before, event, out) for check in _CHECKS)), "")


def standing(s: State) -> str:
    """The invariant that this state breaks by itself."""
    if s.accepted and not s.phase:
        return "I1 accepted, and gone"
    if s.phase == "HELD" and not (s.armed and s.actor == HOLDER and s.room):
        return "I12 held without an end, an owner or room"
    if s.phase in OPEN and not (s.actor and s.armed):
        return "I2 open without one actor and one deadline"
    if s.twins:
        return "I4 two open for one key"
    if s.lost or s.copies > s.crashes:
        return "I10 marked and never sent, or sent too often"
    if s.wrongly_told or s.untold:
        return "I11 its end was told before it, or never"
    return ""


def _fenced(before: State, event: Event, out: Out) -> str:
    kind = event[0]
    if kind == "timer" and not event[1] and out.state != before:
        return "I15 a deadline fired twice"
    stale = kind in _ANSWERS and not event[2]
    unasked = kind in _ANSWERS and event[1] not in (before.actor, before.to, OTHER)
    if (stale or unasked) and out.state != before:
        return "I7 an answer that is stale or was not asked for changed the state"
    if kind in ("commit", "fixed", "ack") and event[1] != before.actor and out.state != before:
        return "I7 somebody else's answer changed the state"
    return ""


def _turned(before: State, event: Event, out: Out) -> str:
    n = out.state
    if before.phase in OPEN and n.phase in OPEN and before.actor != n.actor and not out.moved:
        return "I7 the actor changed without a new turn"
    if out.moved and {side for side, _ in out.told} != BOTH:
        return "I9 a turn that one side was not told"
    if event[0] in ("ack", "readback") and (out.moved or (before.phase in OPEN and n.armed != before.armed)):
        return "I5 an acknowledgement moved the deadline"
    return ""


def _closed(before: State, event: Event, out: Out) -> str:
    n = out.state
    if n.phase not in DONE or before.phase in DONE:
        return ""
    if n.phase != "CLOSED":
        return "" if event[1] is True and not n.closed_by else "I3 withdrawn without a reason"
    fair = {
        "other": event[0] == "confirm" and event[1] == OTHER,
        "telemetry": before.telemetry and before.clean and not before.firing + before.unheard,
        "unconfirmed": before.confirming and not before.firing,
    }
    return "" if fair.get(n.closed_by) else "I3 closed neither by the other side nor by a clean window"


def _handed(before: State, event: Event, out: Out) -> str:
    n = out.state
    if event[0] == "offer" and n.phase == "HANDOVER" and n.actor != before.actor:
        return "I6 an offer moved the responsibility"
    if before.phase == "HANDOVER" and n.phase == "COMMITTED" and (event[0] != "accept" or n.actor != before.to):
        return "I6 handed over without being accepted"
    return ""


def _escalated(before: State, event: Event, out: Out) -> str:
    waits_for = before.to if before.phase == "HANDOVER" else before.actor
    if event == ("unreachable", waits_for, True) and before.phase in ("AWAIT", "HANDOVER") and not out.moved:
        return "I10 nobody can be reached, and it waits"
    if event == ("timer", True) and before.phase == "LAST" and before.urgency == "interrupt" and out.asks != KEEPER:
        return "I8 the last resort fell silent"
    rises = event[0] in ("rerate", "fire") and RANK[event[-1]] > RANK[before.urgency]
    if rises and before.phase == "HELD" and out.state.phase == "HELD":
        return "I12 a rise did not release it"
    return ""


_ANSWERS = (
    "ack",
    "readback",
    "commit",
    "progress",
    "decline",
    "offer",
    "accept",
    "refuse",
    "fixed",
    "confirm",
    "dispute",
)
_CHECKS = (_closed, _fenced, _handed, lambda _b, _e, out: standing(out.state), _escalated, _turned)


def silence(s: State, mutants: Mutants) -> str:
    """With all humans silent the last resort is reached within the deadlines of what is left, and stays."""
    if s.phase not in OPEN or s.urgency != "interrupt" or not s.firing:
        return ""
    for _ in range(LEVELS + 3):
        if s.phase == "LAST":
            return ""
        s = apply(s, ("timer", True), mutants).state
    return "I8 silence does not reach the last resort"


def _edges(s: State, bounds: Bounds, mutants: Mutants) -> Iterator[tuple[str, State, str]]:
    for event in happenings(s, bounds):
        out = apply(s, event, mutants)
        if out.state != s or out.moved:
            yield " ".join(map(str, event)), out.state, broken(s, event, out)
        elif problem := broken(s, event, out):
            yield " ".join(map(str, event)), out.state, problem
    if bounds.delivery:
        for name, after in deliveries(s, mutants, bounds.crashes):
            yield name, after, standing(after)


def _seen(s: State, bounds: Bounds) -> State:
    """The state as far as these bounds tell it apart."""
    if bounds.delivery:
        return s
    return s._replace(owner_waits="", other_waits="", owner_told=False, other_told=False, copies=0)


def search(bounds: Bounds, mutants: Mutants = CORRECT) -> Found:
    """Every state that can be reached, breadth first: a break is shown by a shortest way."""
    starts = [State(telemetry=telemetry, duty=duty) for telemetry in bounds.telemetries for duty in bounds.duties]
    came_from: dict[State, tuple[State, str] | None] = dict.fromkeys(starts)
    queue, steps = deque(starts), 0
    while queue:
        s = queue.popleft()
        for name, after, problem in _edges(s, bounds, mutants):
            steps += 1
            n = _seen(after, bounds)
            is_new = n not in came_from
            if is_new:
                came_from[n] = (s, name)
                queue.append(n)
                problem = problem or silence(n, mutants)
            if problem:
                return Found(problem, (*_trace(s, came_from), name), len(came_from), steps)
    return Found("", (), len(came_from), steps)


def _trace(s: State, came_from: dict[State, tuple[State, str] | None]) -> tuple[str, ...]:
    names: list[str] = []
    while (step := came_from[s]) is not None:
        s, name = step
        names.append(name)
    return tuple(reversed(names))
