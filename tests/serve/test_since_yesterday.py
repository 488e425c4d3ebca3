"""What the overview says of the last day: what began, ended, fell silent, what contracts say otherwise, and what is not known."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import CONTRACTS, MINUTE, SLOW, Within, carrying

HOUR = 60 * MINUTE
SLOWER = CONTRACTS.replace("{attempt: 2s}", "{attempt: 3s}")
ENOUGH = CONTRACTS.replace("{attempt: 2s}", "{attempt: 9s}")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path)
    made.reachable("payments-oncall", "second", "checkout", "keeper")
    yield made
    made.close()


def since(service: Within) -> str:
    answer = service.ask("GET", "/")
    assert answer.status_code == 200, answer.text
    found = re.search(r'<h2 id="since">.*?</dl>', answer.text, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", found[0])


def reads(service: Within, text: str) -> None:
    """The contracts are read again, and say this now."""
    service.service.carrier.carrying = carrying(service.ledger, text)
    service.service.shown.read_again()


def test_where_nothing_changed_that_is_said(service: Within) -> None:
    told = since(service)
    for said in ("0 opened", "no deviation began", "0 ended", "no deviation ended", "0 fell silent", "not read again"):
        assert said in told
    assert "Known only since these pages were first asked for, 2026-11-27 12:00 UTC" in told
    assert "Not known here: <code>accord drift</code>" in told


def test_what_opened_and_ended_is_linked_and_leaves_after_a_day(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    case = service.only()
    assert f'1 opened</dt><dd><ul><li><a href="/deviations/{case["id"]}">' in since(service)
    for say, by in (("fixed", "payments-oncall"), ("confirm", "checkout")):
        service.ask("POST", f"/api/v1/deviations/{case['id']}/answers", json={"say": say, "by": by})
    assert f'1 ended</dt><dd><ul><li><a href="/deviations/{case["id"]}">' in since(service)
    service.now += 25 * HOUR
    assert "0 opened" in since(service) and "0 ended" in since(service)


def test_more_than_a_few_are_counted(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[{"labels": {"alertname": f"Odd{number}"}} for number in range(9)])
    told = since(service)
    assert "9 opened" in told and '<li class="faint">4 more</li>' in told
    assert "1 page budget used up" in told, "that is no deviation of a boundary, and whose it is is not said"


def test_a_source_that_fell_silent_is_told(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[{**SLOW, "endsAt": "2026-11-27T12:05:00Z"}])
    service.now += 10 * MINUTE
    service.do(service.service.intake.lapse())
    assert "1 fell silent" in since(service)
    assert "its source fell silent while it fired" in service.ask("GET", "/signals?flaw=silent").text


def test_what_contracts_say_otherwise_is_told_with_what_follows(service: Within) -> None:
    since(service)
    service.now += HOUR
    reads(service, SLOWER)
    told = since(service)
    assert "1 stated otherwise" in told and "checkout -&gt; payments/charge" in told
    assert "read again 1 time: 0 findings came, 0 went" in told, "it is the same mismatch as before"
    reads(service, ENOUGH)
    assert re.search(r"read again 2 times: 0 findings came, [1-9]\d* went", since(service))
    reads(service, CONTRACTS)
    assert "checkout waits 2s, payments may answer after 5s" in since(service)
    service.now += 25 * HOUR
    told = since(service)
    assert "0 stated otherwise" in told and "not read again" in told and "Known only since" not in told


def test_lines_that_moved_are_no_change(service: Within) -> None:
    since(service)
    reads(service, "# a comment\n" + CONTRACTS)
    assert "0 stated otherwise" in since(service) and "read again 1 time" in since(service)


def test_who_is_asked_otherwise_is_counted(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    for before, after, told in (
        ("page: {acknowledge: 5m}", "page: {acknowledge: 4m}", False),
        ("by: payments-oncall, w", "by: second, w", True),
    ):
        service.now += MINUTE
        reads(service, CONTRACTS.replace(before, after))
        assert service.do(service.service.carrier.carry_otherwise()) == 1
        assert ("Of 1 open deviation somebody else was asked" in since(service)) is told
