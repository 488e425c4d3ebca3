"""Deliveries beyond the pages: what decides between a mismatch, a condition and nothing."""

from datetime import date

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.sources._claims import read_text

REDELIVERED = "delivery/redelivered-while-still-working"
HUMAN = "delivery/retention-shorter-than-human-response"


def findings(text: str, rule: str) -> list[Finding]:
    read = list(read_text(text, ".", "accord.yaml"))
    assert all(isinstance(each, Fact) for each in read), read
    found = check((each for each in read if isinstance(each, Fact)), as_of=date(2026, 11, 23)).findings
    return [each for each in found if each.rule == rule]


QUEUE = """
party: orders
kind: queue
promises: {{to-billing: {{timeout: {{attempt: 30s}}{queue}}}}}
---
party: billing
assumes: {{orders/to-billing: {{{receiver}}}}}
"""


@pytest.mark.parametrize(
    ("receiver", "verdicts"),
    [
        ("work: {max: 30s}", []),
        ("work: {max: 31s}", [Verdict.MISMATCH]),
        ("work: {max: 3s}, accepts: {batch: 10}", []),
        ("work: {max: 4s}, accepts: {batch: 10}", [Verdict.MISMATCH]),
        ("work: {max: 31s}, idempotent: always", []),
        ("work: {max: 31s}, idempotent: never", [Verdict.MISMATCH]),
        ("work: {max: none}", [Verdict.UNANSWERED]),
        ("work: {p99: 31s}", [Verdict.UNANSWERED]),
        ("work: {p99: 29s}", [Verdict.CONDITIONAL]),
    ],
)
def test_what_the_receiver_says_decides(receiver: str, verdicts: list[Verdict]):
    found = findings(QUEUE.format(queue="", receiver=receiver), REDELIVERED)
    assert [each.verdict for each in found] == verdicts


@pytest.mark.parametrize(
    ("queue", "last"),
    [
        ("", "billing has done the message, and orders does not know it"),
        (", attempts: 1", "billing has done the message, and orders does not know it"),
        (", attempts: 3", "billing has done the message, and is doing it again"),
        (", attempts: none", "billing has done the message, and is doing it again"),
    ],
)
def test_a_story_tells_a_second_delivery_only_where_one_is_stated(queue: str, last: str):
    (found,) = findings(QUEUE.format(queue=queue, receiver="work: {max: 45s}"), REDELIVERED)
    assert found.witness is not None and found.witness.steps[-1].does == last


DEAD = """
party: dead
kind: queue
promises: {{read: {{retention: {kept}, detect: {{by: SetAside, within: 5m}}, recover: {{by: desk}}}}}}
---
party: desk
kind: rota
promises: {{page: {{acknowledge: 30m, hands_on: 10m, hours: {hours}}}}}
"""
WEEK = '"Mon-Fri 09:00-18:00 Europe/Berlin"'


@pytest.mark.parametrize(
    ("kept", "hours", "verdicts"),
    [
        ("1d", WEEK, [Verdict.MISMATCH]),
        ("2d", WEEK, [Verdict.MISMATCH]),
        ("3d", WEEK, []),
        ("1h", '"24x7"', []),
        ("30m", '"24x7"', [Verdict.MISMATCH]),
    ],
)
def test_a_free_weekend_outlasts_a_short_retention(kept: str, hours: str, verdicts: list[Verdict]):
    assert [each.verdict for each in findings(DEAD.format(kept=kept, hours=hours), HUMAN)] == verdicts


def test_a_datastore_that_keeps_less_is_no_queue():
    text = DEAD.format(kept="1d", hours=WEEK).replace("kind: queue", "kind: datastore")
    assert findings(text, HUMAN) == []


def test_a_receiver_that_only_needs_the_call_is_not_asked_how_long_it_keeps_a_message():
    text = QUEUE.format(queue="", receiver="").replace("assumes: {orders/to-billing: {}}", "promises: {bill: {needs: [orders/to-billing]}}")  # fmt: skip
    assert findings(text, REDELIVERED) == []
