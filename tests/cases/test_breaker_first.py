"""A flood for one person: few pages, nothing lost, and the same work for each."""

from carried import DEVIATION, HOUR, MINUTE, POLICY, START
from msgspec.structs import replace

from accord.cases.breaker import DEFAULT_BUDGET, Meter, Way, bundled, pass_on, woken
from accord.cases.case import Case, Phase
from accord.cases.deviation import Deviation
from accord.cases.events import AnyEvent, Fire, Timer
from accord.cases.policy import Policy
from accord.cases.step import step
from accord.model.message import About, Message


class Flooded:
    """What a ledger does with the breaker: cases, one meter a person, and what was parked or sent."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.cases: dict[str, Case] = {}
        self.meters: dict[str, Meter] = {}
        self.parked: dict[str, list[tuple[int, Message]]] = {}
        self.pages: list[tuple[int, Message]] = []
        self.opened: list[Fire] = []

    def hear(self, key: str, event: AnyEvent) -> None:
        stepped = step(self.cases.get(key), event, self.policy)
        person = woken(stepped)
        if person:
            meter = self.meters.get(person, Meter(person))
            passed = pass_on(stepped, meter, event.id, event.at_ns, self.policy)
            stepped, self.meters[person] = passed.stepped, passed.meter
            self.opened += [passed.opened] if passed.opened else []
            for routed in passed.routed:
                if routed.way is Way.BUNDLE:
                    self.parked.setdefault(person, []).append((routed.due_ns, routed.message))
                elif routed.message.interrupts:
                    self.pages.append((event.at_ns, routed.message))
        assert stepped.case is not None
        self.cases[key] = stepped.case

    def send(self, now: int) -> None:
        for person, parked in list(self.parked.items()):
            if parked and min(due for due, _ in parked) <= now:
                due = min(due for due, _ in parked)
                message = bundled(tuple(message for _, message in parked))
                assert message is not None
                self.pages.append((due, message))
                self.parked[person] = []

    def timers(self, now: int) -> None:
        for key, case in list(self.cases.items()):
            if case.is_open and case.deadline_ns <= now:
                self.hear(key, Timer(f"{key}{case.turn}", now, case.turn, case.deadline_ns))


def deviation(number: int) -> Deviation:
    return replace(DEVIATION, partition=str(number))


def told(message: Message) -> set[str]:
    return set(message.also) or {message.deviation}


def test_ten_thousand_in_ten_seconds_are_four_pages_and_none_is_missing() -> None:
    flood = Flooded()
    for number in range(10_000):
        flood.hear(str(number), Fire(f"f{number}", START + number * 1_000_000, deviation(number)))
    flood.send(START + MINUTE)
    assert [message.about for _, message in flood.pages] == [About.OPENED] * 3 + [About.BUNDLE]
    assert set().union(*(told(message) for _, message in flood.pages)) == {case.id for case in flood.cases.values()}
    assert sum(len(told(message)) for _, message in flood.pages) == 10_000
    assert [fire.deviation.signal for fire in flood.opened] == ["page budget of p0"]


def test_what_comes_after_the_bundle_is_held_by_the_keeper_until_the_next() -> None:
    flood = Flooded()
    for number in range(5):
        flood.hear(str(number), Fire(f"f{number}", START + number, deviation(number)))
    flood.send(START + MINUTE)
    flood.hear("late", Fire("late", START + 2 * MINUTE, deviation(99)))
    late = flood.cases["late"]
    assert (late.phase, late.actor) == (Phase.HELD, "keeper")
    bundle_left = flood.pages[-1][0]
    assert late.deadline_ns == bundle_left + DEFAULT_BUDGET.window - DEFAULT_BUDGET.gather
    flood.hear("late", Timer("t", late.deadline_ns, late.turn, late.deadline_ns))
    assert flood.cases["late"].phase is Phase.AWAIT
    flood.send(late.deadline_ns + MINUTE)
    assert told(flood.pages[-1][1]) == {late.id}


def test_nobody_answers_for_two_hours_and_the_budget_of_each_person_holds() -> None:
    flood = Flooded(replace(POLICY, recover_within=4 * HOUR))
    for number in range(60):
        flood.hear(str(number), Fire(f"f{number}", START + number * 7_000_000_000, deviation(number)))
    for tick in range(0, 120 * 60, 30):
        now = START + 8 * MINUTE + tick * 1_000_000_000
        flood.timers(now)
        flood.send(now)
    by_person: dict[str, list[int]] = {}
    for at, message in flood.pages:
        by_person.setdefault(message.person, []).append(at)
    assert set(by_person) == {"p0", "p1", "keeper"}
    for pages in by_person.values():
        for begin in pages:
            assert sum(begin <= at < begin + DEFAULT_BUDGET.window for at in pages) <= DEFAULT_BUDGET.alone + 1
    assert all(case.is_open and case.actor and case.deadline_ns for case in flood.cases.values())
    assert {case.actor for case in flood.cases.values()} == {"keeper"}
