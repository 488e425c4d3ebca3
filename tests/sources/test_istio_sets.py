"""Small sets of manifests and a contract, each with the answer that was written down before it was checked."""

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.sources._claims import read_text

ROUTE = "route: [{destination: {host: p}}]"
TO_Q = "route: [{destination: {host: q}}]"
SUBSET = "route: [{destination: {host: p, subset: %s}}]"
EDGE = "  gateways: [edge]\n"
SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: p, namespace: shop}
spec: {host: p, subsets: [{name: one, labels: {version: v1}}, {name: two, labels: {version: v2}}]}
"""
ITEM = """\
party: web
assumes: {p/item: {timeout: 5s}}
---
party: p
names: {kubernetes: NAMES}
promises: {item: {at: GET /items, latency: {max: 2s}}}
"""
SLOW_V2 = """\
party: web
assumes: {p/item: {timeout: 9s}}
---
party: p
names: {kubernetes: shop/p}
promises: {item: {at: GET /items, latency: {max: 100ms}}}
---
party: p
only: {version: v2}
promises: {item: {latency: {max: 5s}}}
"""
MESH, EDGES, PERHAPS = "mismatch web", "mismatch gateway:shop/edge", "conditional web"


def service(entries: str, hosts: str = "[p]", more: str = "", namespace: str = "shop", name: str = "p") -> str:
    head = f"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
    return f"{head}spec:\n  hosts: {hosts}\n{more}  http:\n" + "".join(
        f"  - {{{one}}}\n" for one in entries.split("; ")
    )


def item(names: str = "shop/p") -> str:
    return ITEM.replace("NAMES", names)


SETS = {
    "the same name in another namespace is another party": ([service(f"timeout: 1s, {ROUTE}", namespace="b"), item()], []),
    "a full host is in its own namespace": (
        [service("timeout: 1s, route: [{destination: {host: p.shop.svc}}]", "[p.shop.svc.cluster.local]", namespace="b"), item()],
        [MESH],
    ),
    "a route for the other host of two": (
        [service(f"match: [{{authority: {{exact: q}}}}], timeout: 1s, {TO_Q}; {ROUTE}", "[p, q]"), item()],
        [],
    ),
    "calls that another answers": ([service(f"timeout: 1s, {TO_Q}"), item()], []),
    "a path that another answers now": (
        [service(f"match: [{{uri: {{prefix: /items}}}}], timeout: 1s, {TO_Q}; {ROUTE}"), item()],
        [],
    ),
    "another name of the same party answers": ([service(f"timeout: 1s, {TO_Q}"), item("[shop/p, shop/q]")], [MESH]),
    "a delay that the mesh injects, whoever answers": (
        [service(f"fault: {{delay: {{fixedDelay: 7s, percentage: {{value: 100}}}}}}, {TO_Q}"), item()],
        [MESH],
    ),
    "a delay on another path": (
        [service(f"match: [{{uri: {{prefix: /admin}}}}], fault: {{delay: {{fixedDelay: 7s, percent: 100}}}}, {ROUTE}; {ROUTE}"), item()],
        [],
    ),
    "a gateway alone": ([service(f"timeout: 1s, {ROUTE}", "[e.example.com]", EDGE), item()], [EDGES]),
    "a gateway for another path": (
        [service(f"match: [{{uri: {{prefix: /admin}}}}], timeout: 1s, {ROUTE}", "[e.example.com]", EDGE), item()],
        [],
    ),
    "one entry for the gateway, one for the mesh": (
        [service(f"match: [{{gateways: [edge]}}], timeout: 1s, {ROUTE}; timeout: 9s, {ROUTE}", more="  gateways: [mesh, edge]\n"), item()],
        [EDGES],
    ),
    "a copy of the requests is no call": ([service(f"timeout: 1s, {TO_Q.replace('q', 'x')}, mirror: {{host: p}}", "[x]"), item()], []),
    "an answer of the mesh itself comes first": (
        [service(f"match: [{{uri: {{exact: /items}}}}], directResponse: {{status: 503}}; timeout: 1s, {ROUTE}"), item()],
        [],
    ),
    "a delegate comes first": (
        [service(f"match: [{{uri: {{prefix: /items}}}}], delegate: {{name: d}}; timeout: 1s, {ROUTE}"), item()],
        [],
    ),
    "callers with a label": ([service(f"match: [{{sourceLabels: {{app: x}}}}], timeout: 1s, {ROUTE}; {ROUTE}"), item()], [PERHAPS]),
    "another port": ([service(f"match: [{{port: 9090}}], timeout: 1s, {ROUTE}; {ROUTE}"), item()], [PERHAPS]),
    "the fast subset": ([service(f"timeout: 1s, {SUBSET % 'one'}"), SUBSETS, SLOW_V2], []),
    "the slow subset": ([service(f"timeout: 1s, {SUBSET % 'two'}"), SUBSETS, SLOW_V2], [MESH]),
    "no weight to the slow one": (
        [service(f"timeout: 1s, {(SUBSET % 'one')[:-2]}, weight: 100}}, {(SUBSET % 'two')[8:-2]}, weight: 0}}]"), SUBSETS, SLOW_V2],
        [],
    ),
    "each subset its own limit": (
        [
            service(f"match: [{{headers: {{x: {{exact: a}}}}}}], timeout: 1s, {SUBSET % 'one'}; timeout: 9s, {SUBSET % 'two'}"),
            SUBSETS,
            SLOW_V2,
        ],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_the_answer_is_the_one_written_down(name: str) -> None:
    documents, expected = SETS[name]
    read = list(read_text("---\n".join(documents), "test", "all.yaml"))
    assert all(isinstance(one, Fact) for one in read), read
    found = check(one for one in read if isinstance(one, Fact)).findings
    told = (Verdict.MISMATCH, Verdict.CONDITIONAL)
    assert [f"{each.verdict} {each.consumer}" for each in found if each.verdict in told] == expected
