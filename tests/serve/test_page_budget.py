"""Many deviations for one person: few pages, and none of them missing."""

from collections import Counter
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
    sent = Counter(
        sending.message.about
        for case in service.ledger.cases(limit=1000)
        for sending in service.ledger.sendings(case.id)
        if sending.message.interrupts and sending.also_in == "" and sending.message.person == "keeper"
    )
    assert sum(sent.values()) <= 5, sent
    told = [
        sending
        for case in service.ledger.cases(limit=1000)
        for sending in service.ledger.sendings(case.id)
        if sending.message.about == "bundle"
    ]
    named = {key for sending in told for key in sending.message.also}
    held = {case["id"] for case in signals if case["phase"] == "held"}
    alone = {case["id"] for case in signals if case["phase"] != "held"}
    assert len(held) + len(alone) == 400 and named
