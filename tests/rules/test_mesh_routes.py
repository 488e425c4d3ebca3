"""Whom the routes of a mesh reach: what sidecars send, not what passes through a gateway."""

from datetime import date

import pytest

from accord.check import check, joined
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.sources._claims import read_text

TODAY = date(2026, 11, 27)
TWICE = "retries/two-layers-repeat-the-same"
EARLY = "timing/caller-gives-up-first"
INSIDE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http:
    - timeout: 2s
      retries: {attempts: 3, retryOn: "5xx,connect-failure"}
      route: [{destination: {host: stock}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: stock, namespace: shop}
spec: {host: stock, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 300ms}}}}
"""
OUTSIDE = """
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: public, namespace: shop}
spec:
  hosts: [shop.example.org]
  gateways: [edge]
  http:
    - timeout: 10s
      retries: {attempts: 2, retryOn: 5xx}
      route: [{destination: {host: stock}}]
"""
STOCK = """
---
party: stock
names: {kubernetes: shop/stock}
promises: {any: {latency: {max: 5s}}}
"""
CALLER = """
---
party: shop
assumes: {stock/any: {attempts: 2, retry_on: ["503"]}}
"""


def facts(text: str) -> list[Fact]:
    return [item for item in read_text(text, "r", "mesh.yaml") if isinstance(item, Fact)]


def found(text: str, rule: str) -> list[Finding]:
    return [finding for finding in check(facts(text), as_of=TODAY).findings if finding.rule == rule]


def test_a_gateway_repeats_by_its_own_routes_alone() -> None:
    assert not found(INSIDE + OUTSIDE, TWICE)


def test_a_gateway_waits_by_its_own_routes_alone() -> None:
    assert not found(INSIDE + OUTSIDE + STOCK, EARLY)


def test_who_calls_from_inside_is_repeated_by_its_sidecar_too() -> None:
    (finding,) = found(INSIDE + STOCK + CALLER, TWICE)
    assert finding.consumer == "shop"


def test_what_a_destination_rule_says_reaches_gateways_too() -> None:
    system, _ = joined(facts(INSIDE + OUTSIDE + STOCK), TODAY)
    said = system.assumed(("gateway:shop/edge", "stock", "any"))
    assert {fact.text for fact in said.all("timeout.connect")} >= {"300ms"}


# ---------------------------------------------------------------------- tries that the mesh ends itself

NEVER = "timing/timed-out-try-never-retried"
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http: [{%s, route: [{destination: {host: stock}}]}]
"""


@pytest.mark.parametrize(
    ("entry", "found_there"),
    [
        ("timeout: 10s, retries: {attempts: 3, perTryTimeout: 2s}", True),
        ("retries: {attempts: 3, perTryTimeout: 2s}", True),
        ("retries: {attempts: 3, perTryTimeout: 2s, retryOn: 'connect-failure,refused-stream'}", True),
        ("retries: {attempts: 3, perTryTimeout: 2s, retryOn: 'connect-failure,gateway-error'}", False),
        ("retries: {attempts: 3, perTryTimeout: 2s, retryOn: '5xx'}", False),
        ("retries: {attempts: 3, perTryTimeout: 2s, retryOn: 'reset'}", False),
        ("timeout: 2s, retries: {attempts: 3, perTryTimeout: 2s}", False),
        ("timeout: 10s, retries: {attempts: 3}", False),
        ("timeout: 10s, retries: {attempts: 0, perTryTimeout: 2s}", False),
    ],
)
def test_a_try_that_the_mesh_ends_is_made_again_only_where_it_was_told_so(entry: str, found_there: bool) -> None:
    findings = found(ROUTE % entry, NEVER)
    assert [finding.verdict for finding in findings] == [Verdict.CONDITIONAL] * found_there


@pytest.mark.parametrize(
    ("version", "since", "condition"),
    [("v1", "", ""), ("v1beta1", "", ""), ("v1alpha3", " since 1.1", ", or istio is older than 1.1")],
)
def test_a_default_of_older_meshes_that_asked_again_after_it_is_told(version: str, since: str, condition: str) -> None:
    """Istio 1.0 asked again after 5xx where nobody said after what (route.go, translateRetryPolicy)."""
    route = ROUTE.replace("/v1\n", f"/{version}\n") % "retries: {attempts: 3, perTryTimeout: 2s}"
    (finding,) = found(route, NEVER)
    assert finding.statements[2].says.endswith(f"not after a try that it ended itself{since}")
    assert finding.condition == f"holds only while no try takes longer than 2s{condition}"


def test_what_a_mesh_does_by_default_stands_beside_the_retries_that_leave_it_out() -> None:
    """Its first route may be of another definition of the same object."""
    files = (ROUTE % "timeout: 10s", ROUTE % "retries: {attempts: 3, perTryTimeout: 2s}")
    facts = [fact for number, text in enumerate(files) for fact in read_text(text, "root", f"{number}.yaml")]
    told = [each for each in check([fact for fact in facts if isinstance(fact, Fact)]).findings if each.rule == NEVER]
    assert [{statement.fact.place.file for statement in each.statements} for each in told] == [{"1.yaml"}]


@pytest.mark.parametrize("latest", ["2s", "5s"])
def test_where_the_provider_says_how_late_it_answers_only_that_is_told(latest: str) -> None:
    route = ROUTE % "timeout: 10s, retries: {attempts: 3, perTryTimeout: 2s}"
    assert not found(route + STOCK.replace("5s", latest), NEVER)
    assert bool(found(route + STOCK.replace("5s", latest), EARLY)) == (latest == "5s")
