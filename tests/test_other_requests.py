"""A route speaks of those operations whose requests it takes: surely, perhaps or not at all, and the first that matches wins."""

import pytest

from accord.boundaries.platforms.addresses import Share, share
from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.model.requests import Match
from accord.sources._claims import read_text

FILES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shopapi, namespace: shop}
spec:
  hosts: [shopapi]
  http:
ENTRIES
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
ROUTE = "route: [{destination: {host: shopapi}}]"
LONG = f"  - {{{ROUTE}}}"
SHORT = f"  - {{timeout: 500ms, {ROUTE}}}"
ITEM = 'at: "GET /items/{id}",'


def entry(match: str, more: str = "timeout: 500ms, ") -> str:
    return f"  - {{match: [{match}], {more}{ROUTE}}}"


def found(entries: list[str], address: str = ITEM) -> list[Finding]:
    files = FILES.replace("ADDRESS", address).replace("ENTRIES", "\n".join(entries))
    read = list(read_text(files, "test", "all.yaml"))
    assert all(isinstance(item, Fact) for item in read), read
    findings = check(item for item in read if isinstance(item, Fact)).findings
    return [finding for finding in findings if finding.rule == "timing/caller-gives-up-first"]


def verdicts(entries: list[str], address: str = ITEM) -> list[Verdict]:
    return [finding.verdict for finding in found(entries, address)]


@pytest.mark.parametrize(
    "match",
    [
        "{uri: {prefix: /items/}}",
        "{uri: {prefix: /it}}",
        "{uri: {prefix: /items/}, method: {exact: GET}}",
        "{method: {exact: GET}}",
        "{uri: {exact: /none}}, {uri: {prefix: /items}}",
        "{uri: {exact: '/items/:id'}}",
    ],
)
def test_a_route_for_that_very_path_and_method_accuses(match: str) -> None:
    (finding,) = found([entry(match), LONG])
    assert finding.verdict is Verdict.MISMATCH
    assert finding.scope == ()
    assert "500ms" in finding.message


@pytest.mark.parametrize(
    "match",
    [
        "{uri: {prefix: /reports}}",
        "{uri: {exact: /items}}",
        "{uri: {prefix: /items/}, method: {exact: POST}}",
        "{method: {exact: POST}}",
        "{uri: {prefix: /items/9/parts}}",
        "{uri: {prefix: /reports}, headers: {end-user: {exact: jason}}}",
    ],
)
def test_a_route_for_other_paths_says_nothing(match: str) -> None:
    assert verdicts([entry(match), LONG]) == []


@pytest.mark.parametrize(
    "match",
    [
        "{uri: {regex: '/items/.*'}}",
        "{uri: {exact: /items/9}}",
        "{uri: {prefix: /items/9}}",
        "{uri: {prefix: /ITEMS}, ignoreUriCase: true}",
        "{method: {regex: 'G.T'}}",
        "{uri: {prefix: /items}, sourceLabels: {app: other}}",
    ],
)
def test_what_cannot_be_told_is_conditional(match: str) -> None:
    (finding,) = found([entry(match), LONG])
    assert finding.verdict is Verdict.CONDITIONAL
    assert finding.witness is None
    assert finding.condition.startswith("if the requests for shopapi/item are among these: ")


def test_without_an_address_a_route_for_a_path_is_conditional() -> None:
    assert verdicts([entry("{uri: {prefix: /reports}}"), LONG], "") == [Verdict.CONDITIONAL]


def test_a_header_that_any_request_can_have_stays_a_scope() -> None:
    (finding,) = found([entry("{uri: {prefix: /items}, headers: {end-user: {exact: jason}}}"), LONG])
    assert finding.verdict is Verdict.MISMATCH
    assert dict(finding.scope) == {"requests:shop/shopapi": "path /items* and header end-user = jason"}


def test_the_first_route_that_matches_wins() -> None:
    assert verdicts([entry("{uri: {prefix: /items}}", ""), SHORT]) == []
    assert verdicts([entry("{uri: {prefix: /items}}", "timeout: 9s, "), SHORT]) == []
    assert verdicts([entry("{uri: {prefix: /items}}"), LONG]) == [Verdict.MISMATCH]
    assert verdicts([entry("{uri: {prefix: /reports}}", ""), SHORT]) == [Verdict.MISMATCH]
    redirect = "  - {match: [{uri: {prefix: /items}}], redirect: {uri: /elsewhere}}"
    assert verdicts([redirect, SHORT]) == []


def test_after_a_route_that_may_have_taken_them_the_rest_is_conditional() -> None:
    assert verdicts([entry("{uri: {regex: '/i.*'}}", ""), SHORT]) == [Verdict.CONDITIONAL]
    assert verdicts([entry("{uri: {exact: /items/9}}", ""), SHORT]) == [Verdict.CONDITIONAL]


def test_a_rewritten_path_is_the_one_that_arrives() -> None:
    public = "  - {match: [{uri: {prefix: /public/}}], rewrite: {uri: /TO/}, timeout: 500ms, " + ROUTE + "}"
    assert verdicts([public.replace("TO", "items"), LONG]) == [Verdict.CONDITIONAL]
    assert verdicts([public.replace("TO", "reports"), LONG]) == []
    assert verdicts([public.replace("/TO/", "/"), SHORT.replace("500", "600")]) == [Verdict.CONDITIONAL] * 2


def test_an_operation_with_two_addresses_of_which_one_is_taken_fails_for_some() -> None:
    (finding,) = found([entry("{uri: {prefix: /items}}"), LONG], 'at: ["GET /items/{id}", "GET /things/{id}"],')
    assert finding.verdict is Verdict.MISMATCH
    assert dict(finding.scope) == {"requests:shop/shopapi": "path /items*"}


def test_an_rpc_is_a_post_to_its_name() -> None:
    assert verdicts([entry("{uri: {prefix: /shop.Items/}}"), LONG], "at: rpc shop.Items/Get,") == [Verdict.MISMATCH]
    assert verdicts([entry("{uri: {prefix: /shop.Other/}}"), LONG], "at: rpc shop.Items/Get,") == []


@pytest.mark.parametrize(
    ("address", "how", "path", "taken"),
    [
        ("GET /x/{id}", "exact", "/x/{other}", Share.ALL),
        ("GET /x/{id}", "exact", "/x/*", Share.ALL),
        ("GET /x/{id}", "exact", "/x/7", Share.PERHAPS),
        ("GET /x", "exact", "/x/", Share.PERHAPS),
        ("GET /x", "exact", "/y", Share.NONE),
        ("GET /x/{id}/orders", "prefix", "/x/admin/keys", Share.NONE),
        ("GET /x/{id}/orders", "prefix", "/x/admin/ord", Share.PERHAPS),
        ("GET /x/{id}/orders", "prefix", "/x/", Share.ALL),
        ("GET /x", "prefix", "/x/", Share.PERHAPS),
        ("GET /files/*", "prefix", "/files/a/b", Share.PERHAPS),
        ("GET /files/{id}.json", "prefix", "/files/", Share.ALL),
        ("GET /files/{id}.json", "exact", "/files/a.json", Share.PERHAPS),
        ("queue orders", "prefix", "/orders", Share.NONE),
        ("tcp 8080", "prefix", "/orders", Share.PERHAPS),
        ("", "", "", Share.ALL),
    ],
)
def test_paths_are_held_together_segment_by_segment(address: str, how: str, path: str, taken: Share) -> None:
    assert share(address, Match(path, how)) is taken
