"""Many deviations for one person: few pages, and none of them missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import MINUTE, Within


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path)
    made.reachable("keeper")
    yield made
    made.close()


def test_a_flood_is_few_pages_and_every_deviation_has_somebody_and_a_deadline(service: Within) -> None:
    alerts = [{"labels": {"alertname": f"Signal{number}", "severity": "critical"}} for number in range(400)]
    for first in range(0, 400, 40):
        service.ask("POST", "/api/v2/alerts", json=alerts[first : first + 40])
        service.now += 1_000_000_000
    service.pass_time(2 * MINUTE)
    cases = service.cases()
    signals = [case for case in cases if case["signal"].startswith("Signal")]
    assert len(signals) == 400
    assert all(case["actor"] and case["deadline"] for case in cases)
    assert service.ask("GET", "/api/v1/audit").json()["broken"] == []
    sendings = [each for case in service.ledger.cases(limit=1000) for each in service.ledger.sendings(case.id)]
    pages = [each for each in sendings if each.message.interrupts and each.message.person == "keeper"]
    alone = [each for each in pages if not each.also_in]
    bundles = [service.ledger.sending(name) for name in {each.also_in for each in pages if each.also_in}]
    assert len(alone) + len(bundles) <= 5, "three alone, one bundle, and the breaker's own deviation"
    told = {each.message.deviation for each in pages}
    named = {name for bundle in bundles if bundle for name in bundle.message.also}
    assert told == {each.message.deviation for each in alone} | named
    held = {case["id"] for case in signals if case["phase"] == "held"}
    assert {case["id"] for case in signals} <= told | held, "each is told alone, in a bundle, or held"
