"""Signals that were seen: with a contract or without, and whether they led to anything."""

from typing import Any

from serving import MINUTE, SLOW, Within

HOUR = 60 * MINUTE


def signals(service: Within, query: str = "") -> dict[str, dict[str, Any]]:
    found = service.ask("GET", f"/api/v1/signals{query}").json()["signals"]
    return {each["signal"]: each for each in found}


def once(service: Within, signal: str = "Odd", say: str = "", times: int = 1) -> None:
    """It fires, is answered or not, ends, and is closed; the next time is another one."""
    for _ in range(times):
        service.ask("POST", "/api/v1/events", json={"signal": signal})
        [case] = service.cases()
        if say:
            told = {"say": say, "until": "15m", "by": case["actor"], "difference": 2}
            assert service.ask("POST", f"/api/v1/deviations/{case['id']}/answers", json=told).status_code == 200
        service.ask("POST", "/api/v1/events", json={"signal": signal, "status": "resolved"})
        service.pass_time(15 * MINUTE)
        assert service.cases() == []
        service.now += 2 * HOUR


def test_a_signal_without_a_contract_is_shown_as_one(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[SLOW, {"labels": {"alertname": "Odd"}}])
    found = signals(service)
    assert (found["Odd"]["boundary"], found["Odd"]["hasContract"]) == (None, False)
    assert found["PaymentsSlow"]["boundary"] == "checkout -> payments/charge latency"
    assert found["Odd"]["fired"] == 1 and found["Odd"]["isOpen"]
    assert found["Odd"]["lastAt"] == "2026-11-27T12:00:00.000Z"
    assert service.ask("POST", "/api/v1/drills", json={"rota": "second"}).status_code == 201
    assert signals(service).keys() == {"Odd", "PaymentsSlow"}, "a drill is no signal"


def test_a_key_that_fired_three_times_without_any_human_action_is_listed(service: Within) -> None:
    once(service, times=2)
    assert signals(service)["Odd"]["unheeded"] == []
    once(service)
    found = signals(service)["Odd"]
    assert (found["fired"], found["ledToAction"]) == (3, 0.0)
    assert found["unheeded"] == [{"key": "Odd", "fired": 3}]


def test_an_action_is_counted_and_what_follows_it_is_counted_anew(service: Within) -> None:
    once(service, times=3)
    once(service, say="commit")
    found = signals(service)["Odd"]
    assert (found["fired"], found["ledToAction"], found["unheeded"]) == (4, 0.25, [])
    once(service, times=3)
    found = signals(service)["Odd"]
    assert (found["ledToAction"], found["unheeded"]) == (0.143, [{"key": "Odd", "fired": 3}])


def test_what_was_misread_is_counted_against_the_signal(service: Within) -> None:
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    one = service.only()
    told = {"say": "commit", "until": "15m", "by": one["actor"]}
    assert service.ask("POST", f"/api/v1/deviations/{one['id']}/answers", json=told).status_code == 200
    assert signals(service)["PaymentsSlow"]["misread"] == 1, "no picks were made"


def test_only_the_days_that_are_asked_for_are_shown_the_least_useful_first(service: Within) -> None:
    once(service, "Old")
    service.now += 40 * 24 * HOUR
    once(service, "Useful", say="commit")
    once(service, "Noise", times=2)
    assert list(signals(service)) == ["Noise", "Old", "Useful"]
    assert list(signals(service, "?days=30")) == ["Noise", "Useful"]
    for days in ("0", "x", "-1", "99999"):
        assert service.ask("GET", f"/api/v1/signals?days={days}").status_code == 400


def test_what_was_read_once_is_not_read_again(service: Within) -> None:
    from accord.serve.signals import Signals

    once(service, times=2)
    reader = Signals(service.service.carrier)
    reader._read_answers()
    up_to = reader._read_up_to
    assert up_to == service.ledger.rows(limit=1000)[-1].sequence
    once(service, say="commit")
    reader._read_answers()
    assert len(reader._acted) == 1 and reader._read_up_to > up_to
