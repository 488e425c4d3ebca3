"""The page of signals: each with what it watches and what is wrong with it, counted from the ledger, and nobody's name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import CONTRACTS, MINUTE, NOON, SLOW, Within

from accord.serve.drills import Drill
from accord.serve.following import Following
from accord.store.kept import Heartbeat
from accord.store.person import Address, Person

HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
SECOND_SIGNAL = CONTRACTS.replace("by: PaymentsSlow", "by: [PaymentsSlow, PaymentsAlsoSlow]")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path, SECOND_SIGNAL)
    made.reachable("payments-oncall", "second", "checkout", "keeper")
    yield made
    made.close()


def page(service: Within, query: str = "") -> str:
    answer = service.ask("GET", f"/signals{query}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def entry(service: Within, signal: str) -> str:
    [found] = [
        each for each in re.findall(r"<li><strong>.*?</li>", page(service)) if f"<strong>{signal}</strong>" in each
    ]
    return found


def test_every_signal_stands_with_the_boundary_and_the_term_that_it_watches(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[SLOW, {"labels": {"alertname": "Odd"}}])
    slow = entry(service, "PaymentsSlow")
    assert "watches latency of" in slow and "checkout -&gt; payments/charge</a>" in slow
    odd = entry(service, "Odd")
    assert "watches nothing that a contract names" in odd and "without a contract" in odd


def test_a_signal_that_is_silent_while_another_tells_of_its_term_is_silent(service: Within) -> None:
    assert "not tested" in entry(service, "PaymentsAlsoSlow")
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    found = entry(service, "PaymentsAlsoSlow")
    assert "silent" in found and "although latency deviated once" in found
    service.ask("POST", "/api/v2/alerts", json=[{"labels": {"alertname": "PaymentsAlsoSlow"}}])
    assert "although" not in entry(service, "PaymentsAlsoSlow"), "both are heard of the one deviation"


def test_a_heartbeat_that_is_not_heard_is_silent(service: Within) -> None:
    service.ledger.keep(Heartbeat("nightly", 0, HOUR, NOON - 2 * HOUR)).result()
    assert "nothing wrong" not in entry(service, "nightly") and 'class="tag' not in entry(service, "nightly")
    service.do(service.service.heartbeats.look())
    assert "not heard since 2026-11-27 10:00 UTC" in entry(service, "nightly")


def test_a_drill_of_its_ladder_makes_a_signal_tested(service: Within) -> None:
    assert page(service, "?flaw=untested").count("<li><strong>Payments") == 2
    service.ledger.keep(Drill("d", 0, "second", "", NOON, over=True)).result()
    assert page(service, "?flaw=untested").count("<li><strong>Payments") == 2, "nobody was on duty: nobody was told"
    service.ledger.keep(Drill("e", 0, "second", "key", NOON, over=True)).result()
    assert page(service, "?flaw=untested").count("<li><strong>Payments") == 0


def test_what_was_misread_and_what_led_to_an_action_is_told_of_the_signal(service: Within) -> None:
    service.ledger.admit(Person("payments-oncall", "Ada Example", addresses=(Address("hook", ""),))).result()
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    case = service.only()
    told = {"say": "commit", "until": "15m", "by": "payments-oncall"}
    assert service.ask("POST", f"/api/v1/deviations/{case['id']}/answers", json=told).status_code == 200
    found = entry(service, "PaymentsSlow")
    assert "ambiguous" in found and "in 1 of 1 reading" in found
    assert "1 deviation, 1 led to an action (100 %)" in found
    assert "Ada" not in page(service)


def test_nobody_is_named_whom_a_signal_would_page(tmp_path: Path) -> None:
    """A ladder may name a person where others name a rota."""
    made = Within(tmp_path, SECOND_SIGNAL.replace("second", "ada-example").replace("payments-oncall", "bob-example"))
    made.ask("POST", "/api/v2/alerts", json=[SLOW])
    told = page(made)
    assert "PaymentsSlow" in told and "ada-example" not in told and "bob-example" not in told
    made.close()


def test_a_page_budget_is_no_signal_and_names_nobody(service: Within) -> None:
    alerts = [{"labels": {"alertname": f"Odd{number}"}} for number in range(8)]
    service.ask("POST", "/api/v2/alerts", json=alerts)
    assert any(case["signal"].startswith("page budget of") for case in service.cases())
    assert "page budget of k" not in page(service)
    assert "held back or bundled once by a page budget" in page(service)


def test_each_flaw_and_each_page_of_many_can_be_asked_for(service: Within) -> None:
    alerts = [{"labels": {"alertname": f"Odd{number:03}", "severity": "info"}} for number in range(230)]
    service.ask("POST", "/api/v2/alerts", json=alerts)
    first = page(service, "?flaw=unclaimed")
    assert "230 of 232 signals" in first and "1 to 100 of 230" in first
    last = page(service, "?flaw=unclaimed&page=3")
    assert last.count("<li><strong>Odd") == 30 and "201 to 230 of 230" in last and ">more<" not in last
    assert "201 to 230" in page(service, "?flaw=unclaimed&page=99")
    assert "No signal is of this kind" in page(service, "?flaw=ambiguous")
    for odd in ("?page=-1", "?page=x", "?flaw=%3Cscript%3E", "?page=99999999"):
        assert "<script>" not in page(service, odd)
    assert len(first.encode()) < 200_000


def test_the_page_says_what_its_words_mean_and_what_to_do_where_nothing_is_known(tmp_path: Path) -> None:
    empty = Within(tmp_path, "party: nobody\n")
    told = page(empty)
    for word in ("silent", "ambiguous", "noisy", "not tested", "without a contract", "led to an action"):
        assert f"<dt>{word}</dt>" in told
    assert "No signal is known. Name under <code>detect</code>" in told
    empty.close()


def test_the_ledger_is_read_once_and_from_then_on_only_what_is_new(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    following = Following(service.ledger)
    first = service.do(following.looked(service.now))
    assert first.tallies["PaymentsSlow"].deviations == 1
    assert service.do(following.looked(service.now)) is first
    service.ask("POST", "/api/v2/alerts", json=[{"labels": {"alertname": "Odd"}}])
    assert set(service.do(following.looked(service.now)).tallies) == {"PaymentsSlow", "Odd"}


def test_what_was_over_for_longer_than_ninety_days_is_not_read_or_let_go(service: Within) -> None:
    service.ask("POST", "/api/v1/events", json={"signal": "Old"})
    service.ask("POST", "/api/v1/events", json={"signal": "Old", "status": "resolved"})
    service.pass_time(30 * MINUTE)
    early = Following(service.ledger)
    assert [each.deviation.signal for each in service.do(early.followed(service.now)).courses] == ["Old"]
    service.now += 100 * DAY
    service.ask("POST", "/api/v1/events", json={"signal": "New"})
    for following in (early, Following(service.ledger)):
        followed = service.do(following.followed(service.now))
        assert [each.deviation.signal for each in followed.courses] == ["New"]
        assert followed.began_ns == NOON, "how far the ledger goes back is known all the same"
