"""What the Istio source reads from a VirtualService and a DestinationRule, and what it refuses."""

from fractions import Fraction
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.model.fact import Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.problem import Problem, Refused
from accord.sources._claims import read_text
from accord.sources._go_duration import parse_go_duration
from accord.sources._hosts import party_of_host

SECOND = 1_000_000_000


def read(text: str, file: str = "mesh.yaml") -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(dedent(text), ".", file))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def virtual_service(http: str, hosts: str = "[reviews]", namespace: str = "shop", more: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    head = f"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: reviews{place}}}\nspec:\n  hosts: {hosts}\n"
    return head + (f"  {more}\n" if more else "") + "  http:\n" + indent(dedent(http).strip(), "  ") + "\n"


def said(facts: list[Fact]) -> dict[str, tuple[object, str]]:
    return {fact.term: (fact.value, fact.text) for fact in facts if fact.term != "routes"}


ROUTE = "  route: [{destination: {host: reviews}}]\n"


def test_limits_and_retries_hold_for_every_caller_in_the_mesh():
    facts, problems = read(
        virtual_service(
            "- timeout: 2.5s\n  retries: {attempts: 2, perTryTimeout: 500ms, retryOn: 'gateway-error, connect-failure'}\n"
            + ROUTE
        )
    )
    assert not problems
    assert said(facts) == {
        "timeout.request": (2_500_000_000, "2.5s"),
        "attempts": (3, "3 (2 retries)"),
        "timeout.attempt": (SECOND // 2, "500ms"),
        "retry_on": (("gateway-error", "connect-failure"), "gateway-error, connect-failure"),
    }
    limit = next(fact for fact in facts if fact.term == "timeout.request")
    assert (limit.consumer, limit.provider, limit.operation) == ("", "kubernetes:shop/reviews", "any")
    assert (limit.stance, limit.layer, limit.source, limit.says) == (Stance.ASSUMES, Layer.SIDECAR, "istio", "istio")
    assert (limit.place.line, limit.place.column) == (7, 14)


def test_zero_is_no_limit_and_no_retry():
    facts, _ = read(
        virtual_service("- timeout: 0s\n  retries: {attempts: 0, perTryTimeout: 2s, retryOn: 5xx}\n" + ROUTE)
    )
    assert said(facts) == {"timeout.request": (NONE, "0s"), "attempts": (1, "1 (0 retries)")}


def test_a_retry_policy_without_attempts_asks_once():
    facts, _ = read(virtual_service("- retries: {perTryTimeout: 2s}\n" + ROUTE))
    assert said(facts) == {"attempts": (1, "1 (0 retries)")}


def test_one_retry_is_not_plural():
    facts, _ = read(virtual_service("- retries: {attempts: 1}\n" + ROUTE))
    assert said(facts) == {"attempts": (2, "2 (1 retry)")}


def test_a_fault_is_said_and_no_timer_is_held_against_it():
    facts, _ = read(
        virtual_service(
            """
            - timeout: 2s
              retries: {attempts: 3}
              fault: {delay: {percentage: {value: 0.1}, fixedDelay: 7s}, abort: {percent: 10, httpStatus: 503}}
              route: [{destination: {host: reviews}}]
            """
        )
    )
    assert said(facts) == {"latency.injected": (7 * SECOND, "7s"), "fault.abort": (Fraction(1, 10), "10%")}
    assert {fact.stance for fact in facts} == {Stance.PROMISES}


@pytest.mark.parametrize("share", ["percentage: {value: 0}", "percent: 0", "httpHeader: x"])
def test_a_fault_for_nobody_gives_nothing(share: str):
    facts, _ = read(virtual_service(f"- timeout: 2s\n  fault: {{delay: {{fixedDelay: 7s, {share}}}}}\n" + ROUTE))
    assert said(facts) == {"timeout.request": (2 * SECOND, "2s")}


def test_entries_hold_for_the_requests_they_take():
    facts, _ = read(
        virtual_service(
            """
            - match: [{headers: {end-user: {exact: jason}}}]
              timeout: 1s
              route: [{destination: {host: reviews}}]
            - match:
              - {uri: {prefix: /api}, method: {exact: POST}}
              - {uri: {regex: '^/v[12]/'}}
              timeout: 2s
              route: [{destination: {host: reviews}}]
            - timeout: 3s
              route: [{destination: {host: reviews}}]
            - timeout: 4s
              route: [{destination: {host: reviews}}]
            """
        )
    )
    found = {
        dict(fact.scope).get("requests:shop/reviews", ("",))[0]: fact.text
        for fact in facts
        if fact.term == "timeout.request"
    }
    assert found == {
        "header end-user = jason": "1s",
        "path /api* and method POST or path ~ ^/v[12]/": "2s",
        "all other requests": "3s",
    }


def test_a_prefix_of_everything_takes_every_request():
    facts, _ = read(
        virtual_service("- match: [{uri: {prefix: /}}]\n  timeout: 1s\n" + ROUTE + "- timeout: 2s\n" + ROUTE)
    )
    limits = [fact for fact in facts if fact.term == "timeout.request"]
    assert [fact.text for fact in limits] == ["1s"]
    assert not any(name.startswith("requests:") for name, _ in limits[0].scope)


def test_long_alternatives_are_cut_but_stay_apart():
    matches = "[{uri: {exact: /a}}, {uri: {exact: /b}}, {uri: {exact: /c}}, {uri: {exact: /%s}}]"
    facts, _ = read(
        virtual_service("".join(f"- match: {matches % last}\n  timeout: {last}s\n{ROUTE}" for last in "89"))
    )
    found = [dict(fact.scope)["requests:shop/reviews"][0] for fact in facts if fact.term == "timeout.request"]
    assert found == ["path /a or path /b or 2 more", "path /a or path /b or 2 more (entry 2)"]


def test_a_gateway_is_a_caller_of_its_own():
    facts, _ = read(
        virtual_service(
            "- timeout: 5s\n  fault: {}\n" + ROUTE, hosts="['*']", more="gateways: [public, istio-system/inner]"
        )
    )
    assert [(fact.consumer, fact.provider, fact.layer) for fact in facts] == [
        ("gateway:shop/public", "kubernetes:shop/reviews", Layer.GATEWAY),
        ("gateway:istio-system/inner", "kubernetes:shop/reviews", Layer.GATEWAY),
    ]


def test_an_entry_for_a_gateway_says_nothing_of_the_mesh():
    facts, _ = read(
        virtual_service(
            "- match: [{gateways: [mesh], uri: {exact: /a}}]\n  timeout: 1s\n"
            + ROUTE
            + "- match: [{gateways: [public]}]\n  timeout: 2s\n"
            + ROUTE,
            more="gateways: [mesh, public]",
        )
    )
    assert [(fact.consumer, fact.text) for fact in facts if fact.term == "timeout.request"] == [
        ("", "1s"),
        ("gateway:shop/public", "2s"),
    ]


def test_a_limit_holds_for_the_host_that_is_called_wherever_it_is_sent():
    facts, _ = read(
        virtual_service("- timeout: 1s\n  route: [{destination: {host: reviews-v2.other.svc.cluster.local}}]\n")
    )
    limit = next(fact for fact in facts if fact.term == "timeout.request")
    assert limit.provider == "kubernetes:shop/reviews"
    routes = next(fact for fact in facts if fact.term == "routes")
    assert routes.value == ("kubernetes:other/reviews-v2",)


def test_subsets_narrow_what_holds_for_their_own_host():
    http = "- timeout: 1s\n  route:\n  - {destination: {host: reviews, subset: v1}, weight: 50}\n  - {destination: {host: %s, subset: v3}, weight: %s}\n"
    both, _ = read(virtual_service(http % ("reviews", 50)))
    other, _ = read(virtual_service(http % ("ratings", 50)))
    unused, _ = read(virtual_service(http % ("ratings", 0)))
    found = [
        [dict(fact.scope).get("subset") for fact in facts if fact.term == "timeout.request"]
        for facts in (both, other, unused)
    ]
    assert found == [[("v1", "v3")], [None], [("v1",)]]


def test_redirects_and_tcp_routes_are_no_calls():
    facts, problems = read(
        virtual_service(
            "- redirect: {uri: /}\n  timeout: 2s\n", more="tcp: [{route: [{destination: {host: reviews}}]}]"
        )
    )
    assert (facts, problems) == ([], [])


def test_a_destination_rule_names_versions_and_the_limit_on_connecting():
    facts, problems = read(
        """
        apiVersion: networking.istio.io/v1beta1
        kind: DestinationRule
        metadata: {name: reviews}
        spec:
          host: reviews
          trafficPolicy: {retryBudget: {percent: 25}, connectionPool: {tcp: {connectTimeout: 100ms}}}
          subsets:
          - {name: one, labels: {version: v1}}
          - {name: east, labels: {zone: east}}
        """
    )
    assert not problems
    assert said(facts) == {
        "subsets.one": ("v1", "version v1"),
        "subsets.east": ("", "no version label"),
        "timeout.connect": (SECOND // 10, "100ms"),
        "retries.budget": (Fraction(1, 4), "25%"),
    }


def test_each_object_of_a_list_is_read():
    text = "apiVersion: v1\nkind: List\nitems:\n" + indent(virtual_service("- timeout: 1s\n" + ROUTE), "  ").replace(
        "  apiVersion", "- apiVersion", 1
    )
    facts, _ = read(text)
    assert said(facts) == {"timeout.request": (SECOND, "1s")}
    assert "variant:VirtualService/shop/reviews" in dict(facts[0].scope)


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        ("- timeout: 5\n" + ROUTE, "cannot read timeout: expected a duration such as 0.5s, 100ms or 1h, read '5'"),
        ("- timeout: {seconds: 5}\n" + ROUTE, "cannot read timeout: expected one value, read a map"),
        (
            "- timeout: '{{ .Values.timeout }}'\n" + ROUTE,
            "cannot read timeout: template ({{); check the rendered manifest instead",
        ),
        ("- timeout: ${TIMEOUT}\n" + ROUTE, "cannot read timeout: template (${); check the rendered manifest instead"),
        (
            "- retries: {attempts: many}\n" + ROUTE,
            "cannot read retries.attempts: expected a number of retries, read 'many'",
        ),
        ("- retries: 3\n" + ROUTE, "cannot read retries: expected a map, read '3'"),
        ("- route: reviews\n", "cannot read route: expected a list, read 'reviews'"),
        (
            "- fault: {delay: {percent: 200, fixedDelay: 1s}}\n" + ROUTE,
            "cannot read the percentage of fault.delay: expected a percentage between 0 and 100, read '200'",
        ),
    ],
)
def test_what_has_the_wrong_shape_is_refused_once_with_its_place(http: str, reason: str):
    facts, problems = read(virtual_service(http))
    assert [problem.reason for problem in problems] == [reason]
    assert problems[0].place.line == 7
    assert said(facts) == {}


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: '{{ x }}'}\n",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: [a]\n",
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: [x]}\n",
    ],
)
def test_an_object_without_a_plain_name_gives_one_problem(text: str):
    facts, problems = read(text)
    assert (len(facts), len(problems)) == (0, 1)
    assert problems[0].reason.startswith("cannot read ")


@pytest.mark.parametrize(
    "spec", ["", "null", "~", "{}", "{hosts: null, http: null}", "{hosts: [reviews], http: [null, {}]}"]
)
def test_an_empty_object_gives_nothing(spec: str):
    facts, problems = read(
        f"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: x}}\nspec: {spec}\n"
    )
    assert (facts, problems) == ([], [])


@pytest.mark.parametrize(
    ("host", "party"),
    [
        ("reviews", "kubernetes:shop/reviews"),
        ("reviews.other", "kubernetes:other/reviews"),
        ("Reviews.other.svc", "kubernetes:other/reviews"),
        ("reviews.other.svc.cluster.local.", "kubernetes:other/reviews"),
        ("reviews.other.svc.example.org", "kubernetes:other/reviews"),
        ("google.com", "dns:google.com"),
        ("www.googleapis.com", "dns:www.googleapis.com"),
        ("10.0.0.1", "dns:10.0.0.1"),
        ("*.example.com", ""),
        ("*", ""),
        ("", ""),
        ("a..b", ""),
    ],
)
def test_hosts_name_parties(host: str, party: str):
    assert party_of_host(host, "shop") == party


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [("0.5s", SECOND // 2), ("1h", 3600 * SECOND), ("1.5h", 5400 * SECOND), ("100ms", SECOND // 10), ("1m30s", 90 * SECOND), (".5s", SECOND // 2), ("1.s", SECOND), ("0", 0), ("0s", 0), ("20µs", 20_000), ("86402.5s", 86_402_500_000_000)],
)  # fmt: skip
def test_durations_as_go_writes_them(text: str, nanoseconds: int):
    assert parse_go_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "s", ".s", "5 s", "1d", "-1s", "1e3s", "5s ", "1\n2s", "9" * 80 + "s"])
def test_other_durations_are_refused(text: str):
    with pytest.raises(Refused):
        parse_go_duration(text)


_VALUES = st.recursive(
    st.sampled_from(["", "null", "reviews", "*", "5s", "0", "x.y", "{{ .V }}", "mesh", "-1", "100"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "hosts",
                    "http",
                    "route",
                    "destination",
                    "host",
                    "subset",
                    "weight",
                    "match",
                    "uri",
                    "exact",
                    "prefix",
                    "headers",
                    "timeout",
                    "retries",
                    "attempts",
                    "perTryTimeout",
                    "retryOn",
                    "fault",
                    "delay",
                    "abort",
                    "percentage",
                    "percent",
                    "value",
                    "fixedDelay",
                    "gateways",
                    "name",
                    "namespace",
                    "subsets",
                    "labels",
                    "version",
                    "trafficPolicy",
                    "connectionPool",
                    "tcp",
                    "connectTimeout",
                    "template",
                    "metadata",
                    "spec",
                    "selector",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(kind=st.sampled_from(["VirtualService", "DestinationRule"]), spec=_VALUES, metadata=_VALUES)
def test_anything_is_read_or_refused(kind: str, spec: object, metadata: object):
    import json

    for name in (metadata, {"name": "x"}):
        text = json.dumps({"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": name, "spec": spec})
        for found in read_text(text, ".", "any.yaml"):
            assert found.place.line == 1
