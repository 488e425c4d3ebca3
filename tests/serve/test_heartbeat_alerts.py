"""Alerts that always fire are heartbeats of their source: hearing one is no deviation, hearing it no longer is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import MINUTE, Within

from accord.serve.instants import written


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path, heartbeats={"Watchdog": 20 * MINUTE})
    made.reachable("payments-oncall", "second", "checkout", "keeper")
    made.do(made.service.heartbeats.begin())
    yield made
    made.close()


def hear(service: Within, cluster: str = "a", lasts: int = 4 * MINUTE) -> None:
    alert = {
        "labels": {"alertname": "Watchdog", "severity": "none", "cluster": cluster},
        "startsAt": "2026-11-01T00:00:00Z",
        "endsAt": written(service.now + lasts),
    }
    assert service.ask("POST", "/api/v2/alerts", json=[alert]).status_code == 200


def look(service: Within) -> list[dict[str, Any]]:
    service.do(service.service.intake.lapse())
    return service.cases()


def test_a_heartbeat_that_is_heard_is_no_deviation(service: Within) -> None:
    for _ in range(5):
        hear(service)
        service.now += 3 * MINUTE
        assert look(service) == []
    assert [each["labels"]["alertname"] for each in service.ask("GET", "/api/v2/alerts").json()] == ["Watchdog"]


def test_a_beat_that_comes_while_its_silence_is_written_down_is_not_lost(
    service: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.now += 21 * MINUTE
    beats, record = service.service.heartbeats, service.service.carrier.record

    async def both() -> None:
        async def while_it_beats(events: Any, keeping: Any = ()) -> Any:
            monkeypatch.setattr(service.service.carrier, "record", record)
            beating.append(asyncio.create_task(beats.hear("Watchdog")))
            await asyncio.sleep(0.1)
            return await record(events, keeping)

        monkeypatch.setattr(service.service.carrier, "record", while_it_beats)
        await beats.look()
        await asyncio.gather(*beating)

    beating: list[asyncio.Task[None]] = []
    service.do(both())
    [told] = service.ask("GET", "/api/v1/heartbeats").json()
    assert (told["heardAt"], told["missed"]) == (written(service.now), False)
    assert service.only()["phase"] == "claimed", "what its silence had opened clears"


def test_one_that_is_heard_no_longer_wakes_somebody_whatever_its_severity(service: Within) -> None:
    hear(service)
    hear(service, "b")
    service.now += 3 * MINUTE
    hear(service, "b")
    service.now += 2 * MINUTE
    for _ in range(3):
        [one] = look(service)
    assert (one["key"], one["urgency"]) == ("heartbeat Watchdog [cluster=a]", "interrupt")
    assert (one["expected"], one["seen"]) == ("Watchdog is heard", "Watchdog is no longer heard")
    assert one["since"] == "2026-11-27T12:00:00.000Z", "it was heard last then"
    assert len(service.ledger.history(one["id"])) == 1
    hear(service)
    assert service.only()["phase"] == "claimed"
    service.pass_time(11 * MINUTE)
    assert service.only()["phase"] == "closed", "telemetry confirms it"


def test_one_that_its_source_takes_back_deviates_too(service: Within) -> None:
    hear(service, lasts=-MINUTE)
    assert look(service) == [], "what was never heard is not missed"
    hear(service)
    hear(service, lasts=-MINUTE)
    [one] = look(service)
    assert one["key"] == "heartbeat Watchdog [cluster=a]"


def test_an_alert_counts_for_the_heartbeat_that_is_called_so(service: Within) -> None:
    service.now += 15 * MINUTE
    hear(service, lasts=30 * MINUTE)
    service.now += 10 * MINUTE
    service.do(service.service.heartbeats.look())
    assert look(service) == []
    service.now += 11 * MINUTE
    service.do(service.service.heartbeats.look())
    assert [each["key"] for each in service.cases()] == ["heartbeat Watchdog"]
