"""What is found of an operation, whoever calls it, is found of each of its boundaries: the pages agree with each other and the check."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import SLOW, Within, text

from accord.serve.doors import Refused
from accord.serve.service import host_and_port

OUTLASTING = """\
party: orders
owner: team-orders
promises:
  any:
    latency: {max: 8s}
    detect: {by: OrdersFailing, within: 10m}
    recover: {by: team-orders, within: 1h, how: orders-restart}
---
{party: shop, owner: team-shop, assumes: {orders/any: {timeout: 9s, attempts: 1}}}
---
{party: team-shop, kind: team}
---
{party: team-orders, kind: team, promises: {page: {acknowledge: 10m, hands_on: 15m, hours: 24x7}}, escalates: none}
---
party: orders-restart
kind: procedure
steps:
  - {do: take one copy out, by: team-orders, takes: 50m, done: OrdersFailing is silent}
"""
BOUNDARY = "/boundary?consumer=shop&provider=orders&operation=any"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path, OUTLASTING)
    yield made
    made.close()


def on_one_line(service: Within, path: str) -> str:
    return re.sub(r"\s+", " ", text(service, path))


def test_a_boundary_whose_operation_waits_to_fail_is_not_counted_as_in_accord(service: Within) -> None:
    page = on_one_line(service, "/")
    assert "<strong>0</strong> of 1 boundary in accord" in page and "<strong>1</strong> waits to fail" in page
    assert "it may take 1h15m while everybody keeps their word" in page


def test_the_page_of_the_boundary_tells_it_too(service: Within) -> None:
    page = on_one_line(service, BOUNDARY)
    assert "it may take 1h15m while everybody keeps their word" in page
    assert "Nothing that is stated here contradicts anything else" not in page


def test_what_is_found_of_an_operation_leads_to_the_page_of_its_boundary(service: Within) -> None:
    for path in ("/", "/findings"):
        led = re.search(r'mismatch</span> <a href="([^"]*)">orders/any</a>', on_one_line(service, path))
        assert led and led[1].replace("&amp;", "&") == BOUNDARY, path


def test_what_is_of_no_boundary_leads_nowhere(tmp_path: Path) -> None:
    service = Within(tmp_path, OUTLASTING.replace("owner: team-shop, ", "promises: {buy: {latency: {max: 1s}}}, "))
    assert "unanswered</span> shop <span" in on_one_line(service, "/findings")
    service.close()


def test_open_questions_are_counted_as_the_check_counts_them_and_say_who_is_asked(tmp_path: Path) -> None:
    unsaid = "party: orders\npromises: {any: {latency: {max: 8s}}}\n"
    service = Within(tmp_path, unsaid)
    page, findings = on_one_line(service, "/"), on_one_line(service, "/findings?verdict=unanswered")
    asked = re.findall("asked of orders: ", findings)
    assert len(asked) == 2, "how a deviation is shown, and who recovers"
    assert f'<strong>{len(asked)}</strong> <a href="/findings?verdict=unanswered">open questions</a>' in page
    service.close()


def test_an_address_that_is_none_is_told_before_a_token_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="expected HOST:PORT to listen at, read `foo`"):
        Within(tmp_path, OUTLASTING, listen="foo")
    assert host_and_port("[::1]:9095") == ("[::1]", 9095)


def test_what_happened_is_told_to_the_second_and_how_it_is_answered(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.reachable("payments-oncall", "checkout", "keeper")
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    case = service.only()
    page = on_one_line(service, f"/deviations/{case['id']}")
    assert "2026-11-27 12:00:00 UTC" in page and f"accord answer {case['id'][:8]}" in page
    service.close()


def test_what_waits_to_fail_where_nobody_is_known_to_call_is_counted_beside_the_boundaries(tmp_path: Path) -> None:
    """It is of no boundary, and it waits to fail all the same: a count of nothing stands beside no mismatch."""
    alone = Within(tmp_path, "---\n".join(each for each in OUTLASTING.split("---\n") if "party: shop" not in each))
    page = on_one_line(alone, "/")
    assert "it may take 1h15m while everybody keeps their word" in page
    assert "<strong>0</strong> boundaries: nobody is known to call another" in page
    assert "<strong>1</strong> waits to fail, at no boundary that is known" in page
    assert "Contracts say what is promised, and nobody is known to call it." in page
    alone.close()
