"""What the Gateway API source reads of routes, and what it refuses."""

import json
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.boundaries.join.defaulted import with_defaults
from accord.check import check
from accord.model.contract_values import Backoff
from accord.model.duration import SECOND
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Verdict
from accord.model.nothing import NONE
from accord.model.problem import Problem
from accord.sources._claims import read_text

HEAD = """\
apiVersion: gateway.networking.k8s.io/v1
kind: %s
metadata: {name: shop, namespace: web}
spec:
  parentRefs: %s
%s  rules:
"""
PARENT = "[{name: public}]"
BACKEND = "backendRefs: [{name: pay, port: 80}]"


def route(rules: str, parents: str = PARENT, kind: str = "HTTPRoute", more: str = "") -> str:
    return HEAD % (kind, parents, more) + indent(dedent(rules).strip(), "  ") + "\n"


def read(text: str) -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(text, ".", "route.yaml"))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def test_limits_and_retries_of_a_rule() -> None:
    rule = f"""\
    - {BACKEND}
      timeouts: {{request: 10s, backendRequest: 0s}}
      retry: {{codes: [500, 503], attempts: 2, backoff: 100ms}}
    """
    facts, problems = read(route(rule))
    assert not problems
    assert {fact.term: (fact.value, fact.text) for fact in facts if fact.operation} == {
        "timeout.request": (10 * SECOND, "10s"),
        "timeout.attempt": (NONE, "0s"),
        "attempts": (3, "3 (2 retries)"),
        "retry_on": (("500", "503", "connect", "reset", "timeout"), "500, 503, connect, reset, timeout"),
        "backoff": (Backoff(SECOND // 10, SECOND // 10), "100ms"),
    }
    limit = facts[0]
    assert (limit.consumer, limit.provider) == ("gateway:web/public", "kubernetes:web/pay")
    assert (limit.stance, limit.layer, limit.source) == (Stance.ASSUMES, Layer.GATEWAY, "gateway-api")
    assert (limit.place.line, limit.place.column) == (8, 25)


def test_where_nothing_is_written_nothing_is_known() -> None:
    facts, _ = read(route(f"- {BACKEND}\n"))
    assert [(fact.term, fact.stance) for fact in facts] == [("mentioned", Stance.ASSUMES)]
    assert len(list(with_defaults(facts))) == 1


@pytest.mark.parametrize(
    ("parents", "consumers"),
    [
        ("[{name: public}]", {("gateway:web/public", Layer.GATEWAY)}),
        ("[{name: public, namespace: edge}]", {("gateway:edge/public", Layer.GATEWAY)}),
        ("[{name: a}, {name: b}]", {("gateway:web/a", Layer.GATEWAY), ("gateway:web/b", Layer.GATEWAY)}),
        ("[{name: pay, kind: Service, group: ''}]", {("", Layer.SIDECAR)}),
        ("[{name: x, kind: Mystery}]", set()),
    ],
)
def test_who_calls_is_whom_the_route_hangs_on(parents: str, consumers: set[tuple[str, Layer]]) -> None:
    facts, _ = read(route(f"- {BACKEND}\n  timeouts: {{request: 1s}}\n", parents))
    assert {(fact.consumer, fact.layer) for fact in facts if fact.operation} == consumers


def test_a_service_of_another_namespace_and_one_of_no_weight() -> None:
    backends = "[{name: pay, namespace: bank}, {name: old, weight: 0}, {name: bucket, kind: Bucket}]"
    facts, _ = read(route(f"- backendRefs: {backends}\n"))
    assert {fact.provider for fact in facts} == {"kubernetes:bank/pay"}


def test_rules_that_differ_hold_for_their_requests_the_longest_prefix_first() -> None:
    rules = f"""\
    - matches: [{{path: {{type: PathPrefix, value: /}}}}]
      {BACKEND}
      timeouts: {{request: 1s}}
    - matches: [{{path: {{type: PathPrefix, value: /slow}}, method: POST}}]
      {BACKEND}
      timeouts: {{request: 60s}}
    """
    facts, _ = read(route(rules))
    assert {fact.text: fact.scope[0] for fact in facts if fact.term == "timeout.request"} == {
        "1s": ("requests:web/public", ("all requests (shop)",)),
        "60s": ("requests:web/public", ("path /slow* and POST (shop)",)),
    }
    table = next(fact for fact in facts if fact.term == "requests.web/public")
    assert [(entry.words, entry.matches[0].method) for entry in table.value] == [
        ("path /slow* and POST (shop)", "POST"),
        ("all requests (shop)", ""),
    ]


def test_tries_that_do_not_fit_are_a_mismatch_for_those_requests_alone() -> None:
    rules = f"""\
    - matches: [{{path: {{value: /one}}}}]
      {BACKEND}
      retry: {{attempts: 2}}
      timeouts: {{backendRequest: 200ms}}
    - matches: [{{path: {{value: /two}}}}]
      {BACKEND}
      retry: {{attempts: 5, codes: [500]}}
      timeouts: {{backendRequest: 200ms, request: 400ms}}
    """
    facts, _ = read(route(rules))
    (finding,) = [one for one in check(facts).findings if one.rule == "timing/attempts-cannot-happen"]
    assert finding.verdict is Verdict.MISMATCH
    assert finding.message == "6 tries of 200ms do not fit into 400ms: 2 can begin"
    assert finding.scope == (("requests:web/public", "path /two* (shop)"),)


def test_what_two_routes_of_one_gateway_say_is_never_mixed() -> None:
    tries = f"- {BACKEND}\n  retry: {{attempts: 5}}\n  timeouts: {{backendRequest: 1s}}\n"
    short = f"- {BACKEND}\n  timeouts: {{request: 2s}}\n"
    other = route(short).replace("name: shop", "name: other")
    facts, problems = read(route(tries) + "---\n" + other)
    assert not problems
    assert not [one for one in check(facts).findings if one.rule == "timing/attempts-cannot-happen"]


def test_a_method_of_grpc_is_a_path() -> None:
    rules = """\
    - matches: [{method: {service: shop.Pay, method: Charge}}]
      backendRefs: [{name: pay}]
    - matches: [{method: {service: shop.Pay}}, {headers: [{name: x, value: y}]}]
      backendRefs: [{name: pay}]
    """
    facts, problems = read(route(rules, kind="GRPCRoute"))
    assert not problems
    assert {(fact.consumer, fact.provider, fact.term) for fact in facts} == {
        ("gateway:web/public", "kubernetes:web/pay", "mentioned")
    }


def test_what_has_the_wrong_shape_is_refused_with_its_place() -> None:
    _, problems = read(route(f"- {BACKEND}\n  timeouts: {{request: soon}}\n  retry: {{attempts: many}}\n"))
    assert [(problem.place.line, problem.place.column) for problem in problems] == [(8, 25), (9, 23)]


_LEAVES = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none(), st.just("5s"))
_KEYS = st.sampled_from(
    ["matches", "path", "type", "value", "method", "service", "headers", "queryParams", "name", "backendRefs", "timeouts",
     "request", "backendRequest", "retry", "attempts", "codes", "backoff", "filters", "urlRewrite", "weight", "kind"]
)  # fmt: skip
_TREES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=30)  # fmt: skip


@given(_TREES, st.sampled_from(["HTTPRoute", "GRPCRoute"]))
def test_nothing_makes_it_fail(tree: object, kind: str) -> None:
    named = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": {"name": "x"}}
    read(json.dumps({**named, "spec": {"parentRefs": [{"name": "g"}], "rules": tree, "hostnames": tree}}))
    read(json.dumps({**named, "spec": {"parentRefs": tree, "rules": [tree]}}))
