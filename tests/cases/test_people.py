"""People as they are: silent, acknowledging without reading, late, tapping twice, misreading, handing to and fro."""

from collections.abc import Callable, Iterator

import pytest
from carried import HOUR, MINUTE, POLICY, START, Carried, woken
from msgspec.structs import replace

from accord.cases.case import Case, Phase
from accord.cases.events import Accept, Acknowledge, Commit, Fixed, Offer
from accord.cases.understanding import right_picks

# What a person does when a page arrives: after how long, and which answer to the turn of the page.
Reaction = Iterator[tuple[int, type, dict[str, object]]]
Person = Callable[[Case, str], Reaction]


def silent(_case: Case, _name: str) -> Reaction:
    yield from ()


def acknowledges_by_itself(_case: Case, _name: str) -> Reaction:
    yield 0, Acknowledge, {}
    yield MINUTE, Acknowledge, {}


def late(case: Case, _name: str) -> Reaction:
    yield 40 * MINUTE, Commit, {"eta_ns": case.turned_ns + HOUR, **picks(case)}


def solves(case: Case, _name: str) -> Reaction:
    yield MINUTE, Commit, {"eta_ns": case.turned_ns + 30 * MINUTE, **picks(case)}


def taps_twice(case: Case, name: str) -> Reaction:
    for act in solves(case, name):
        yield act
        yield act


def misreads(case: Case, _name: str) -> Reaction:
    yield MINUTE, Commit, {"eta_ns": case.turned_ns + 30 * MINUTE, "boundary": (picks(case)["boundary"] + 1) % 3}


def picks(case: Case) -> dict[str, int]:
    boundary, difference = right_picks(case.id, case.turn)
    return {"boundary": boundary, "difference": difference}


def lived(people: dict[str, Person], until: int = 3 * HOUR) -> Carried:
    """A deviation that stays bad, and people who react to each page as they do, until the time is up."""
    carried = Carried()
    waiting: list[tuple[int, int, type, str, int, dict[str, object]]] = []
    paged(carried, waiting, people)
    carried.fire()
    paged(carried, waiting, people)
    while min([carried.case.deadline_ns, *[act[0] for act in waiting]]) <= START + until:
        if waiting and min(waiting)[0] < carried.case.deadline_ns:
            act = min(waiting, key=lambda one: one[:2])
            waiting.remove(act)
            at, _, kind, by, turn, more = act
            carried.now = max(carried.now, at)
            carried.hear(kind(f"a{len(carried.events)}", carried.now, turn, by, **more))
        else:
            carried.timer()
        paged(carried, waiting, people)
    return carried


def paged(carried: Carried, waiting: list, people: dict[str, Person]) -> None:
    if not carried.history:
        return
    for name in woken(carried.last):
        for delay, kind, more in people.get(name, silent)(carried.case, name):
            waiting.append((carried.now + delay, len(waiting), kind, name, carried.case.turn, more))


def actors(carried: Carried) -> list[tuple[int, str, int]]:
    """Turn by turn who had it, and until when."""
    cases = [stepped.case for stepped in carried.history if stepped.case is not None]
    return list(dict.fromkeys((case.turn, case.actor, case.deadline_ns) for case in cases))


def test_somebody_who_acknowledges_by_themselves_delays_nothing() -> None:
    asleep = lived({})
    automatic = lived({"p0": acknowledges_by_itself, "p1": acknowledges_by_itself})
    assert actors(asleep)[:3] == actors(automatic)[:3]
    assert [actor for _, actor, _ in actors(automatic)][:3] == ["p0", "p1", "keeper"]
    assert automatic.case.phase is Phase.LAST and automatic.case.last_repeats > 5


def test_whoever_answers_late_is_told_who_has_it_and_moves_nothing() -> None:
    world = lived({"p0": late})
    assert actors(world) == actors(lived({}))
    refused = [stepped for stepped in world.history if not stepped.changed]
    assert len(refused) == 1 and "is with keeper" in refused[0].note


def test_a_second_tap_moves_nothing() -> None:
    assert actors(lived({"p0": taps_twice}, HOUR)) == actors(lived({"p0": solves}, HOUR))
    assert lived({"p0": taps_twice}, HOUR).case.misread == 0


def test_a_misreading_delays_no_fix_and_counts_against_the_signal() -> None:
    wrong, right = lived({"p0": misreads}, 20 * MINUTE), lived({"p0": solves}, 20 * MINUTE)
    assert actors(wrong) == actors(right)
    assert (wrong.case.phase, wrong.case.misread, right.case.misread) == (Phase.COMMITTED, 1, 0)


@pytest.mark.parametrize("promise", [0, 2 * HOUR])
def test_handing_to_and_fro_ends_and_neither_holds_it_longer_than_one_might(promise: int) -> None:
    carried = Carried(replace(POLICY, recover_within=promise))
    carried.fire()
    carried.commit(30 * MINUTE)
    first = carried.case.committed_ns
    givers = []
    while carried.case.phase is Phase.COMMITTED:
        givers.append(carried.case.actor)
        turn, to = carried.case.turn, "p1" if carried.case.actor == "p0" else "p0"
        carried.hear(Offer("o", carried.now, turn, carried.case.actor, to))
        if carried.case.phase is not Phase.HANDOVER:
            carried.timer()
            break
        assert carried.case.actor == givers[-1]
        carried.after(MINUTE)
        carried.hear(Accept("a", carried.now, carried.case.turn, to, carried.now + 30 * MINUTE))
    assert givers == ["p0", "p1", "p0", "p1"]
    assert (carried.case.phase, carried.case.level) == (Phase.AWAIT, 1)
    assert carried.now <= first + 4 * HOUR


def test_the_wrong_person_says_that_it_is_fixed() -> None:
    carried = Carried()
    carried.fire()
    before = carried.case
    carried.hear(Fixed("f", carried.now, 1, "p1"))
    assert carried.case == before


def test_at_every_moment_of_all_these_lives_somebody_has_it() -> None:
    for crowd in (
        {},
        {"p0": acknowledges_by_itself},
        {"p0": late},
        {"p1": solves},
        {"keeper": misreads},
        {"p0": taps_twice},
    ):
        for stepped in lived(crowd).history:
            assert stepped.case is not None and stepped.case.actor and stepped.case.deadline_ns
