"""The noise breaker: a person is woken by few pages, and no deviation gets lost for that.

How it is called, once for each event and inside the transaction that records it:

    stepped = step(case, event, policy)
    person = woken(stepped)                         # empty: queue stepped.messages, nothing else to do
    passed = pass_on(stepped, meter of person, event.id, event.at_ns, policy, budget)
    # record passed.events after the event (a replay steps them like any other), keep passed.stepped.case and passed.meter,
    # queue passed.routed, and where passed.opened is an event, step it too, with breaker_policy(...)

Each routed message goes alone, or is parked for a bundle that leaves at `due_ns`. A bundle that leaves takes along everything that is
parked for its person, made one by `bundled`; a newer turn about the same deviation takes the place of what is parked. What can do
neither waits as HELD: the keeper answers for it, its deadline is when the next bundle begins to gather, and its timer then asks
again. So each deviation is in exactly one of {alone, one bundle, held}.

A meter has a fixed size and nothing is listed twice: the work is the same for each deviation, however many there are.
"""

from enum import StrEnum
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from accord.cases.case import Case, Phase, Stepped
from accord.cases.deviation import Deviation, Urgency
from accord.cases.events import AnyEvent, Clear, Fire, Hold
from accord.cases.policy import Policy
from accord.cases.step import step
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.message import About, Facts, Message

_NAMED = 3


class Budget(Struct, frozen=True):
    """What a person bears. `window` and `gather` are nanoseconds.

    Up to `alone` pages in a window go alone; one more opens the breaker, and until a whole window was quiet there is one bundle a
    window. A bundle gathers for `gather`, which comes off the time to answer. Defaults after ISA-18.2 and EEMUA 191 as quoted in public
    repositories: one interruption in ten minutes is what a person can work through.
    """

    window: int = 10 * NANOSECONDS["m"]
    alone: int = 3
    gather: int = 30 * NANOSECONDS["s"]
    urgency: Urgency = Urgency.INTERRUPT


DEFAULT_BUDGET = Budget()


class Meter(Struct, frozen=True):
    """How much a person was woken: pages that went alone lately, until when the breaker is open (0: closed), when a bundle leaves."""

    person: str
    pages: tuple[int, ...] = ()
    open_until_ns: int = 0
    bundle_ns: int = 0


class Way(StrEnum):
    """How a message goes: at once by itself, or parked for a bundle."""

    ALONE = "alone"
    BUNDLE = "bundle"


class Routed(Struct, frozen=True):
    """A message, its way, and when it leaves at the latest."""

    message: Message
    way: Way
    due_ns: int


class Passed(Struct, frozen=True):
    """What the breaker made of a step: see the module. `opened` is the breaker's own deviation, where it has just opened."""

    stepped: Stepped
    meter: Meter
    routed: tuple[Routed, ...]
    events: tuple[AnyEvent, ...] = ()
    opened: Fire | None = None


def woken(stepped: Stepped) -> str:
    """Whose meter counts: the person whom the step would wake; empty where it wakes nobody."""
    return next((message.person for message in stepped.messages if message.interrupts), "")


def pass_on(
    stepped: Stepped, meter: Meter, event_id: str, now: int, policy: Policy, budget: Budget = DEFAULT_BUDGET
) -> Passed:
    """What the step comes to under the budget of the person whom it would wake (`meter.person`)."""
    case = stepped.case
    if case is None or not meter.person or woken(stepped) != meter.person:
        return Passed(stepped, meter, _routed(stepped.messages, Way.ALONE, now))
    was_open = now < meter.open_until_ns
    fresh = tuple(at for at in meter.pages if at > now - budget.window)
    if not was_open and len(fresh) < budget.alone:
        return Passed(stepped, replace(meter, pages=(*fresh, now)), _routed(stepped.messages, Way.ALONE, now))
    opened = replace(meter, pages=(), open_until_ns=now + budget.window)
    fire = None if was_open else _breaker_fire(meter.person, event_id, now, budget)
    begins = _next_gathering(opened, now, budget)
    if case.phase is Phase.AWAIT and begins > now:
        hold = Hold(f"{event_id}/budget", now, policy.last, f"page budget of {meter.person}", begins)
        waiting = step(case, hold, policy)
        if waiting.changed:
            return Passed(waiting, opened, _instead(stepped, waiting, now), (hold,), fire)
    due = _leaves(case, opened, begins, now, budget)
    gathering = replace(opened, bundle_ns=due)
    return Passed(stepped, gathering, _routed(stepped.messages, Way.BUNDLE, due, now), (), fire)


def _next_gathering(meter: Meter, now: int, budget: Budget) -> int:
    """When the next bundle begins to gather: now, where one gathers or none left within the window."""
    if meter.bundle_ns > now:
        return max(now, meter.bundle_ns - budget.gather)
    return max(now, meter.bundle_ns + budget.window - budget.gather)


def _leaves(case: Case, meter: Meter, begins: int, now: int, budget: Budget) -> int:
    """When the bundle leaves that this page joins. A repeat of the last resort can wait; what may be held no longer cannot."""
    if case.phase is not Phase.LAST:
        begins = now
    return meter.bundle_ns if now < meter.bundle_ns <= begins + budget.gather else begins + budget.gather


def _routed(messages: tuple[Message, ...], way: Way, due: int, now: int = 0) -> tuple[Routed, ...]:
    """The page by the way given; what wakes nobody goes alone and at once."""
    return tuple(
        Routed(message, way, due) if message.interrupts else Routed(message, Way.ALONE, now or due)
        for message in messages
    )


def _instead(stepped: Stepped, waiting: Stepped, now: int) -> tuple[Routed, ...]:
    """What is told of a step that was held at once: of the step itself only what its hold does not tell the same person again."""
    told = {(message.side, message.person) for message in waiting.messages}
    before = (
        message for message in stepped.messages if not message.interrupts and (message.side, message.person) not in told
    )
    return _routed((*before, *waiting.messages), Way.ALONE, now)


def bundled(parked: tuple[Message, ...]) -> Message | None:
    """The one message for all that is parked for a person; of one deviation its newest turn counts. One alone goes as it is."""
    newest: dict[str, Message] = {}
    for message in parked:
        if message.deviation not in newest or newest[message.deviation].turn < message.turn:
            newest[message.deviation] = message
    if len(newest) < 2:
        return next(iter(newest.values()), None)
    members = sorted(newest.values(), key=lambda message: (message.facts.since_ns, message.deviation))
    digest = sha256("\n".join(f"{message.deviation} {message.turn}" for message in members).encode()).hexdigest()[:16]
    subjects = [*dict.fromkeys(message.subject for message in members)]
    more = f", and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    facts = Facts("", ", ".join(subjects[:_NAMED]) + more, members[0].facts.since_ns)
    also = tuple(message.deviation for message in members)
    side, person = members[0].side, members[0].person
    return Message(digest, 0, side, person, About.BUNDLE, f"{len(members)} deviations", facts, also=also)


def breaker_key(person: str) -> Deviation:
    """The deviation that the breaker of a person itself is, while it is open."""
    return Deviation(f"page budget of {person}")


def _breaker_fire(person: str, event_id: str, now: int, budget: Budget) -> Fire:
    limit = f"at most {budget.alone} pages in {show_duration(budget.window)}"
    deviation = replace(breaker_key(person), expected=limit, seen="more", urgency=budget.urgency)
    return Fire(f"{event_id}/breaker", now, deviation, source=person, since_ns=now)


def breaker_policy(policy: Policy, person: str, now: int, budget: Budget = DEFAULT_BUDGET) -> Policy:
    """By what the breaker's own deviation is carried: the same ladder without the person who is flooded. A quiet window confirms."""
    levels = tuple(level for level in policy.levels if level.person(now) != person)
    return Policy(policy.owner, "", levels, policy.last, stable_window=budget.window)


def settled(meter: Meter, now: int) -> tuple[Clear, Meter] | None:
    """The end of the breaker's own deviation and the meter afterwards, where a whole window was quiet; asked at `open_until_ns`."""
    if not meter.open_until_ns or now < meter.open_until_ns:
        return None
    clear = Clear(f"{meter.person} {meter.open_until_ns}/breaker", now, meter.person)
    return clear, replace(meter, open_until_ns=0)
