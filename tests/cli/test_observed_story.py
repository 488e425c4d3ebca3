"""One landscape and two days of it: on one everything that rules look for in telemetry happens, on the other nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Accord, write
from .traced_calls import UNANSWERED, Traces

CONTRACTS = """\
party: checkout
owner: team-shop
names: {otel: checkout}
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 1}
  payments/quote: {timeout: 2s}
  payments/refund: {timeout: 2s}
  stock/reserve: {timeout: {request: 1s}}
  ledger/post: {timeout: 2s}
  mail/send: {timeout: 5s}
---
party: payments
owner: team-money
names: {otel: payments}
promises:
  charge: {at: POST /charges, idempotent: never}
  quote: {at: GET /quote, latency: {max: 10s}}
  refund: {at: POST /refunds}
  export: {at: GET /export}
---
party: ledger
owner: team-money
names: {otel: ledger}
promises:
  post: {at: POST /entries}
---
party: stock
names: {otel: stock}
promises:
  reserve: {at: POST /reservations}
---
party: mail
names: {otel: mail}
promises:
  send: {at: POST /mails}
"""
MINUTE = 60
QUOTES = 1000
KEYS = [f"00000000000000a{number}" for number in range(3)]


def bad_day() -> bytes:
    """Three charges done twice, four whose failure was hidden, limits that nobody keeps, and sides that are silent."""
    traces = Traces()
    for number in range(QUOTES):
        traces.call(number * 5, "checkout", "payments", "GET /quote", took=0.2)
    for number, key in enumerate(KEYS):
        request = traces.new()
        left = {"took": 2, "worked": 3, "codes": (UNANSWERED, 200), "key": key, "parent": request}
        traces.call(600 * number, "checkout", "payments", "POST /charges", **left)
        traces.call(600 * number + 2, "checkout", "payments", "POST /charges", again=1, key=key, parent=request)
    for number in range(4):
        traces.call(60 * number, "checkout", "payments", "POST /charges", codes=(200, 503))
    for number in range(50):
        traces.call(60 * number, "checkout", "stock", "POST /reservations", took=4 if number < 5 else 0.1)
        traces.call(60 * number, "checkout", "ledger", "POST /entries", tells="caller")
        traces.call(60 * number, "payments", "ledger", "POST /entries")
        traces.call(60 * number, "night-batch", "payments", "GET /quote")
    for minute in range(30):
        traces.call(minute * MINUTE, "checkout", "mail", "POST /mails")
    for number in range(7):
        traces.call(60 * number, "checkout", "stock", "GET /debug/dump")
    return traces.written()


def good_day() -> bytes:
    """The same calls as everybody says, each side telling of its own."""
    traces = Traces()
    for minute in range(90):
        at = minute * MINUTE
        for operation in ("GET /quote", "POST /refunds"):
            traces.call(at, "checkout", "payments", operation, took=0.2)
        refused = {"took": 1, "codes": (402, 402)}
        traces.call(at, "checkout", "payments", "POST /charges", **(refused if minute % 10 == 0 else {}))
        traces.call(at, "checkout", "stock", "POST /reservations", took=1.02, worked=0.9, codes=(UNANSWERED, 200))
        traces.call(at, "checkout", "ledger", "POST /entries")
        traces.call(at, "checkout", "mail", "POST /mails")
        traces.call(at, "", "payments", "GET /export", tells="callee")
    return traces.written()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the contracts in `shop`."""
    write(tmp_path, "shop/accord.yaml", CONTRACTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(accord: Accord, *more: str) -> dict[str, list[dict[str, Any]]]:
    """The findings of the family by the name of their rule."""
    result = json.loads(accord("check", "shop", "--format", "json", *more).out)
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for finding in result["findings"]:
        if finding["rule"].startswith("observed/"):
            by_rule.setdefault(finding["rule"].removeprefix("observed/"), []).append(finding)
    return by_rule


def asked(finding: dict[str, Any]) -> tuple[str, str]:
    """Who is asked, and what."""
    [question] = finding["questions"]
    return question["to"], question["asks"]


BAD = {
    "executed-twice": ("mismatch", "payments/charge acts again at every repeat; 3 executions of a request that was executed"),
    "undeclared-retries": ("breach", "checkout tries once; 3 calls of 10 were a further try"),
    "declared-limit-not-in-force": ("breach", "checkout gives up after 1s; 5 calls of 50 ran on beyond 1.1s, up to 4s"),
    "error-class-changed": ("note", "4 answers of payments (503, a failure) arrived at checkout as 200, a success"),
    "far-inside-promised": ("note", "payments may answer after 10s; checkout gives up after 2s; the slowest of 1000 answers took at most 200ms"),
    "dark-side-with-an-owner": ("unanswered", "checkout tells of 50 calls of ledger, and ledger of none of these, beside 50 others"),
    "service-of-no-party": ("unanswered", "1 service is of no party that is known: night-batch; a side of 50 calls that were seen"),
    "declared-but-unseen": ("unanswered", "payments promises payments/export; nobody was seen to call this among 1060 calls"),
}  # fmt: skip


def test_on_a_bad_day_each_is_told_once_with_its_counts(shop: Path, accord: Accord) -> None:
    (shop / "spans.json").write_bytes(bad_day())
    by_rule = found(accord, "--observed", "spans.json", "--complete")
    for rule, (verdict, message) in BAD.items():
        [finding] = by_rule[rule]
        assert (finding["verdict"], finding["message"][: len(message)]) == (verdict, message)
    assert asked(by_rule["dark-side-with-an-owner"][0])[0] == "team-money"
    ceased, never = sorted(by_rule["silent-boundary"], key=lambda one: one["verdict"])
    assert ceased["message"].startswith("30 calls, at most 1m apart, and none in the last 54m in which checkout called")
    assert asked(never)[0] == "checkout" and asked(never)[1].startswith(
        "whether it still calls payments/refund: none of"
    )
    assert sorted(map(asked, by_rule["seen-but-undeclared"])) == [
        ("checkout", "what it counts on when it calls stock (GET /debug/dump) (7 calls)"),
        ("payments", "what it counts on when it calls ledger/post (50 calls)"),
        ("stock", "what it promises for GET /debug/dump (7 calls)"),
    ]
    told = {*BAD, "silent-boundary", "seen-but-undeclared", "work-for-nobody", "observed-outside-assumed"}
    assert set(by_rule) == told


def test_on_a_good_day_nothing_is_said(shop: Path, accord: Accord) -> None:
    (shop / "spans.json").write_bytes(good_day())
    assert found(accord, "--observed", "spans.json", "--complete") == {}


def test_what_follows_from_absence_is_not_decided_from_a_sample(shop: Path, accord: Accord) -> None:
    (shop / "spans.json").write_bytes(bad_day())
    whole, sample = (found(accord, "--observed", "spans.json", *more) for more in (("--complete",), ()))
    assert set(whole) - set(sample) == {"far-inside-promised", "declared-but-unseen"}
    for rule in ("executed-twice", "undeclared-retries", "declared-limit-not-in-force", "error-class-changed"):
        assert sample[rule] == whole[rule]
    for rule in ("silent-boundary", "dark-side-with-an-owner"):
        assert all("not decidable from sampled spans" in one["condition"] for one in sample[rule])
        assert not any(one["condition"] for one in whole[rule])


def test_where_nothing_was_observed_nothing_is_said(shop: Path, accord: Accord) -> None:
    assert found(accord) == {}
    (shop / "spans.json").write_bytes(Traces().written())
    assert found(accord, "--observed", "spans.json") == {}


def test_what_was_exported_tells_the_same(shop: Path, accord: Accord) -> None:
    (shop / "spans.json").write_bytes(bad_day())
    accord("observe", "spans.json", "--complete", "--format", "json", "--output", "observed.json")
    traced, exported = (found(accord, "--observed", name, "--complete") for name in ("spans.json", "observed.json"))

    def words(by_rule: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str, str]]:
        return sorted((rule, one["verdict"], one["message"]) for rule, each in by_rule.items() for one in each)

    assert words(traced) == words(exported)
