"""A breaker delays what goes to a provider that fails, lets one probe through at a time, and loses nothing."""

from hypothesis import given
from hypothesis import strategies as st

from accord.model.delivery import Outcome, Verdict
from accord.model.duration import SECOND
from accord.serve.sending.breaker import FAILURES_UNTIL_OPEN, LONGEST_PAUSE, Breaker

FAILED = Verdict(Outcome.RETRY, provider_failed=True)
REFUSED = Verdict(Outcome.FAILED)
GOOD = Verdict(Outcome.HANDED)


def after(count: int, verdict: Verdict = FAILED, now: int = 0) -> Breaker:
    breaker = Breaker()
    for _ in range(count):
        breaker = breaker.after(verdict, now, 0)
    return breaker


def test_it_opens_after_failures_in_a_row_only() -> None:
    assert after(FAILURES_UNTIL_OPEN - 1).is_closed
    assert not after(FAILURES_UNTIL_OPEN).is_closed
    assert after(FAILURES_UNTIL_OPEN - 1).after(GOOD, 0, 0).after(FAILED, 0, 0).is_closed


def test_what_is_refused_for_itself_does_not_speak_against_the_provider() -> None:
    assert after(50, REFUSED) == Breaker()


def test_one_probe_goes_and_decides() -> None:
    breaker = after(FAILURES_UNTIL_OPEN)
    opens = breaker.until_ns
    assert breaker.admits_at_ns(opens - 1) == opens and breaker.admits_at_ns(opens) == opens
    probing = breaker.trying(opens + 20 * SECOND)
    assert probing.admits_at_ns(opens) == opens + 20 * SECOND
    assert probing.after(GOOD, opens + 1, 0).admits_at_ns(opens + 1) == opens + 1
    worse = probing.after(FAILED, opens + 1, 0)
    assert worse.until_ns - opens - 1 > breaker.until_ns


def test_tries_that_were_begun_before_do_not_count_while_it_is_open() -> None:
    breaker = after(FAILURES_UNTIL_OPEN)
    assert breaker.after(FAILED, breaker.until_ns - 1, 0.9) == breaker


def test_what_the_provider_asks_for_is_respected_at_once() -> None:
    asked = Verdict(Outcome.RETRY, retry_after=90 * SECOND, provider_failed=True)
    assert Breaker().after(asked, 0, 0).admits_at_ns(0) == 90 * SECOND


@given(st.lists(st.tuples(st.sampled_from([FAILED, GOOD, REFUSED]), st.integers(0, 100 * SECOND), st.floats(0, 0.999))))
def test_it_always_lets_something_through_before_long(tries: list[tuple[Verdict, int, float]]) -> None:
    breaker, now = Breaker(), 0
    for verdict, passed, chance in tries:
        now += passed
        breaker = breaker.after(verdict, now, chance)
        assert breaker.admits_at_ns(now) - now <= LONGEST_PAUSE * 5 // 4
