"""What can make a caller ask again, and what follows: load, effects, and tries that have no time left."""

from datetime import date

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Finding
from accord.sources._claims import read_text


def found(text: str, rule: str) -> list[Finding]:
    read = [item for item in read_text(text, "r", "accord.yaml") if isinstance(item, Fact)]
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
