"""What the gRPC source reads from a service config, what it refuses, and what it says of the real configs of Google's APIs."""

import contextlib
import csv
import json
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.check import check
from accord.files.read import read as read_files
from accord.model.contract_values import Backoff
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Verdict
from accord.model.nothing import NONE
from accord.model.problem import Problem, Refused
from accord.sources._claims import read_text
from accord.sources._yaml import Document, Node, child, documents, items
from accord.sources.grpc import EVERY_SERVICE, parse_seconds
from beside import CORPUS, needs

FILES = CORPUS / "googleapis-grpc-a"
SECOND = 1_000_000_000
POLICY = {"maxAttempts": 4, "initialBackoff": ".1s", "maxBackoff": "5s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE", 10]}  # fmt: skip


def read(config: object, file: str = "service_config.json") -> tuple[list[Fact], list[Problem]]:
    text = config if isinstance(config, str) else json.dumps(config)
    found = list(read_text(text, ".", file))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def entry(*names: dict[str, str], **more: object) -> dict[str, object]:
    return {"name": list(names), **more}


def said(facts: list[Fact], about: str) -> dict[str, tuple[object, str]]:
    return {fact.term: (fact.value, fact.text) for fact in facts if fact.subject == about}


def test_a_policy_holds_for_every_client_that_loads_it():
    facts, problems = read({"methodConfig": [entry({"service": "shop.Pay", "method": "Charge"}, timeout="10s", retryPolicy=POLICY)]})  # fmt: skip
    assert not problems
    assert said(facts, "grpc:shop.Pay/Charge") == {
        "timeout.request": (10 * SECOND, "10s"),
        "attempts.policy": ("retryPolicy", "retryPolicy"),
        "attempts": (4, "4"),
        "retry_on": (("UNAVAILABLE", "ABORTED"), "UNAVAILABLE, ABORTED"),
        "backoff": (Backoff(SECOND // 10, 5 * SECOND), ".1s..5s"),
    }
    assert {(fact.consumer, fact.stance, fact.layer, fact.source) for fact in facts} == {
        ("", Stance.ASSUMES, Layer.CODE, "grpc")
    }


def test_a_name_without_a_method_is_every_method_and_an_empty_one_is_everything():
    facts, _ = read({"methodConfig": [entry({"service": "shop.Pay"}, timeout="1s"), entry({}, timeout="2s")]})
    assert [(fact.provider, fact.operation, fact.text) for fact in facts] == [
        ("grpc:shop.Pay", "any", "1s"),
        (EVERY_SERVICE, "any", "2s"),
    ]


def test_a_method_takes_its_own_entry_whole_and_nothing_from_a_wider_one():
    wide, narrow = {"service": "shop.Pay"}, {"service": "shop.Pay", "method": "Charge"}
    facts, _ = read({"methodConfig": [entry(wide, timeout="5s", retryPolicy=POLICY), entry(narrow)]})
    assert said(facts, "grpc:shop.Pay/Charge") == {
        "timeout.request": (NONE, "no timeout"),
        "attempts": (1, "1 (no retryPolicy)"),
    }
    facts, _ = read({"methodConfig": [entry(narrow)]})
    assert not facts


def test_keys_may_begin_with_a_capital_as_clients_in_go_take_them():
    policy = {key[:1].upper() + key[1:]: value for key, value in POLICY.items()}
    facts, _ = read({"MethodConfig": [{"Name": [{"Service": ""}], "RetryPolicy": policy}]})
    assert said(facts, "grpc:*/any")["attempts"] == (4, "4")


def test_a_name_that_no_call_has_is_told():
    _, problems = read({"methodConfig": [entry({"service": "shop.Pay", "method": " Charge"}, {"service": "shop/Pay"})]})
    assert [problem.reason for problem in problems] == [
        "cannot read methodConfig.name: expected a method such as Charge, read ' Charge'; no call has such a name",
        "cannot read methodConfig.name: expected a service such as shop.Pay, read 'shop/Pay'; no call has such a name",
    ]


def test_hedged_tries_are_tries():
    facts, _ = read({"methodConfig": [entry({"service": "a.B"}, hedgingPolicy={"maxAttempts": 3, "hedgingDelay": "1s"})]})  # fmt: skip
    assert said(facts, "grpc:a.B/any") == {"attempts.policy": ("hedgingPolicy", "hedgingPolicy"), "attempts": (3, "3")}


@pytest.mark.parametrize(
    "around",
    [
        lambda config: {"serviceConfig": config},
        lambda config: [{"clientLanguage": ["go"], "percentage": 10, "serviceConfig": config}],
    ],
)
def test_a_config_that_another_document_holds_is_read(around):
    facts, problems = read(around({"methodConfig": [entry({"service": "a.B"}, timeout="1s")]}))
    assert [fact.text for fact in facts] == ["1s"] and not problems


@pytest.mark.parametrize(
    "document",
    [{"methodConfig": {}}, {"serviceConfig": {"a": 1}}, {"name": [{"service": "a.B"}]}, [], [1], "methodConfig"],
)
def test_what_is_no_config_is_left_alone(document):
    assert read(document) == ([], [])


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"timeout": "10"}, "cannot read timeout: expected seconds such as 10s or 0.1s, read '10'"),
        ({"timeout": "1m"}, "cannot read timeout: expected seconds such as 10s or 0.1s, read '1m'"),
        ({"retryPolicy": {**POLICY, "maxAttempts": 1}}, "cannot read retryPolicy.maxAttempts: expected at least 2, read '1'; gRPC loads no config with such a number"),
        ({"retryPolicy": {**POLICY, "retryableStatusCodes": ["GONE"]}}, "cannot read retryPolicy.retryableStatusCodes: expected a status code such as UNAVAILABLE, read 'GONE'"),
    ],
)  # fmt: skip
def test_what_no_client_would_load_is_refused(more, reason):
    _, problems = read({"methodConfig": [entry({"service": "a.B"}, **more)]})
    assert [problem.reason for problem in problems] == [reason]


@pytest.mark.parametrize(
    ("throttling", "share"),
    [
        ({"maxTokens": 10, "tokenRatio": 0.1}, Fraction(1, 10)),
        ({"maxTokens": 1000, "tokenRatio": 0.12345}, Fraction(123, 1000)),
        ({"maxTokens": 10}, None),
        ({"maxTokens": 1001, "tokenRatio": 0.1}, "cannot read retryThrottling.maxTokens: expected a number above 0 and at most 1000, read '1001'; gRPC loads no config with it"),
        ({"maxTokens": 10, "tokenRatio": 0}, "cannot read retryThrottling.tokenRatio: expected a number above 0 such as 0.1, read '0'; gRPC loads no config with it"),
    ],
)  # fmt: skip
def test_throttled_tries_are_a_share_of_the_calls(throttling, share):
    policies = [entry({"service": "a.B"}, retryPolicy=POLICY), entry({"service": "a.C"}, timeout="1s")]
    facts, problems = read({"methodConfig": policies, "retryThrottling": throttling})
    stated = [(fact.provider, fact.value) for fact in facts if fact.term == "retries.share"]
    if isinstance(share, str):
        assert (stated, [problem.reason for problem in problems]) == ([], [share])
    else:
        assert (stated, problems) == ([("grpc:a.B", share)] if share else [], [])


@given(st.text(max_size=40))
def test_a_duration_is_read_or_refused(text):
    with contextlib.suppress(Refused):
        assert parse_seconds(text) >= 0


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("name", "service", "method", "timeout", "retryPolicy", "maxAttempts", "retryableStatusCodes", "methodConfig")), inner, max_size=4), max_leaves=20))  # fmt: skip
def test_hostile_configs_raise_nothing(inner):
    for document in (
        {"methodConfig": [inner]},
        {"methodConfig": [{"name": inner, "retryPolicy": inner, "timeout": inner}]},
    ):
        facts, _ = read(document)
        assert all(fact.place.line == 1 for fact in facts)


# ---------------------------------------------------------------------- what contracts tie to it

CONTRACT = """
party: payments
promises:
  charge: {at: rpc shop.Pay/Charge, idempotent: never}
  list: {at: rpc shop.Pay/List, idempotent: always}
  other: {at: rpc shop.Other/Do, idempotent: never}
"""


def findings(*configs: object, contract: str = CONTRACT) -> set[tuple[str, str, str]]:
    facts = [fact for number, one in enumerate(configs) for fact in read(one, f"{number}.json")[0]]
    facts += [fact for fact in read_text(contract, ".", "accord.yaml") if isinstance(fact, Fact)]
    return {
        (one.rule, one.verdict.value, one.subject)
        for one in check(facts).findings
        if one.rule.startswith(("retries/", "timing/"))
    }


def test_a_service_is_tied_to_the_one_party_whose_operations_live_there():
    config = {"methodConfig": [entry({"service": "shop.Pay"}, retryPolicy=POLICY)]}
    assert findings(config) == {("retries/unsafe-operation-repeated", "conditional", "payments/charge")}
    assert findings(config, contract=CONTRACT + "---\nparty: copy\npromises: {a: {at: rpc shop.Pay/Charge}}\n") == set()


def test_two_files_for_one_method_never_accuse_each_other():
    once = {"methodConfig": [entry({"service": "shop.Pay", "method": "Charge"}, timeout="1s")]}
    often = {"methodConfig": [entry({"service": "shop.Pay", "method": "Charge"}, retryPolicy=POLICY)]}
    assert ("retries/unsafe-operation-repeated", "conditional", "payments/charge") in findings(once, often)


def test_a_hedged_call_may_act_twice_though_nothing_is_lost():
    config = {"methodConfig": [entry({"service": "shop.Pay"}, hedgingPolicy={"maxAttempts": 3, "hedgingDelay": "1s"})]}
    facts = [*read(config)[0], *(fact for fact in read_text(CONTRACT, ".", "accord.yaml") if isinstance(fact, Fact))]
    (found,) = [one for one in check(facts).findings if one.rule.startswith("retries/")]
    assert found.condition == "holds only while each call is answered before the next is sent beside it"


def test_nothing_is_asked_of_a_config_alone():
    assert findings({"methodConfig": [entry({"service": "a.B"}, timeout="9s", retryPolicy=POLICY)]}, contract="") == set()  # fmt: skip


# ---------------------------------------------------------------------- real configs

_KINDS = {"retryPolicy without": "attempts.policy", "retries DEADLINE": "retry_on", "maxBackoff longer": "backoff"}


def _line(config: Node, kind: str) -> int:
    policy = child(config, "retryPolicy")
    if kind == "attempts.policy":
        return next(key.start_mark.line for key, _ in config.value if key.value == "retryPolicy") + 1
    node = child(policy, "retryableStatusCodes" if kind == "retry_on" else "maxBackoff")
    assert node is not None
    return int(node.start_mark.line) + 1


@needs(FILES)
def test_all_that_is_certain_of_the_real_configs_and_nothing_else():
    expected = []
    for row in csv.DictReader((FILES / "EXPECTED-certain.csv").open()):
        document = next(iter(documents((FILES / row["file"]).read_text(), ".", row["file"])))
        assert isinstance(document, Document)
        config = items(child(document.node, "methodConfig"))[int(row["methodConfig index"])]
        kind = next(term for words, term in _KINDS.items() if row["finding"].startswith(words))
        expected.append((row["file"], _line(config, kind), kind, "note" if kind == "backoff" else "conditional"))
    found = check(read_files([str(FILES)]).facts).findings
    assert {finding.rule for finding in found} == {"retries/declared-differs-from-effective"}
    facts = [(finding.statements[0].fact, finding.verdict) for finding in found]
    assert len(expected) == 176
    assert sorted((fact.place.file, fact.place.line, fact.term, verdict.value) for fact, verdict in facts) == sorted(expected)  # fmt: skip
    assert all(finding.condition for finding in found if finding.verdict is Verdict.CONDITIONAL)
