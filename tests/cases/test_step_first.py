"""The way most cases go: fired, seen, committed, said to be fixed, confirmed; or nobody answers."""

from carried import HOUR, MINUTE, fired, told, woken

from accord.cases.case import Phase
from accord.model.message import About, Side


def test_a_case_is_carried_from_firing_to_confirmation() -> None:
    carried = fired()
    assert (carried.case.phase, carried.case.actor, carried.case.turn) == (Phase.AWAIT, "p0", 1)
    assert told(carried.last) == {Side.OWNER: ["p0"], Side.OTHER: ["c0"]}
    assert woken(carried.last) == ["p0"]
    carried.after(MINUTE).acknowledge()
    assert carried.case.phase is Phase.READBACK and not carried.last.messages
    carried.commit(30 * MINUTE)
    assert (carried.case.phase, carried.case.actor) == (Phase.COMMITTED, "p0")
    assert carried.case.deadline_ns == carried.now + 30 * MINUTE
    carried.after(10 * MINUTE).fixed()
    assert (carried.case.phase, carried.case.actor) == (Phase.CLAIMED, "c0")
    assert woken(carried.last) == []
    carried.confirm()
    assert (carried.case.phase, carried.case.closed_by) == (Phase.CLOSED, "other")
    assert {message.about for message in carried.last.messages} == {About.CLOSED}


def test_where_nobody_answers_the_last_resort_is_asked_for_ever() -> None:
    carried = fired()
    actors, pauses = [], []
    for _ in range(8):
        carried.timer()
        actors.append(carried.case.actor)
        pauses.append((carried.case.deadline_ns - carried.now) // MINUTE)
        assert carried.case.actor in woken(carried.last)
    assert actors == ["p1", *["keeper"] * 7]
    assert pauses == [10, 5, 10, 15, 15, 15, 15, 15]


def test_a_repeat_only_counts() -> None:
    carried = fired()
    before = carried.case
    carried.after(MINUTE).fire()
    assert carried.case.repeats == before.repeats + 1
    assert (carried.case.turn, carried.case.deadline_ns) == (before.turn, before.deadline_ns)
    assert not carried.last.messages


def test_clearing_closes_nothing_until_the_window_was_clean() -> None:
    carried = fired()
    carried.after(MINUTE).clear()
    assert (carried.case.phase, carried.case.actor) == (Phase.CLAIMED, "c0")
    carried.timer()
    assert (carried.case.phase, carried.case.closed_by) == (Phase.CLOSED, "telemetry")


def test_bad_again_in_the_reopen_window_keeps_the_identity_and_afterwards_not() -> None:
    carried = fired()
    first = carried.case.id
    carried.clear()
    carried.timer()
    carried.after(30 * MINUTE).fire()
    assert (carried.case.id, carried.case.phase, carried.case.reopened) == (first, Phase.AWAIT, 1)
    carried.clear()
    carried.timer()
    carried.after(2 * HOUR).fire()
    assert carried.case.id != first and carried.case.turn == 1
