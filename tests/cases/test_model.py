"""The specification holds in every state that it can reach, and each rule in it is needed: without it a named invariant breaks."""

import pytest
from model_invariants import Bounds, Found, search

EVERYBODY = ("p0", "p1")
ROTAS = (EVERYBODY, ("q0", "p1"), ("", "p1"), ("p0", ""), ("", ""))

# Within each of these everything is visited: any number of turns, answers, repeats and delays.
WORLDS = {
    "two sources, with and without telemetry": Bounds(sources="AB", telemetries=(True, False)),
    "two holds and a severity that moves": Bounds(holds=2, urgencies=("workday", "interrupt")),
    "five rotas that change": Bounds(duties=ROTAS),
    "three urgencies": Bounds(urgencies=("record", "workday", "interrupt"), telemetries=(True, False)),
    "an outbox, a kill": Bounds(delivery=True, crashes=1),
}
WIDE = {
    "an outbox, two kills, two holds": Bounds(delivery=True, crashes=2, holds=2),
    "two sources, one hold, a kill in the outbox": Bounds(sources="AB", holds=1, crashes=1, delivery=True),
    "all but the outbox": Bounds("AB", ("record", "workday", "interrupt"), ROTAS, (True, False), 2),
}

# rule that is switched off -> invariant that names it; where a system in use does so, which.
MUTANTS = {
    "ack_stops_clock": "I2",  # GoAlert; PagerDuty and OnCall with their acknowledgement time-out off
    "policy_ends": "I2",  # GoAlert, OnCall, incident.io after a week
    "clear_closes": "I3",  # Alertmanager, PagerDuty auto-resolve
    "owners_word_closes": "I3",  # every pager
    "offer_transfers": "I6",  # reassigning counts as done
    "stale_counts": "I7",  # an old text message moves the incident
    "one_side_told": "I9",  # every pager
    "mark_before_send": "I10",  # Healthchecks, GoAlert
    "volatile_accept": "I1",  # Alertmanager, Keep without Redis
    "volatile_timer": "I2",  # timers in memory
    "ack_restarts_clock": "I5",  # an acknowledgement that expires later than the page did
    "silence_accepts": "I6",
    "refusal_orphans": "I2",
    "lapse_is_clear": "I3",  # Alertmanager: a source that fell silent is resolved
    "lapse_confirms": "I3",
    "window_not_restarted": "I3",
    "bad_window_closes": "I8",
    "bad_again_ignored": "I8",
    "owner_confirms": "I3",
    "anyone_commits": "I7",
    "no_reason_withdraws": "I3",
    "merge_untold": "I9",
    "second_opens": "I4",
    "unreachable_waits": "I10",
    "never_marked": "I10",  # a webhook that answers late: one copy more each interval, for ever
    "ended_unheard_untold": "I11",  # Alertmanager: what begins and ends while the channel is down is told to nobody
    "closed_before_opened": "I11",
    "hold_for_ever": "I12",  # OnCall: maintenance without an end
    "hold_without_room": "I12",
    "rise_keeps_hold": "I12",
    "last_goes_quiet": "I8",
    "empty_level_waits": "I2",
    "rota_moves_silently": "I7",
    "quiet_has_no_deadline": "I2",
    "stale_timer_counts": "I15",
}

# What only an outbox and a kill can show is not looked for elsewhere first.
IN_THE_OUTBOX = {"mark_before_send", "volatile_accept", "volatile_timer", "never_marked"} | {
    "ended_unheard_untold",
    "closed_before_opened",
}


def caught(mutant: str) -> tuple[str, Found]:
    """The first world in which the mutant breaks something, and what."""
    worlds = [pair for pair in WORLDS.items() if pair[1].delivery or mutant not in IN_THE_OUTBOX]
    for name, bounds in worlds:
        found = search(bounds, frozenset({mutant}))
        if found.broken:
            return name, found
    raise AssertionError(f"{mutant} lives")


@pytest.mark.parametrize("name", WORLDS)
def test_every_invariant_holds_in_every_state(name: str) -> None:
    found = search(WORLDS[name])
    assert not found.broken, found
    print(f"{name}: {found.states} states, {found.steps} steps")
    assert found.states > 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", WIDE)
def test_every_invariant_holds_in_every_state_of_a_wider_world(name: str) -> None:
    found = search(WIDE[name])
    assert not found.broken, found
    print(f"{name}: {found.states} states, {found.steps} steps")
    assert found.states > 10_000


@pytest.mark.parametrize("mutant", MUTANTS)
def test_without_a_rule_a_named_invariant_breaks(mutant: str) -> None:
    name, found = caught(mutant)
    print(f"{mutant:22} {found.broken:72} after {' > '.join(found.trace)}  ({name}, {found.states} states)")
    assert found.broken.split()[0] == MUTANTS[mutant]
