"""Other ways in: the plain webhook, heartbeats, and what the service tells of itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import MINUTE, SLOW, Within


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path, heartbeats={"prometheus": 5 * MINUTE})
    made.reachable("payments-oncall", "second", "checkout", "keeper")
    made.do(made.service.heartbeats.begin())
    yield made
    made.close()


def event(service: Within, **told: object) -> int:
    return service.ask("POST", "/api/v1/events", json=told).status_code


def test_a_plain_event_opens_and_clears_the_boundary_that_it_watches(service: Within) -> None:
    assert (
        event(service, signal="PaymentsSlow", summary="p99 is 6s", source="probe", since="2026-11-27T11:58:00Z") == 202
    )
    one = service.only()
    assert (one["key"], one["seen"]) == ("checkout -> payments/charge latency", "p99 is 6s")
    assert one["since"] == "2026-11-27T11:58:00.000Z"
    service.pass_time(2 * MINUTE)
    assert event(service, signal="PaymentsSlow", source="probe", status="resolved") == 202
    assert service.only()["phase"] == "claimed"


def test_a_plain_event_never_lapses(service: Within) -> None:
    event(service, signal="Nightly job failed")
    service.pass_time(60 * MINUTE)
    service.do(service.service.intake.lapse())
    assert service.ledger.case(service.only()["id"]).lapsed == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "told",
    [{}, {"signal": " "}, {"signal": "a", "status": "bad"}, {"signal": "a", "since": "x"}, {"signal": "a", "b": 1}],
)
def test_an_event_that_cannot_be_understood_is_refused(service: Within, told: dict[str, object]) -> None:
    assert event(service, **told) == 400
    assert service.cases() == []


def test_a_heartbeat_that_is_not_heard_is_a_deviation_until_it_is(service: Within) -> None:
    service.now += 4 * MINUTE
    assert service.ask("POST", "/api/v1/heartbeats/prometheus").status_code == 200
    service.now += 4 * MINUTE
    service.do(service.service.heartbeats.look())
    assert service.cases() == []
    service.now += 2 * MINUTE
    for _ in range(3):
        service.do(service.service.heartbeats.look())
    one = service.only()
    assert (one["key"], one["expected"]) == ("heartbeat prometheus", "prometheus is heard every 5m")
    assert len(service.ledger.history(one["id"])) == 1
    service.ask("POST", "/api/v1/heartbeats/prometheus")
    assert service.only()["phase"] == "claimed"
    assert service.ask("GET", "/api/v1/heartbeats").json()[0]["missed"] is False


def test_a_heartbeat_that_nobody_expects_is_told_so(service: Within) -> None:
    answer = service.ask("POST", "/api/v1/heartbeats/prometeus")
    assert answer.status_code == 404 and "names prometheus" in answer.json()["message"]


def test_it_tells_of_itself(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    service.now += 6 * MINUTE
    told = dict(line.rsplit(" ", 1) for line in service.ask("GET", "/metrics").text.splitlines() if line[0] != "#")
    assert told["accord_deviations_open"] == "1"
    assert told["accord_deviations_without_actor"] == "0"
    assert float(told["accord_deadline_overdue_seconds"]) == 60.0
    assert told["accord_ledger_writable"] == "1"
    assert told["accord_alerts_waiting"] == told["accord_alerts_undecided"] == "0"
    assert service.ask("GET", "/api/v1/audit").json() == {"open": 1, "broken": [], "trouble": ""}


def test_it_is_ready_only_while_it_takes_what_it_is_told(service: Within) -> None:
    assert service.ask("GET", "/-/ready").status_code == 200
    service.service.operations.ready = False
    assert service.ask("GET", "/-/ready").status_code == 503
    assert service.ask("GET", "/-/healthy").status_code == 200


def test_a_ledger_that_cannot_be_written_is_said_and_nothing_is_accepted(service: Within) -> None:
    service.ledger.close()
    answer = service.ask("POST", "/api/v2/alerts", json=[SLOW])
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) >= 1
