"""What a ledger does with the breaker: cases, one meter a person, what is parked and what was sent."""

from carried import DEVIATION, POLICY
from msgspec.structs import replace

from accord.cases.breaker import DEFAULT_BUDGET, Budget, Meter, Way, bundled, pass_on, woken
from accord.cases.case import Case
from accord.cases.deviation import Deviation
from accord.cases.events import AnyEvent, Fire, Timer
from accord.cases.policy import Policy
from accord.cases.step import step
from accord.model.message import Message


class Flooded:
    def __init__(self, policy: Policy = POLICY, budget: Budget = DEFAULT_BUDGET) -> None:
        self.policy, self.budget = policy, budget
        self.cases: dict[str, Case] = {}
        self.meters: dict[str, Meter] = {}
        self.parked: dict[str, list[tuple[int, Message]]] = {}
        self.pages: list[tuple[int, Message]] = []
        self.opened: list[Fire] = []
        self.sent: list[tuple[str, int]] = []  # deviation and turn of every page that left, alone or in a bundle

    def hear(self, key: str, event: AnyEvent) -> None:
        stepped = step(self.cases.get(key), event, self.policy)
        person = woken(stepped)
        if person:
            meter = self.meters.get(person, Meter(person))
            passed = pass_on(stepped, meter, event.id, event.at_ns, self.policy, self.budget)
            stepped, self.meters[person] = passed.stepped, passed.meter
            self.opened += [passed.opened] if passed.opened else []
            for routed in passed.routed:
                if routed.way is Way.BUNDLE:
                    self.parked.setdefault(person, []).append((routed.due_ns, routed.message))
                elif routed.message.interrupts:
                    self.pages.append((event.at_ns, routed.message))
                    self.sent.append((routed.message.deviation, routed.message.turn))
        assert stepped.case is not None
        self.cases[key] = stepped.case

    def send(self, now: int) -> None:
        for person, parked in list(self.parked.items()):
            if parked and min(due for due, _ in parked) <= now:
                due = min(due for due, _ in parked)
                message = bundled(tuple(message for _, message in parked))
                assert message is not None
                self.pages.append((due, message))
                self.sent += {one.deviation: (one.deviation, one.turn) for _, one in parked}.values()
                self.parked[person] = []

    def timers(self, now: int) -> None:
        for key, case in list(self.cases.items()):
            if case.is_open and case.deadline_ns <= now:
                self.hear(key, Timer(f"{key}{case.turn}", now, case.turn, case.deadline_ns))


def deviation(number: int) -> Deviation:
    return replace(DEVIATION, partition=str(number))


def told(message: Message) -> set[str]:
    return set(message.also) or {message.deviation}
