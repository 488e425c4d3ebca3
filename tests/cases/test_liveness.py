"""What holds whatever the ladder and whoever is silent: the last resort is reached in time, and never falls silent."""

from carried import DEVIATION, HOUR, MINUTE, POLICY, START, Carried, on_duty, woken
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from accord.cases.case import Phase
from accord.cases.deviation import Urgency
from accord.cases.missed import outstanding
from accord.cases.policy import Duty, Level, Policy
from accord.model.message import About, Facts, Message, Side

spans = st.integers(min_value=1, max_value=45 * MINUTE)
ladders = st.lists(st.tuples(spans, st.booleans()), max_size=6)
duties = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 30), st.sampled_from("pqr")), max_size=8)


def ladder(rungs: list[tuple[int, bool]]) -> Policy:
    levels = tuple(
        Level("payments", within, on_duty(f"p{number}") if staffed else ())
        for number, (within, staffed) in enumerate(rungs)
    )
    return replace(POLICY, levels=levels)


@given(ladders, st.integers(0, 3))
def test_silence_reaches_the_last_resort_in_the_sum_of_the_deadlines_and_it_repeats_for_ever(
    rungs: list[tuple[int, bool]], acknowledged: int
) -> None:
    carried = Carried(ladder(rungs))
    carried.fire()
    while carried.case.phase is not Phase.LAST:
        if acknowledged:  # Whoever only acknowledges moves nothing.
            carried.acknowledge()
        carried.timer()
    assert carried.now == START + sum(within for within, staffed in rungs if staffed)
    pauses = []
    for _ in range(40):
        assert woken(carried.last) == ["keeper"]
        pauses.append(carried.case.deadline_ns - carried.now)
        carried.timer()
    assert pauses == sorted(pauses) and pauses[-1] == POLICY.last_every_at_most


@given(duties, st.sampled_from(Urgency), st.integers(0, 130))
def test_however_the_rota_lies_there_is_one_actor_and_one_finite_deadline_ahead(
    shifts: list[tuple[int, int, str]], urgency: Urgency, moment: int
) -> None:
    duty = tuple(Duty(START + begin * HOUR, START + (begin + length) * HOUR, who) for begin, length, who in shifts)
    carried = Carried(replace(POLICY, levels=(Level("payments", 2 * HOUR, duty),)), replace(DEVIATION, urgency=urgency))
    carried.after(moment * HOUR).fire()
    for _ in range(6):
        assert carried.case.actor and carried.now < carried.case.deadline_ns <= START + 400 * HOUR
        on = [shift for shift in duty if shift.begins_ns <= carried.now < shift.ends_ns]
        if carried.case.phase is Phase.AWAIT and urgency is Urgency.INTERRUPT:
            assert carried.case.actor in {shift.person for shift in on}
        if carried.case.phase is Phase.AWAIT and urgency is Urgency.WORKDAY:
            due = carried.case.deadline_ns
            assert any(shift.begins_ns < due <= shift.ends_ns for shift in duty)
        carried.timer()


@given(st.lists(st.sampled_from(("commit", "progress", "offer", "accept")), max_size=40), st.integers(1, 4 * HOUR))
def test_no_row_of_commitments_and_hand_overs_outlasts_the_promise(acts: list[str], within: int) -> None:
    carried = Carried(replace(POLICY, renewals=1000, hand_overs=1000))
    carried.fire()
    end = START + POLICY.recover_within
    for act in acts:
        left = min(within, end - carried.now)
        if act == "offer":
            carried.offer("b0" if carried.case.actor != "b0" else "p0")
        else:
            getattr(carried, act)(left)
        assert carried.case.phase is Phase.AWAIT or carried.case.deadline_ns <= end
        carried.after(min(MINUTE, (end - carried.now) // 2))


def message(turn: int, about: About) -> Message:
    return Message("d", turn, Side.OTHER, "c0", about, "checkout -> payments", Facts("", "", 0))


OVER = (About.CLOSED, About.WITHDRAWN, About.MERGED)
abouts = st.lists(st.sampled_from([About.OPENED, About.COMMITTED, About.CLAIMED, *OVER]), max_size=5)


@given(abouts, st.booleans())
def test_one_message_stands_for_all_that_wait_and_no_end_is_told_before_its_beginning(
    waiting: list[About], told: bool
) -> None:
    queued = tuple(message(turn, about) for turn, about in enumerate(waiting, 1))
    left = outstanding(queued, told)
    assert (left is None) == (not queued)
    if left is not None:
        assert left.turn == len(queued) and left.facts == queued[-1].facts
        assert left.about == (About.MISSED if not told and waiting[-1] in OVER else waiting[-1])
        assert not (left.about is About.MISSED and left.interrupts)


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_a_channel_that_comes_and_goes_tells_every_deviation_and_each_once_at_most(up: list[bool]) -> None:
    """Each turn is queued; where the channel is up, what waits is told as one."""
    carried = Carried()
    queue: list[Message] = []
    told: list[Message] = []
    acts = ("fire", "timer", "commit", "fixed", "timer")
    for number, is_up in enumerate([*up, True]):
        stepped = getattr(carried, acts[number % len(acts)])()
        queue += [one for one in stepped.messages if one.side is Side.OTHER]
        known = any(one.deviation == queue[-1].deviation for one in told) if queue else False
        if is_up and (one := outstanding(tuple(queue), known)):
            told.append(one)
            queue = []
    assert {one.deviation for one in told} == {carried.case.id}
    assert told[0].about is not About.CLOSED
    assert [one.turn for one in told] == sorted({one.turn for one in told})
