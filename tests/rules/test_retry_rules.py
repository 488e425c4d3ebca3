"""What can make a caller ask again, and what follows: load, effects, and tries that have no time left."""

from datetime import date

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Finding
from accord.sources._claims import read_text


def found(text: str, rule: str, file: str = "accord.yaml") -> list[Finding]:
    read = [item for item in read_text(text, "r", file) if isinstance(item, Fact)]
    return [finding for finding in check(read, as_of=date(2026, 11, 23)).findings if finding.rule == rule]


def verdicts(text: str, rule: str) -> list[str]:
    return [finding.verdict.value for finding in found(text, rule)]


# ---------------------------------------------------------------------- load that multiplies

LOAD = """
party: web
assumes: {{shop/order: {{sends: {{rate: 20/s}}, attempts: 3, {0}}}}}
---
party: shop
promises: {{order: {{accepts: {{rate: 30/s}}, {1}}}}}
"""
SLOW, QUICK = "timeout: {attempt: 1s}", "timeout: {attempt: 3s}"
LISTED = "errors: {busy: {status: 503}, declined: {status: 402}}"


@pytest.mark.parametrize(
    ("caller", "provider", "expected"),
    [
        (f"{QUICK}, retry_on: [timeout]", "latency: {max: 3s}", []),
        (f"{QUICK}, retry_on: [timeout]", "latency: {max: 4s}", ["mismatch"]),
        (f"{QUICK}, retry_on: [timeout]", "latency: {max: none}", ["mismatch"]),
        (f"{QUICK}, retry_on: [timeout]", "latency: {p99: 1s}", ["mismatch"]),
        (f"{QUICK}, retry_on: [timeout]", "over: 1d", ["mismatch"]),
        ("timeout: none, retry_on: [timeout]", "over: 1d", []),
        ("retry_on: [timeout]", "latency: {max: 2s}", ["conditional"]),
        (f"{SLOW}, retry_on: [500]", f"latency: {{max: 2s}}, {LISTED}", []),
        (f"{SLOW}, retry_on: [broken]", LISTED, []),
        (f"{SLOW}, retry_on: [503]", "errors: none", []),
        (f"{SLOW}, retry_on: [503]", LISTED, ["mismatch"]),
        (f"{SLOW}, retry_on: [5xx]", LISTED, ["mismatch"]),
        (f"{SLOW}, retry_on: [busy]", LISTED, ["mismatch"]),
        (f"{SLOW}, retry_on: [503]", "over: 1d", ["mismatch"]),
        (f"{SLOW}, retry_on: [503]", "errors: {busy: {retry: after 1s}}", ["conditional"]),
        (f"{SLOW}, retry_on: none", "over: 1d", []),
        (f"{SLOW}, retry_on: [connect]", "over: 1d", []),
        (f"{SLOW}, retry_on: [reset]", "over: 1d", ["mismatch"]),
        (f"{SLOW}, retry_on: [reset]", "latency: {max: 2s}", []),
        (f"{QUICK}, retry_on: [any]", "latency: {max: 2s}, errors: none", []),
        (f"{QUICK}, retry_on: [any]", f"latency: {{max: 2s}}, {LISTED}", ["mismatch"]),
        (QUICK, "latency: {max: 2s}, errors: none", []),
        (QUICK, "latency: {max: 2s}", ["conditional"]),
    ],
)
def test_load_multiplies_where_something_can_be_asked_again(caller: str, provider: str, expected: list[str]) -> None:
    assert verdicts(LOAD.format(caller, provider), "retries/amplification") == expected


def test_a_hop_that_cannot_repeat_counts_once() -> None:
    text = """
party: web
assumes: {{shop/order: {{sends: {{rate: 20/s}}, timeout: {{attempt: 3s}}, attempts: 3, retry_on: [timeout]}}}}
---
party: shop
promises: {{order: {{latency: {{max: 2s}}, needs: [stock/reserve]}}}}
assumes: {{stock/reserve: {{timeout: {{attempt: 600ms}}, attempts: 3}}}}
---
party: stock
promises: {{reserve: {{accepts: {{rate: {0}}}}}}}
"""
    (finding,) = found(text.format("50/s"), "retries/amplification")
    assert finding.message == "20/s x 3 = 60 calls a second at stock/reserve, which accepts 50/s"
    assert verdicts(text.format("60/s"), "retries/amplification") == []


# ---------------------------------------------------------------------- effects that happen twice

CHARGE = """
party: shop
assumes: {{payments/charge: {{{0}}}}}
---
party: payments
promises: {{charge: {{{1}}}}}
"""
KEYED = "idempotent: {key: Id, for: 1h}"
PER_REQUEST = "idempotency_key: per-request"


@pytest.mark.parametrize(
    ("caller", "provider", "expected"),
    [
        ("timeout: {attempt: 2s}, attempts: 2", "over: 1d", ["mismatch"]),
        ("timeout: {attempt: 2s}, attempts: 2", "latency: {max: 3s}", ["mismatch"]),
        ("timeout: {attempt: 2s}, attempts: 2", "latency: {max: 2s}", ["conditional"]),
        ("timeout: {attempt: 2s}, attempts: 2, retry_on: [timeout]", "latency: {max: 2s}", ["mismatch"]),
    ],
)
def test_an_answer_in_time_is_late_for_nobody(caller: str, provider: str, expected: list[str]) -> None:
    rule = "retries/unsafe-operation-repeated"
    said = found(CHARGE.format(caller, f"idempotent: never, {provider}"), rule)
    assert [finding.verdict.value for finding in said] == expected
    told = [step.does for finding in said if finding.witness for step in finding.witness.steps if step.act == "acts"]
    assert all("late" in does for does in told) == ("max: 2s" not in provider or not told)


@pytest.mark.parametrize(
    ("caller", "provider", "expected"),
    [
        ("timeout: {attempt: 1s}, attempts: none", "over: 1d", "try 1001|"),
        ("timeout: {attempt: 10s}, attempts: none", "over: 1d", "try 361 after 1h,"),
        ("timeout: {attempt: 10s, request: 1h}, attempts: none", "over: 1d", ""),
        ("timeout: {attempt: 5m}, attempts: 3, backoff: 1m..50m", "over: 1d", "try 3 after 1h1m,"),
        ("timeout: {attempt: 5m}, attempts: 3, backoff: 1m..48m", "over: 1d", ""),
        ("timeout: {attempt: 5m, request: 1h}, attempts: 9, backoff: 1m..50m", "over: 1d", ""),
        ("timeout: {attempt: 1m}, attempts: 3, backoff: 40m, retry_on: [oops]", "errors: {oops: {effect: unknown}}", "try 3 after 1h20m,"),
        ("timeout: {attempt: 1m}, attempts: 3, backoff: 40m, retry_on: [oops]", "errors: {oops: {effect: none}}", ""),
        ("timeout: {attempt: 1m}, attempts: 3, backoff: 40m, retry_on: [any]", "latency: {max: 10s}, errors: {oops: {effect: done}}", "try 3 after 1h20m20s,"),
    ],
)  # fmt: skip
def test_a_key_is_outlived_by_the_longest_pauses(caller: str, provider: str, expected: str) -> None:
    text = CHARGE.format(f"{caller}, {PER_REQUEST}", f"{KEYED}, {provider}")
    said = found(text, "retries/key-forgotten-before-last-try")
    if not expected:
        assert said == []
    elif expected.endswith("|"):
        assert [finding.verdict.value for finding in said] == ["conditional"]
    else:
        assert [finding.verdict.value for finding in said] == ["mismatch"]
        assert expected in said[0].message


def test_pauses_are_told_as_their_first_and_then_their_longest() -> None:
    text = CHARGE.format(f"timeout: {{attempt: 5m}}, attempts: 9, backoff: 1m..30m, {PER_REQUEST}", KEYED)
    (finding,) = found(text, "retries/key-forgotten-before-last-try")
    assert finding.witness is not None
    minutes = [step.at // 60_000_000_000 for step in finding.witness.steps if step.act == "calls"]
    assert minutes == [0, 6, 41, 76]


# ---------------------------------------------------------------------- tries that have no time left


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("over: 1d", ["mismatch"]),
        ("latency: {max: 3s}", ["mismatch"]),
        ("latency: {max: none}", ["mismatch"]),
        ("latency: {max: 2s}", []),
    ],
)
def test_tries_that_are_answered_in_time_need_no_more(provider: str, expected: list[str]) -> None:
    caller = "timeout: {attempt: 2s, request: 3s}, attempts: 3"
    assert verdicts(CHARGE.format(caller, provider), "timing/attempts-cannot-happen") == expected


def test_a_first_try_that_outlasts_the_request_leaves_no_time_for_others() -> None:
    caller = "timeout: {attempt: 6s, request: 4s}, attempts: 2"
    assert verdicts(CHARGE.format(caller, "latency: {max: 5s}"), "timing/attempts-cannot-happen") == ["mismatch"]
    assert verdicts(CHARGE.format(caller, "latency: {max: 4s}"), "timing/attempts-cannot-happen") == []


# ---------------------------------------------------------------------- a promise that rests on a fallback

PAGE = """
party: shop
promises: {{page: {{latency: {{max: {0}}}, needs: [offers/list]}}}}
assumes: {{offers/list: {{timeout: {{attempt: 1s}}, attempts: 2, fallback: {1}}}{2}}}
---
party: offers
promises: {{list: {{latency: {{max: {3}}}}}}}
---
party: archive
promises: {{offers: {{latency: {{max: 2s}}}}, quick: {{over: 1d}}}}
"""


@pytest.mark.parametrize(
    ("promise", "fallback", "own", "part", "expected"),
    [
        ("4s", "archive/offers", "", "3s", []),
        ("3999ms", "archive/offers", "", "3s", ["4s"]),
        ("3s", "archive/offers", "", "1s", []),
        ("2999ms", "archive/offers", ", archive/offers: {timeout: 1s}", "3s", ["3s"]),
        ("3s", "archive/offers", ", archive/offers: {timeout: 1s}", "3s", []),
        ("2s", "archive/quick", "", "3s", []),
        ("2s", "an empty list", "", "3s", []),
        ("1999ms", "an empty list", "", "3s", ["2s"]),
        ("4s", "offers/list", "", "3s", []),
    ],
)
def test_a_fallback_takes_its_time_after_the_wait(
    promise: str, fallback: str, own: str, part: str, expected: list[str]
) -> None:
    said = found(PAGE.format(promise, fallback, own, part), "contract/cannot-hold")
    mismatches = [finding for finding in said if finding.verdict.value == "mismatch"]
    assert [finding.message.rpartition(" ")[2] for finding in mismatches] == expected


# ---------------------------------------------------------------------- budgets for further tries

THROTTLED = """
party: shop
assumes: {stock/reserve: {sends: {rate: RATE}}}
---
party: stock
promises: {reserve: {at: rpc stock.v1.Stock/Reserve, accepts: {rate: 100/s}, errors: {busy: {status: UNAVAILABLE}}}}
---
methodConfig:
- name: [{service: stock.v1.Stock}]
  retryPolicy: {maxAttempts: 3, initialBackoff: 0.1s, maxBackoff: 1s, backoffMultiplier: 2, retryableStatusCodes: [UNAVAILABLE]}
BUDGET
"""


@pytest.mark.parametrize(
    ("rate", "budget", "expected"),
    [
        ("95/s", "", ["mismatch"]),
        ("95/s", "retryThrottling: {maxTokens: 10, tokenRatio: 0.2}", ["conditional"]),
        ("80/s", "retryThrottling: {maxTokens: 10, tokenRatio: 0.2}", []),
        ("30/s", "retryThrottling: {maxTokens: 10, tokenRatio: 5}", []),
        ("40/s", "retryThrottling: {maxTokens: 10, tokenRatio: 5}", ["conditional"]),
    ],
)
def test_a_budget_holds_down_what_tries_come_to(rate, budget, expected):
    text = THROTTLED.replace("RATE", rate).replace("BUDGET", budget)
    told = found(text, "retries/amplification", "all.yaml")
    assert [finding.verdict.value for finding in told] == expected


def test_what_linkerd_tries_without_a_number_comes_to_what_its_budget_allows():
    profile = """
party: shop
assumes: {stock/reserve: {sends: {rate: 95/s}, timeout: {attempt: 1s}}}
---
party: stock
names: {kubernetes: shop/stock}
promises: {reserve: {at: POST /reserve, accepts: {rate: 100/s}}}
---
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: {name: stock.shop.svc.cluster.local, namespace: shop}
spec:
  routes: [{name: POST /reserve, condition: {method: POST, pathRegex: /reserve}, isRetryable: true}]
"""
    budget = "  retryBudget: {retryRatio: 0.2, minRetriesPerSecond: 10, ttl: 10s}\n"
    assert found(profile, "retries/amplification", "all.yaml") == []
    (told,) = found(profile + budget, "retries/amplification", "all.yaml")
    assert told.verdict.value == "conditional" and "95/s x 1.2 = 114 calls a second" in told.message
    assert found((profile + budget).replace("95/s", "80/s"), "retries/amplification", "all.yaml") == []
