"""What rules on telemetry conclude where a page has no room: layers, environments, lost contexts, calls by nobody known."""

import json
from typing import Any

from accord.check import check, joined, refused_witnesses
from accord.model.fact import Fact
from accord.model.finding import Finding
from accord.rules._catalogue import rules
from accord.sources._claims import read_text
from test_pages import AS_OF

OBSERVED = [rule for rule in rules() if rule.id.startswith("observed/")]
PAYMENTS = """
party: payments
owner: team-money
names: {otel: payments, kubernetes: shop/payments}
promises:
  charge: {at: POST /charges, idempotent: never}
  quote: {at: GET /quote}
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop}
spec:
  hosts: [payments]
  http: [{timeout: 2s, retries: {attempts: 0}, route: [{destination: {host: payments}}]}]
"""


def row(operation: str, counts: dict[str, int], consumer: str = "checkout", **more: Any) -> dict[str, Any]:
    return {"consumer": consumer, "provider": "payments", "operation": operation, "counts": counts, **more}


def found(rule: str, contracts: str, *rows: dict[str, Any], manifest: str = "") -> list[Finding]:
    """The findings of one rule of the family; no witness of any of them is refused."""
    texts = {"accord.yaml": contracts, "observed.yaml": json.dumps({"accord_observed": 1, "boundaries": rows})}
    texts |= {"route.yaml": manifest} if manifest else {}
    read = [item for name, text in texts.items() for item in read_text(text, ".", name)]
    assert all(isinstance(item, Fact) for item in read), read
    facts = [item for item in read if isinstance(item, Fact)]
    assert not refused_witnesses(joined(facts, AS_OF)[0], OBSERVED)
    return [one for one in check(facts, as_of=AS_OF, rules=OBSERVED).findings if one.rule == f"observed/{rule}"]


def checkout(says: str) -> str:
    return f"party: checkout\nowner: team-shop\nnames: {{otel: checkout}}\nassumes:\n  {says}\n---{PAYMENTS}"


SLOW = {"calls": 300, "paired": 300}
TIMES = [["20ms", 288], ["4s", 12]]


def test_a_limit_on_a_try_is_broken_by_a_span_that_is_a_try():
    says = checkout("payments/charge: {timeout: {attempt: 2s}, attempts: 3}")
    assert not found("declared-limit-not-in-force", says, row("POST /charges", SLOW, caller=TIMES))
    [one] = found("declared-limit-not-in-force", says, row("POST /charges", SLOW | {"try_2": 4}, caller=TIMES))
    assert one.verdict == "breach" and "12 calls of 300 ran on beyond 2.2s, up to 3.94s" in one.message


def test_all_tries_together_and_the_pauses_between_them_bound_a_span_that_holds_them():
    says = checkout("payments/charge: {timeout: {attempt: 2s}, attempts: 3, backoff: 1s..5s}")
    for longest, verdicts in (("15s", []), ("20s", ["breach"])):
        seen = row("POST /charges", SLOW, caller=[["20ms", 288], [longest, 12]])
        assert [one.verdict for one in found("declared-limit-not-in-force", says, seen)] == verdicts


def test_a_proxy_s_limit_bounds_a_call_only_where_the_calls_of_the_code_are_known():
    seen = row("POST /charges", SLOW, caller=TIMES)
    for says, verdict in (("{handles: [timeout]}", "conditional"), ("{attempts: 1}", "breach")):
        [one] = found("declared-limit-not-in-force", checkout(f"payments/charge: {says}"), seen, manifest=ROUTE)
        assert one.verdict == verdict and "sidecar" in one.message


def test_what_only_a_proxy_states_of_tries_leaves_those_of_the_code_open():
    seen = row("POST /charges", SLOW | {"try_1": 200, "try_2": 100, "told_again": 100})
    [one] = found("undeclared-retries", checkout("payments/charge: {timeout: 2s}"), seen, manifest=ROUTE)
    assert one.verdict == "unanswered" and one.questions[0].to == "checkout"


def test_what_was_done_again_is_told_whoever_asked():
    counts = {"calls": 9, "callee_only": 9, "repeated": 3, "redone": 2}
    [one] = found("executed-twice", PAYMENTS, row("POST /charges", counts, consumer=""))
    assert (
        one.verdict == "mismatch"
        and "3 executions of a request that was executed before, 2 of them after" in one.message
    )


def test_whoever_would_be_known_by_a_key_is_asked_which_it_sends():
    says = checkout("payments/charge: {attempts: 2}").replace("idempotent: never", "idempotent: {key: id, for: 24h}")
    [one] = found("executed-twice", says, row("POST /charges", SLOW | {"repeated": 3, "redone": 3}))
    assert one.verdict == "unanswered" and one.questions[0].to == "checkout"


def test_calls_whose_caller_was_lost_on_the_way_are_told_beside_those_of_the_dark_side():
    dark = {
        "consumer": "checkout",
        "provider": "peer:payments",
        "operation": "POST",
        "counts": {"calls": 40, "caller_only": 40},
    }
    lost = row("POST /charges", {"calls": 38, "callee_only": 38}, consumer="")
    [one] = found("dark-side-with-an-owner", PAYMENTS, dark, lost)
    assert "and payments of none of these, beside 38 others; of 38 of these the caller is not known" in one.message
    assert one.questions[0].to == "team-money"


def test_a_call_that_an_operation_needs_is_missed_and_one_of_any_is_not():
    others = row("GET /quote", {"calls": 300, "paired": 300})
    needs = (
        "party: checkout\nnames: {otel: checkout}\npromises: {order: {at: POST /orders, needs: [payments/charge]}}\n---"
    )
    [one] = found("silent-boundary", needs + PAYMENTS, others)
    assert one.operation == "charge" and one.questions[0].asks.startswith("whether it still calls payments/charge")
    assert not found("silent-boundary", checkout("payments/any: {timeout: 2s}"), others)


def test_nothing_is_missed_where_what_was_seen_may_be_it():
    says = checkout("payments/charge: {timeout: 2s}")
    quotes = row("GET /quote", {"calls": 300, "paired": 300})
    unnamed = row("POST", {"calls": 3, "paired": 3})
    by_nobody = row("POST /charges", {"calls": 3, "callee_only": 3}, consumer="")
    assert found("silent-boundary", says, quotes)
    assert not found("silent-boundary", says, quotes, unnamed)
    assert not found("silent-boundary", says, quotes, by_nobody)


def test_what_holds_in_one_environment_is_not_missed_in_another():
    says = f"party: checkout\nonly: {{env: production}}\nnames: {{otel: checkout}}\nassumes:\n  payments/charge: {{timeout: 2s}}\n---{PAYMENTS}"
    for environment, count in (("production", 1), ("staging", 0)):
        seen = row("GET /quote", {"calls": 300, "paired": 300}, environment=environment)
        assert len(found("silent-boundary", says, seen)) == count


def test_a_route_that_lacks_a_prefix_is_not_called_undeclared():
    says = checkout("payments/charge: {timeout: 2s}\n  payments/quote: {timeout: 2s}")
    seen = row("GET /api/quote", {"calls": 300, "paired": 300})
    assert not found("seen-but-undeclared", says, seen)
    asked = found("seen-but-undeclared", says, row("GET /reports", {"calls": 300, "paired": 300}))
    assert sorted(one.questions[0].to for one in asked) == ["checkout", "payments"]


def test_a_bucket_that_reaches_beyond_is_not_far_inside():
    says = checkout("payments/quote: {timeout: 2s}").replace("GET /quote", "GET /quote, latency: {max: 10s}")
    for high, count in ((1_000_000_000, 1), (9_000_000_000, 0)):
        seen = row("GET /quote", {"calls": 2000}, callee_ranges=[[500_000_000, high, 2000]])
        assert len(found("far-inside-promised", says, seen)) == count
