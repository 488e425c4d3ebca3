"""A flood for one person: few pages, nothing lost, and the same work for each."""

import pytest
from carried import HOUR, MINUTE, POLICY, START
from flooded import Flooded, deviation, told
from hypothesis import given, settings
from hypothesis import strategies as st
from model_breaker import ALONE, GATHER, HOLD, WINDOW, arrivals, run, search
from msgspec.structs import replace

from accord.cases.breaker import (
    DEFAULT_BUDGET,
    Budget,
    Meter,
    breaker_key,
    breaker_policy,
    bundled,
    pass_on,
    settled,
    woken,
)
from accord.cases.case import Case, Phase
from accord.cases.deviation import Urgency
from accord.cases.events import Clear, Commit, Fire, Timer
from accord.cases.step import step
from accord.model.message import About
from counted import calls


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


MUTANTS = {
    "no_breaker": "I13",
    "drops_over_budget": "I13",  # rate limits that drop what is over them
    "bundle_lists_the_first": "I13",
    "sent_and_bundled": "I13",
    "hold_without_end": "I12",
    "nobody_answers": "I13",
}


@pytest.mark.parametrize(("count", "ticks"), [(4, 12), (6, 7), pytest.param(6, 14, marks=pytest.mark.slow)])
def test_each_deviation_is_in_exactly_one_place_however_they_arrive(count: int, ticks: int) -> None:
    problem, states = search(count, ticks)
    assert not problem
    print(f"{count} deviations in {ticks} ticks: {states} states")


@pytest.mark.parametrize("mutant", MUTANTS)
def test_without_a_rule_of_the_breaker_a_named_invariant_breaks(mutant: str) -> None:
    problem, states = search(4, 12, frozenset({mutant}))
    print(f"{mutant:22} {problem}  ({states} states)")
    assert problem.split()[0] == MUTANTS[mutant]


PHASES = {"alone": Phase.AWAIT, "parked": Phase.AWAIT, "bundled": Phase.AWAIT, "held": Phase.HELD}
TOLD = {"alone": "told", "bundled": "told"}  # a bundle of one is a page by itself


def places(flood: Flooded) -> list[str]:
    """Where each deviation is by what was sent and parked, in the order of arrival."""
    sent = {one for _, message in flood.pages for one in told(message)}
    parked = {message.deviation for _, message in flood.parked.get("p0", [])}
    assert not sent & parked
    return ["told" if case.id in sent else "parked" if case.id in parked else "held" for case in flood.cases.values()]


@pytest.mark.parametrize(("count", "ticks"), [(4, 7), pytest.param(5, 12, marks=pytest.mark.slow)])
def test_kernel_and_model_of_the_breaker_agree_on_every_pattern(count: int, ticks: int) -> None:
    budget = Budget(window=WINDOW * MINUTE, alone=ALONE, gather=GATHER * MINUTE)
    levels = tuple(replace(level, acknowledge_within=1000 * MINUTE) for level in POLICY.levels)
    policy = replace(POLICY, levels=levels, recover_within=0, hold_at_most=HOLD * MINUTE)
    for pattern in arrivals(count, ticks):
        flood, arrived = Flooded(policy, budget), 0
        for moment, b in enumerate(run(pattern)):
            now = START + moment * MINUTE
            flood.timers(now)
            for _ in range(pattern[moment] if moment < ticks else 0):
                flood.hear(str(arrived), Fire(f"f{arrived}", now, deviation(arrived)))
                arrived += 1
            flood.send(now)
            phases = [case.phase for case in flood.cases.values()]
            assert phases == [PHASES[word] for word in b.where], (pattern, moment)
            assert [(now - START) // MINUTE for now, _ in flood.pages] == list(b.pages), (pattern, moment)
            assert places(flood) == [TOLD.get(word, word) for word in b.where], (pattern, moment)


def test_the_work_for_each_is_the_same_however_many_there_are() -> None:
    def flooded(count: int) -> int:
        flood = Flooded()
        fires = [Fire(f"f{number}", START + number, deviation(number)) for number in range(count)]
        return calls(lambda: [flood.hear(fire.id, fire) for fire in fires])

    small, large = flooded(100), flooded(1000)
    assert large <= small * 10.5


def test_the_breaker_is_a_deviation_of_its_own_with_somebody_else_to_act() -> None:
    flood = Flooded()
    for number in range(6):
        flood.hear(str(number), Fire(f"f{number}", START + number, deviation(number)))
    (fire,) = flood.opened
    assert fire.deviation.key == breaker_key("p0").key
    own = step(None, fire, breaker_policy(POLICY, "p0", START)).case
    assert own is not None and own.actor == "p1" and own.deadline_ns
    meter = flood.meters["p0"]
    assert settled(meter, meter.open_until_ns - 1) is None
    over = settled(meter, meter.open_until_ns)
    assert over is not None and settled(over[1], meter.open_until_ns) is None
    claimed = step(own, over[0], breaker_policy(POLICY, "p0", START)).case
    assert claimed is not None and claimed.phase is Phase.CLAIMED


def test_what_wakes_nobody_passes_and_costs_nothing() -> None:
    quiet = step(None, Fire("f", START, replace(deviation(0), urgency=Urgency.WORKDAY)), POLICY)
    assert woken(quiet) == ""
    passed = pass_on(quiet, Meter(""), "f", START, POLICY)
    assert passed.meter == Meter("") and [routed.message for routed in passed.routed] == list(quiet.messages)


def test_a_bundle_lists_each_deviation_once_by_its_newest_turn() -> None:
    first = step(None, Fire("a", START, deviation(1)), POLICY)
    second = step(None, Fire("b", START, deviation(2)), POLICY)
    page, other = first.messages[0], second.messages[0]
    message = bundled((page, replace(page, turn=2), other))
    assert message is not None and message.about is About.BUNDLE
    assert sorted(message.also) == sorted({page.deviation, other.deviation})
    assert bundled((page, replace(page, turn=2))) == replace(page, turn=2)
    assert bundled(()) is None


def test_a_repeat_of_the_last_resort_waits_for_the_next_bundle_and_is_not_held() -> None:
    flood = Flooded(replace(POLICY, levels=()))
    for number in range(5):
        flood.hear(str(number), Fire(f"f{number}", START + number, deviation(number)))
    flood.send(START + MINUTE)
    left = flood.pages[-1][0]
    flood.timers(START + 6 * MINUTE)
    assert {case.phase for case in flood.cases.values()} == {Phase.LAST}
    assert {due for due, _ in flood.parked["keeper"]} == {left + DEFAULT_BUDGET.window}


acts = st.lists(
    st.tuples(
        st.sampled_from(("fire", "fire", "fire", "commit", "clear", "time")), st.integers(0, 11), st.integers(1, 200)
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(acts)
def test_who_is_asked_was_told_once_or_will_be_before_half_of_their_time_is_over(
    acts: list[tuple[str, int, int]],
) -> None:
    """Whatever fires, clears and is answered in between: a page is never sent twice, and nobody is asked who is told nothing."""
    flood, now = Flooded(), START
    for number, (act, which, seconds) in enumerate(acts):
        key, case = str(which), flood.cases.get(str(which))
        if act == "fire":
            flood.hear(key, Fire(f"e{number}", now, deviation(which)))
        elif act == "clear":
            flood.hear(key, Clear(f"e{number}", now)) if case else None
        elif act == "commit" and case is not None:
            flood.hear(key, Commit(f"e{number}", now, case.turn, case.actor, now + MINUTE))
        now += seconds * 1_000_000_000 if act == "time" else 0
        flood.timers(now)
        flood.send(now)
        assert len(flood.sent) == len(set(flood.sent))
        for one in flood.cases.values():
            conserved(flood, one)


def conserved(flood: Flooded, case: Case) -> None:
    parked = [
        (message.turn, due) for _, all_ in flood.parked.items() for due, message in all_ if message.deviation == case.id
    ]
    if case.phase is Phase.AWAIT:
        waiting = [due for turn, due in parked if turn == case.turn]
        assert ((case.id, case.turn) in flood.sent) + len(waiting) == 1
        assert all(due - case.turned_ns <= (case.deadline_ns - case.turned_ns) // 2 for due in waiting)
    if case.phase is Phase.HELD:
        assert case.actor == "keeper" and case.reason.startswith("page budget of ")
        assert case.deadline_ns - case.turned_ns <= DEFAULT_BUDGET.window
        assert (case.id, case.turn) not in flood.sent and case.turn not in dict(parked)
