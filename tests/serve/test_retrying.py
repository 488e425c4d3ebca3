"""When a try is repeated: soon where it was refused, seldom where it may have arrived, never before the provider asks for it."""

from hypothesis import given
from hypothesis import strategies as st

from accord.model.delivery import Outcome, Verdict
from accord.model.duration import SECOND
from accord.serve.sending.retrying import HOUR, LONGEST_WAIT, MINUTE, copies_of, given_up, wait, with_copies

CHANCES = st.floats(0, 1, exclude_max=True)
DEADLINE = 20 * SECOND
STATES = st.lists(st.tuples(st.sampled_from(["refused", "late", "hurt"]), CHANCES), min_size=1, max_size=60)


@given(STATES, st.integers(0, DEADLINE))
def test_in_no_hour_are_there_more_than_five_copies_beyond_the_first(tries: list[tuple[str, float]], took: int) -> None:
    now, attempts, reason, sent = 0, 0, "", []
    for what, chance in tries:
        outcome = Outcome.AMBIGUOUS if what == "late" else Outcome.RETRY
        if what == "late":
            sent.append(now)
        copies = copies_of(reason) + (what == "late")
        now += took
        now += wait(Verdict(outcome), attempts, copies, chance)
        reason, attempts = with_copies(f"answered {what}", copies), attempts + 1
    for begin in sent:
        assert len([one for one in sent if begin <= one <= begin + HOUR]) <= 1 + 5


def test_copies_are_ever_further_apart() -> None:
    waits = [wait(Verdict(Outcome.AMBIGUOUS), 0, copies, 0) for copies in range(1, 9)]
    assert waits == sorted(waits)
    assert waits[0] == 2 * SECOND and waits[-1] == HOUR


@given(st.integers(0, 10_000), CHANCES)
def test_what_was_refused_is_tried_again_within_a_minute_and_a_quarter(attempts: int, chance: float) -> None:
    waits = wait(Verdict(Outcome.RETRY), attempts, 0, chance)
    assert SECOND <= waits <= LONGEST_WAIT * 5 // 4


def test_tries_after_a_refusal_double_up_to_a_minute() -> None:
    waits = [wait(Verdict(Outcome.RETRY), attempts, 0, 0) // SECOND for attempts in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(st.integers(0, HOUR), st.integers(0, 100), CHANCES, st.sampled_from([Outcome.RETRY, Outcome.AMBIGUOUS]))
def test_no_try_comes_before_the_provider_asks_for_it(asked: int, attempts: int, chance: float, how: Outcome) -> None:
    assert wait(Verdict(how, retry_after=asked), attempts, 1, chance) >= asked


@given(st.text(max_size=80), st.integers(0, 10**8))
def test_how_many_copies_may_have_arrived_is_kept_in_words(reason: str, copies: int) -> None:
    if not copies_of(reason):
        assert copies_of(with_copies(reason, copies)) == copies


def test_a_sending_is_given_up_after_a_week_and_says_why() -> None:
    assert not given_up(7 * 24 * HOUR - 1, "answered 500")
    assert given_up(7 * 24 * HOUR, "answered 500") == "given up after 7d: answered 500"
    assert MINUTE * 60 == HOUR
