"""What each event makes of a case: the way most cases go, and what buys time and what does not."""

import pytest
from carried import DEVIATION, HOUR, MINUTE, POLICY, START, Carried, fired, on_duty, told, woken
from msgspec.structs import replace

from accord.cases.case import Phase
from accord.cases.deviation import Deviation, Urgency
from accord.cases.events import Fire, Timer
from accord.cases.on_duty import after_duty, next_on_duty
from accord.cases.policy import Duty, Level, Policy
from accord.cases.step import step
from accord.cases.understanding import right_picks, shown_picks
from accord.model.message import About, Fate, Side


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


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_acknowledgement_buys_no_time(level: int) -> None:
    carried = fired()
    for _ in range(level):
        carried.timer()
    before = carried.case
    carried.after(MINUTE).acknowledge()
    assert (carried.case.turn, carried.case.deadline_ns) == (before.turn, before.deadline_ns)
    assert carried.case.phase is Phase.READBACK and not carried.last.messages
    assert not carried.acknowledge().changed
    carried.timer()
    assert carried.case.actor == ("p1", "keeper", "keeper")[level]


def test_who_is_not_asked_and_what_is_stale_change_nothing() -> None:
    carried = fired()
    carried.timer()
    before = carried.case
    for stepped in (
        carried.commit(by="p0"),
        carried.commit(by="p1", turn=1),
        carried.timer(turn=1),
        carried.fixed(by="p0"),
    ):
        assert stepped.case == before and not stepped.changed and not stepped.messages and stepped.note
    assert "turn 2 is with p1" in carried.commit(by="p1", turn=1).note


def test_a_commitment_lies_within_what_is_left_of_the_promise() -> None:
    carried = fired().after(30 * MINUTE)
    refused = carried.commit(91 * MINUTE)
    assert not refused.changed and refused.note == "1m too late: at the latest in 1h30m"
    assert "is over" in carried.commit(0).note
    assert carried.commit(90 * MINUTE).changed
    assert carried.case.deadline_ns == carried.case.opened_ns + 2 * HOUR


@pytest.mark.parametrize(
    ("start", "latest"), [("detection", 2 * HOUR), ("failure", HOUR), ("acknowledgement", 2 * HOUR + 3 * MINUTE)]
)
def test_the_promise_counts_from_what_it_names(start: str, latest: int) -> None:
    carried = Carried(replace(POLICY, recover_from=start))
    carried.hear(Fire("f", START, DEVIATION, since_ns=START - HOUR))
    carried.after(3 * MINUTE).acknowledge()
    carried.after(MINUTE)
    left = START + latest - carried.now
    assert not carried.commit(left + 1).changed
    assert carried.commit(left).changed


def test_a_broken_promise_bounds_too_and_renewals_do_not_move_that_bound() -> None:
    carried = fired().after(3 * HOUR)
    assert not carried.commit(2 * HOUR + 1).changed
    carried.commit(2 * HOUR)
    first = carried.case.committed_ns
    for _ in range(2):
        carried.after(2 * HOUR - MINUTE).progress(2 * HOUR)
    assert carried.case.deadline_ns <= first + 6 * HOUR
    assert not carried.progress(MINUTE).changed and "renewed 2 times" in carried.last.note


def test_one_tap_commits_and_wrong_or_missing_picks_only_count_against_the_signal() -> None:
    carried = fired()
    carried.commit(picks=False)
    assert carried.case.phase is Phase.COMMITTED and carried.case.misread == 1
    assert carried.last.note == f"not as the page meant it: it is {DEVIATION.key}; expected at most 2s, seen 5.1s"
    wrong = fired()
    wrong.read_back(right=False)
    wrong.read_back(right=False)
    assert wrong.case.misread == 1 and wrong.case.phase is Phase.READBACK
    wrong.read_back()
    assert wrong.commit(picks=False).note == "" and wrong.case.misread == 1
    assert fired().commit().note == "understood"
    asleep = fired(deviation=replace(DEVIATION, urgency=Urgency.WORKDAY))
    asleep.commit(picks=False)
    assert asleep.case.misread == 0


def test_the_right_pick_is_among_three_and_stands_where_it_is_looked_for() -> None:
    places = set()
    for turn in range(1, 40):
        shown = shown_picks("case", turn, DEVIATION, ("a", "b", DEVIATION.key))
        boundary, difference = right_picks("case", turn)
        assert shown.boundaries[boundary] == DEVIATION.key and len(set(shown.boundaries)) == 3
        assert shown.differences[difference] == "expected at most 2s, seen 5.1s" and len(set(shown.differences)) == 3
        places.add((boundary, difference))
    assert len(places) == 9


def test_confirmation_wakes_nobody_and_counts_in_the_hours_of_the_other_side() -> None:
    morning = START + 10 * HOUR
    duty = (Duty(morning, morning + 5 * HOUR, "c0"), Duty(morning + 24 * HOUR, morning + 29 * HOUR, "c0"))
    carried = fired(replace(POLICY, telemetry=False, other_duty=duty, confirm_within=8 * HOUR))
    carried.after(MINUTE).fixed()
    assert woken(carried.last) == []
    assert carried.case.deadline_ns == morning + 27 * HOUR
    carried.clear()
    carried.timer()
    assert (carried.case.phase, carried.case.closed_by) == (Phase.CLOSED, "unconfirmed")
    assert {message.reason for message in carried.last.messages} == {"unconfirmed"}
    unknown = fired(replace(POLICY, telemetry=False, other_duty=duty[:1]))
    unknown.fixed()
    assert unknown.case.deadline_ns == unknown.now + unknown.policy.confirm_at_most


def test_who_claims_it_does_not_confirm_it() -> None:
    carried = fired()
    carried.fixed()
    assert not carried.confirm(by="p0").changed
    assert not carried.confirm(by="p1").changed
    assert carried.confirm(by="c0").changed
    both_sides = fired(replace(POLICY, other_person="p0"))
    both_sides.fixed()
    assert not both_sides.confirm(by="p0").changed
    several = fired(replace(POLICY, other="books+checkout", other_person="books+checkout"))
    several.fixed()
    assert not several.confirm(by="books+others").changed
    assert several.confirm(by="checkout").changed, "one of several that are told as one speaks for them"


def test_a_dispute_and_bad_again_ask_the_level_again_under_the_same_identity() -> None:
    for act in ("dispute", "fire"):
        carried = fired()
        carried.timer()
        first = carried.case.id
        carried.clear()
        getattr(carried, act)()
        assert (carried.case.id, carried.case.phase, carried.case.level, carried.case.actor) == (
            first,
            Phase.AWAIT,
            1,
            "p1",
        )
        assert {message.about for message in carried.last.messages} == {About.REOPENED}


def test_said_to_be_fixed_while_it_is_bad_goes_to_the_next_level() -> None:
    carried = fired()
    carried.commit()
    carried.fixed()
    carried.fire()
    assert carried.case.phase is Phase.CLAIMED
    carried.timer()
    assert (carried.case.phase, carried.case.level) == (Phase.AWAIT, 1)


def test_the_window_is_clean_from_its_first_moment_on() -> None:
    carried = fired()
    carried.fixed()
    carried.after(9 * MINUTE).clear()
    assert carried.case.deadline_ns == carried.now + 10 * MINUTE and carried.case.phase is Phase.CLAIMED


def test_a_source_that_fell_silent_confirms_nothing() -> None:
    carried = fired()
    carried.lapse()
    assert carried.case.phase is Phase.AWAIT and not carried.last.messages
    carried.fixed()
    assert carried.case.confirming and carried.case.deadline_ns == carried.now + 8 * HOUR
    carried.timer()
    assert carried.case.closed_by == "unconfirmed"
    late = fired()
    late.fire("b")
    late.clear("b")
    late.clear("")
    late.fire("b")
    assert late.case.phase is Phase.AWAIT


def test_a_source_that_falls_silent_in_the_window_leaves_the_word_to_the_other_side() -> None:
    carried = fired()
    carried.fixed()
    carried.lapse()
    carried.timer()
    assert carried.case.phase is Phase.CLAIMED and carried.case.confirming
    carried.clear()
    assert not carried.case.confirming and carried.case.deadline_ns == carried.now + 10 * MINUTE


def test_a_level_with_nobody_on_duty_is_passed_at_once() -> None:
    empty = replace(POLICY.levels[0], duty=on_duty("p0", START + HOUR))
    carried = fired(replace(POLICY, levels=(empty, *POLICY.levels[1:])))
    assert (carried.case.level, carried.case.actor) == (1, "p1")
    assert fired(replace(POLICY, levels=(empty, empty))).case.phase is Phase.LAST


def test_what_may_not_wake_waits_for_the_hours_of_who_is_asked() -> None:
    shift = Duty(START + 10 * HOUR, START + 18 * HOUR, "p0")
    policy = replace(POLICY, levels=(Level("payments", HOUR, (shift,)),))
    carried = fired(policy, replace(DEVIATION, urgency=Urgency.WORKDAY))
    assert (carried.case.actor, carried.case.deadline_ns) == ("p0", START + 11 * HOUR)
    assert woken(carried.last) == []
    carried.timer()
    assert carried.case.phase is Phase.LAST and woken(carried.last) == []
    assert carried.case.deadline_ns == carried.now + 24 * HOUR
    recorded = fired(policy, replace(DEVIATION, urgency=Urgency.RECORD))
    recorded.timer()
    assert (recorded.case.phase, recorded.case.level) == (Phase.LAST, 1)  # the shift is over, and nobody has another
    always = fired(deviation=replace(DEVIATION, urgency=Urgency.RECORD))
    always.timer()
    assert (always.case.phase, always.case.level, always.case.actor) == (Phase.AWAIT, 0, "p0")


def test_overlapping_shifts_are_not_twice_the_time() -> None:
    duty = (Duty(0, 10, "a"), Duty(5, 20, "b"), Duty(30, 40, "c"))
    assert [after_duty(duty, 0, span) for span in (10, 20, 25, 30, 31)] == [10, 20, 35, 40, 0]
    assert after_duty(duty, 25, 5) == 35
    for order in (duty, duty[::-1]):
        assert [next_on_duty(order, now) for now in (0, 12, 25, 40)] == ["a", "b", "c", ""]
        assert after_duty(order, 0, 25) == 35


def test_declining_names_a_party_and_skips_to_its_level() -> None:
    levels = (*POLICY.levels, Level("network", MINUTE, on_duty("n0")))
    carried = fired(replace(POLICY, levels=levels))
    carried.decline("network")
    assert (carried.case.level, carried.case.actor) == (2, "n0")
    assert {message.reason for message in carried.last.messages} == {"declined: held to be for network"}
    assert told(carried.last)[Side.OWNER] == ["n0", "p0"]
    carried.decline("nobody we know")
    assert carried.case.phase is Phase.LAST
    assert not carried.decline().changed and carried.case.phase is Phase.LAST


def test_whoever_cannot_be_reached_is_not_waited_for() -> None:
    carried = fired()
    assert not carried.unreachable("c0").changed
    carried.unreachable()
    assert (carried.case.level, carried.case.actor) == (1, "p1")
    assert not carried.unreachable("p0", turn=1).changed
    carried.unreachable()
    carried.unreachable()
    assert carried.case.phase is Phase.LAST and not carried.last.changed


def test_the_giver_stays_responsible_until_it_is_accepted() -> None:
    carried = fired()
    carried.commit(HOUR)
    carried.offer("b0")
    assert (carried.case.phase, carried.case.actor, carried.case.to) == (Phase.HANDOVER, "p0", "b0")
    assert woken(carried.last) == ["b0"] and told(carried.last)[Side.OWNER] == ["b0", "p0"]
    assert carried.case.deadline_ns == carried.now + 10 * MINUTE
    assert not carried.accept(by="p1").changed
    carried.accept(30 * MINUTE)
    assert (carried.case.phase, carried.case.actor, carried.case.handed) == (Phase.COMMITTED, "b0", 1)
    carried.offer("p0")
    carried.refuse()
    assert (carried.case.phase, carried.case.level) == (Phase.AWAIT, 1)
    assert {"b0", "p0"} <= set(told(carried.last)[Side.OWNER])


def test_an_offer_outlasts_no_commitment() -> None:
    carried = fired()
    carried.commit(5 * MINUTE)
    carried.offer("b0")
    assert carried.case.deadline_ns == carried.case.eta_ns
    assert not fired().offer("b0").changed


@pytest.mark.parametrize(("promise", "longest"), [(0, 8 * HOUR), (2 * HOUR, HOUR), (40 * HOUR, 8 * HOUR)])
def test_a_hold_ends_after_eight_hours_or_half_of_the_promise_in_all(promise: int, longest: int) -> None:
    carried = fired(replace(POLICY, recover_within=promise))
    carried.hold(100 * HOUR)
    assert (carried.case.phase, carried.case.actor, carried.case.reason) == (Phase.HELD, "h0", "maintenance")
    assert carried.case.deadline_ns == carried.now + longest
    assert {message.about for message in carried.last.messages} == {About.HELD} and not woken(carried.last)
    carried.after(longest // 2).release()
    assert carried.case.phase is Phase.AWAIT
    carried.hold(100 * HOUR)
    assert carried.case.deadline_ns == carried.now + longest - longest // 2
    carried.after(MINUTE).hold(100 * HOUR, holder="h1")
    assert carried.case.actor == "h1"
    carried.timer()
    assert not carried.hold().changed and carried.case.phase is Phase.AWAIT


def test_a_hold_names_who_answers_for_it_and_why_and_a_rise_ends_it() -> None:
    carried = fired(deviation=replace(DEVIATION, urgency=Urgency.WORKDAY))
    assert not carried.hold(holder="").changed
    assert not carried.hold(reason="").changed
    carried.hold()
    carried.fire("other instance", urgency=Urgency.INTERRUPT)
    assert carried.case.phase is Phase.AWAIT and woken(carried.last) == ["p0"]
    assert {message.about for message in carried.last.messages} == {About.RELEASED}


def test_what_fires_under_a_silence_opens_held_and_is_asked_when_it_ends() -> None:
    policy = replace(POLICY, held_by="h0", held_because="moving house", held_until_ns=START + 20 * MINUTE)
    carried = fired(policy)
    assert carried.case.phase is Phase.HELD and carried.case.turn == 1 and told(carried.last)
    carried.timer()
    assert woken(carried.last) == ["p0"]
    cleared = fired(policy)
    cleared.clear()
    assert cleared.case.phase is Phase.HELD
    cleared.timer()
    assert cleared.case.phase is Phase.CLAIMED
    assert fired(replace(policy, held_until_ns=START)).case.phase is Phase.AWAIT


def test_a_commitment_is_not_held() -> None:
    carried = fired()
    carried.commit()
    assert not carried.hold().changed and not carried.release().changed


def test_a_rise_asks_at_once_and_gives_no_more_time() -> None:
    carried = fired(deviation=replace(DEVIATION, urgency=Urgency.WORKDAY))
    before = carried.case.deadline_ns
    carried.after(MINUTE).rerated(Urgency.INTERRUPT)
    assert woken(carried.last) == ["p0"] and carried.case.deadline_ns == before
    carried.rerated(Urgency.RECORD)
    assert not carried.last.messages and carried.case.deadline_ns == before
    assert not carried.rerated(Urgency.RECORD).changed


def test_a_late_deadline_fires_once_says_how_late_and_gives_the_next_their_whole_time() -> None:
    carried = fired()
    carried.timer(late=720 * HOUR)
    assert carried.last.note == "due, 30d late"
    assert (carried.case.actor, carried.case.deadline_ns) == ("p1", carried.now + 10 * MINUTE)
    assert not carried.hear(Timer("again", carried.now, 1, START)).changed
    assert not carried.hear(Timer("early", carried.case.deadline_ns - 1, carried.case.turn, START)).changed


def test_a_change_of_rota_replaces_who_was_only_asked_and_buys_no_time() -> None:
    other = replace(POLICY, levels=(replace(POLICY.levels[0], duty=on_duty("q0")), *POLICY.levels[1:]))
    carried = fired()
    before = carried.case.deadline_ns
    carried.after(MINUTE).rota_changed(other)
    assert (carried.case.actor, carried.case.deadline_ns, carried.case.turn) == ("q0", before, 2)
    assert told(carried.last)[Side.OWNER] == ["q0", "p0"]
    assert not carried.rota_changed(other).changed
    carried.commit()
    assert not carried.rota_changed(POLICY).changed
    keeper = fired(replace(POLICY, levels=()))
    keeper.rota_changed(replace(POLICY, levels=(), last="second keeper"))
    assert keeper.case.actor == "second keeper" and woken(keeper.last) == ["second keeper"]


def test_withdrawing_needs_a_reason_and_merging_another_case_and_both_sides_are_told() -> None:
    carried = fired()
    assert not carried.withdraw("").changed
    carried.withdraw()
    assert carried.case.phase is Phase.WITHDRAWN and set(told(carried.last)) == {Side.OWNER, Side.OTHER}
    assert not carried.withdraw().changed
    merged = fired()
    assert not merged.merge("").changed and not merged.merge(merged.case.id).changed
    merged.merge()
    assert merged.case.phase is Phase.MERGED and merged.last.messages[0].reason == "part of parent"
    assert not merged.merge().changed


def test_a_signal_that_lags_behind_does_not_reopen_and_one_that_stays_does() -> None:
    carried = fired()
    carried.fixed()
    carried.confirm()
    carried.after(9 * MINUTE).fire()
    assert carried.case.phase is Phase.CLOSED and not carried.last.messages and carried.last.changed
    carried.after(2 * MINUTE).fire()
    assert carried.case.phase is Phase.AWAIT and carried.case.reopened == 1
    again = fired()
    again.withdraw()
    again.after(HOUR - 1).fire()
    assert again.case.phase is Phase.WITHDRAWN
    again.fire("another instance")
    assert again.case.phase is Phase.AWAIT


def test_a_signal_that_no_contract_knows_goes_to_the_keeper() -> None:
    nobody = Policy(owner="", other="", levels=(), last="keeper")
    carried = fired(nobody, Deviation("DiskFull"))
    assert (carried.case.phase, carried.case.actor) == (Phase.LAST, "keeper")
    assert told(carried.last) == {Side.KEEPER: ["keeper"]}
    carried.clear()
    assert carried.case.actor and carried.case.deadline_ns
    with pytest.raises(ValueError, match="who is asked last"):
        replace(nobody, last="")


def test_receipts_and_what_nobody_knows_change_nothing() -> None:
    carried = fired()
    before = carried.case
    assert not carried.receipt(Fate.DELIVERED).changed and carried.case == before
    assert not carried.clear("unknown").changed
    assert not carried.lapse("unknown").changed
    assert step(None, Timer("t", START, 1, START), POLICY).case is None
    other = replace(DEVIATION, term="errors")
    assert not carried.hear(Fire("x", START, other)).changed


def test_who_recovers_by_when_is_in_every_message() -> None:
    carried = fired()
    assert (carried.last.messages[0].facts.recovers, carried.last.messages[0].facts.by_ns) == (
        "payments",
        START + 2 * HOUR,
    )
    carried.commit(HOUR)
    assert {message.facts.recovers for message in carried.last.messages} == {"p0"}
    assert {message.facts.by_ns for message in carried.last.messages} == {carried.now + HOUR}
    carried.hold()
    assert fired().hold().messages[0].facts.recovers == "h0"


def test_renewing_a_hold_lengthens_nothing() -> None:
    carried = fired()
    carried.hold(100 * HOUR)
    end = carried.case.deadline_ns
    carried.after(20 * MINUTE).hold(100 * HOUR, holder="h1")
    assert (carried.case.actor, carried.case.deadline_ns) == ("h1", end)


def test_whoever_is_asked_next_starts_afresh() -> None:
    carried = fired()
    carried.read_back()
    carried.commit(20 * MINUTE)
    carried.progress(30 * MINUTE)
    assert (carried.case.renewals, carried.case.understood) == (1, True)
    carried.timer()
    carried.commit(20 * MINUTE, picks=False)
    assert (carried.case.renewals, carried.case.handed, carried.case.misread) == (0, 0, 1)
    assert carried.case.committed_ns == carried.now


def test_whoever_takes_it_over_reads_it_for_themselves() -> None:
    carried = fired()
    carried.read_back()
    carried.commit(HOUR)
    carried.offer("b0")
    carried.accept(picks=False)
    assert carried.case.misread == 1


def test_without_a_promise_hand_overs_do_not_move_the_bound_either() -> None:
    carried = fired(replace(POLICY, recover_within=0))
    carried.commit(4 * HOUR)
    end = carried.now + 12 * HOUR
    for giver, to in (("p0", "b0"), ("b0", "p0"), ("p0", "b0")):
        carried.after(4 * HOUR - MINUTE).offer(to, by=giver)
        carried.accept(min(4 * HOUR, end - carried.now))
        assert carried.case.actor == to and carried.case.deadline_ns <= end
    assert not carried.after(MINUTE).progress(4 * HOUR).changed


def test_the_first_acknowledgement_starts_the_promise_and_no_later_one() -> None:
    for see in ("acknowledge", "read_back"):
        carried = fired(replace(POLICY, recover_from="acknowledgement"))
        getattr(carried.after(MINUTE), see)()
        carried.timer()
        getattr(carried.after(MINUTE), see)()
        assert carried.case.acknowledged_ns == START + MINUTE
        assert not carried.commit(START + MINUTE + 2 * HOUR - carried.now + 1).changed
        assert carried.commit(START + MINUTE + 2 * HOUR - carried.now).changed
