"""What pages cannot write of proxies: defaults, layers, copies; idle connections, slow tries, caps on tries."""

from fractions import Fraction

import pytest
from msgspec.structs import replace

from accord.boundaries.join.defaulted import with_defaults
from accord.check import check
from accord.model.amount import parse_amount
from accord.model.duration import SECOND
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.finding import Finding, Verdict
from accord.model.nothing import NONE
from accord.model.place import Place

CLOSES = "connections/server-closes-idle-first"
NEVER = "timing/timed-out-try-never-retried"
CAP = "retries/cap-cancels-promised-tries"
HERE = Place(".", "listeners.yaml", 1, 1)


def listener(term: str, value: object, text: str = "", layer: Layer = Layer.SIDECAR, source: str = "mapping") -> Fact:
    """What is said of the proxy before `wiki` for its calls of `gate`."""
    what = (term, value, text or str(value), HERE, layer, (), source)
    return Fact("wiki", Stance.ASSUMES, "wiki", "gate", "post", *what)


def upstream(
    term: str, value: object, text: str, stance: Stance = Stance.PROMISES, layer: Layer = Layer.SERVER
) -> Fact:
    """What is said of `gate` by itself."""
    return Fact("gate", stance, "", "gate", "post", term, value, text, HERE, layer)


ENVOY = listener("platform", "envoy")
NODE = upstream("keep_alive", 5 * SECOND, "5s")
ONCE_MORE = (listener("attempts", 2), listener("retry_on", ("reset",), "reset"))


def told(rule: str, *facts: Fact) -> list[Finding]:
    return [finding for finding in check(with_defaults(facts)).findings if finding.rule == rule]


# ---------------------------------------------------------------------- idle connections


def test_a_proxy_that_keeps_connections_for_an_hour_meets_one_that_was_closed() -> None:
    (finding,) = told(CLOSES, ENVOY, NODE)
    assert finding.verdict is Verdict.MISMATCH
    assert "keeps an idle connection for 1h at its sidecar, gate closes it after 5s" in finding.message
    assert finding.statements[0].fact.stance is Stance.DEFAULT


def test_a_retry_hides_the_race_and_does_not_end_it() -> None:
    (finding,) = told(CLOSES, ENVOY, NODE, *ONCE_MORE)
    assert finding.verdict is Verdict.CONDITIONAL
    assert finding.condition.startswith("holds only while a call that meets a closed connection was not begun")


@pytest.mark.parametrize("kept", [4, 5])
def test_a_proxy_that_lets_go_first_or_at_the_same_time_is_not_told_of(kept: int) -> None:
    assert told(CLOSES, ENVOY, NODE, listener("keep_alive", kept * SECOND, f"{kept}s")) == []


def test_a_retry_after_something_else_does_not_help() -> None:
    (finding,) = told(CLOSES, ENVOY, NODE, ONCE_MORE[0], listener("retry_on", ("connect-failure",)))
    assert finding.verdict is Verdict.MISMATCH


def test_the_connection_of_code_behind_a_sidecar_ends_there() -> None:
    code = listener("keep_alive", 60 * SECOND, "60s", Layer.CODE)
    assert told(CLOSES, NODE, code, listener("timeout.request", SECOND, "1s")) == []
    assert len(told(CLOSES, NODE, code)) == 1


def test_of_two_layers_before_a_provider_none_is_taken_for_the_one_that_closes() -> None:
    assert told(CLOSES, ENVOY, NODE, upstream("keep_alive", SECOND, "1s", layer=Layer.CODE)) == []


@pytest.mark.parametrize("version", ["", "22.4.0"])
def test_a_program_that_is_shown_to_run_closes_by_its_default(version: str) -> None:
    node = replace(upstream("platform", "node", "node"), version=version)
    (finding,) = told(CLOSES, ENVOY, node)
    assert {statement.fact.source for statement in finding.statements} == {"envoy", "node"}
    assert told(CLOSES, ENVOY, replace(node, version="27.0.0")) == []


# ---------------------------------------------------------------------- slow tries

RETRIES = (
    listener("timeout.request", 10 * SECOND, "10s"),
    listener("attempts", 2, "2 (1 retry)"),
    listener("retry_on", ("5xx",), "5xx"),
)


def test_a_proxy_without_a_limit_on_one_try_never_makes_a_slow_one_again() -> None:
    (finding,) = told(NEVER, ENVOY, *RETRIES)
    assert finding.verdict is Verdict.CONDITIONAL
    assert finding.condition == "holds only while a try that fails does so before 10s"
    assert [statement.fact.stance for statement in finding.statements][-1] is Stance.DEFAULT


def test_a_default_number_of_tries_is_cited_too() -> None:
    (finding,) = told(NEVER, ENVOY, RETRIES[0], RETRIES[2])
    assert finding.statements[0].fact.text == "2 (1 retry)"
    assert finding.statements[0].fact.stance is Stance.DEFAULT


def test_a_limit_on_one_try_leaves_time_for_another() -> None:
    assert told(NEVER, ENVOY, *RETRIES, listener("timeout.attempt", 3 * SECOND, "3s")) == []


def test_what_is_not_about_time_is_not_told() -> None:
    assert told(NEVER, ENVOY, *RETRIES[:2], listener("retry_on", ("connect-failure",))) == []
    assert told(NEVER, ENVOY, *RETRIES, upstream("latency.max", 9 * SECOND, "9s", layer=Layer.CODE)) == []


def test_where_only_slow_tries_are_made_again_none_ever_is() -> None:
    (finding,) = told(NEVER, ENVOY, *RETRIES[:2], listener("retry_on", ("timeout",)))
    assert finding.verdict is Verdict.MISMATCH
    assert finding.witness is not None
    assert [step.act for step in finding.witness.steps] == ["calls", "gives-up", "fails", "concludes"]


def test_a_proxy_of_which_no_default_is_known_is_not_told_of() -> None:
    assert told(NEVER, *RETRIES) == []


# ---------------------------------------------------------------------- caps


def _calls(number: int) -> Fact:
    return listener("sends.concurrency", parse_amount(str(number)), str(number), Layer.CODE, "contract")


def _copies(number: int) -> Fact:
    return Fact(
        "wiki", Stance.PROMISES, "", "wiki", PARTY, "replicas.max", number, str(number), HERE, Layer.PLATFORM, ()
    )


TRIES = (ENVOY, *RETRIES, listener("timeout.attempt", 3 * SECOND, "3s"))
SLOW = upstream("latency.max", 9 * SECOND, "9s", layer=Layer.CODE)


def test_the_cap_of_a_proxy_is_a_condition_while_its_copies_are_unknown() -> None:
    (finding,) = told(CAP, *TRIES, SLOW, _calls(50))
    assert finding.verdict is Verdict.CONDITIONAL
    assert finding.condition == "holds only while at most 3 calls of one proxy need a further try at the same time"
    assert told(CAP, *TRIES, SLOW, _calls(3)) == []
    assert told(CAP, *TRIES, SLOW) == []


def test_with_few_copies_some_further_tries_are_surely_cancelled() -> None:
    (finding,) = told(CAP, *TRIES, SLOW, _calls(50), _copies(2))
    assert finding.verdict is Verdict.MISMATCH
    (finding,) = told(CAP, *TRIES, SLOW, _calls(50), _copies(20))
    assert finding.verdict is Verdict.CONDITIONAL


def test_a_budget_takes_the_place_of_a_number() -> None:
    budget = (listener("retries.budget", Fraction(1, 5), "20%"), listener("retries.concurrent", NONE, "none"))
    (finding,) = told(CAP, *TRIES, SLOW, _calls(50), *budget)
    assert "at most 10 are tried again" in finding.message
