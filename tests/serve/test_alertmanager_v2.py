"""Alertmanager's API v2: what is told is on the disk when 200 is answered, and reads back as Alertmanager writes it."""

from pathlib import Path
from typing import Any

import pytest
from serving import MINUTE, NOON, SLOW, Within

from accord.serve.instants import written
from accord.serve.intake import Intake
from accord.store.ledger_sqlite import SqliteReader


def post(service: Within, *alerts: dict[str, Any]) -> None:
    answer = service.ask("POST", "/api/v2/alerts", json=list(alerts))
    assert answer.status_code == 200, answer.text
    assert answer.headers["accord-durability"] == "power"


def test_an_alert_opens_the_deviation_of_the_boundary_that_it_watches(service: Within) -> None:
    post(service, SLOW)
    one = service.only()
    assert one["key"] == "checkout -> payments/charge latency"
    assert (one["actor"], one["phase"], one["turn"]) == ("payments-oncall", "await", 1)
    assert (one["expected"], one["seen"]) == ("latency max 5s", "p99 is 6s")
    assert one["deadline"] == written(NOON + 5 * MINUTE)
    with SqliteReader(service.file) as other:
        assert [case.key for case in other.cases(is_open=True)] == [one["key"]]


def test_a_signal_without_a_contract_is_kept_and_goes_to_the_last_resort(service: Within) -> None:
    post(service, {"labels": {"alertname": "Elsewhere"}})
    one = service.only()
    assert (one["key"], one["hasContract"], one["actor"]) == ("Elsewhere", False, "keeper")


def test_repeats_are_one_deviation_and_cost_no_row(service: Within) -> None:
    for _ in range(5):
        post(service, SLOW)
        service.now += MINUTE // 2
    assert len(service.ledger.history(service.only()["id"])) == 1


def test_instances_of_one_signal_are_one_deviation_that_clears_with_the_last(service: Within) -> None:
    first, second = ({"labels": {**SLOW["labels"], "pod": name}} for name in ("a", "b"))
    post(service, first, second)
    ended = written(service.now)
    post(service, {**first, "endsAt": ended})
    assert service.only()["phase"] == "await"
    post(service, {**second, "endsAt": ended})
    assert service.only()["phase"] == "claimed"
    service.pass_time(11 * MINUTE)
    assert (service.only()["phase"], service.only()["closedBy"]) == ("closed", "telemetry")


def test_bad_again_while_it_is_being_confirmed_keeps_the_identity(service: Within) -> None:
    post(service, SLOW)
    before = service.only()["id"]
    post(service, {**SLOW, "endsAt": written(service.now)})
    service.now += MINUTE
    post(service, SLOW)
    assert (service.only()["id"], service.only()["phase"]) == (before, "await")


def test_a_source_that_falls_silent_has_said_nothing(service: Within) -> None:
    post(service, SLOW)
    service.pass_time(6 * MINUTE)
    service.do(service.service.intake.lapse())
    one = service.only()
    assert one["phase"] == "await"
    assert "fell silent" in service.ledger.history(one["id"])[-1].note
    post(service, SLOW)
    assert service.ledger.case(one["id"]).sources  # type: ignore[union-attr]


def test_an_end_of_what_was_never_told_is_nothing(service: Within) -> None:
    post(service, {**SLOW, "endsAt": written(service.now)})
    assert service.cases("?open=all") == []


def test_valid_alerts_beside_invalid_ones_are_kept_and_the_others_told(service: Within) -> None:
    answer = service.ask("POST", "/api/v2/alerts", json=[SLOW, {"labels": {"9x": "a"}}, {"labels": {"alertname": ""}}])
    assert answer.status_code == 400
    assert "2 of 3 alerts" in answer.json()["message"] and "`9x` is no name" in answer.json()["message"]
    assert len(service.cases()) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[", b"[1]", b'[{"labels": {"alertname": 1}}]', b"\xff", b'[{"labels":{"a":"b"},"endsAt":"soon"}]'],
)
def test_what_is_no_list_of_alerts_is_refused_whole(service: Within, body: bytes) -> None:
    answer = service.ask("POST", "/api/v2/alerts", content=body)
    assert answer.status_code == 400 and answer.json()["message"].startswith("expected a JSON list of alerts")
    assert service.cases() == []


def test_an_end_before_the_beginning_is_refused(service: Within) -> None:
    later, sooner = written(service.now + MINUTE), written(service.now + 30_000_000_000)
    answer = service.ask("POST", "/api/v2/alerts", json=[{**SLOW, "startsAt": later, "endsAt": sooner}])
    assert answer.status_code == 400 and "endsAt lies before startsAt" in answer.text


def test_alerts_read_back_by_filter_and_state(service: Within) -> None:
    post(service, SLOW, {"labels": {"alertname": "Disk", "node": "a"}})
    found = service.ask("GET", "/api/v2/alerts", params={"filter": ['alertname=~"Pay.*"']}).json()
    assert [each["labels"]["alertname"] for each in found] == ["PaymentsSlow"]
    assert found[0]["status"] == {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    assert found[0]["receivers"] == [{"name": "payments-oncall"}]
    assert service.ask("GET", "/api/v2/alerts", params={"filter": ['node!="a"']}).json() == found
    assert service.ask("GET", "/api/v2/alerts", params={"receiver": "keeper"}).json()[0]["labels"]["node"] == "a"
    assert service.ask("GET", "/api/v2/alerts", params={"active": "false"}).json() == []
    assert service.ask("GET", "/api/v2/alerts", params={"active": "maybe"}).status_code == 400
    assert service.ask("GET", "/api/v2/alerts", params={"filter": "nonsense"}).status_code == 400
    groups = service.ask("GET", "/api/v2/alerts/groups").json()
    assert [len(group["alerts"]) for group in groups] == [1, 1]


def test_a_fingerprint_is_the_one_that_alertmanager_gives(service: Within) -> None:
    """Worked out by hand with FNV-1a: an empty value is no label."""
    post(service, {"labels": {"alertname": "a", "empty": ""}})
    number = 14695981039346656037
    for byte in b"alertname\xffa\xff":
        number = ((number ^ byte) * 1099511628211) % (1 << 64)
    assert service.ask("GET", "/api/v2/alerts").json()[0]["fingerprint"] == f"{number:016x}"


def silence(service: Within, minutes: int = 60, **more: Any) -> Any:
    told = {
        "matchers": [{"name": "alertname", "value": "Payments.*", "isRegex": True}],
        "startsAt": written(service.now),
        "endsAt": written(service.now + minutes * MINUTE),
        "createdBy": "somebody",
        "comment": "planned work",
    } | more
    return service.ask("POST", "/api/v2/silences", json=told)


def test_a_silence_holds_what_is_open_and_somebody_answers_for_it(service: Within) -> None:
    post(service, SLOW)
    made = silence(service).json()["silenceID"]
    one = service.only()
    assert (one["phase"], one["actor"]) == ("held", "somebody")
    assert "planned work" in one["reason"]
    assert one["deadline"] == written(service.now + 15 * MINUTE), (
        "half of the promised recovery, not the hour asked for"
    )
    [alert] = service.ask("GET", "/api/v2/alerts").json()
    assert alert["status"]["silencedBy"] == [made]
    assert service.ask("GET", f"/api/v2/silence/{made}").json()["status"] == {"state": "active"}
    assert service.ask("DELETE", f"/api/v2/silence/{made}").status_code == 200
    assert (service.only()["phase"], service.only()["actor"]) == ("await", "payments-oncall")
    assert service.ask("GET", f"/api/v2/silence/{made}").json()["status"] == {"state": "expired"}


def test_what_begins_under_a_silence_is_held_from_its_beginning(service: Within) -> None:
    silence(service)
    post(service, SLOW)
    assert service.only()["phase"] == "held"
    service.pass_time(16 * MINUTE)
    assert service.only()["phase"] == "await", "a silence ends no later than half of the recovery promise"


def test_a_silence_that_begins_later_holds_what_is_open_then_and_once(service: Within) -> None:
    post(service, SLOW)
    silence(service, startsAt=written(service.now + 2 * MINUTE))
    service.do(service.service.intake.begin())
    assert service.only()["phase"] == "await"
    service.now += 2 * MINUTE
    service.do(service.service.intake.begin())
    assert (service.only()["phase"], service.only()["actor"]) == ("held", "somebody")
    service.service.intake = Intake(service.service.carrier)  # as after a restart
    rows = len(list(service.ledger.rows()))
    service.do(service.service.intake.begin())
    assert len(list(service.ledger.rows())) == rows


def test_a_silence_of_one_instance_holds_not_the_other(service: Within) -> None:
    post(service, {"labels": {**SLOW["labels"], "pod": "a"}}, {"labels": {**SLOW["labels"], "pod": "b"}})
    silence(service, matchers=[{"name": "pod", "value": "a", "isRegex": False}])
    assert service.only()["phase"] == "await"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"matchers": []}, "1 to 64 matchers"),
        ({"matchers": [{"name": "a", "value": ".*", "isRegex": True}]}, "must not match the empty string"),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, "regular expression"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "endsAt must lie after startsAt"),
        ({"comment": " "}, "needs a comment"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(service: Within, wrong: dict[str, Any], says: str) -> None:
    answer = silence(service, **wrong)
    assert answer.status_code == 400 and says in answer.json()["message"]


def test_silences_outlive_the_process(service: Within, tmp_path: Path) -> None:
    made = silence(service).json()["silenceID"]
    service.close()
    again = Within(tmp_path)
    assert [each["id"] for each in again.ask("GET", "/api/v2/silences").json()] == [made]
    post(again, SLOW)
    assert again.only()["phase"] == "held"
    again.close()


def test_names_of_people_stand_not_in_the_ledger(service: Within) -> None:
    post(service, SLOW)
    silence(service, createdBy="Kim Example")
    service.ledger.seal(service.now).result()
    rows = repr([row.event for row in service.ledger.rows()])
    assert "p-" in rows and "Kim" not in rows


def test_status_and_receivers(service: Within) -> None:
    post(service, SLOW)
    assert service.ask("GET", "/api/v2/receivers").json() == [{"name": "keeper"}, {"name": "payments-oncall"}]
    status = service.ask("GET", "/api/v2/status").json()
    assert status["cluster"]["status"] == "disabled" and status["versionInfo"]["version"] == "0"
