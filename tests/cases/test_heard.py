"""What the rows of a ledger tell of signals, counted from events alone."""

from accord.cases.case import Case, Phase
from accord.cases.deviation import Deviation
from accord.cases.drilling import drill
from accord.cases.events import Acknowledge, Clear, Commit, Fire, Hold, Receipt
from accord.cases.heard import Course, Kept, Tally, Told, deviated, tally_of
from accord.model.duration import NANOSECONDS
from accord.model.message import Fate

SECOND, DAY = NANOSECONDS["s"], NANOSECONDS["d"]
SLOW = Deviation("Slow", "checkout", "payments", "charge", "latency")
ALSO = Deviation("AlsoSlow", "checkout", "payments", "charge", "latency")


def fire(at: int, deviation: Deviation = SLOW, source: str = "a") -> Fire:
    return Fire(f"fire/{source}/{at}", at * SECOND, deviation, source)


def clear(at: int, source: str = "a") -> Clear:
    return Clear(f"clear/{source}/{at}", at * SECOND, source)


def course(*events: object, deviation: Deviation = SLOW, **case: object) -> Course:
    """A course of these events, and the case as it is after them."""
    made = Course("one", deviation)
    for event in events:
        made.add(event, True)  # type: ignore[arg-type]
    values = {"phase": Phase.CLOSED, "opened_ns": SECOND, "closed_ns": 9 * SECOND} | case
    made.settle(Case("one", deviation, turn=1, actor="", deadline_ns=0, **values))  # type: ignore[arg-type]
    return made


def kept(*courses: Course) -> Kept:
    made = Kept()
    for number, each in enumerate(courses):
        each.id = f"{number}"
        made.add(each)
    return made


def tallies(courses: list[Course], since_ns: int, stale_after_ns: int) -> dict[str, Tally]:
    found = {
        signal: tally_of(signal, heard.values(), since_ns, stale_after_ns)
        for signal, heard in kept(*courses).by_signal.items()
    }
    return {signal: tally for signal, tally in found.items() if tally is not None}


def told(course: Course) -> dict[tuple[str, str], Told]:
    return {place: deviated(each.values(), 0) for place, each in kept(course).by_place.items()}


def test_a_signal_fires_again_only_once_none_of_its_instances_fires() -> None:
    assert course(fire(1), fire(2, source="b"), clear(3), clear(4, "b"), fire(500)).fired == {"Slow": 2}


def test_two_signals_of_one_deviation_are_both_heard() -> None:
    made = course(fire(1), fire(2, ALSO, "b"))
    assert made.fired == {"Slow": 1, "AlsoSlow": 1}
    found = tallies([made], 0, 0)
    assert {name: tally.deviations for name, tally in found.items()} == {"Slow": 1, "AlsoSlow": 1}
    assert found["Slow"].interrupting == 1 and found["AlsoSlow"].interrupting == 0, "the page was that of the first"


def test_three_changes_of_one_instance_within_a_minute_are_chattering() -> None:
    assert course(fire(1), clear(10), fire(20)).flapped == 1
    assert course(fire(1), clear(10), fire(20), clear(30), fire(40)).flapped == 2
    assert course(fire(1), clear(40), fire(80)).flapped == 0, "the first is longer ago than a minute"
    assert course(fire(1), fire(10), fire(20)).flapped == 0, "a repeat is no change"
    assert course(fire(1), fire(10, source="b"), fire(20, source="c")).flapped == 0, "each once"


def test_what_chattering_is_told_by_is_forgotten_after_a_minute() -> None:
    made = Course("one", SLOW)
    for number in range(1000):
        made.add(fire(number * 2, source=f"pod-{number}"), True)
    assert len(made.lately) <= 31


def test_an_answer_that_counted_is_an_action_and_a_receipt_is_none() -> None:
    seen = Receipt("r", 3 * SECOND, 1, "p", "mail", Fate.OPENED)
    assert course(fire(1), seen).answered_ns == 0
    answered = course(fire(1), seen, Acknowledge("a", 4 * SECOND, 1, "p"))
    assert (answered.answered_ns, answered.unheeded) == (4 * SECOND, {})
    stale = Course("one", SLOW)
    stale.add(Acknowledge("a", 4 * SECOND, 1, "p"), False)
    assert stale.answered_ns == 0, "an answer that changed nothing"


def test_a_turn_is_read_back_once_and_what_was_misread_is_that_of_the_case() -> None:
    twice = [Commit(f"c{number}", number * SECOND, turn, "p", 99) for number, turn in ((2, 1), (3, 1), (4, 2))]
    found = tallies([course(fire(1), *twice, misread=1)], 0, 0)["Slow"]
    assert (found.readings, found.misread) == (2, 1)


def test_what_a_page_budget_holds_is_told_from_a_silence() -> None:
    holds = [Hold("h1", 2 * SECOND, "keeper", "page budget of p", 9), Hold("h2", 3 * SECOND, "p", "silence 1: x", 9)]
    made = course(fire(1), *holds)
    assert (made.cut, made.held) == (1, 1)
    made.settle(Case("one", SLOW, Phase.CLOSED, 1, "", 0, SECOND), bundled=2)
    assert tallies([made], 0, 0)["Slow"].cut == 3, "a turn that was told in a bundle counts too"


def test_drills_and_page_budgets_are_no_signals() -> None:
    tried = drill("oncall", "keeper", "now")
    budget = Deviation("page budget of p-1")
    assert tallies([course(fire(1, tried), deviation=tried), course(fire(1, budget), deviation=budget)], 0, 0) == {}


def test_only_what_was_opened_since_or_is_open_counts() -> None:
    assert tallies([course(fire(1), opened_ns=5 * SECOND)], 6 * SECOND, 0) == {}
    late = tallies([course(fire(1), phase=Phase.AWAIT, opened_ns=5 * SECOND)], 6 * SECOND, 0)
    assert late["Slow"].is_open == 1


def test_an_open_deviation_is_stale_where_nobody_said_a_word_for_long() -> None:
    opened = course(fire(1), phase=Phase.AWAIT)
    assert tallies([opened], 0, 2 * SECOND)["Slow"].stale == 1
    answered = course(fire(1), Acknowledge("a", 4 * SECOND, 1, "p"), phase=Phase.AWAIT)
    assert tallies([answered], 0, 2 * SECOND)["Slow"].stale == 0
    assert tallies([course(fire(1))], 0, 2 * SECOND)["Slow"].stale == 0, "it is closed"


def test_a_key_is_unheeded_from_case_to_case_until_somebody_acts() -> None:
    ignored = [course(fire(number), opened_ns=number * SECOND) for number in (1, 2, 3)]
    assert tallies(ignored, 0, 0)["Slow"].most_unheeded == 3
    acted = course(fire(4), Acknowledge("a", 5 * SECOND, 1, "p"), opened_ns=4 * SECOND)
    assert tallies([*ignored, acted], 0, 0)["Slow"].most_unheeded == 0


def test_what_deviated_is_known_with_the_signals_that_told_of_it() -> None:
    made = course(fire(1), deviation=SLOW)
    assert told(made) == {("payments", "charge"): [("latency", frozenset({"Slow"}))]}
    assert told(course(fire(1, Deviation("Odd")), deviation=Deviation("Odd"))) == {}


def test_only_what_changed_is_counted_anew() -> None:
    made = kept(course(fire(1)), course(fire(1, Deviation("Odd")), deviation=Deviation("Odd")))
    assert (made.signals, made.places) == ({"Slow", "Odd"}, {("payments", "charge")})
    made.signals, made.places = set(), set()
    made.add(course(fire(1, Deviation("Odd")), deviation=Deviation("Odd")))
    assert (made.signals, made.places) == ({"Odd"}, set())
