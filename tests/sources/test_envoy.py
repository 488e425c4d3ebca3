"""What the Envoy source reads of a bootstrap file and of resources, and what it refuses."""

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
from accord.model.nothing import NONE
from accord.model.problem import Problem
from accord.sources._claims import read_text

CLUSTER = """
  clusters:
  - name: app
    connect_timeout: 0.25s
    load_assignment:
      cluster_name: app
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: %s, port_value: 80}}}}]}]
"""
FRONT = """
static_resources:
  listeners:
  - name: ingress
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          %s
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              %s
              routes:
"""


def front(routes: str, manager: str = "stat_prefix: x", host: str = "", address: str = "app", more: str = "") -> str:
    head = FRONT % (manager, host or "include_request_attempt_count: true")
    return head + indent(dedent(routes).strip(), " " * 14) + CLUSTER % address + indent(dedent(more), "    ")


def read(text: str, file: str = "front/envoy.yaml") -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(text, ".", file))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def said(text: str) -> dict[str, tuple[object, str]]:
    facts, problems = read(text)
    assert not problems
    return {fact.term: (fact.value, fact.text) for fact in facts if fact.consumer and fact.operation}


ROUTE = "- match: {prefix: /}\n  route:\n    cluster: app\n"


def test_a_route_states_its_limits_and_retries() -> None:
    route = ROUTE + (
        "    timeout: 3s\n    idle_timeout: 0s\n    retry_policy:\n      retry_on: 5xx,retriable-status-codes\n"
        "      num_retries: 2\n      per_try_timeout: 1.5s\n      retriable_status_codes: [429]\n"
        "      retry_back_off: {base_interval: 0.1s}\n"
    )
    assert said(front(route)) == {
        "timeout.request": (3 * SECOND, "3s"),
        "timeout.idle": (NONE, "0s"),
        "attempts": (3, "3 (2 retries)"),
        "retry_on": (("5xx", "429"), "5xx, 429"),
        "timeout.attempt": (3 * SECOND // 2, "1.5s"),
        "backoff": (Backoff(0, SECOND), "from 0.1s on"),
        "platform": ("envoy", "envoy"),
        "timeout.connect": (SECOND // 4, "0.25s"),
    }


def test_who_calls_whom_and_where_it_stands() -> None:
    facts, _ = read(front(ROUTE + "    timeout: 3s\n"))
    limit = next(fact for fact in facts if fact.term == "timeout.request")
    assert (limit.consumer, limit.provider, limit.operation) == ("gateway:envoy/front.envoy", "envoy:front.app", "any")
    assert (limit.stance, limit.layer, limit.source) == (Stance.ASSUMES, Layer.GATEWAY, "envoy")
    assert (limit.place.line, limit.place.column) == (20, 28)


def test_camel_case_is_the_same_configuration() -> None:
    snake = front(ROUTE + "    timeout: 3s\n    retry_policy: {retry_on: 5xx, per_try_timeout: 1s}\n")
    camel = snake.replace("retry_policy", "retryPolicy").replace("per_try_timeout", "perTryTimeout")
    for word in (
        "static_resources",
        "filter_chains",
        "typed_config",
        "route_config",
        "virtual_hosts",
        "load_assignment",
    ):
        head, *rest = word.split("_")
        camel = camel.replace(word, head + "".join(part.title() for part in rest))
    assert "perTryTimeout" in camel
    assert said(camel) == said(snake)


def test_a_stream_states_silence_for_the_routes_that_do_not() -> None:
    two = ROUTE + "    idle_timeout: 1h\n" + ROUTE.replace("prefix: /", "prefix: /slow")
    facts, _ = read(front(two, "stream_idle_timeout: 30s"))
    assert {fact.text for fact in facts if fact.term == "timeout.idle"} == {"1h", "30s"}


def test_a_policy_of_the_host_holds_where_a_route_has_none() -> None:
    host = "retry_policy: {retry_on: reset, num_retries: 4}"
    assert said(front(ROUTE, host=host))["attempts"] == (5, "5 (4 retries)")
    own = ROUTE + "    retry_policy: {retry_on: connect-failure}\n"
    assert "attempts" not in said(front(own, host=host))


def test_defaults_are_given_beside_what_is_stated() -> None:
    facts, _ = read(front(ROUTE + "    retry_policy: {retry_on: 5xx}\n"))
    given_ = {fact.term: fact.text for fact in with_defaults(facts) if fact.stance is Stance.DEFAULT}
    assert given_ == {
        "timeout.request": "15s",
        "timeout.idle": "5m",
        "keep_alive": "1h",
        "attempts": "2 (1 retry)",
        "timeout.attempt": "no limit on one try",
        "retries.concurrent": "3 retries at once",
    }
    facts, _ = read(front(ROUTE))
    given_ = {fact.term: fact.text for fact in with_defaults(facts) if fact.stance is Stance.DEFAULT}
    assert set(given_) == {"timeout.request", "timeout.idle", "keep_alive"}


def test_a_route_whose_length_another_word_decides_has_no_default() -> None:
    facts, _ = read(front(ROUTE + "    max_stream_duration: {max_stream_duration: 0s}\n"))
    assert not [fact for fact in facts if fact.term == "platform"]


def test_entries_that_differ_hold_for_their_requests() -> None:
    routes = ROUTE.replace("prefix: /", "prefix: /slow") + "    timeout: 60s\n" + ROUTE + "    timeout: 1s\n"
    facts, _ = read(front(routes))
    scopes = {fact.text: fact.scope for fact in facts if fact.term == "timeout.request"}
    assert scopes == {
        "60s": (("requests:front.envoy", ("path /slow*",)),),
        "1s": (("requests:front.envoy", ("all requests",)),),
    }
    table = next(fact for fact in facts if fact.term == "requests.front.envoy")
    assert [entry.words for entry in table.value] == ["path /slow*", "all requests"]


def test_entries_that_say_the_same_are_one() -> None:
    routes = ROUTE.replace("prefix: /", "prefix: /slow") + "    timeout: 1s\n" + ROUTE + "    timeout: 1s\n"
    facts, _ = read(front(routes))
    assert [fact.scope for fact in facts if fact.term == "timeout.request"] == [()]


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("app", "envoy:front.app"),
        ("pay.shop.svc.cluster.local", "kubernetes:shop/pay"),
        ("api.example.com", "dns:api.example.com"),
        ("127.0.0.1", "envoy:front.envoy.app"),
        ("localhost", "envoy:front.envoy.app"),
        ("'::1'", "envoy:front.envoy.app"),
    ],
)
def test_the_party_behind_a_cluster_is_its_address_or_its_name_in_this_file(address: str, party: str) -> None:
    facts, _ = read(front(ROUTE, address=address))
    assert {fact.provider for fact in facts if fact.consumer} == {party}


def test_weighted_clusters_that_get_nothing_are_left_out() -> None:
    route = (
        "- match: {prefix: /}\n  route:\n    weighted_clusters:\n      clusters: "
        "[{name: app, weight: 100}, {name: other, weight: 0}, {name: third, weight: 1}]\n"
    )
    facts, _ = read(front(route))
    assert {fact.provider for fact in facts if fact.consumer} == {"envoy:front.app", "envoy:front.envoy.third"}


def test_breakers_state_how_many_further_tries_may_run() -> None:
    tries = ROUTE + "    retry_policy: {retry_on: 5xx}\n"
    most = "circuit_breakers: {thresholds: [{priority: HIGH, max_retries: 9}, {max_retries: 5}]}\n"
    assert said(front(tries, more=most))["retries.concurrent"] == (5, "5")
    budget = "circuit_breakers: {thresholds: [{retry_budget: {budget_percent: {value: 25.0}}}]}\n"
    found = said(front(tries, more=budget))
    assert found["retries.budget"][1] == "25.0%"
    assert found["retries.concurrent"][0] is NONE
    assert "retries.concurrent" not in said(front(ROUTE, more=most))


def test_how_long_idle_connections_are_kept_on_both_sides() -> None:
    kept = """\
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        common_http_protocol_options: {idle_timeout: 4s}
    """
    facts, problems = read(front(ROUTE, "common_http_protocol_options: {idle_timeout: 75s}", more=kept))
    assert not problems
    found = {(fact.consumer, fact.provider): fact.text for fact in facts if fact.term == "keep_alive"}
    envoy = "gateway:envoy/front.envoy"
    assert found == {(envoy, "envoy:front.app"): "4s", ("", envoy): "75s"}


def test_resources_as_xds_delivers_them_are_read() -> None:
    configuration = {
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        "virtual_hosts": [
            {"domains": ["shop.example.com"], "routes": [{"match": {"path": "/x"}, "route": {"cluster": "a/b"}}]}
        ],
    }
    facts, problems = read(json.dumps({"version_info": "0", "resources": [configuration]}), "rds.json")
    assert not problems
    assert {fact.provider for fact in facts if fact.consumer} == {"envoy:rds.a.b"}


def test_a_lone_item_is_a_list_of_one() -> None:
    listed = front(ROUTE + "    timeout: 3s\n")
    lone = listed.replace(
        "- filters:\n      - name: envoy.filters.network.http", "- filters:\n        name: envoy.filters.network.http"
    )
    assert lone != listed
    assert said(lone) == said(listed)


def test_connections_that_are_passed_on_have_their_own_limit_on_silence() -> None:
    tcp = 'static_resources:\n  listeners:\n  - name: db\n    filter_chains:\n    - filters:\n      - typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, cluster: app, idle_timeout: 10s}\n'
    assert said(tcp + CLUSTER % "db") == {
        "timeout.idle": (10 * SECOND, "10s"),
        "timeout.connect": (SECOND // 4, "0.25s"),
    }


def test_a_length_of_time_may_stand_as_its_fields() -> None:
    fields = "    timeout: {seconds: 3}\n    idle_timeout:\n      seconds: 1\n      nanos: 500000000\n"
    whole = said(front(ROUTE + fields))
    assert whole["timeout.request"] == (3 * SECOND, "3s") and whole["timeout.idle"] == (1_500_000_000, "1.5s")
    _, problems = read(front(ROUTE + "    timeout: {minutes: 3}\n    idle_timeout: {seconds: soon}\n"))
    assert [problem.reason for problem in problems] == [
        "cannot read timeout: expected one value, read a map",
        "cannot read idle_timeout: seconds: expected a whole number, read 'soon'",
    ]


def test_what_has_the_wrong_shape_is_refused_with_its_place() -> None:
    _, problems = read(front(ROUTE + "    timeout: soon\n    retry_policy: [1]\n"))
    assert [(problem.place.line, problem.place.column) for problem in problems] == [(21, 33), (20, 28)]
    _, problems = read(front(ROUTE + "    timeout: '{{ .Values.timeout }}'\n"))
    assert "template" in problems[0].reason


def test_a_story_about_an_envoy_names_no_layer_of_its_own() -> None:
    facts, _ = read(front(ROUTE + "    timeout: 0s\n"))
    app = "party: app\nnames: {envoy: front.app}\npromises:\n  any: {latency: {max: 10m}}\n"
    contract = [fact for fact in read_text(app, ".", "accord.yaml") if isinstance(fact, Fact)]
    found = [one for one in check([*facts, *contract]).findings if one.rule.startswith("timing/")]
    (finding,) = found
    assert finding.message == "gateway:envoy/front.envoy gives up after 5m of silence, app may answer after 10m"
    assert finding.witness is not None


_LEAVES = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none(), st.just("5s"), st.just("app"))
_KEYS = st.sampled_from(
    ["listeners", "filter_chains", "filters", "typed_config", "route_config", "virtual_hosts", "routes", "route", "match",
     "cluster", "clusters", "name", "retry_policy", "retry_on", "num_retries", "timeout", "weighted_clusters", "endpoints",
     "load_assignment", "circuit_breakers", "thresholds", "@type", "resources", "headers"]
)  # fmt: skip
_TREES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=30)  # fmt: skip


@given(_TREES)
def test_nothing_makes_it_fail(tree: object) -> None:
    read(json.dumps({"static_resources": {"listeners": tree, "clusters": tree}}))
    listed = [{"@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "virtual_hosts": tree}]
    read(json.dumps({"resources": listed}))
