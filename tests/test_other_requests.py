"""A route for some paths says nothing of an operation whose address may not be among them."""

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.sources._claims import read_text

FILES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shopapi, namespace: shop}
spec:
  hosts: [shopapi]
  http:
  - match: [{uri: {prefix: /reports}}]
    timeout: 500ms
    route: [{destination: {host: shopapi}}]
  - route: [{destination: {host: shopapi}}]
---
party: web
assumes:
  shopapi/item: {timeout: 5s, attempts: 1}
---
party: shopapi
names: {kubernetes: shop/shopapi}
promises:
  item: {ADDRESS latency: {max: 2s}}
"""


def mismatches(address: str) -> list[str]:
    read = read_text(FILES.replace("ADDRESS", address), "test", "all.yaml")
    found = check(item for item in read if isinstance(item, Fact)).findings
    return [finding.rule for finding in found if finding.verdict is Verdict.MISMATCH]


def test_a_route_for_other_paths_accuses_nobody() -> None:
    assert mismatches('at: "GET /items/{id}",') == []


def test_without_an_address_the_route_may_be_meant() -> None:
    assert mismatches("") == ["timing/caller-gives-up-first"]
